from __future__ import annotations

from raisonne.generation.brief import Facet
from raisonne.generation.colour import COLOURS
from raisonne.generation.families import FAMILIES
from raisonne.generation.grammar import words_of
from raisonne.generation.palette import PALETTES
from raisonne.generation.vocabulary import STOP_WORDS, build_vocabulary

VOCABULARY = build_vocabulary(FAMILIES)


def values(facet: Facet) -> set[str]:
    return {s.value for senses in VOCABULARY.values() for s in senses if s.facet is facet}


def test_phrases_are_written_as_words_are_read() -> None:
    assert all(words_of(phrase) == phrase.split(" ") for phrase in VOCABULARY)


def test_every_word_that_is_understood_can_be_reported() -> None:
    assert all(set(phrase.split()) - STOP_WORDS for phrase in VOCABULARY)


def test_what_words_mean_exists() -> None:
    assert values(Facet.FAMILY) == {family.name for family in FAMILIES}
    assert values(Facet.COLOUR) == set(COLOURS)
    assert values(Facet.MOOD) <= set(PALETTES)
    assert values(Facet.TIME) | values(Facet.SEASON) <= set(PALETTES)


def test_what_families_can_do_has_words() -> None:
    for family in FAMILIES:
        assert set(family.subjects) <= values(Facet.SUBJECT)
        assert family.styles <= values(Facet.STYLE)
        assert family.countable | family.optional | family.tintable <= {*family.subjects}


def test_every_subject_and_style_word_is_of_use_to_some_family() -> None:
    drawn = {subject for family in FAMILIES for subject in family.subjects} | {"ground"}
    assert values(Facet.SUBJECT) == drawn
    assert values(Facet.STYLE) == {style for family in FAMILIES for style in family.styles}


def test_the_vocabulary_is_large() -> None:
    assert len(VOCABULARY) > 500
