from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.generation.colour import COLOURS, distance, luminance
from raisonne.generation.dice import Dice
from raisonne.generation.palette import PALETTES, Palette, curated, from_names

NAMES = st.lists(st.sampled_from(sorted(COLOURS)), min_size=1, max_size=4, unique=True)


@given(NAMES, st.integers(0, 2**63 - 1))
def test_named_colours_come_first_as_they_are(names: list[str], seed: int) -> None:
    palette = from_names(Dice(seed), names)
    assert palette.inks[: len(names)] == tuple(COLOURS[name] for name in names)
    assert palette.named == tuple(names)
    assert len(palette.inks) > len(names)


@given(st.sampled_from(sorted(COLOURS)), st.integers(0, 2**63 - 1))
def test_a_named_colour_stands_out_from_the_paper_chosen_for_it(name: str, seed: int) -> None:
    palette = from_names(Dice(seed), [name])
    assert distance(palette.ground, COLOURS[name]) > 100


@given(NAMES, st.sampled_from(sorted(COLOURS)))
def test_a_named_ground_is_the_ground(names: list[str], ground: str) -> None:
    palette = from_names(Dice(1), names, ground)
    assert palette.ground == COLOURS[ground]
    assert palette.ground_name == ground


@pytest.mark.parametrize("mood", sorted(PALETTES))
def test_a_mood_alone_gives_one_of_its_palettes(mood: str) -> None:
    for seed in range(8):
        palette = curated(Dice(seed), mood)
        assert len(palette.inks) == 5
        assert luminance(palette.dark) < luminance(palette.light)
        assert distance(palette.line, palette.ground) > 90


def test_monochrome_palettes_are_grey() -> None:
    for seed in range(20):
        palette = curated(Dice(seed), "monochrome")
        assert all(max(c) - min(c) <= 3 for c in (palette.ground, *palette.inks))


def test_first_never_drops_a_named_colour() -> None:
    palette = Palette((0, 0, 0), ((1, 1, 1), (2, 2, 2), (3, 3, 3)), ("a", "b"))
    assert palette.first(1) == ((1, 1, 1), (2, 2, 2))
