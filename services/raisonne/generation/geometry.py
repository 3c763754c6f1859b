"""Points of shapes, in unit coordinates: the short side of a picture is 1, y points down."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np

from raisonne.generation.dice import Dice
from raisonne.generation.exact import FloatArray, cosine, cosines, interpolate, sine, sines, smooth

Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """The picture's extent, so that a wide picture is composed and not stretched.

    Attributes:
        width: At least 1; 1 for a square.
        height: At least 1; one of the two is exactly 1.
    """

    width: float
    height: float

    @classmethod
    def of(cls, width: int, height: int) -> Frame:
        """Return the frame of a picture of this many pixels."""
        short = min(width, height)
        return cls(width / short, height / short)

    @property
    def area(self) -> float:
        """Area, 1 for a square."""
        return self.width * self.height


def polygon(points: Iterable[Point]) -> FloatArray:
    """Return points as an array of shape (n, 2)."""
    return np.array(list(points), dtype=np.float64)


def rectangle(left: float, top: float, right: float, bottom: float) -> FloatArray:
    """Return an upright rectangle."""
    return polygon([(left, top), (right, top), (right, bottom), (left, bottom)])


def positions(frame: Frame) -> FloatArray:
    """Return positions across the picture and a little beyond, close enough for smooth ridges."""
    return np.arange(-0.02, frame.width + 0.03, max(1.0 / 260.0, frame.width / 2600.0))


def steps_for(radius: float, share: float = 1.0) -> int:
    """Return how many chords keep an arc within 1/12 pixel of round in a picture of 4096."""
    return max(8, math.ceil(560.0 * math.sqrt(max(radius, 0.0)) * share))


@lru_cache(maxsize=1024)
def _unit_arc(steps: int, start: float, end: float) -> FloatArray:
    turns = np.linspace(start, end, steps + 1)
    points = np.stack([cosines(turns), sines(turns)], axis=1)
    points.setflags(write=False)
    return points


def arc(x: float, y: float, radius: float, start: float = 0.0, end: float = 1.0) -> FloatArray:
    """Return the points of an arc; angles in turns, clockwise from the right."""
    return _unit_arc(steps_for(radius, abs(end - start)), start, end) * radius + (x, y)


def circle(x: float, y: float, radius: float) -> FloatArray:
    """Return a disc."""
    return arc(x, y, radius)[:-1]


def ellipse(x: float, y: float, across: float, down: float, turn: float = 0.0) -> FloatArray:
    """Return an ellipse with the given half-axes, rotated by ``turn``."""
    flat = _unit_arc(steps_for(max(across, down)), 0.0, 1.0)[:-1] * (across, down)
    return moved(flat, x, y, turn=turn)


def wedge(x: float, y: float, radius: float, start: float, end: float) -> FloatArray:
    """Return a pie slice; angles in turns."""
    return np.concatenate([[(x, y)], arc(x, y, radius, start, end)])


def band(x: float, y: float, outer: float, inner: float, start: float, end: float) -> FloatArray:
    """Return a piece of a ring; angles in turns."""
    return np.concatenate([arc(x, y, outer, start, end), arc(x, y, inner, end, start)])


def regular(x: float, y: float, radius: float, corners: int, turn: float = 0.0) -> FloatArray:
    """Return a regular polygon whose first corner points up, rotated by ``turn``."""
    turns = np.arange(corners) / corners - 0.25 + turn
    return np.stack([x + radius * cosines(turns), y + radius * sines(turns)], axis=1)


def moved(
    points: FloatArray, x: float, y: float, *, scale: float = 1.0, turn: float = 0.0
) -> FloatArray:
    """Return points scaled and rotated about the origin, then shifted by (x, y)."""
    c, s = cosine(turn) * scale, sine(turn) * scale
    across, down = points[:, 0], points[:, 1]
    return np.stack([x + across * c - down * s, y + across * s + down * c], axis=1)


def line(start: Point, end: Point, width: float, end_width: float | None = None) -> FloatArray:
    """Return a straight stroke, tapering to ``end_width`` if given."""
    return ribbon(polygon([start, end]), [width, width if end_width is None else end_width])


def ribbon(path: FloatArray, widths: float | Sequence[float] | FloatArray) -> FloatArray:
    """Return the outline of a stroke along a path.

    Args:
        path: Points, shape (n, 2), at least two, no two neighbours equal.
        widths: Full width, one for all or one for each point.
    """
    ahead = np.concatenate([path[1:], path[-1:]])
    behind = np.concatenate([path[:1], path[:-1]])
    along = ahead - behind
    length = np.maximum(np.sqrt(along[:, :1] * along[:, :1] + along[:, 1:] * along[:, 1:]), 1e-9)
    normal = np.concatenate([-along[:, 1:], along[:, :1]], axis=1) / length
    half = np.broadcast_to(np.asarray(widths, dtype=np.float64) * 0.5, len(path))[:, None]
    return np.concatenate([path + normal * half, (path - normal * half)[::-1]])


def below(ridge: FloatArray, bottom: float) -> FloatArray:
    """Return the area between a ridge line, left to right, and the level ``bottom``."""
    right, left = float(ridge[-1, 0]), float(ridge[0, 0])
    return np.concatenate([ridge, [(right, bottom), (left, bottom)]])


def bezier(start: Point, bend: Point, end: Point, steps: int = 24) -> FloatArray:
    """Return the points of a quadratic curve."""
    t = np.linspace(0.0, 1.0, steps + 1)[:, None]
    a, b, c = (np.asarray(p, dtype=np.float64) for p in (start, bend, end))
    return (1 - t) * (1 - t) * a + 2 * t * (1 - t) * b + t * t * c


def clip_half_plane(points: FloatArray, normal: Point, offset: float) -> FloatArray:
    """Return a convex polygon clipped to ``normal . p <= offset`` (Sutherland and Hodgman)."""
    side = points[:, 0] * normal[0] + points[:, 1] * normal[1] - offset
    kept: list[Point] = []
    for i, here in enumerate(side):
        j = (i + 1) % len(side)
        there = side[j]
        if here <= 0.0:
            kept.append((float(points[i, 0]), float(points[i, 1])))
        if (here < 0.0 < there) or (there < 0.0 < here):
            share = here / (here - there)
            crossing = points[i] + share * (points[j] - points[i])
            kept.append((float(crossing[0]), float(crossing[1])))
    return polygon(kept) if kept else np.empty((0, 2))


def profile(
    dice: Dice, xs: FloatArray, wavelength: float, *, octaves: int = 4, rough: float = 0.5
) -> FloatArray:
    """Return a random height line in about [-1, 1]: value noise summed over octaves.

    Args:
        dice: Chance.
        xs: Where to read, increasing, shape (n,).
        wavelength: Distance between knots of the coarsest octave, in units.
        octaves: How many, each half as long as the one before.
        rough: Height of an octave relative to the one before it.
    """
    total = np.zeros_like(xs)
    amplitude, reach = 1.0, 0.0
    for _ in range(octaves):
        position = (xs - xs[0]) / wavelength + dice.unit()
        cell = np.floor(position).astype(np.int64)
        knots = dice.units(int(cell[-1]) + 2) * 2.0 - 1.0
        share = smooth(position - cell)
        total += amplitude * (knots[cell] + share * (knots[cell + 1] - knots[cell]))
        reach += amplitude
        amplitude *= rough
        wavelength *= 0.5
    return total / (reach * 0.75)


def peaks(
    dice: Dice, xs: FloatArray, spacing: float, *, rough: float = 0.5
) -> tuple[FloatArray, list[float]]:
    """Return the height line of sharp mountains in about [0, 1], and where its summits are.

    Args:
        dice: Chance.
        xs: Where to read, increasing, shape (n,).
        spacing: Typical distance between a summit and the next, units.
        rough: Strength of the small crags.
    """
    knots, heights, summits = [float(xs[0]) - spacing], [dice.between(0.0, 0.3)], []
    high = dice.chance(0.5)
    while knots[-1] < float(xs[-1]) + spacing:
        knots.append(knots[-1] + dice.between(0.3, 0.75) * spacing)
        heights.append(dice.between(0.45, 1.0) if high else dice.between(0.0, 0.35))
        if high:
            summits.append(knots[-1])
        high = not high
    coarse = interpolate(xs, np.array(knots), np.array(heights))
    crags = profile(dice, xs, spacing * 0.35, octaves=6, rough=0.6)
    return coarse + 0.1 * rough * crags, summits
