from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.generation.dice import Dice
from raisonne.generation.geometry import (
    Frame,
    arc,
    circle,
    clip_half_plane,
    ellipse,
    line,
    moved,
    peaks,
    positions,
    profile,
    rectangle,
    regular,
    ribbon,
)


@pytest.mark.parametrize(
    ("size", "frame"),
    [((64, 64), (1.0, 1.0)), ((1600, 400), (4.0, 1.0)), ((64, 4096), (1.0, 64.0))],
)
def test_the_short_side_is_one(size: tuple[int, int], frame: tuple[float, float]) -> None:
    assert (Frame.of(*size).width, Frame.of(*size).height) == frame


def test_a_circle_keeps_its_radius_to_a_twelfth_of_the_finest_pixel() -> None:
    points = circle(0.5, 0.5, 0.4)
    middles = (points + np.roll(points, -1, axis=0)) / 2 - 0.5
    sagitta = 0.4 - np.sqrt((middles * middles).sum(axis=1))
    assert sagitta.max() * 4096 < 1 / 12


def test_arcs_run_clockwise_from_the_right() -> None:
    points = arc(0.0, 0.0, 1.0, 0.0, 0.25)
    assert points[0] == pytest.approx((1.0, 0.0))
    assert points[-1] == pytest.approx((0.0, 1.0))


def test_ellipses_turn() -> None:
    points = ellipse(0.0, 0.0, 2.0, 1.0, turn=0.25)
    assert np.abs(points).max(axis=0) == pytest.approx((1.0, 2.0), abs=1e-3)


def test_regular_polygons_point_up() -> None:
    assert regular(0.0, 0.0, 1.0, 3)[0] == pytest.approx((0.0, -1.0))


def test_a_line_is_as_wide_as_asked() -> None:
    points = line((0.0, 0.0), (1.0, 0.0), 0.2)
    assert points[:, 1].max() - points[:, 1].min() == pytest.approx(0.2)


def test_a_ribbon_tapers() -> None:
    points = ribbon(np.array([(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)]), [0.2, 0.1, 0.0])
    assert points.shape == (6, 2)
    assert np.abs(points[:, 1]).tolist() == pytest.approx([0.1, 0.05, 0.0, 0.0, 0.05, 0.1])


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(-2, 2))
def test_moving_keeps_lengths(x: float, y: float, turn: float) -> None:
    square = rectangle(-0.5, -0.5, 0.5, 0.5)
    edges = np.diff(moved(square, x, y, turn=turn), axis=0)
    assert np.sqrt((edges * edges).sum(axis=1)) == pytest.approx([1.0, 1.0, 1.0])


@given(st.floats(0, 1), st.floats(-1.5, 1.5))
def test_clipping_keeps_the_half_plane(turn: float, offset: float) -> None:
    normal = tuple(moved(np.array([(1.0, 0.0)]), 0.0, 0.0, turn=turn)[0].tolist())
    kept = clip_half_plane(rectangle(-1, -1, 1, 1), (normal[0], normal[1]), offset)
    assert (kept @ np.array(normal) <= offset + 1e-9).all()


def test_positions_stay_few_in_a_very_long_picture() -> None:
    assert len(positions(Frame(64.0, 1.0))) < 2700
    assert positions(Frame(1.0, 1.0))[-1] > 1.0


def test_height_lines_stay_in_their_range_and_summits_are_high() -> None:
    xs = positions(Frame(4.0, 1.0))
    for seed in range(20):
        assert np.abs(profile(Dice(seed), xs, 0.5)).max() <= 1.34
        heights, summits = peaks(Dice(seed), xs, 0.4)
        assert heights.max() < 1.2
        assert len(summits) > 3
