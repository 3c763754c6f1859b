"""Woven arcs: tiles whose strands join up into a weave."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from raisonne.generation.brief import (
    Brief,
    Facet,
    Family,
    Picture,
    colour_phrase,
    counted,
    sentence,
)
from raisonne.generation.colour import Colour, distance
from raisonne.generation.dice import Dice
from raisonne.generation.families.flow import Current
from raisonne.generation.geometry import (
    Frame,
    Point,
    band,
    rectangle,
    wedge,
)
from raisonne.generation.paint import Noise, flat, mottle, paper
from raisonne.generation.scene import Scene, Shape

_SEEN: Final = 60.0
_FOUR: Final = 4
_MOST_TILES: Final = 700
_OVERLAP: Final = 0.0008


@dataclass(frozen=True, slots=True)
class _Yarn:
    """How the strands of a weave look.

    Attributes:
        fill: Share of the pitch that a strand takes.
        ground: What shows between strands, and parts one that passes over another.
        inks: Colours.
        cored: Whether a strand has a line of the next colour along its middle.
    """

    fill: float
    ground: Colour
    inks: list[Colour]
    cored: bool

    def colours(self, hue: int, strand: int, strands: int) -> tuple[Colour, Colour]:
        """Return body and core of a strand; mirrored strands match, so that tiles join up."""
        place = hue + min(strand, strands - 1 - strand)
        body = self.inks[place % len(self.inks)]
        core = self.inks[(place + 1) % len(self.inks)] if len(self.inks) > 1 else self.ground
        return body, core if self.cored else body


def _quarter(
    yarn: _Yarn, centre: Point, start: float, strands: int, pitch: float, hue: int
) -> list[Shape]:
    """Return quarter arcs around a tile's corner, over a clearing that parts them from others."""
    (x, y), width = centre, pitch * yarn.fill
    clear = min((strands - 0.5) * pitch + width * 0.7, strands * pitch)
    shapes = [Shape(wedge(x, y, clear, start, start + 0.25), yarn.ground)]
    for k in range(strands):
        radius, (body, core) = (k + 0.5) * pitch, yarn.colours(hue, k, strands)
        # Reaching a little into the next tile hides the edge of that tile's own clearing.
        over = _OVERLAP / radius
        reach = (start - over, start + 0.25 + over)
        shapes.append(Shape(band(x, y, radius + width / 2, radius - width / 2, *reach), body))
        if core != body:
            line = band(x, y, radius + width * 0.15, radius - width * 0.15, *reach)
            shapes.append(Shape(line, core))
    return shapes


def _crossing(
    yarn: _Yarn, corner: Point, side: float, strands: int, *, upright: bool, hue: int
) -> list[Shape]:
    """Return straight strands, one direction over the other."""
    (x, y), pitch = corner, side / strands
    shapes = []
    for vertical in (not upright, upright):
        for k in range(strands):
            at, (body, core) = (k + 0.5) * pitch, yarn.colours(hue, k, strands)
            half = pitch * yarn.fill / 2
            layers = [(half * 1.4, yarn.ground), (half, body)]
            layers += [(half * 0.3, core)] if core != body else []
            for reach, colour in layers:
                box = (
                    (x + at - reach, y, x + at + reach, y + side)
                    if vertical
                    else (x, y + at - reach, x + side, y + at + reach)
                )
                shapes.append(Shape(rectangle(*box), colour))
    return shapes


def _tile(
    dice: Dice, yarn: _Yarn, corner: Point, side: float, strands: int, hue: int
) -> list[Shape]:
    """Return one tile: arcs around two opposite corners, or strands crossing straight."""
    x, y = corner
    turned = dice.chance(0.5)
    if dice.chance(0.14):
        return _crossing(yarn, corner, side, strands, upright=turned, hue=hue)
    ends = [((x, y), 0.0), ((x + side, y + side), 0.5)]
    if turned:
        ends = [((x + side, y), 0.25), ((x, y + side), 0.75)]
    if dice.chance(0.5):
        ends.reverse()
    return [
        shape
        for centre, start in ends
        for shape in _quarter(yarn, centre, start, strands, side / strands, hue)
    ]


def compose_arcs(brief: Brief, dice: Dice, frame: Frame) -> Picture:
    """Compose tiles of arcs whose strands join up into a weave."""
    palette, scene = brief.palette(dice), Scene(frame)
    across, strands = int(brief.level(3, dice.whole(4, 8), 12)), dice.pick((1, 2, 2, 4))
    across = max(3, across - 2) if strands == _FOUR else across
    side = max(1.0 / across, math.sqrt(frame.area / _MOST_TILES))
    named = len(palette.named)
    clear = [c for c in palette.first(3)[named:] if distance(c, palette.ground) > _SEEN]
    inks = [*palette.inks[:named], *clear] or [palette.line]
    inks = inks[: max(dice.whole(1, 3), len(palette.named))]
    zones = Current(dice, dice.between(0.6, 1.8)) if dice.chance(0.55) else None
    fill = brief.stroke(0.34, dice.between(0.45, 0.75), 0.84)
    yarn = _Yarn(fill, palette.ground, inks, dice.chance(0.45))
    columns = int(np.ceil(frame.width / side - 1e-9))
    rows = int(np.ceil(frame.height / side - 1e-9))
    left, top = (frame.width - columns * side) / 2, (frame.height - rows * side) / 2
    scene.glaze(flat(palette.ground), mottle(Noise(dice, 60.0), 0.02))
    shapes: list[Shape] = []
    for place in range(rows * columns):
        x, y = left + place % columns * side, top + place // columns * side
        hue = zones.at(x, y, len(inks)) if zones else 0
        if named > 1 and place % _FOUR == 0:
            hue = place // _FOUR  # every named colour gets its turn
        if strands > 1 and dice.chance(0.2):
            # Four small tiles with half the strands each keep every joint in line.
            for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
                small = (x + i * side / 2, y + j * side / 2)
                shapes += _tile(dice, yarn, small, side / 2, strands // 2, hue)
        else:
            shapes += _tile(dice, yarn, (x, y), side, strands, hue)
    light = mottle(Noise(dice, dice.between(1.0, 2.4)), 0.12)
    scene.shapes(shapes, paints=(light, mottle(Noise(dice, 130.0), 0.03)))
    paper(scene, dice)
    return Picture(
        scene,
        sentence(
            "woven arcs",
            f"{counted(strands, 'strand')} to a tile",
            colour_phrase(palette, brief.mood),
        ),
    )


ARCS = Family(
    name="woven-arcs",
    compose=compose_arcs,
    words=("woven arc", "woven", "weave", "weaving", "interlaced", "interlacing", "arcs"),
    styles=frozenset({"pattern", "geometric", "abstract"}),
    subjects={"arc": 4},
    facets=frozenset({Facet.COLOUR, Facet.MOOD, Facet.DENSITY, Facet.WEIGHT}),
    colours=3,
)
