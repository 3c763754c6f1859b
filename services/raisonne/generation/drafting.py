"""Readings to a brief: what of a prompt one family can draw."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from raisonne.generation.brief import Brief, Facet, Family
from raisonne.generation.dice import Span
from raisonne.generation.vocabulary import (
    SEVERAL,
    Sense,
)

_REACH: Final = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """Words that stand for something.

    Attributes:
        start: Index of the first word.
        end: Index after the last word.
        senses: What they may mean, in order of preference.
        plural: Whether they were in the plural.
        negated: Whether ``no`` or ``without`` stands before them.
        grounded: Whether ``on`` or ``against`` stands before them.
    """

    start: int
    end: int
    senses: tuple[Sense, ...]
    plural: bool
    negated: bool
    grounded: bool

    def subjects(self) -> tuple[str, ...]:
        """Return the subjects they may name."""
        return tuple(sense.value for sense in self.senses if sense.facet is Facet.SUBJECT)


@dataclass(slots=True)
class Draft:
    """A brief while it is being filled, by what one family can draw."""

    family: Family
    readings: list[Reading]
    single: dict[Facet, str] = field(default_factory=dict)
    colours: list[str] = field(default_factory=list)
    ground: str = ""
    subjects: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    tints: dict[str, str] = field(default_factory=dict)
    counts: dict[str, Span] = field(default_factory=dict)
    used: list[Reading] = field(default_factory=list)

    def __post_init__(self) -> None:
        for index, reading in enumerate(self.readings):
            if any(self._take(sense, index) for sense in reading.senses):
                self.used.append(reading)
        self._count_the_rest()

    def brief(self) -> Brief:
        """Return the brief."""
        return Brief(
            colours=tuple(self.colours),
            ground=self.ground,
            mood=self.single.get(Facet.MOOD, ""),
            time=self.single.get(Facet.TIME, ""),
            season=self.single.get(Facet.SEASON, ""),
            weather=self.single.get(Facet.WEATHER, ""),
            side=self.single.get(Facet.SIDE, ""),
            density=self.single.get(Facet.DENSITY, ""),
            weight=self.single.get(Facet.WEIGHT, ""),
            subjects=frozenset(self.subjects),
            absent=frozenset(self.absent),
            tints=self.tints,
            counts=self.counts,
        )

    def _take(self, sense: Sense, index: int) -> bool:
        """Put one sense into the brief if the family can draw it; return whether it did."""
        match sense.facet:
            case Facet.FAMILY:
                return sense.value == self.family.name
            case Facet.STYLE:
                return sense.value in self.family.styles
            case Facet.COLOUR:
                return self._take_colour(sense.value, index)
            case Facet.SUBJECT:
                return self._take_subject(sense.value, self.readings[index])
            case Facet.COUNT:
                return self._take_count(sense, index)
            case _:
                return self._take_single(sense)

    def _take_single(self, sense: Sense) -> bool:
        """Take what there can be only one of; a time or a season may only choose the palette."""
        facet = sense.facet
        if facet in {Facet.TIME, Facet.SEASON} and not self.family.depicts:
            facet = Facet.MOOD
        if facet not in self.family.facets:
            return False
        return self.single.setdefault(facet, sense.value) == sense.value

    def _take_colour(self, colour: str, index: int) -> bool:
        reading = self.readings[index]
        following = self.readings[index + 1] if index + 1 < len(self.readings) else None
        adjacent = following is not None and following.start == reading.end
        subjects = following.subjects() if following is not None and adjacent else ()
        if "ground" in subjects or (reading.grounded and not subjects):
            self.ground = self.ground or colour
            return self.ground == colour
        for subject in subjects:
            if subject in self.family.tintable:
                return self.tints.setdefault(subject, colour) == colour
        if colour not in self.colours and len(self.colours) < self.family.colours:
            self.colours.append(colour)
        return colour in self.colours

    def _take_subject(self, subject: str, reading: Reading) -> bool:
        if subject == "ground":
            return bool(self.ground)
        if subject not in self.family.subjects:
            return False
        if reading.negated:
            if subject not in self.family.optional or subject in self.subjects:
                return False
            self.absent.add(subject)
            return True
        if subject in self.absent:
            return False
        self.subjects.add(subject)
        return True

    def _take_count(self, sense: Sense, index: int) -> bool:
        """Give a number to the subject that follows it, a colour or another word in between."""
        reading = self.readings[index]
        for following in self.readings[index + 1 :]:
            if following.start > reading.end + _REACH:
                return False
            for subject in following.subjects():
                if subject in self.family.countable and sense.span is not None:
                    return self.counts.setdefault(subject, sense.span) == sense.span
            if following.subjects():
                return False
        return False

    def _count_the_rest(self) -> None:
        """Let the singular mean one and the plural a few, where no number was given."""
        for reading in self.used:
            for sense in reading.senses:
                if sense.facet is Facet.SUBJECT and sense.value in self.subjects:
                    if sense.value in self.family.countable:
                        usual = sense.span or (SEVERAL if reading.plural else (1, 1))
                        self.counts.setdefault(sense.value, usual)
                    break
