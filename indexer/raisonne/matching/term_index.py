"""The index of listed terms: every one of them is looked for in a text at once.

An Aho-Corasick automaton (Aho and Corasick 1975) over the merged letters of every spelling proposes
runs of letters; ``raisonne.matching.grading`` looks at each in the text as typed. Names that are
misspelt, turned around or told by the family name are found by their words. The index is made once
for a list, never changes, and can be searched by many threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import ahocorasick

from raisonne.matching.grading import Grading, grade
from raisonne.matching.letters import Letters, merge, plain_letters, seen_letters
from raisonne.matching.names import Names, joined_words
from raisonne.matching.sounds import sounding_letters, sounds_like
from raisonne.matching.spellings import Spelling, SpellingKind, spell
from raisonne.matching.turned_letters import backward_letters, turned_letters
from raisonne.rights.term import TermCategory, TermGrade, TermSeverity
from raisonne.rights.verdict import TermHit

MAX_PROPOSALS = 20_000
"""Proposals that are looked at in one text; a list of thousands of fragments could ask for more."""
MAX_HITS_PER_TERM = 20
"""Places of one term that are told; more of them say nothing new."""
_KEPT_SPELLINGS = 1 << 14
_INSIDE = 10
"""Letters below which a proposal inside a longer word is none."""
_BACKWARDS = 8
"""Letters from which on a term is told backwards."""
_Judge = Callable[[str, Spelling, Letters, int, int], Grading | None]
_STRENGTH = {TermGrade.EXACT: 0, TermGrade.OBSCURED: 1, TermGrade.FUZZY: 2}


@dataclass(frozen=True, slots=True)
class ListedTerm:
    """A term to be found, with what a hit says of it.

    Attributes:
        term: One spelling, as people write it.
        work: For a registered name, a work whose holder's it is.
        entry: ``terms/{id}`` for a term of a list.
        category: What kind of word it is.
        severity: What a tenant wants of it, for its own list.
        reason: Why it is listed.
        appeal: Where to contest it.
        languages: That it is written in; any if empty.
        holder: ``holders/{id}`` for a name of a rights holder.
    """

    term: str
    work: str = ""
    entry: str = ""
    category: TermCategory = TermCategory.ARTIST
    severity: TermSeverity | None = None
    reason: str = ""
    appeal: str = ""
    languages: tuple[str, ...] = ()
    holder: str = ""


@dataclass(frozen=True, slots=True)
class FoundTerms:
    """What was found in a text.

    Attributes:
        hits: In order of their place.
        complete: Whether everything in the text was looked at.
    """

    hits: tuple[TermHit, ...]
    complete: bool


class TermIndex:
    """Terms to be found in texts; immutable.

    Args:
        terms: In any order; those without a letter or digit are passed over.
    """

    def __init__(self, terms: Sequence[ListedTerm]) -> None:
        self._terms = tuple(terms)
        self._sounds = False
        # Spellings by number, each with one owner or, in the second, with further ones.
        numbers: dict[str, int] = {}
        self._owner: list[int] = []
        self._more: dict[int, list[int]] = {}
        for number, merged, kind in _all_spellings(self._terms):
            self._sounds |= kind is SpellingKind.PINYIN
            at = numbers.setdefault(merged, len(numbers))
            if at == len(self._owner):
                self._owner.append(number)
            else:
                self._more.setdefault(at, []).append(number)
        self._automaton = ahocorasick.Automaton(ahocorasick.STORE_INTS)
        for merged, at in numbers.items():
            self._automaton.add_word(merged, at)
        self._automaton.make_automaton()
        self._lengths = list(map(len, numbers))
        self._names = Names(
            [joined_words(listed.term) for listed in self._terms],
            [listed.category is TermCategory.ARTIST for listed in self._terms],
        )

    def __len__(self) -> int:
        """Return how many terms there are."""
        return len(self._terms)

    def find(self, text: str, field: str = "") -> FoundTerms:
        """Find every term in a text.

        Args:
            text: As typed.
            field: What the text is, to be told by each hit.

        Returns:
            Hits whose ``start`` and ``end`` count characters of the text as typed.
        """
        if not self._owner:
            return FoundTerms((), complete=True)
        found: dict[int, list[Grading]] = {}
        looked = 0
        for letters, judge in self._readings(text):
            for at, first, last in self._proposals(letters):
                if looked >= MAX_PROPOSALS:
                    return FoundTerms(self._hits(found, field), complete=False)
                looked += 1 + len(self._more.get(at, ()))
                self._look(at, letters, first, last, found, judge)
        for number, grading in self._names.find(text):
            found.setdefault(number, []).append(grading)
        return FoundTerms(self._hits(found, field), complete=True)

    def _readings(self, text: str) -> Iterator[tuple[Letters, _Judge]]:
        letters = plain_letters(text)
        yield letters, grade
        yield backward_letters(letters), _grade_backwards
        seen = seen_letters(text)
        if seen is not None:
            yield seen, grade
        for turned in turned_letters(text):
            yield turned, _grade_turned
        sounding = sounding_letters(text) if self._sounds else None
        if sounding is not None:
            yield sounding, sounds_like

    def _proposals(self, letters: Letters) -> Iterator[tuple[int, int, int]]:
        if not letters.merged:
            return
        text, places, lengths = letters.text, letters.places, self._lengths
        for end, at in self._automaton.iter(letters.merged):
            first = end + 1 - lengths[at]
            ends = sorted((places[first], places[end]))
            if lengths[at] < _INSIDE and _is_inside(text, *ends):
                continue
            yield at, first, end + 1

    def _look(
        self,
        at: int,
        letters: Letters,
        first: int,
        last: int,
        found: dict[int, list[Grading]],
        judge: _Judge,
    ) -> None:
        for number in (self._owner[at], *self._more.get(at, ())):
            listed = self._terms[number]
            for spelling in _spellings(listed.term, listed.languages):
                if len(spelling.firm) != last - first:
                    continue
                grading = judge(listed.term, spelling, letters, first, last)
                if grading is not None:
                    found.setdefault(number, []).append(grading)

    def _hits(self, found: dict[int, list[Grading]], field: str) -> tuple[TermHit, ...]:
        hits = [
            _hit(self._terms[number], grading, field)
            for number, gradings in found.items()
            for grading in _plainest(gradings)
        ]
        return tuple(
            sorted(hits, key=lambda hit: (hit.start, hit.end, hit.term, hit.work, hit.entry))
        )


def _hit(listed: ListedTerm, grading: Grading, field: str) -> TermHit:
    return TermHit(
        term=listed.term,
        work=listed.work,
        start=grading.start,
        end=grading.end,
        grade=grading.grade,
        key=grading.key,
        category=listed.category,
        field=field,
        entry=listed.entry,
        severity=listed.severity,
        reason=listed.reason,
        appeal=listed.appeal,
        holder=listed.holder,
    )


def _plainest(gradings: list[Grading]) -> list[Grading]:
    """Return the gradings of one term that no plainer or longer one overlaps."""
    kept: list[Grading] = []
    for grading in sorted(
        set(gradings), key=lambda g: (_STRENGTH[g.grade], g.start - g.end, g.start, g.key)
    ):
        if len(kept) == MAX_HITS_PER_TERM:
            break
        if all(grading.end <= other.start or other.end <= grading.start for other in kept):
            kept.append(grading)
    return kept


def _is_inside(text: str, first: int, last: int) -> bool:
    """Whether an ASCII word goes on at an end of a proposal, so that it is not worth a look."""
    return (first > 0 and _in_word(text[first - 1 : first + 1])) or _in_word(text[last : last + 2])


def _in_word(pair: str) -> bool:
    return len(pair) > 1 and pair.isascii() and pair.isalnum()


def _grade_backwards(
    term: str, spelling: Spelling, letters: Letters, first: int, last: int
) -> Grading | None:
    grading = grade(term, spelling, letters, first, last)
    # What reads the same from both ends is told by the other reading.
    if grading is None or grading.grade is not TermGrade.OBSCURED or last - first < _BACKWARDS:
        return None
    return replace(grading, key="backwards")


def _grade_turned(
    term: str, spelling: Spelling, letters: Letters, first: int, last: int
) -> Grading | None:
    grading = grade(term, spelling, letters, first, last)
    return None if grading is None else replace(grading, key="turned")


@lru_cache(maxsize=_KEPT_SPELLINGS)
def _spellings(term: str, languages: tuple[str, ...]) -> tuple[Spelling, ...]:
    return spell(term, languages)


def _all_spellings(
    terms: Sequence[ListedTerm],
) -> Iterator[tuple[int, str, SpellingKind]]:
    """Yield the merged letters of every spelling, with the number of its term."""
    simple = [number for number, listed in enumerate(terms) if _is_simple(listed.term)]
    # Most terms are words of ASCII letters. All of them at once take a fifth of the time.
    block = merge("\n".join([terms[number].term for number in simple]).lower().replace(" ", ""))
    for number, merged in zip(simple, block.split("\n"), strict=False):
        yield number, merged, SpellingKind.LISTED
    for number in sorted(set(range(len(terms))).difference(simple)):
        seen: set[str] = set()
        for spelling in _spellings(terms[number].term, terms[number].languages):
            merged = merge(spelling.firm)
            if merged not in seen:
                seen.add(merged)
                yield number, merged, spelling.kind


def _is_simple(term: str) -> bool:
    return term.isascii() and term.replace(" ", "").isalnum()
