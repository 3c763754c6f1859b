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


def _follow(dice: Dice, frame: Frame, current: Current, number: int) -> FloatArray:
    """Return paths of strokes that follow the current, shape (number, steps, 2)."""
    steps, step = dice.whole(15, 31), dice.between(0.010, 0.016)
    x = dice.units(number) * (frame.width + 0.2) - 0.1
    y = dice.units(number) * (frame.height + 0.2) - 0.1
    path = [np.stack([x, y], axis=1)]
    for _ in range(steps - 1):
        turns = current.turns(x, y)
        x, y = x + step * sines(turns + 0.25), y + step * sines(turns)
        path.append(np.stack([x, y], axis=1))
    return np.stack(path, axis=1)


def _outline(paths: FloatArray, widths: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the left and right edges of tapering strokes, each (number, steps, 2).

    Args:
        paths: Shape (number, steps, 2).
        widths: Greatest width of each stroke, shape (number,).
    """
    steps = paths.shape[1]
    along = np.concatenate([paths[:, 1:], paths[:, -1:]], axis=1)
    along = along - np.concatenate([paths[:, :1], paths[:, :-1]], axis=1)
    length = np.sqrt(along[..., 0] * along[..., 0] + along[..., 1] * along[..., 1])
    half = widths[:, None] * sines(np.linspace(0.02, 0.48, steps)) * 0.5 / length
    side = np.stack([-along[..., 1] * half, along[..., 0] * half], axis=2)
    return paths + side, paths - side


def compose_flow(brief: Brief, dice: Dice, frame: Frame) -> Picture:
    """Compose brush strokes that follow a current."""
    palette, scene = brief.palette(dice), Scene(frame)
    current = Current(dice, dice.between(0.5, 1.5))
    number = min(_MOST_STROKES, int(brief.level(260, dice.between(420, 900), 1500) * frame.area))
    paths = _follow(dice, frame, current, number)
    inks = list(palette.inks[: len(palette.named) + 1] if palette.named else palette.first(4))
    starts = paths[:, 0] * 0.7
    zones = ((current.turns(starts[:, 0], starts[:, 1]) * 3.0 + 60.0) % len(inks)).astype(int)
    loose, named = dice.between(0.1, 0.45), len(palette.named)
    widths = brief.stroke(0.003, dice.between(0.005, 0.013), 0.02) * (
        0.5 + 1.1 * dice.units(number)
    )
    # The last strokes lie on top: they show each named colour as it is.
    first_named = number - 3 * named
    widths[first_named:] *= 1.3
    left, right = _outline(paths, widths)
    scene.glaze(flat(palette.ground), mottle(Cloudy(dice, 3.0), 0.04))
    sheets: list[list[Shape]] = [[], [], []]
    for index in range(number):
        colour = dice.pick(inks) if dice.chance(loose) else inks[zones[index]]
        tone = jitter(dice, mix(colour, palette.light, 0.18 * dice.unit()), 14)
        if index >= first_named:
            tone = palette.inks[index % named]
        # A path may double back on itself; short pieces never fill even-odd holes.
        for start in range(0, paths.shape[1] - 1, 5):
            part = slice(start, start + 6)
            edge = np.concatenate([left[index, part], right[index, part][::-1]])
            sheets[index * 3 // number].append(Shape(edge, tone))
    for sheet, opacity in zip(sheets, (0.75, 0.9, 1.0), strict=True):
        scene.shapes(sheet, opacity=opacity, paints=(mottle(Noise(dice, 90.0), 0.08),))
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
