"""Spellings of a term: as listed, as its lookalikes read, and romanised.

Chinese names are also written in pinyin, family name first or last (BGN/PCGN and ISO 7098 join the
syllables of a given name). Readings are those of anyascii, one for each character; family names
with a reading of their own are listed here. Names in Cyrillic, Greek, Georgian, Armenian, Hangul
and kana are romanised letter by letter, which is one of the customs, not all of them: other
spellings are terms of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from anyascii import anyascii

from raisonne.matching.letters import SYMBOLS, folded, is_dropped, is_han, plain, script, seen

# Characters that are read otherwise as family names.
_READ = "单shan 曾zeng 解xie 查zha 仇qiu 区ou 任ren 翟zhai 盖ge 华hua 缪miao 乐yue 朴piao 宁ning"
_READINGS = {read[0]: read[1:] for read in _READ.split()}
_DOUBLE = """
欧阳 司马 诸葛 上官 皇甫 尉迟 公孙 慕容 令狐 司徒 东方 南宫 夏侯 长孙 宇文 端木 独孤 轩辕 八大
"""
_DOUBLE_NAMES = frozenset(_DOUBLE.split())
_SCRIPTS = "CYRILLIC GREEK GEORGIAN ARMENIAN HANGUL HIRAGANA KATAKANA"
_ROMANISED = frozenset(_SCRIPTS.split())
_NAME_SYLLABLES = range(2, 5)


class SpellingKind(StrEnum):
    """How a spelling comes from its term."""

    LISTED = "listed"
    LOOKALIKE = "lookalike"
    PINYIN = "pinyin"
    ROMANISED = "romanised"


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write a term.

    Attributes:
        firm: Its letters without separators.
        breaks: Letters that must begin a word.
        loose: Letters that may begin a word.
        kind: How it comes from the term.
        han: For pinyin, the characters that the syllables are read from, in order.
    """

    firm: str
    breaks: tuple[int, ...]
    loose: tuple[int, ...] = ()
    kind: SpellingKind = SpellingKind.LISTED
    han: str = ""


def spell(term: str, languages: Sequence[str] = ()) -> tuple[Spelling, ...]:
    """Return the spellings of a term; none if it holds neither letter nor digit.

    Args:
        term: As listed.
        languages: That it is written in; any if empty.
    """
    listed = _in_words(term, SpellingKind.LISTED)
    if not listed.firm:
        return ()
    if term.isascii() and not any(symbol in term for symbol in SYMBOLS):
        return (listed,)
    return listed, *_seen(term, listed), *romanise(term, languages)


def romanise(term: str, languages: Sequence[str] = ()) -> Iterator[Spelling]:
    """Yield a term in Latin letters, where its script has a custom for that."""
    letters = folded(term, plain)
    chosen = {language.partition("-")[0].lower() for language in languages}
    if all(map(is_han, letters)):
        if not chosen or "zh" in chosen:
            yield from _pinyin(letters)
        return
    if {script(letter) for letter in letters} & _ROMANISED and not any(map(is_han, letters)):
        latin = _in_words(anyascii(term), SpellingKind.ROMANISED)
        if latin.firm:
            yield latin


def syllable(character: str) -> str:
    """Return the reading of a Chinese character in lower case."""
    return anyascii(character).lower()


def _pinyin(letters: str) -> Iterator[Spelling]:
    if len(letters) not in _NAME_SYLLABLES:
        return
    split = 2 if letters[:2] in _DOUBLE_NAMES and len(letters) > 2 else 1  # noqa: PLR2004
    family, given = letters[:split], letters[split:]
    read = [_READINGS.get(family) or "".join(map(syllable, family)), *map(syllable, given)]
    if not all(part.isascii() and part.isalpha() for part in read):
        return
    yield _syllables(family, [read[0]], given, read[1:])
    yield _syllables(given, read[1:], family, [read[0]])


def _syllables(first: str, read: list[str], second: str, then: list[str]) -> Spelling:
    ends: list[int] = []
    for part in [*read, *then]:
        ends.append((ends[-1] if ends else 0) + len(part))
    broken = ends[len(read) - 1]
    loose = tuple(end for end in ends[:-1] if end != broken)
    firm = "".join([*read, *then])
    return Spelling(firm, (broken,), loose, SpellingKind.PINYIN, first + second)


def _seen(term: str, listed: Spelling) -> Iterator[Spelling]:
    looks = _in_words(term, SpellingKind.LOOKALIKE)
    if looks.firm != listed.firm:
        yield looks


def _in_words(term: str, kind: SpellingKind) -> Spelling:
    fold = seen if kind is SpellingKind.LOOKALIKE else plain
    firm: list[str] = []
    breaks: list[int] = []
    gap = False
    for character in term:
        letters = fold(character)
        if letters:
            if gap and firm:
                breaks.append(len(firm))
            gap = False
            firm.extend(letters)
        elif not is_dropped(character):
            gap = True
    return Spelling("".join(firm), tuple(breaks), kind=kind)
