"""Finding registered names in prompts, however they are typed.

Both sides are reduced to the same letters: compatibility decomposition (Unicode Standard Annex 15,
NFKD), case folding, no combining marks, no invisible characters, and one space for every run of
anything that is neither letter nor digit. What is left is compared as whole words. Scripts that put
no spaces between words (Chinese, Japanese, Thai …) are compared without that condition.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from raisonne.rights.verdict import TermHit

_DROPPED = {"Mn", "Me", "Cf"}
_UNSPACED = ("CJK ", "HIRAGANA ", "KATAKANA ", "HANGUL ", "THAI ", "LAO ", "KHMER ", "MYANMAR ")
_CACHED_TERMS = 1 << 17


def find_terms(prompt: str, terms: Sequence[tuple[str, str]]) -> tuple[TermHit, ...]:
    """Find every occurrence of registered names.

    Args:
        prompt: Any text.
        terms: Pairs of a name and the work it stands for; names without a letter or digit are
            passed over.

    Returns:
        Hits in order of their place; ``start`` and ``end`` count characters of the prompt as given.
    """
    text, spans = _reduce(prompt)
    hits = {
        TermHit(term, work, spans[first][0], spans[last - 1][1])
        for term, work in terms
        for first, last in _occurrences(text, _needle(term))
    }
    return tuple(sorted(hits, key=lambda hit: (hit.start, hit.end, hit.term, hit.work)))


def _occurrences(text: str, needle: str) -> Iterator[tuple[int, int]]:
    """Yield where a needle lies in a reduced text, less the spaces that only mark word ends."""
    words = needle.strip(" ")
    start = text.find(needle) if words else -1
    while start >= 0:
        first = start + needle.index(words)
        yield first, first + len(words)
        start = text.find(needle, start + 1)


@lru_cache(maxsize=_CACHED_TERMS)
def _needle(term: str) -> str:
    """Reduce a name and bound it by spaces, except at ends whose script writes none."""
    words = _reduce(term)[0].strip(" ")
    if not words:
        return ""
    return ("" if _unspaced(words[0]) else " ") + words + ("" if _unspaced(words[-1]) else " ")


def _reduce(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return the letters that count, and for each the span of the text that it came from.

    The result starts and ends with a space, so that words at the ends are bounded as well.
    """
    letters, spans = [" "], [(0, 0)]
    for position, character in enumerate(text):
        for piece in unicodedata.normalize("NFKD", _fold(character)):
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


def _fold(character: str) -> str:
    return unicodedata.normalize("NFKD", character).casefold()


def _unspaced(character: str) -> bool:
    return unicodedata.name(character, "").startswith(_UNSPACED)
