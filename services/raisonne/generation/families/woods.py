"""Small trees and grass that stand in landscapes."""

from __future__ import annotations

from raisonne.generation.colour import Colour, darker, jitter, lighter, mix
from raisonne.generation.dice import Dice
from raisonne.generation.exact import FloatArray, cosine, interpolate, sine
from raisonne.generation.geometry import bezier, ellipse, line, polygon, rectangle, ribbon
from raisonne.generation.scene import Shape

BARK: Colour = (78, 54, 42)


def level_at(ridge: FloatArray, x: float) -> float:
    """Return the level of a ridge line at ``x``, units."""
    return float(interpolate(ridge[:1, 0] * 0 + x, ridge[:, 0], ridge[:, 1])[0])


def pine(dice: Dice, x: float, y: float, height: float, leaf: Colour) -> list[Shape]:
    """Return a conifer standing at (x, y): drooping tiers, dark below and light above."""
    half_trunk = height * 0.022
    shapes = [
        Shape(rectangle(x - half_trunk, y - height * 0.2, x + half_trunk, y), darker(BARK, 0.3))
    ]
    tiers, slim = dice.whole(4, 6), dice.between(0.2, 0.27)
    for k in range(tiers):
        share = k / tiers
        half = height * slim * (1.0 - share * 0.86)
        foot = y - height * (0.08 + 0.78 * share)
        tip = min(foot - half * 1.3, y - height) if k == tiers - 1 else foot - half * 1.5
        droop = half * 0.22
        for way, tone in ((-1.0, lighter(leaf, 0.12)), (1.0, darker(leaf, 0.22))):
            side = polygon(
                [
                    (x, tip),
                    (x + way * half, foot + droop),
                    (x + way * half * 0.5, foot + droop * 0.2),
                    (x, foot + droop * 0.5),
                ]
            )
            shapes.append(Shape(side, mix(tone, darker(tone, 0.3), 0.7 * (1.0 - share))))
    return shapes


def round_tree(dice: Dice, x: float, y: float, height: float, leaf: Colour) -> list[Shape]:
    """Return a broadleaf tree standing at (x, y): a crown of many dabs, lit from the left."""
    top = y - height * 0.5
    trunk = [
        (x - height * 0.035, y),
        (x + height * 0.035, y),
        (x + height * 0.014, top),
        (x - height * 0.014, top),
    ]
    shapes = [Shape(polygon(trunk), BARK)]
    shapes += [
        Shape(
            line(
                (x, y - height * 0.32),
                (x + way * height * 0.14, y - height * 0.56),
                height * 0.022,
                height * 0.008,
            ),
            BARK,
        )
        for way in (-1.0, 1.0)
    ]
    across, down, middle = (
        height * dice.between(0.24, 0.34),
        height * dice.between(0.24, 0.32),
        y - height * 0.66,
    )
    dabs = []
    for _ in range(46):
        turn, reach = dice.unit(), dice.unit()
        reach = 1.0 - (1.0 - reach) * (1.0 - reach)
        u, v = reach * cosine(turn), reach * sine(turn)
        light = 0.5 - 0.32 * v - 0.2 * u + dice.between(-0.12, 0.12)
        size = height * dice.between(0.045, 0.085)
        tone = mix(darker(leaf, 0.38), lighter(leaf, 0.22), min(1.0, max(0.0, light)))
        dabs.append(
            (light, Shape(ellipse(x + u * across, middle + v * down, size, size * 0.85), tone))
        )
    dabs.sort(key=lambda dab: dab[0])
    shapes.append(Shape(ellipse(x, middle, across * 0.9, down * 0.9), darker(leaf, 0.25)))
    return shapes + [dab for _, dab in dabs]


def grove(
    dice: Dice, ridge: FloatArray, start: float, end: float, height: float, leaf: Colour
) -> list[Shape]:
    """Return a distant wood along a ridge as a row of small crowns."""
    shapes, x = [], start
    while x < end:
        share = (x - start) / (end - start)
        size = height * (0.35 + 2.6 * share * (1.0 - share)) * dice.between(0.6, 1.2) * 0.5
        y = level_at(ridge, x) - size * 0.45
        shapes.append(Shape(ellipse(x, y, size * 0.75, size), jitter(dice, leaf, 14)))
        x += size * dice.between(0.5, 1.0)
    return shapes


def grass(dice: Dice, ridge: FloatArray, bottom: float, colour: Colour, number: int) -> list[Shape]:
    """Return blades of grass scattered between a ridge and the lower edge, larger when nearer."""
    left, right, shapes = float(ridge[0, 0]), float(ridge[-1, 0]), []
    for near in sorted(dice.unit() for _ in range(number)):
        x = dice.between(left, right)
        level = level_at(ridge, x)
        y = level + (bottom - level) * near + 0.01
        height, lean = (0.008 + 0.035 * near) * dice.between(0.6, 1.3), dice.between(-0.5, 0.5)
        blade = bezier((x, y), (x, y - height * 0.6), (x + lean * height, y - height), 5)
        tone = mix(darker(colour, 0.3), lighter(colour, 0.3), dice.unit())
        shapes.append(
            Shape(ribbon(blade, [height * 0.09 * (1.0 - k / 5.5) for k in range(6)]), tone)
        )
    return shapes
