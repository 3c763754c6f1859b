"""The abstract composition: circles, triangles, lines and arcs around a focus."""

from __future__ import annotations

import math
from typing import Final

from raisonne.generation.brief import (
    Brief,
    Facet,
    Family,
    Picture,
    colour_phrase,
    counted,
    listing,
    sentence,
    where,
)
from raisonne.generation.colour import Colour, mix
from raisonne.generation.dice import Dice
from raisonne.generation.exact import cosine, sine
from raisonne.generation.geometry import (
    Frame,
    arc,
    band,
    circle,
    line,
    moved,
    rectangle,
    regular,
    ribbon,
)
from raisonne.generation.paint import (
    Cloudy,
    Noise,
    fade,
    flat,
    mottle,
    paper,
    soft_ellipse,
)
from raisonne.generation.palette import Palette
from raisonne.generation.scene import Scene, Shape

_SIDES: Final = {"left": 0.32, "centre": 0.5, "right": 0.68}
LONG: Final = 1.6


class _Studio:
    """Where the figures of one composition go and what colours they take."""

    def __init__(self, brief: Brief, dice: Dice, frame: Frame, palette: Palette) -> None:
        self.dice, self.frame, self.palette = dice, frame, palette
        share = _SIDES[brief.side] if brief.side else dice.between(0.36, 0.64)
        self.focus = (share * frame.width, dice.between(0.4, 0.6) * frame.height)
        self.spread = 0.3 if brief.side else 0.46
        self.loose = not brief.side and frame.area > LONG
        self.used = 0

    def place(self, spread: float = 1.0) -> tuple[float, float]:
        """Return a point near the focus."""
        (x, y), reach = self.focus, self.spread * spread
        if self.loose:
            # A long picture has a second centre of gravity somewhere along it.
            far = self.dice.between(0.15, 0.85)
            x, y = (
                (far * self.frame.width, y)
                if self.frame.width > 1.0
                else (x, far * self.frame.height)
            )
            reach *= 0.5
        return (
            self.dice.near(x, reach * self.frame.width),
            self.dice.near(y, reach * self.frame.height),
        )

    def ink(self) -> Colour:
        """Return the next ink in turn."""
        inks = self.palette.first(4)
        self.used += 1
        return inks[(self.used - 1) % len(inks)]


def _disc(studio: _Studio, radius: float) -> list[Shape]:
    """Return a disc with rings, and sometimes an eye of line colour."""
    dice, (x, y) = studio.dice, studio.place()
    shapes = [Shape(circle(x, y, radius), studio.ink())]
    shares = {0: (), 1: (0.62,), 2: (0.7, 0.38), 3: (0.78, 0.54, 0.26)}[dice.whole(0, 3)]
    shapes += [Shape(circle(x, y, radius * share), studio.ink()) for share in shares]
    if dice.chance(0.6):
        rim = radius * dice.between(1.06, 1.2)
        shapes.append(Shape(band(x, y, rim, rim - 0.005, 0.0, 1.0), studio.palette.line))
    return shapes


def _fan(studio: _Studio, count: int, width: float) -> list[Shape]:
    """Return straight lines, parallel or fanning out, that taper."""
    dice, (x, y) = studio.dice, studio.place(0.8)
    turn, spread = dice.unit(), dice.pick((0.0, 0.012, 0.03))
    gap, length = dice.between(0.025, 0.07), dice.between(0.4, 1.3)
    shapes = []
    for k in range(count):
        angle = turn + spread * k
        dx, dy = cosine(angle) * length / 2, sine(angle) * length / 2
        ox, oy = -sine(turn) * gap * k, cosine(turn) * gap * k
        stroke = line((x + ox - dx, y + oy - dy), (x + ox + dx, y + oy + dy), width, width * 0.35)
        shapes.append(Shape(stroke, studio.palette.line))
    return shapes


def _checker(studio: _Studio) -> list[Shape]:
    """Return a small turned chequerboard."""
    dice, (x, y), turn = studio.dice, studio.place(), studio.dice.between(-0.1, 0.1)
    n, side = dice.whole(3, 5), dice.between(0.025, 0.05)
    inks = (studio.ink(), studio.palette.line)
    squares = []
    for i in range(n):
        for j in range(n):
            if (i + j) % 2 == 0 or dice.chance(0.15):
                tile = rectangle(i * side, j * side, (i + 1) * side, (j + 1) * side)
                squares.append(Shape(moved(tile, x, y, turn=turn), inks[(i + j) % 2]))
    return squares


def _bow(studio: _Studio, width: float) -> Shape:
    (x, y), dice = studio.place(), studio.dice
    start, radius = dice.unit(), dice.between(0.08, 0.3)
    path = arc(x, y, radius, start, start + dice.between(0.2, 0.55))
    return Shape(ribbon(path, width), studio.ink())


def _triangle(studio: _Studio) -> Shape:
    (x, y), dice = studio.place(), studio.dice
    points = regular(0.0, 0.0, dice.between(0.08, 0.26), 3)
    points = points * (dice.between(0.45, 1.0), 1.0)
    return Shape(moved(points, x, y, turn=dice.unit()), studio.ink())


def compose_composition(brief: Brief, dice: Dice, frame: Frame) -> Picture:
    """Compose free circles, triangles, lines and arcs around a focus."""
    palette, scene = brief.palette(dice), Scene(frame)
    studio = _Studio(brief, dice, frame, palette)
    scene.glaze(flat(palette.ground), mottle(Cloudy(dice, 3.0), 0.035))
    for _ in range(3):
        x, y = studio.place(1.3)
        wash = mix(palette.ground, dice.pick(palette.inks), 0.4)
        reach = dice.between(0.3, 0.6)
        fray = Noise(dice, 6.0)
        scene.soft(wash, *soft_ellipse(x, y, reach, reach * dice.between(0.6, 1.2), 0.8, fray))
    few = brief.level(0.5, dice.between(0.8, 1.4), 2.0) * math.sqrt(frame.area)
    circles = brief.count(dice, "circle", (int(2 * few) or 1, int(6 * few)))
    triangles = brief.count(
        dice, "triangle", (1, 3) if brief.wants(dice, "triangle", 0.75) else (0, 0)
    )
    bundles = int(dice.whole(1, 3) * few) or 1
    width = brief.stroke(0.004, dice.between(0.006, 0.012), 0.02)
    halo = "circle" not in brief.counts  # it would be one too many
    if halo:
        disc = Shape(circle(*studio.place(), dice.between(0.22, 0.36)), studio.ink())
        paler = fade(palette.ground, (0.0, 0.0), (frame.width, 1.0), 0.5)
        scene.shapes([disc], opacity=0.55, paints=(paler,))
    wedges = [_triangle(studio) for _ in range(triangles)]
    scene.shapes(wedges, opacity=0.9, paints=(mottle(Noise(dice, 30.0), 0.05),))
    bows = [
        _bow(studio, dice.between(1.0, 4.0) * width)
        for _ in range(int(dice.whole(1, 4) * few) or 1)
    ]
    scene.shapes(bows)
    if brief.wants(dice, "square", 0.5):
        scene.shapes(_checker(studio))
    lines = [_fan(studio, dice.whole(2, 6), width * dice.between(0.6, 1.6)) for _ in range(bundles)]
    scene.shapes([stroke for bundle in lines for stroke in bundle])
    radii = sorted((0.03 + 0.13 * dice.unit() * dice.unit() for _ in range(circles)), reverse=True)
    for radius in radii:
        scene.shapes(_disc(studio, radius), opacity=0.96, paints=(mottle(Noise(dice, 24.0), 0.04),))
    row, start = studio.place(), dice.unit()
    dots = [
        Shape(
            circle(row[0] + k * 0.05 * cosine(start), row[1] + k * 0.05 * sine(start), 0.017),
            palette.inks[k % len(palette.inks)],
        )
        for k in range(max(3, len(palette.named)))
    ]
    scene.shapes(dots)
    paper(scene, dice)
    strokes = sum(len(bundle) for bundle in lines)
    return Picture(
        scene,
        sentence(
            "abstract composition of "
            + listing(
                [
                    counted(circles, "circle"),
                    *([counted(triangles, "triangle")] if triangles else []),
                    counted(strokes, "straight line"),
                ]
            ),
            "over a pale disc" if halo else "",
            f"gathered {where(brief.side)}" if brief.side else "",
            colour_phrase(palette, brief.mood),
        ),
    )


COMPOSITION = Family(
    name="abstract-composition",
    compose=compose_composition,
    words=("abstract composition", "composition", "abstract painting"),
    styles=frozenset({"abstract", "playful"}),
    subjects={"circle": 2, "triangle": 3, "line": 3, "arc": 1, "dot": 2, "square": 1},
    countable=frozenset({"circle", "triangle"}),
    optional=frozenset({"triangle", "square"}),
    facets=frozenset({Facet.COLOUR, Facet.MOOD, Facet.SIDE, Facet.DENSITY, Facet.WEIGHT}),
    colours=4,
)
