"""Mosaic: small stones in rows that follow a design."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from raisonne.generation.brief import Brief, Facet, Family, Picture, colour_phrase, sentence
from raisonne.generation.colour import Colour, darker, jitter, lighter, mix
from raisonne.generation.dice import Dice
from raisonne.generation.exact import FloatArray, cosine, cosines, sine, sines
from raisonne.generation.geometry import Frame
from raisonne.generation.paint import Cloudy, Noise, flat, mottle, paper
from raisonne.generation.scene import Scene, Shape

_DESIGNS: Final = ("ripples", "sunburst", "waves", "spiral", "bands")
_PURE: Final = 0.7
_CORE: Final = 0.16


def _tone(inks: list[Colour], value: float) -> Colour:
    """Return the colour of a value in [0, 1) along the inks, blended in one step between two."""
    place = value * len(inks)
    index = int(place) % len(inks)
    if place - int(place) < _PURE:
        return inks[index]
    return mix(inks[index], inks[(index + 1) % len(inks)], 0.5)


@dataclass(frozen=True, slots=True)
class _Design:
    """A field of values whose fraction chooses a colour.

    Attributes:
        kind: One of ``_DESIGNS``.
        x: Centre, units.
        y: Centre, units.
        pace: Turns of colour per unit.
        phase: In turns.
        sway: Strength of the waviness, in turns.
    """

    kind: str
    x: float
    y: float
    pace: float
    phase: float
    sway: float

    def values(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """Return the fraction of the value at places, in [0, 1)."""
        dx, dy = x - self.x, y - self.y
        value = {
            "ripples": self._ripples,
            "sunburst": self._sunburst,
            "waves": self._waves,
            "spiral": self._spiral,
            "bands": self._bands,
        }[self.kind](dx, dy)
        return np.asarray(value - np.floor(value))

    def _ripples(self, dx: FloatArray, dy: FloatArray) -> FloatArray:
        petals = sines(_angle(dx, dy) * 6.0 + self.phase)
        return np.sqrt(dx * dx + dy * dy) * self.pace + self.sway * petals

    def _sunburst(self, dx: FloatArray, dy: FloatArray) -> FloatArray:
        core = np.where(dx * dx + dy * dy < _CORE * _CORE, 0.5, 0.0)
        return _angle(dx, dy) * float(int(self.pace * 2.2)) + core + self.phase

    def _waves(self, dx: FloatArray, dy: FloatArray) -> FloatArray:
        long, short = sines(dx * 1.3 + self.phase), sines(dx * 2.9 + dy)
        return dy * self.pace + self.sway * (1.4 * long + short)

    def _spiral(self, dx: FloatArray, dy: FloatArray) -> FloatArray:
        return np.sqrt(dx * dx + dy * dy) * self.pace * 1.2 + _angle(dx, dy)

    def _bands(self, dx: FloatArray, dy: FloatArray) -> FloatArray:
        c, s = cosine(self.phase), sine(self.phase)
        return (dx * c + dy * s) * self.pace + self.sway * sines((dy * c - dx * s) * 2.0)


def _design(dice: Dice, frame: Frame) -> _Design:
    return _Design(
        dice.pick(_DESIGNS),
        dice.between(0.2, 0.8) * frame.width,
        dice.between(0.2, 0.8) * frame.height,
        dice.between(1.5, 2.6),
        dice.unit(),
        dice.between(0.03, 0.12),
    )


def _angle(dx: FloatArray, dy: FloatArray) -> FloatArray:
    """Return an angle-like number in turns, exact and monotone around the circle."""
    whole = np.abs(dx) + np.abs(dy) + 1e-9
    quarter = dy / whole
    return np.where(dx >= 0, np.where(dy >= 0, quarter, 4.0 + quarter), 2.0 - quarter) / 4.0


def _stones(
    dice: Dice, frame: Frame, side: float, design: _Design, inks: list[Colour]
) -> list[Shape]:
    """Return one stone for each place of a loose grid, no two cut alike."""
    columns, rows = int(frame.width / side) + 2, int(frame.height / side) + 2
    brick, tilt, spread = dice.chance(0.5), dice.between(0.005, 0.02), dice.whole(6, 14)
    i, j = (axis.ravel() for axis in np.meshgrid(np.arange(columns), np.arange(rows)))
    count = len(i)
    x = (i + (j % 2) * 0.5 * brick - 0.5 + (dice.units(count) - 0.5) * 0.12) * side
    y = (j - 0.25 + (dice.units(count) - 0.5) * 0.12) * side
    turns = (dice.units(count) * 2.0 - 1.0) * tilt
    cut = np.array([(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)])
    corners = cut * (0.40 + 0.07 * dice.units(count, 1, 2)) + (dice.units(count, 4, 2) - 0.5) * 0.1
    c, s = cosines(turns)[:, None], sines(turns)[:, None]
    across = corners[..., 0] * c - corners[..., 1] * s
    down = corners[..., 0] * s + corners[..., 1] * c
    stones = np.stack([x[:, None] + across * side, y[:, None] + down * side], axis=2)
    return [
        Shape(stone, jitter(dice, _tone(inks, value), spread))
        for stone, value in zip(stones, design.values(x, y).tolist(), strict=True)
    ]


def _gleam(stone: Shape, depth: float) -> Shape:
    """Return the light on a stone's upper edge."""
    left, right = stone.points[0], stone.points[1]
    down = np.array((0.0, depth))
    return Shape(np.stack([left, right, right + down, left + down]), lighter(stone.colour, 0.4))


def compose_mosaic(brief: Brief, dice: Dice, frame: Frame) -> Picture:
    """Compose small stones in rows that follow a design."""
    palette, scene, design = brief.palette(dice), Scene(frame), _design(dice, frame)
    # Beyond six squares' area the stones grow, so that their number stays bounded.
    side = math.sqrt(max(1.0, frame.area / 6.0)) / brief.level(22.0, dice.between(28.0, 44.0), 58.0)
    grout = mix(palette.dark, palette.ground, dice.pick((0.15, 0.55)))
    scene.glaze(flat(grout), mottle(Noise(dice, 200.0), 0.08))
    stones = _stones(dice, frame, side, design, [palette.ground, *palette.first(4)])
    lower = np.array((side * 0.05, side * 0.07))
    shadows = [Shape(stone.points + lower, darker(grout, 0.6)) for stone in stones]
    scene.shapes(shadows, opacity=0.5)
    scene.shapes(stones, paints=(mottle(Noise(dice, 150.0), 0.05), mottle(Cloudy(dice, 2.0), 0.05)))
    scene.shapes([_gleam(stone, side * 0.1) for stone in stones], opacity=0.4)
    paper(scene, dice, 0.8)
    return Picture(
        scene,
        sentence(
            f"mosaic of {design.kind}", f"{len(stones)} stones", colour_phrase(palette, brief.mood)
        ),
    )


MOSAIC = Family(
    name="mosaic",
    compose=compose_mosaic,
    words=("mosaic", "tessera", "tesserae", "tile", "tiled"),
    styles=frozenset({"decorative", "pattern"}),
    facets=frozenset({Facet.COLOUR, Facet.MOOD, Facet.DENSITY}),
    colours=4,
)
