from __future__ import annotations

import pytest

from raisonne.generation.brief import Brief, colour_phrase, counted, listing, sentence, where
from raisonne.generation.dice import Dice
from raisonne.generation.palette import Palette


@pytest.mark.parametrize(
    ("words", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_listing(words: list[str], text: str) -> None:
    assert listing(words) == text


def test_counted_nouns() -> None:
    assert counted(1, "boat") == "one boat"
    assert counted(12, "daisy", "daisies") == "twelve daisies"
    assert counted(13, "pane") == "13 panes"


def test_sentences_leave_out_what_is_empty() -> None:
    assert sentence("waves", "", "in red") == "Waves, in red"


def test_sides() -> None:
    assert [where(side) for side in ("left", "centre", "")] == ["on the left", "in the centre", ""]


def test_colours_in_captions() -> None:
    palette = Palette((0, 0, 0), ((1, 1, 1),), ("red", "blue"), "black")
    assert colour_phrase(palette, "warm") == "in red and blue on black in a warm palette"


def test_asking_beats_chance() -> None:
    brief = Brief(
        subjects=frozenset({"sun"}),
        absent=frozenset({"moon"}),
        counts={"boat": (3, 3)},
        tints={"boat": "red"},
        density="dense",
        weight="fine",
    )
    assert brief.wants(Dice(1), "sun", 0.0)
    assert not brief.wants(Dice(1), "moon", 1.0)
    assert brief.count(Dice(1), "boat", (7, 9)) == 3
    assert 7 <= brief.count(Dice(1), "bird", (7, 9)) <= 9
    assert brief.tint("boat", (0, 0, 0)) == (200, 50, 43)
    assert brief.tint("sail", (0, 0, 0)) == (0, 0, 0)
    assert brief.level(1.0, 2.0, 3.0) == 3.0
    assert brief.stroke(1.0, 2.0, 3.0) == 1.0
