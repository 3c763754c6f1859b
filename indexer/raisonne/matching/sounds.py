"""Chinese names by their sound: other characters that are read alike, or pinyin between them.

Only names of three characters or more are told so, and only where at most one of three (two of
four) is written otherwise: a text holds too many syllables for sound alone to mean anything.
"""

from __future__ import annotations

from raisonne.matching.grading import Grading
from raisonne.matching.letters import Letters, is_han, merge, plain
from raisonne.matching.spellings import Spelling, SpellingKind, syllable
from raisonne.rights.term import TermGrade

_SHORTEST = 3


def sounding_letters(text: str) -> Letters | None:
    """Return a text's letters with its Chinese characters in pinyin; None if there are none."""
    if text.isascii() or not any(map(is_han, text)):
        return None
    firm: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for letter in plain(character):
            read = syllable(letter) if is_han(letter) else letter
            firm.extend(read)
            places.extend([place] * len(read))
    joined = "".join(firm)
    return Letters(text, joined, merge(joined), places)


def sounds_like(
    term: str,  # noqa: ARG001 - graders are called alike
    spelling: Spelling,
    letters: Letters,
    first: int,
    last: int,
) -> Grading | None:
    """Grade a proposal by its sound; see ``raisonne.matching.grading.grade``."""
    if spelling.kind is not SpellingKind.PINYIN or len(spelling.han) < _SHORTEST:
        return None
    places = letters.places
    cut = (first > 0 and places[first - 1] == places[first]) or (
        last < len(places) and places[last] == places[last - 1]
    )
    if cut or letters.firm[first:last] != spelling.firm:
        return None
    begins = sorted({0, *spelling.breaks, *spelling.loose})
    typed = [letters.text[places[first + begin]] for begin in begins]
    same = sum(plain(character) == han for character, han in zip(typed, spelling.han, strict=True))
    if not max(2, len(begins) - 2) <= same < len(begins):
        return None
    start, end = places[first], places[last - 1] + 1
    if any(c.isspace() for c in letters.text[start:end]):
        return None
    return Grading(TermGrade.FUZZY, "sound", start, end)
