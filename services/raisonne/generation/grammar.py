"""Prompts to briefs: which words are understood, and which family can draw most of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from raisonne.generation.brief import Brief, Facet, Family
from raisonne.generation.dice import Dice
from raisonne.generation.drafting import Draft, Reading
from raisonne.generation.vocabulary import (
    GROUND_PREPOSITIONS,
    NEGATORS,
    STOP_WORDS,
    build_vocabulary,
)

_NAMED: Final = 12
_STYLED: Final = 2
_APOSTROPHES: Final = "'\u2019"
_WORD_CATEGORIES: Final = "LMN"


def words_of(prompt: str) -> list[str]:
    """Return the words of a prompt, lower-cased, in order, repeats included.

    A word is a longest run of letters, marks and digits of any script; an apostrophe within it
    belongs to it.
    """
    text = unicodedata.normalize("NFC", prompt).lower()

    def inside(character: str) -> bool:
        return character in _APOSTROPHES or unicodedata.category(character)[0] in _WORD_CATEGORIES

    runs = ("".join(run).strip(_APOSTROPHES) for within, run in groupby(text, inside) if within)
    return [run for run in runs if run]


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What becomes of a prompt.

    Attributes:
        family: Chosen.
        brief: For the family.
        understood: Words that shaped the picture, once each, in prompt order.
        ignored: The other content words, once each, in prompt order.
    """

    family: Family
    brief: Brief
    understood: tuple[str, ...]
    ignored: tuple[str, ...]


def _singulars(word: str) -> list[str]:
    """Return what the word may be the plural or the possessive of."""
    bare = word.removesuffix("'s").removesuffix("\u2019s")
    forms = [bare] if bare != word else []
    forms += [bare[:-3] + "y"] if bare.endswith("ies") else []
    forms += [bare[:-2]] if bare.endswith("es") else []
    forms += [bare[:-1]] if bare.endswith("s") and not bare.endswith("ss") else []
    return forms


class Grammar:
    """Reads prompts for a set of families.

    Args:
        families: To choose from; not empty.
    """

    def __init__(self, families: Sequence[Family]) -> None:
        self._families = tuple(families)
        self.vocabulary = build_vocabulary(families)
        self._longest_phrase = max(len(phrase.split()) for phrase in self.vocabulary)

    def interpret(self, prompt: str, dice: Dice) -> Interpretation:
        """Return the family and the brief for a prompt.

        The family is the one that more of the prompt speaks for; chance decides between equals,
        and among all of them when nothing in the prompt speaks for any.

        Args:
            prompt: Any text.
            dice: Chance.
        """
        words = words_of(prompt)
        readings = self._read(words)
        scores = [_score(family, readings) for family in self._families]
        best = max(scores)
        family = dice.pick([f for f, s in zip(self._families, scores, strict=True) if s == best])
        drafted = Draft(family, readings)
        used = {i for r in drafted.used for i in range(r.start, r.end)}
        understood = {words[i] for i in used} - STOP_WORDS
        content = list(dict.fromkeys(word for word in words if word not in STOP_WORDS))
        return Interpretation(
            family,
            drafted.brief(),
            tuple(word for word in content if word in understood),
            tuple(word for word in content if word not in understood),
        )

    def _read(self, words: list[str]) -> list[Reading]:
        readings, start = [], 0
        while start < len(words):
            reading = self._longest(words, start)
            if reading is None:
                start += 1
            else:
                readings.append(reading)
                start = reading.end
        return readings

    def _longest(self, words: list[str], start: int) -> Reading | None:
        """Return the longest phrase that starts here and has a meaning, or None."""
        before = words[start - 1] if start else ""
        for end in range(min(len(words), start + self._longest_phrase), start, -1):
            head, last = words[start : end - 1], words[end - 1]
            for form in (last, *_singulars(last)):
                senses = self.vocabulary.get(" ".join([*head, form]))
                if senses:
                    plural = form != last and last.endswith("s")
                    return Reading(
                        start,
                        end,
                        senses,
                        plural,
                        before in NEGATORS,
                        before in GROUND_PREPOSITIONS,
                    )
        return None


def _score(family: Family, readings: list[Reading]) -> int:
    """Return how strongly a prompt speaks for a family."""
    total = 0
    for reading in readings:
        if reading.negated:
            continue
        for sense in reading.senses:
            if sense.facet is Facet.FAMILY:
                total += _NAMED * (sense.value == family.name)
            elif sense.facet is Facet.STYLE:
                total += _STYLED * (sense.value in family.styles)
            elif sense.facet is Facet.SUBJECT:
                total += family.subjects.get(sense.value, 0)
            elif (
                family.depicts and sense.facet in {Facet.TIME, Facet.SEASON, Facet.WEATHER}
            ) or sense.facet is Facet.SIDE:
                total += sense.facet in family.facets
    return total
