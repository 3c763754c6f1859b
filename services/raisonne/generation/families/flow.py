"""Flow strokes: brush strokes that follow a current."""

from __future__ import annotations

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
from raisonne.generation.colour import jitter, mix
from raisonne.generation.dice import Dice
from raisonne.generation.exact import FloatArray, sines
from raisonne.generation.geometry import (
    Frame,
    ribbon,
)
from raisonne.generation.paint import Cloudy, Noise, flat, mottle, paper
from raisonne.generation.scene import Scene, Shape

_MOST_STROKES: Final = 5200


class Current:
    """A smooth field of directions: a few sine waves in random orientation."""

    def __init__(self, dice: Dice, scale: float) -> None:
        self._waves = [
            (
                dice.between(-scale, scale),
                dice.between(-scale, scale),
                dice.unit(),
                dice.between(0.08, 0.2),
            )
            for _ in range(5)
        ]
        self._base = dice.unit()

    def turns(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """Return directions in turns."""
        total = np.full_like(x, self._base)
        for across, down, phase, strength in self._waves:
            total = total + strength * sines(across * x + down * y + phase)
        return total

    def at(self, x: float, y: float, steps: int) -> int:
        """Return which of so many zones a place lies in."""
        turns = float(self.turns(np.array([x]), np.array([y]))[0])
        return int((turns * 4.0 + 80.0) % steps)


def compose_flow(brief: Brief, dice: Dice, frame: Frame) -> Picture:
    """Compose brush strokes that follow a current."""
    palette, scene = brief.palette(dice), Scene(frame)
    current = Current(dice, dice.between(0.5, 1.5))
    number = min(_MOST_STROKES, int(brief.level(260, dice.between(420, 900), 1500) * frame.area))
    steps, step = dice.whole(14, 30), dice.between(0.010, 0.016)
    width = brief.stroke(0.003, dice.between(0.005, 0.013), 0.02)
    x = dice.units(number) * (frame.width + 0.2) - 0.1
    y = dice.units(number) * (frame.height + 0.2) - 0.1
    xs, ys = [x], [y]
    for _ in range(steps):
        turns = current.turns(x, y)
        x, y = x + step * sines(turns + 0.25), y + step * sines(turns)
        xs.append(x)
        ys.append(y)
    paths = np.stack([np.stack(xs), np.stack(ys)], axis=2).transpose(1, 0, 2)
    inks = list(palette.first(4))
    zones = current.turns(paths[:, 0, 0] * 0.7, paths[:, 0, 1] * 0.7)
    scene.glaze(flat(palette.ground), mottle(Cloudy(dice, 3.0), 0.04))
    taper = sines(np.linspace(0.02, 0.48, steps + 1))
    loose = dice.between(0.1, 0.45)
    shapes: list[list[Shape]] = [[], [], []]
    for index in range(number):
        zone = int((zones[index] * 3.0 + 60.0) % len(inks))
        colour = dice.pick(inks) if dice.chance(loose) else inks[zone]
        thick = taper * width * dice.between(0.5, 1.6)
        tone = jitter(dice, mix(colour, palette.light, 0.18 * dice.unit()), 14)
        if index < 2 * len(inks):
            tone = colour
        # A path may double back on itself; short pieces never fill even-odd holes.
        for start in range(0, steps, 5):
            part = slice(start, min(start + 6, steps + 1))
            if part.stop - part.start > 1:
                shapes[index * 3 // number].append(
                    Shape(ribbon(paths[index, part], thick[part]), tone)
                )
    for layer, opacity in zip(shapes, (0.75, 0.9, 1.0), strict=True):
        scene.shapes(layer, opacity=opacity, paints=(mottle(Noise(dice, 90.0), 0.08),))
    paper(scene, dice, 1.3)
    return Picture(
        scene,
        sentence("flowing brush strokes", f"{number} strokes", colour_phrase(palette, brief.mood)),
    )


FLOW = Family(
    name="flow-strokes",
    compose=compose_flow,
    words=(
        "flow stroke",
        "flow",
        "flowing",
        "brush stroke",
        "brushstroke",
        "stroke",
        "current",
        "swirl",
        "swirling",
    ),
    styles=frozenset({"abstract", "painterly", "energetic"}),
    facets=frozenset({Facet.COLOUR, Facet.MOOD, Facet.DENSITY, Facet.WEIGHT}),
    colours=4,
)
