"""How a tree grows: limbs, twigs and leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from raisonne.generation.colour import Colour, darker, jitter, lighter, mix
from raisonne.generation.dice import Dice
from raisonne.generation.exact import cosine, sine
from raisonne.generation.geometry import ellipse, polygon, ribbon
from raisonne.generation.scene import Shape

_AS_IT_IS: Final = 0.6


@dataclass(slots=True)
class Growth:
    """A tree as it grows: limbs as shapes and the twigs' ends that carry leaves."""

    dice: Dice
    bark: Colour
    spread: float
    rise: float
    limbs: list[Shape] = field(default_factory=list)
    twigs: list[tuple[float, float]] = field(default_factory=list)

    def grow(
        self, x: float, y: float, turn: float, length: float, width: float, depth: int
    ) -> None:
        """Grow a limb and what branches from it.

        Args:
            x: Root of the limb, units.
            y: Root of the limb, units.
            turn: Direction, in turns; -0.25 is up.
            length: Units.
            width: Thickness at the root, units.
            depth: Generations that follow.
        """
        dice, path = self.dice, [(x, y)]
        bend = dice.between(-0.03, 0.03)
        for _ in range(4):
            x += cosine(turn) * length / 4
            y += sine(turn) * length / 4
            turn += bend / 2 + (-0.25 - turn) * self.rise * 0.08
            path.append((x, y))
        end = width * 0.62
        widths = [width + (end - width) * k / 4 for k in range(5)]
        self.limbs.append(Shape(ribbon(polygon(path), widths), jitter(dice, self.bark, 6)))
        if depth <= 2:  # noqa: PLR2004 - the outer twigs carry leaves
            self.twigs.append((x, y))
        if depth == 0:
            return
        for k in range(3 if depth in (2, 4) else 2):
            way = (-1.0, 1.0, 0.15)[k] * dice.between(0.35, 1.0)
            self.grow(
                x,
                y,
                turn + way * self.spread,
                length * dice.between(0.68, 0.86),
                end * 0.86,
                depth - 1,
            )


def shaded(colour: Colour, light: float) -> Colour:
    """Return a leaf's colour in shade (0), as it is (0.6) or in full light (1)."""
    if light < _AS_IT_IS:
        return mix(darker(colour, 0.45), colour, max(0.0, light) / _AS_IT_IS)
    return mix(colour, lighter(colour, 0.3), min(1.0, light) - _AS_IT_IS)


def leaves(
    dice: Dice, growth: Growth, colours: list[Colour], size: float, share: float
) -> list[Shape]:
    """Return leaves around the twigs, the shaded ones first and the lit ones last."""
    xs = [x for x, _ in growth.twigs]
    ys = [y for _, y in growth.twigs]
    high, low, left, right = min(ys), max(ys), min(xs), max(xs)
    leaves = []
    for x, y in growth.twigs:
        if not dice.chance(share):
            continue
        for _ in range(dice.whole(2, 4)):
            lx, ly = dice.near(x, size * 3.2), dice.near(y, size * 3.0)
            light = 0.5 * (low - ly) / (low - high + 0.01) + 0.3 * (right - lx) / (
                right - left + 0.01
            )
            light += dice.between(-0.05, 0.25)
            tone = dice.pick(colours)
            tone = shaded(tone, light)
            leaf = ellipse(
                lx, ly, size * dice.between(0.7, 1.3), size * dice.between(0.4, 0.75), dice.unit()
            )
            leaves.append((light, Shape(leaf, tone)))
    leaves.sort(key=lambda entry: entry[0])
    return [shape for _, shape in leaves]
