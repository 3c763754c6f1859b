from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from raisonne.app.coverage import carry, change_of, cover
from raisonne.rights.match import Match, Mechanism, Region, Transform

SIZE = (200, 100)
ANY = st.floats(allow_nan=True, allow_infinity=True)
USUAL = st.floats(-3, 3)


def match(transform: Transform | None, region: Region | None = None) -> Match:
    return Match(
        "works/w", "assets/a", Mechanism.GEOMETRY, "rootsift-v1", 0.8, 0.3, 0.95, region, transform
    )


def placed(
    scale: float, degrees: float, shift: tuple[float, float], *, mirror: bool = False
) -> Transform:
    """The transform that undoes: mirror, then scale, turn clockwise and move the work."""
    turn = math.radians(degrees)
    rotation = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    forward: NDArray[np.float64] = np.eye(3)
    forward[:2, :2] = rotation @ np.diag([-scale if mirror else scale, scale])
    forward[:2, 2] = shift
    return as_transform(np.linalg.inv(forward))


def as_transform(matrix: NDArray[np.float64]) -> Transform:
    a, b, c, d, e, f, g, h, i = (float(value) for value in matrix.ravel())
    return a, b, c, d, e, f, g, h, i


def test_a_crop_is_a_known_share_of_the_work() -> None:
    covered = cover(match((1, 0, 30, 0, 1, 20, 0, 0, 1)), (100, 50), SIZE)
    assert covered is not None
    assert covered.query_share == pytest.approx(1)
    assert covered.work_share == pytest.approx(0.25)
    assert covered.work_outline.min(axis=0) == pytest.approx((30, 20))
    assert covered.work_outline.max(axis=0) == pytest.approx((130, 70))


def test_a_turned_paste_is_a_known_share_of_the_query() -> None:
    covered = cover(match(placed(0.5, 30, (150, 60))), (400, 400), SIZE)
    assert covered is not None
    assert covered.work_share == pytest.approx(1)
    assert covered.query_share == pytest.approx(100 * 50 / 400**2)
    assert len(covered.query_outline) == 4
    assert covered.change.scale == pytest.approx(0.5)
    assert covered.change.degrees == pytest.approx(30)


def test_a_region_bounds_what_a_transform_would_allow() -> None:
    everywhere: Transform = (1, 0, 0, 0, 1, 0, 0, 0, 1)
    covered = cover(match(everywhere, Region(50, 0, 50, 50)), SIZE, SIZE)
    assert covered is not None
    assert covered.query_share == covered.work_share == pytest.approx(0.125)
    assert cover(match(everywhere, Region(300, 0, 50, 50)), SIZE, SIZE) is None


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("degrees", [-150, -90, -13, 0, 45, 90, 170])
def test_what_was_done_is_read_off(degrees: float, mirror: bool) -> None:
    change = change_of(placed(0.62, degrees, (500, 300), mirror=mirror), [(0, 0), (9, 0), (9, 9)])
    assert change is not None
    assert change.scale == pytest.approx(0.62)
    assert change.degrees == pytest.approx(degrees, abs=1e-6)
    assert change.mirrored is mirror
    assert change.stretch == pytest.approx(1)
    assert change.perspective == pytest.approx(1)


def test_stretching_and_perspective_are_told_apart() -> None:
    stretched = change_of((0.5, 0, 0, 0, 1, 0, 0, 0, 1), [(0, 0), (9, 9)])
    tilted = change_of((1, 0, 0, 0, 1, 0, 0.002, 0, 1), [(0, 0), (200, 0), (200, 100), (0, 100)])
    assert stretched is not None
    assert tilted is not None
    assert (stretched.stretch, stretched.perspective) == pytest.approx((2, 1))
    assert tilted.perspective == pytest.approx(1.4)


def test_a_horizon_in_the_query_cuts_the_part() -> None:
    # Depth is zero along x = 100: what lies beyond is behind the camera.
    covered = cover(match((1, 0, 0, 0, 1, 0, -0.01, 0, 1)), (200, 100), (10**6, 10**6))
    assert covered is not None
    assert covered.query_outline[:, 0].max() < 100
    assert np.isfinite(covered.work_outline).all()


@pytest.mark.parametrize(
    "transform",
    [
        None,
        (0, 0, 0, 0, 0, 0, 0, 0, 0),
        (0, 0, 0, 0, 0, 0, 0, 0, 1),
        (1, 1, 0, 1, 1, 0, 0, 0, 1),
        (1, 0, 0, 0, 1, 0, 0, 0, 0),
        (1, 0, 10_000, 0, 1, 0, 0, 0, 1),
        (math.nan, 0, 0, 0, 1, 0, 0, 0, 1),
        (math.inf, 0, 0, 0, 1, 0, 0, 0, 1),
        (1e308, 0, 0, 0, 1e-308, 0, 0, 0, 1),
    ],
)
def test_what_lays_nothing_over_the_work_covers_nothing(transform: Transform | None) -> None:
    assert cover(match(transform), SIZE, SIZE) is None


@given(st.tuples(*[ANY] * 9), st.tuples(*[ANY] * 4))
def test_any_numbers_are_survived(transform: Transform, box: tuple[float, ...]) -> None:
    covered = cover(match(transform, Region(*box)), SIZE, SIZE)
    assert covered is None or 0 < covered.work_share <= 1


@given(st.tuples(*[USUAL] * 8))
def test_a_part_lies_in_both_pictures_and_one_is_the_other_carried_over(
    entries: tuple[float, ...],
) -> None:
    a, b, c, d, e, f, g, h = entries
    transform = (a, b, 100 * c, d, e, 100 * f, g / 100, h / 100, 1.0)
    covered = cover(match(transform), SIZE, SIZE)
    if covered is None:
        return
    for outline in (covered.query_outline, covered.work_outline):
        assert (outline >= -1e-3).all()
        assert (outline <= np.array(SIZE) + 1e-3).all()
    matrix = np.array(transform).reshape(3, 3)
    carried = carry(matrix, covered.query_outline)
    assert carried == pytest.approx(covered.work_outline, rel=1e-4, abs=1e-2)
    assert 0 < covered.query_share <= 1
