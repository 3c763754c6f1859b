"""Finding registered names in prompts, however they are typed.

Both sides are reduced to the same letters: compatibility decomposition (Unicode Standard Annex 15,
NFKD), case folding, no combining marks, no invisible characters, and one space for every run of
anything that is neither letter nor digit. What is left is compared as whole words. Scripts that put
no spaces between words (Chinese, Japanese, Thai …) are compared without that condition.

A prompt that mixes Latin, Cyrillic, Greek and Armenian is compared once more, with letters of the
last three read as the Latin ones that they look like (in the manner of Unicode Technical Standard
39, section 4). Such a hit counts only where the name as typed mixes scripts, since nobody writes so
in earnest. That is no proof against disguise: names typed wholly in another script, lookalikes that
are not in the table, digits for letters, misspellings and transliterations are not found.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from raisonne.rights.verdict import TermHit

_DROPPED = {"Mn", "Me", "Cf"}
_UNSPACED = ("CJK ", "HIRAGANA ", "KATAKANA ", "HANGUL ", "THAI ", "LAO ", "KHMER ", "MYANMAR ")
_CACHED_TERMS = 1 << 17
_SCRIPTS = {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN"}
# Capitals apart, because a capital and its small letter can look like two different Latin letters.
_LOOKALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУҮХЬԚԜѴӀавегѕіјкмноԁрстуүхһьԛԝѵӏп",
    "ABESIJKMHOPCTYYXbQWVIabersijkmhodpctyyxhbqwvln",
) | str.maketrans(
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαβγεηικνοπρστυχωϳաոսօհցյզՕՏ",
    "ABEZHIKMNOPTYXabyenikvonpotuxwjwnuohgjqOS",
)


def find_terms(prompt: str, terms: Sequence[tuple[str, str]]) -> tuple[TermHit, ...]:
    """Find every occurrence of registered names.

    Args:
        prompt: Any text.
        terms: Pairs of a name and the work it stands for; names without a letter or digit are
            passed over.

    Returns:
        Hits in order of their place; ``start`` and ``end`` count characters of the prompt as given.
    """
    hits = set(_hits(prompt, terms, alike=False))
    if _mixes_scripts(prompt):
        disguised = _hits(prompt, terms, alike=True)
        hits.update(hit for hit in disguised if _mixes_scripts(prompt[hit.start : hit.end]))
    return tuple(sorted(hits, key=lambda hit: (hit.start, hit.end, hit.term, hit.work)))


def _hits(prompt: str, terms: Sequence[tuple[str, str]], *, alike: bool) -> Iterator[TermHit]:
    text, spans = _reduce(prompt, alike=alike)
    for term, work in terms:
        for first, last in _occurrences(text, _needle(term, alike=alike)):
            yield TermHit(term, work, spans[first][0], spans[last - 1][1])


def _occurrences(text: str, needle: str) -> Iterator[tuple[int, int]]:
    """Yield where a needle lies in a reduced text, less the spaces that only mark word ends."""
    words = needle.strip(" ")
    start = text.find(needle) if words else -1
    while start >= 0:
        first = start + needle.index(words)
        yield first, first + len(words)
        start = text.find(needle, start + 1)


@lru_cache(maxsize=_CACHED_TERMS)
def _needle(term: str, *, alike: bool) -> str:
    """Reduce a name and bound it by spaces, except at ends whose script writes none."""
    words = _reduce(term, alike=alike)[0].strip(" ")
    if not words:
        return ""
    return ("" if _unspaced(words[0]) else " ") + words + ("" if _unspaced(words[-1]) else " ")


def _reduce(text: str, *, alike: bool) -> tuple[str, list[tuple[int, int]]]:
    """Return the letters that count, and for each the span of the text that it came from.

    Lookalikes are read as Latin where ``alike`` is set. The result starts and ends with a space, so
    that words at the ends are bounded as well.
    """
    letters, spans = [" "], [(0, 0)]
    for position, character in enumerate(text):
        for piece in unicodedata.normalize("NFKD", _fold(character, alike=alike)):
            if unicodedata.category(piece) in _DROPPED:
                spans[-1] = (spans[-1][0], position + 1)
            elif piece.isalnum():
                letters.append(piece)
                spans.append((position, position + 1))
            elif letters[-1] != " ":
                letters.append(" ")
                spans.append((position, position + 1))
    if letters[-1] != " ":
        letters.append(" ")
        spans.append((len(text), len(text)))
    return "".join(letters), spans


def _fold(character: str, *, alike: bool) -> str:
    pieces = unicodedata.normalize("NFKD", character)
    return (pieces.translate(_LOOKALIKES) if alike else pieces).casefold()


def _mixes_scripts(text: str) -> bool:
    if text.isascii():
        return False
    pieces = set(unicodedata.normalize("NFKD", text))
    scripts = {unicodedata.name(piece, "").partition(" ")[0] for piece in pieces}
    return len(scripts & _SCRIPTS) > 1


def _unspaced(character: str) -> bool:
    return unicodedata.name(character, "").startswith(_UNSPACED)
