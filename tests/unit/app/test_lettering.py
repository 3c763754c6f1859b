from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.app.lettering import fit, line_font, width, wrap


@given(st.text(max_size=60), st.integers(1, 300))
def test_a_line_fits_its_room_or_is_only_the_sign_that_it_is_cut(text: str, room: int) -> None:
    line = fit(text, 16, room)
    assert "\n" not in line
    assert line == "…" or width(line, 16) <= room


def test_a_line_that_fits_is_left_alone() -> None:
    assert fit("Water Lilies", 16, 500) == "Water Lilies"
    assert fit("Water Lilies", 16, 60).endswith("…")


@given(st.text("abc ", max_size=200), st.integers(60, 200), st.integers(1, 4))
def test_a_text_is_broken_between_words(text: str, room: int, lines: int) -> None:
    broken = wrap(text, 16, room, lines)
    assert len(broken) <= lines
    assert all(width(line, 16) <= room for line in broken)
    if "…" not in "".join(broken):
        assert " ".join(broken) == " ".join(text.split())


@pytest.mark.parametrize("text", ["", "plain", "é", "画", "a→b", "\ud800"])
def test_every_text_has_a_font(text: str) -> None:
    assert line_font(text, 16) is line_font(text, 16)
