"""Grading: whether letters that are alike are the term, and how plainly it was written.

A proposal is a run of letters that becomes a spelling of a term once spaces are dropped and digits
read as letters. Looked at in the text as typed it is

* ``EXACT``: the same letters in the same words, but for case, width and composition;
* ``OBSCURED``: the same words behind marks, invisible characters, lookalikes, digits for letters or
  a space after every letter, or a name of three syllables or more in pinyin;
* ``FUZZY``: the letters in another division into words, across punctuation, or inside a longer
  word, where the name is long; a name of two syllables in pinyin, written as a name;
* nothing, if honest text comes out so.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from raisonne.matching.letters import (
    SYMBOLS,
    Letters,
    is_dropped,
    is_han,
    is_separator,
    is_unspaced,
    script,
)
from raisonne.matching.spellings import Spelling, SpellingKind
from raisonne.rights.term import TermGrade

_STOPS = frozenset(".,;:!?\u2026\u3002\u3001\uff0c\uff1b\uff1a\uff01\uff1f")
_LONG = 8
"""Letters from which on another division into words still tells a name."""
_VERY_LONG = 10
"""Letters from which on a name is told inside a longer word, and beyond which across a comma."""
_WHOLE_SCRIPT = 7
"""Letters from which on a word of lookalikes only is no honest word of its own script."""
_SPACED = 4
"""Letters from which on a space after each of them is a disguise."""
_ABBREVIATION = 3
_SPACED_HAN = 3
_LEET = 4
_LEET_SHARE = 0.6
_SYLLABLES = 3


@dataclass(frozen=True, slots=True)
class Grading:
    """What a proposal is.

    Attributes:
        grade: How plainly the term was written.
        key: What had to be undone to find it.
        start: First character of the text.
        end: Past the last one, with the marks on it.
    """

    grade: TermGrade
    key: str
    start: int
    end: int


class _Division(NamedTuple):
    """How a proposal is divided into words.

    Attributes:
        gaps: Letters before which there is a separator.
        stopped: Whether a phrase ends within.
        bounded: Whether it begins and ends with a word.
    """

    gaps: tuple[int, ...]
    stopped: bool
    bounded: bool


def grade(term: str, spelling: Spelling, letters: Letters, first: int, last: int) -> Grading | None:
    """Grade a proposal.

    Args:
        term: As listed.
        spelling: Of the term.
        letters: Of the text.
        first: First letter of the proposal.
        last: Past the last one.

    Returns:
        None if it is not the term.
    """
    places = letters.places[first:last]
    if _cuts_a_character(letters, first, last):
        return None
    key = _difference(spelling, letters, first, last)
    if key is None:
        return None
    start, end = min(places), max(places) + 1
    while end < len(letters.text) and unicodedata.category(letters.text[end]) in {"Mn", "Me"}:
        end += 1
    division = _Division(*_gaps(letters, first, last), _bounded(letters.text, start, end))
    found = _grade(term, spelling, letters.text[start:end], division, key)
    return None if found is None else Grading(*found, start, end)


def _grade(
    term: str, spelling: Spelling, typed: str, division: _Division, key: str
) -> tuple[TermGrade, str] | None:
    size = len(spelling.firm)
    gaps, bounded, stopped = division.gaps, division.bounded, division.stopped
    if spelling.kind is SpellingKind.PINYIN:
        return _pinyin(spelling, typed, division, key)
    if bounded and gaps == spelling.breaks and not stopped:
        return _words(term, spelling, typed, key)
    unspaced = is_unspaced(spelling.firm[0])
    if bounded and len(gaps) == size - 1 and size >= (_SPACED_HAN if unspaced else _SPACED):
        return TermGrade.OBSCURED, key or "spaced"
    return (TermGrade.FUZZY, "squash") if _is_squashed(spelling, division, unspaced) else None


def _is_squashed(spelling: Spelling, division: _Division, unspaced: bool) -> bool:  # noqa: FBT001
    """Whether letters in another division into words may still be the term."""
    size = len(spelling.firm)
    if unspaced:
        return size >= _SPACED_HAN and not division.stopped
    if division.stopped:
        return size > _VERY_LONG and division.gaps == spelling.breaks and division.bounded
    inside = size >= _VERY_LONG and not division.gaps
    return inside or (size >= _LONG and division.bounded)


def _words(term: str, spelling: Spelling, typed: str, key: str) -> tuple[TermGrade, str] | None:
    if as_written(typed) == as_written(term):
        return TermGrade.EXACT, "written"
    kinds = {script(character) for character in typed} - {""}
    if spelling.kind is SpellingKind.ROMANISED:
        return (TermGrade.OBSCURED if len(spelling.firm) >= _LONG else TermGrade.FUZZY), "romanised"
    if key == "lookalike" or spelling.kind is SpellingKind.LOOKALIKE:
        # Nobody mixes scripts within a name in earnest, but a word of one script is mostly one.
        known = {script(character) for character in term} - {""}
        if len(kinds) == 1 and kinds != known and len(spelling.firm) < _WHOLE_SCRIPT:
            return None
        return TermGrade.OBSCURED, "lookalike"
    return TermGrade.OBSCURED, key or _hidden(typed)


def _pinyin(
    spelling: Spelling, typed: str, division: _Division, key: str
) -> tuple[TermGrade, str] | None:
    allowed = set(spelling.breaks) | set(spelling.loose)
    gaps = set(division.gaps)
    if not division.bounded or division.stopped or key == "leet" or not gaps <= allowed:
        return None
    if len(spelling.han) >= _SYLLABLES:
        return TermGrade.OBSCURED, "pinyin"
    # Two syllables are words of many languages, so they have to be written as a name.
    named = bool(gaps) and typed[0].isupper() and typed.rsplit(maxsplit=1)[-1][0].isupper()
    return (TermGrade.FUZZY, "pinyin") if named else None


def as_written(text: str) -> str:
    """Return words as written, but for case, width, composition and what stands between them."""
    written = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    kept = (c if not is_separator(c) or is_dropped(c) else " " for c in written)
    return " ".join("".join(kept).split())


def _hidden(typed: str) -> str:
    if any(unicodedata.category(c)[0] != "M" and is_dropped(c) for c in typed):
        return "invisible"
    return "variant" if any(map(is_han, typed)) else "marks"


def _difference(spelling: Spelling, letters: Letters, first: int, last: int) -> str | None:
    """Return what was read as a letter that it is not; None if that is not to be believed."""
    firm, wanted = letters.firm[first:last], spelling.firm
    typed = [letters.text[place] for place in letters.places[first:last]]
    read = any(not c.isascii() and c.casefold() != f for c, f in zip(typed, firm, strict=True))
    if firm == wanted:
        return "lookalike" if read and _looks(typed, firm) else ""
    leet = 0
    for character, got, want in zip(typed, firm, wanted, strict=True):
        if got == want:
            continue
        if got in SYMBOLS or got.isdigit():
            leet += 1
        elif (character != "I" and got.isascii() and character.isascii()) or want not in "il":
            return None
    if leet and (len(wanted) < _LEET or leet > _LEET_SHARE * len(wanted)):
        return None
    return "leet"


def _looks(typed: list[str], firm: str) -> bool:
    """Whether some letter was read as one that it only looks like."""
    for character, letter in zip(typed, firm, strict=True):
        base = unicodedata.normalize("NFKD", character).casefold()
        if letter not in unicodedata.normalize("NFKD", base) and not is_han(character):
            return True
    return False


def _cuts_a_character(letters: Letters, first: int, last: int) -> bool:
    places = letters.places
    return (first > 0 and places[first - 1] == places[first]) or (
        last < len(places) and places[last] == places[last - 1]
    )


def _gaps(letters: Letters, first: int, last: int) -> tuple[tuple[int, ...], bool]:
    """Return before which letters there is a separator, and whether one of them ends a phrase."""
    gaps: list[int] = []
    stopped = False
    places, text = letters.places, letters.text
    for index in range(first + 1, last):
        here, there = sorted((places[index - 1], places[index]))
        if there - here <= 1:
            continue
        between = [c for c in text[here + 1 : there] if not is_dropped(c)]
        if between:
            word = index - first - (gaps[-1] if gaps else 0)
            stopped |= _stops(between, word)
            gaps.append(index - first)
    return tuple(gaps), stopped


def _stops(between: list[str], word: int) -> bool:
    """Whether a phrase ends: at a mark before a space, but not at the point of an abbreviation."""
    if _STOPS.isdisjoint(between) or (between[0] == "." and word <= _ABBREVIATION):
        return False
    return not between[0].isascii() or any(map(str.isspace, between))


def _bounded(text: str, start: int, end: int) -> bool:
    return _ends(text, start - 1, -1, text[start]) and _ends(text, end, 1, text[end - 1])


def _ends(text: str, place: int, step: int, inner: str) -> bool:
    """Whether a word ends between a character and the place beside it."""
    if is_unspaced(inner):
        return True
    while 0 <= place < len(text) and is_dropped(text[place]):
        place += step
    if not 0 <= place < len(text):
        return True
    outer = text[place]
    return is_separator(outer) or is_unspaced(outer)
