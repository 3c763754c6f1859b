"""Paints and soft shapes: gradients, texture, light and paper, as functions of place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from raisonne.generation.colour import Colour, darker, lighter, luminance, mix
from raisonne.generation.dice import Dice
from raisonne.generation.exact import Float32Array
from raisonne.generation.geometry import Point
from raisonne.generation.scene import Coverage, Grid, Paint, Scene

_SIDE: Final = 64
_TONE_GAP: Final = 16.0


def _smooth(share: Float32Array) -> Float32Array:
    clipped = np.clip(share, np.float32(0.0), np.float32(1.0))
    return clipped * clipped * (np.float32(3.0) - np.float32(2.0) * clipped)


class Noise:
    """Smooth noise in [-1, 1]: a wrapped lattice of random heights, read separably.

    Args:
        dice: Chance.
        across: Lattice cells per unit across.
        down: Lattice cells per unit down; the same as across unless given.
    """

    def __init__(self, dice: Dice, across: float, down: float | None = None) -> None:
        self._heights = dice.lattice(_SIDE).astype(np.float32)
        self._across = np.float32(across)
        self._down = np.float32(across if down is None else down)
        self._shift = np.float32(dice.between(0.0, _SIDE))

    def at(self, grid: Grid) -> Float32Array:
        """Return heights, shape (h, w)."""
        row, row_share = self._cells(grid.y[:, 0] * self._down)
        column, column_share = self._cells(grid.x[0] * self._across)
        upper, lower = self._heights[row], self._heights[(row + 1) % _SIDE]
        lines = upper + row_share[:, None] * (lower - upper)
        left = lines[:, column]
        left += column_share * (lines[:, (column + 1) % _SIDE] - left)
        return left

    def _cells(self, position: Float32Array) -> tuple[np.typing.NDArray[np.int64], Float32Array]:
        shifted = position + self._shift
        cell = np.floor(shifted)
        return cell.astype(np.int64) % _SIDE, _smooth(shifted - cell)


class Cloudy:
    """Noise summed over octaves, in about [-1, 1]."""

    def __init__(
        self, dice: Dice, across: float, down: float | None = None, octaves: int = 3
    ) -> None:
        down = across if down is None else down
        self._octaves = [
            (np.float32(1.0 / (1 << k)), Noise(dice, across * (1 << k), down * (1 << k)))
            for k in range(octaves)
        ]

    def at(self, grid: Grid) -> Float32Array:
        """Return heights, shape (h, w)."""
        amplitude, noise = self._octaves[0]
        total = noise.at(grid) * amplitude
        for amplitude, noise in self._octaves[1:]:
            total += noise.at(grid) * amplitude
        return total


def flat(colour: Colour) -> Paint:
    """Return paint of one colour, whatever was below."""
    value = np.array(colour, dtype=np.float32)

    def paint(_: Float32Array, __: Grid) -> Float32Array:
        return value

    return paint


def gradient(stops: Sequence[tuple[float, Colour]], *, across: bool = False) -> Paint:
    """Return a gradient down (or across) the picture, through colours at given positions.

    Args:
        stops: Increasing positions in units and the colours there.
        across: Left to right instead of top to bottom.
    """
    finer = [stops[0]]
    for (start, first), (end, second) in pairwise(stops):
        finer += [(start + (end - start) * k / 4.0, mix(first, second, k / 4.0)) for k in (1, 2, 3)]
        finer.append((end, second))
    places = np.array([place for place, _ in finer], dtype=np.float32)
    colours = np.array([colour for _, colour in finer], dtype=np.float32)

    def paint(_: Float32Array, grid: Grid) -> Float32Array:
        at = grid.x[0] if across else grid.y[:, 0]
        right = np.clip(np.searchsorted(places, at), 1, len(places) - 1)
        gap = np.maximum(places[right] - places[right - 1], np.float32(1e-6))
        share = np.clip((at - places[right - 1]) / gap, np.float32(0.0), np.float32(1.0))
        start = colours[right - 1]
        line = start + share[:, None] * (colours[right] - start)
        return np.asarray(line[None, :, :] if across else line[:, None, :])

    return paint


def fade(to: Colour, start: Point, end: Point, strength: float = 1.0) -> Paint:
    """Return paint that turns into a colour between two points, up to a strength."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    target = np.array(to, dtype=np.float32)

    def paint(base: Float32Array, grid: Grid) -> Float32Array:
        along = (grid.x - np.float32(start[0])) * np.float32(dx / length)
        along = along + (grid.y - np.float32(start[1])) * np.float32(dy / length)
        share = (_smooth(along) * np.float32(strength))[:, :, None]
        return base + share * (target - base)

    return paint


def mottle(noise: Noise | Cloudy, amount: float) -> Paint:
    """Return paint that lightens and darkens by noise, as a share of the value."""
    strength = np.float32(amount)

    def paint(base: Float32Array, grid: Grid) -> Float32Array:
        return base * (np.float32(1.0) + strength * noise.at(grid))[:, :, None]

    return paint


def veil(colour: Colour, noise: Noise | Cloudy, low: float, high: float, most: float) -> Paint:
    """Return paint that lays a colour where noise rises from ``low`` to ``high``."""
    target = np.array(colour, dtype=np.float32)
    floor, gap = np.float32(low), np.float32(high - low)

    def paint(base: Float32Array, grid: Grid) -> Float32Array:
        share = (_smooth((noise.at(grid) - floor) / gap) * np.float32(most))[:, :, None]
        return base + share * (target - base)

    return paint


def toned(colours: Sequence[Colour]) -> Paint:
    """Return paint that keeps lightness and takes every hue from a few colours.

    Args:
        colours: Those a picture is limited to, the most wanted first; of two that are nearly as
            light as each other the later one is left out.
    """
    stops: list[tuple[float, Colour]] = []
    for colour in colours:
        level = math.sqrt(luminance(colour)) * 255.0
        if all(abs(level - other) > _TONE_GAP for other, _ in stops):
            stops.append((level, colour))
    stops.sort()
    if stops[0][0] > _TONE_GAP:
        stops.insert(0, (0.0, darker(stops[0][1], 0.85)))
    if stops[-1][0] < 255.0 - _TONE_GAP:
        stops.append((255.0, lighter(stops[-1][1], 0.85)))
    levels = np.array([level for level, _ in stops], dtype=np.float32)
    values = np.array([colour for _, colour in stops], dtype=np.float32)
    weights = np.array((0.2126, 0.7152, 0.0722), dtype=np.float32)

    def paint(base: Float32Array, _: Grid) -> Float32Array:
        squares = base * base * weights
        level = np.sqrt(squares[:, :, 0] + squares[:, :, 1] + squares[:, :, 2])
        right = np.clip(np.searchsorted(levels, level), 1, len(levels) - 1)
        start = levels[right - 1]
        share = np.clip((level - start) / (levels[right] - start), np.float32(0), np.float32(1))
        tone = values[right - 1]
        return np.asarray(tone + share[:, :, None] * (values[right] - tone))

    return paint


def soft_ellipse(
    x: float, y: float, across: float, down: float, strength: float, noise: Noise | None = None
) -> tuple[Coverage, tuple[float, float, float, float]]:
    """Return the coverage and the bounds of an ellipse that fades out from its middle.

    Args:
        x: Middle, units.
        y: Middle, units.
        across: Half-axis at which it is gone, units.
        down: Half-axis at which it is gone, units.
        strength: Coverage in the middle, 0 to 1.
        noise: Frays the edge.
    """

    def coverage(grid: Grid) -> Float32Array:
        u = (grid.x - np.float32(x)) / np.float32(across)
        v = (grid.y - np.float32(y)) / np.float32(down)
        near = np.float32(1.0) - np.sqrt(u * u + v * v)
        if noise is not None:
            near = near + noise.at(grid) * np.float32(0.25) * (near > 0)
        return _smooth(near) * np.float32(strength)

    return coverage, (x - across, y - down, x + across, y + down)


def soft_box(
    box: tuple[float, float, float, float],
    edge: float,
    strength: float,
    fray: Noise,
    body: Cloudy,
    thin: float = 0.1,
) -> tuple[Coverage, tuple[float, float, float, float]]:
    """Return the coverage and the bounds of a brushed rectangle with a fading edge.

    Args:
        box: Left, top, right, bottom, units.
        edge: Width of the fading border, units.
        strength: Coverage inside, 0 to 1.
        fray: Moves the edge.
        body: Thins the paint here and there.
        thin: How much; 1 leaves only patches.
    """
    left, top, right, bottom = (np.float32(side) for side in box)
    one = np.float32(1.0)

    def coverage(grid: Grid) -> Float32Array:
        wander = fray.at(grid) * np.float32(0.35)
        inside_x = np.minimum(grid.x - left, right - grid.x) / np.float32(edge) + wander
        inside_y = np.minimum(grid.y - top, bottom - grid.y) / np.float32(edge) + wander
        patches = one - np.float32(thin) * (np.float32(0.5) - np.float32(0.6) * body.at(grid))
        cover = _smooth(inside_x) * _smooth(inside_y) * np.float32(strength) * patches
        return np.clip(cover, np.float32(0.0), one)

    return coverage, box


def glow(scene: Scene, x: float, y: float, radius: float, colour: Colour, strength: float) -> None:
    """Add light around a point."""
    scene.soft(colour, *soft_ellipse(x, y, radius, radius, strength))


def paper(scene: Scene, dice: Dice, amount: float = 1.0) -> None:
    """Add what makes a flat picture an object: grain, fibres and a slow unevenness of tone.

    The grain also breaks up bands in gradients. It is fixed in unit coordinates, so it belongs to
    the picture and not to the pixel grid.
    """
    own = dice.fork("paper")
    scene.glaze(
        mottle(Noise(own, 1170.0), 0.011 * amount),
        mottle(Noise(own, 330.0), 0.011 * amount),
        mottle(Noise(own, 90.0, 240.0), 0.012 * amount),
        mottle(Cloudy(own, 2.3, octaves=3), 0.022 * amount),
    )
