"""Waves: a pattern of scales, or rolling crests."""

from __future__ import annotations

import math
from itertools import cycle
from typing import Final

import numpy as np

from raisonne.generation.brief import (
    Brief,
    Facet,
    Family,
    Picture,
    colour_phrase,
    sentence,
)
from raisonne.generation.colour import Colour, darker, distance, jitter, lighter, mix
from raisonne.generation.dice import Dice
from raisonne.generation.exact import sines
from raisonne.generation.families.flow import Current
from raisonne.generation.geometry import (
    Frame,
    Point,
    below,
    circle,
    moved,
    positions,
    profile,
    ribbon,
)
from raisonne.generation.paint import Cloudy, Noise, fade, flat, mottle, paper
from raisonne.generation.palette import Palette
from raisonne.generation.scene import Scene, Shape

_SEEN: Final = 60.0
_MOST_SCALES: Final = 1300


def _rows(frame: Frame, size: float, drop: float, turn: float) -> list[Point]:
    """Return the middles of scales in staggered rows, back row first, that touch the picture."""
    reach = frame.width + frame.height
    column, row = np.meshgrid(np.arange(int(reach / size) + 2), np.arange(int(reach / drop) + 3))
    x = (column + (row % 2) * 0.5) * size - reach / 2
    y = row * drop - reach / 2 - size
    flat_rows = np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float64)
    placed = moved(flat_rows, frame.width / 2, frame.height / 2, turn=turn)
    inside = np.all((placed > -size) & (placed < (frame.width + size, frame.height + size)), axis=1)
    return [(x, y) for x, y in placed[inside].tolist()]


def _scale(
    dice: Dice, at: Point, size: float, rings: int, back: Colour, ink: Colour
) -> list[Shape]:
    """Return one scale: rings of ink, with paper or a tint between them."""
    bold, gap = dice.between(0.3, 0.6), mix(back, ink, 0.3) if dice.chance(0.12) else back
    shapes = []
    for k in range(rings):
        radius = size * 0.5 * (1.0 - k / rings)
        shapes.append(Shape(circle(*at, radius), jitter(dice, ink, 6)))
        shapes.append(Shape(circle(*at, radius - size * 0.5 / rings * bold), gap))
    return shapes


def _scales(scene: Scene, brief: Brief, dice: Dice, palette: Palette) -> str:
    """Add overlapping scales of concentric arcs, each a little different."""
    frame, pitch = scene.frame, dice.between(0.24, 0.34)
    # Beyond so many scales they grow, so that a very long picture stays bounded work.
    size = max(
        1.0 / brief.level(3, dice.whole(4, 7), 10), math.sqrt(frame.area / (pitch * _MOST_SCALES))
    )
    inks, rings = list(palette.first(4)), dice.whole(3, 6)
    turn = dice.pick((0.0, 0.0, 0.0, dice.between(-0.06, 0.06), 0.25, 0.5))
    zones, turns = Current(dice, 1.1), cycle(inks)
    shapes: list[Shape] = []
    for at in _rows(frame, size, size * pitch, turn):
        ink = inks[zones.at(*at, len(inks))] if dice.chance(0.8) else next(turns)
        own = rings if dice.chance(0.8) else dice.whole(2, 7)
        shapes += _scale(dice, at, size, own, palette.ground, ink)
    scene.shapes(shapes, paints=(mottle(Cloudy(dice, 1.6), 0.07), mottle(Noise(dice, 130.0), 0.03)))
    return "scales of concentric arcs"


def _swell(scene: Scene, brief: Brief, dice: Dice, palette: Palette) -> str:
    """Add stacked crests from far to near, with lines of foam."""
    frame = scene.frame
    xs = positions(frame)
    count = int(brief.level(5, dice.whole(7, 12), 18) * frame.height)
    inks = list(palette.first(4))
    start = dice.between(0.14 if palette.ground_name else 0.0, 0.28) * frame.height
    tall = dice.between(0.035, 0.085)
    length, phase, drift = dice.between(0.35, 0.9), dice.unit(), dice.between(-0.35, 0.35)
    steep = dice.between(0.12, 0.3)
    amount = profile(dice, xs, 0.7, octaves=2) * 0.5 + 0.8
    for k in range(count):
        share = k / max(1, count - 1)
        base = start + (frame.height + tall - start) * share
        turns = (
            xs / (length * (0.7 + 0.6 * share))
            + phase
            + drift * k
            + 0.08 * profile(dice, xs, 0.9, octaves=2)
        )
        crest = sines(turns + steep * sines(turns))
        ridge = np.stack([xs, base - tall * (0.6 + 0.8 * share) * amount * crest], axis=1)
        colour = inks[k] if k < len(palette.named) else dice.pick(inks)
        colour = jitter(dice, colour, 8)
        foam = (
            lighter(colour, 0.55)
            if distance(colour, palette.light) > _SEEN
            else darker(colour, 0.3)
        )
        low = fade(darker(colour, 0.28), (0.0, base), (0.0, base + 2.2 * frame.height / count))
        scene.shapes(
            [Shape(below(ridge, frame.height + 0.1), colour)],
            paints=(mottle(Cloudy(dice, 5.0, 22.0), 0.05), low),
        )
        width = brief.stroke(0.002, 0.0045, 0.008)
        lines = [Shape(ribbon(ridge + np.array((0.0, width)), width * (0.5 + 0.5 * share)), foam)]
        gap = frame.height / count
        for m in range(1, dice.whole(2, 5)):
            path = ridge + np.array((0.0, gap * 0.16 * m * m + 0.004))
            lines.append(
                Shape(ribbon(path, width * 0.5 * (1.0 - 0.15 * m)), mix(colour, foam, 0.6))
            )
        scene.shapes(lines, opacity=0.8)
    return f"{count} rolling crests"


def compose_waves(brief: Brief, dice: Dice, frame: Frame) -> Picture:
    """Compose waves: as a pattern of scales or as rolling crests."""
    palette, scene = brief.palette(dice), Scene(frame)
    scene.glaze(flat(palette.ground), mottle(Cloudy(dice, 2.0), 0.05))
    scaled = "scale" in brief.subjects or ("scale" not in brief.absent and dice.chance(0.45))
    what = (_scales if scaled else _swell)(scene, brief, dice, palette)
    paper(scene, dice)
    return Picture(scene, sentence("waves", what, colour_phrase(palette, brief.mood)))


WAVES = Family(
    name="waves",
    compose=compose_waves,
    words=("wave", "wave pattern", "rolling wave"),
    styles=frozenset({"pattern", "decorative", "energetic"}),
    subjects={"scale": 4},
    optional=frozenset({"scale"}),
    facets=frozenset({Facet.COLOUR, Facet.MOOD, Facet.DENSITY, Facet.WEIGHT}),
    colours=4,
)
