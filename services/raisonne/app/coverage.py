"""How much of a work lies where in a query, and what was done to it, read off a homography.

Places are in continuous pixel coordinates at full resolution: a picture spans [0, width] x
[0, height].
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from raisonne.rights.match import Match, Region, Transform

Places = NDArray[np.float64]
"""Shape (n, 2): x and y of each place; as an outline, the corners of a convex polygon in order."""

_NOTHING = 1e-9
"""Share of a picture, and ratio of a transform's axes, below which nothing is left to show."""
_HORIZON = 1e-6
"""Depth, relative to the transform's largest entry, that counts as infinitely far away."""


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to a work to give its place in the query, at the middle of that place.

    Attributes:
        scale: Query pixels for one work pixel: the square root of the change of area.
        stretch: The longer over the shorter axis of what a circle became, at least 1.
        degrees: Turn, clockwise as seen, -180 to 180.
        mirrored: Whether left and right were swapped before the turn.
        perspective: Farthest over nearest depth across the place; 1 for an affine change.
    """

    scale: float
    stretch: float
    degrees: float
    mirrored: bool
    perspective: float


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """Which part of a query shows which part of a work.

    Attributes:
        query_outline: The part of the query, in query pixels.
        work_outline: The same corners in work pixels.
        query_share: The part's share of the query's area.
        work_share: The part's share of the work's area.
        change: What was done to the work.
    """

    query_outline: Places
    work_outline: Places
    query_share: float
    work_share: float
    change: Change


def cover(match: Match, query_size: tuple[int, int], work_size: tuple[int, int]) -> Coverage | None:
    """Return where a match's work lies in the query.

    The part is what lies in the query, in the match's region and, carried over, in the work. All
    of these bounds are half-planes of the query, also under a homography, so a horizon that runs
    through the query cuts the part like any other bound, and no corner is ever carried to infinity
    (polygon clipping after Sutherland and Hodgman, 1974, in homogeneous coordinates).

    Args:
        match: What was found.
        query_size: Width and height in pixels.
        work_size: Width and height in pixels.

    Returns:
        None where the match has no transform, or one that lays nothing over the work.
    """
    unit = _unit_transform(match.transform, query_size, work_size)
    corners = _corners(match.region, query_size)
    if unit is None or corners is None:
        return None
    for bound in _bounds(unit, corners):
        corners = _cut(corners, bound)
    if len(corners) < 3:  # noqa: PLR2004 - a polygon has three corners
        return None
    carried = carry(unit, corners)
    shares = _area(corners), _area(carried)
    change = change_of(match.transform, corners * query_size)
    if min(shares) < _NOTHING or change is None:
        return None
    return Coverage(
        query_outline=corners * query_size,
        work_outline=carried * work_size,
        query_share=min(shares[0], 1.0),
        work_share=min(shares[1], 1.0),
        change=change,
    )


def change_of(transform: Transform | None, outline: ArrayLike) -> Change | None:
    """Return what a transform undoes.

    Args:
        transform: From query to work.
        outline: Places of the query that it is about, shape (n, 2).

    Returns:
        None where there is no transform, or one that is singular in the middle of the places.
    """
    matrix, places = _matrix(transform), np.asarray(outline, np.float64)
    if matrix is None:
        return None
    with np.errstate(all="ignore"):
        across, down, depth = matrix @ (*places.mean(axis=0), 1.0)
        middle = np.array([[across], [down]]) / depth
        derivative = (matrix[:2, :2] - middle * matrix[2, :2]) / depth
        depths = (places @ matrix[2, :2] + matrix[2, 2]) / depth
    if not (np.isfinite(derivative).all() and np.isfinite(depths).all()):
        return None
    left, axes, right = np.linalg.svd(derivative)
    if axes[1] <= _NOTHING * axes[0]:
        return None
    # The nearest rotation from work to query: the polar factor of the derivative, turned back.
    turn = (left @ right).T
    mirrored = bool(np.linalg.det(turn) < 0)
    if mirrored:
        turn[:, 0] *= -1
    return Change(
        scale=1 / math.sqrt(axes[0] * axes[1]),
        stretch=float(axes[0] / axes[1]),
        degrees=math.degrees(math.atan2(turn[1, 0], turn[0, 0])),
        mirrored=mirrored,
        perspective=float(depths.max() / depths.min()) if depths.min() > 0 else math.inf,
    )


def carry(matrix: NDArray[np.float64], places: Places) -> Places:
    """Return places carried through a homography, shape (3, 3); they lie before its horizon."""
    carried = places @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(carried[:, :2] / carried[:, 2:])


def _matrix(transform: Transform | None) -> NDArray[np.float64] | None:
    """Return a transform scaled to a largest entry of 1, or None where it is not usable."""
    if transform is None or not all(map(math.isfinite, transform)) or not any(transform):
        return None
    matrix = np.array(transform).reshape(3, 3)
    return np.asarray(matrix / np.abs(matrix).max())


def _unit_transform(
    transform: Transform | None, query_size: tuple[int, int], work_size: tuple[int, int]
) -> NDArray[np.float64] | None:
    """Return the transform between pictures scaled to unit squares, where areas are shares."""
    matrix = _matrix(transform)
    if matrix is None:
        return None
    unit = matrix * (*query_size, 1) / np.array([[work_size[0]], [work_size[1]], [1]])
    largest = np.abs(unit).max()
    return np.asarray(unit / largest) if largest > 0 else None


def _corners(region: Region | None, size: tuple[int, int]) -> Places | None:
    """Return the part of a region that lies in the picture, scaled to a unit square."""
    if region is None:
        return np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
    left, right = (min(max(x / size[0], 0), 1) for x in (region.x, region.x + region.width))
    top, bottom = (min(max(y / size[1], 0), 1) for y in (region.y, region.y + region.height))
    if not (left < right and top < bottom):
        return None
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)])


def _bounds(unit: NDArray[np.float64], corners: Places) -> Iterator[NDArray[np.float64]]:
    """Yield lines (a, b, c): where a x + b y + c >= 0, places fall into the work."""
    across, down, depth = unit
    if depth @ (*corners.mean(axis=0), 1) < 0:
        across, down, depth = -across, -down, -depth
    yield depth - (0, 0, _HORIZON)
    yield from (across, down, depth - across, depth - down)


def _cut(corners: Places, bound: NDArray[np.float64]) -> Places:
    """Return the part of a convex polygon on the inner side of a line."""
    heights = corners @ bound[:2] + bound[2]
    kept: list[Places] = []
    for index, (place, height) in enumerate(zip(corners, heights, strict=True)):
        before, below = corners[index - 1], heights[index - 1]
        if (height >= 0) != (below >= 0):
            kept.append(before + (place - before) * (below / (below - height)))
        if height >= 0:
            kept.append(place)
    return np.array(kept).reshape(-1, 2)


def _area(corners: Places) -> float:
    """Return a polygon's area by the shoelace formula."""
    x, y = corners.T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)
