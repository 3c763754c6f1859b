from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from raisonne.generation.colour import (
    COLOUR_WORDS,
    COLOURS,
    Colour,
    darker,
    distance,
    jitter,
    lighter,
    luminance,
    mix,
)
from raisonne.generation.dice import Dice

CHANNELS = st.integers(0, 255)
ANY_COLOUR = st.tuples(CHANNELS, CHANNELS, CHANNELS)


@given(ANY_COLOUR, ANY_COLOUR, st.floats(0, 1))
def test_mixtures_lie_between_their_parts(first: Colour, second: Colour, share: float) -> None:
    mixed = mix(first, second, share)
    assert all(min(a, b) <= m <= max(a, b) for a, b, m in zip(first, second, mixed, strict=True))
    assert mix(first, second, 0.0) == first
    assert mix(first, second, 1.0) == second


@given(ANY_COLOUR)
def test_tints_are_lighter_and_shades_are_darker(colour: Colour) -> None:
    assert luminance(lighter(colour, 0.5)) >= luminance(colour) - 0.03
    assert luminance(darker(colour, 0.5)) <= luminance(colour) + 0.01


@given(ANY_COLOUR, st.integers(0, 2**32), st.integers(0, 40))
def test_jitter_stays_in_gamut_and_close(colour: Colour, seed: int, amount: int) -> None:
    moved = jitter(Dice(seed), colour, amount)
    assert all(0 <= channel <= 255 for channel in moved)
    assert distance(colour, moved) <= 2.4 * amount + 1


def test_every_colour_word_names_a_colour_and_every_colour_has_a_word() -> None:
    assert set(COLOUR_WORDS.values()) == set(COLOURS)


def test_names_that_differ_can_be_told_apart_from_their_dark_and_light_kin() -> None:
    for hue in ("red", "green", "blue", "purple"):
        assert distance(COLOURS[hue], COLOURS[f"dark {hue}"]) > 40
        assert distance(COLOURS[hue], COLOURS[f"light {hue}"]) > 40
