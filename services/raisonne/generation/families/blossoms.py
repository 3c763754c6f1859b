"""Blossoms of six kinds, each drawn petal by petal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np

from raisonne.generation.colour import Colour, darker, jitter, lighter, mix, rgb
from raisonne.generation.dice import Dice
from raisonne.generation.exact import FloatArray, cosine, sine
from raisonne.generation.geometry import bezier, circle, ellipse, moved, polygon, ribbon
from raisonne.generation.scene import Shape

GREENS: Final = ("4B7F52", "3E6B4B", "6B8F4E", "55785A", "7A8F5A")


Blossom: TypeAlias = Callable[[Dice, float, float, float, float, Colour, Colour], list[Shape]]


def petal(length: float, width: float, *, pointed: float = 0.5) -> FloatArray:
    """Return a petal from the origin to the right; ``pointed`` moves its widest place outwards."""
    upper = bezier((0.0, 0.0), (length * pointed, -width), (length, 0.0), 12)
    lower = bezier((length, 0.0), (length * pointed, width), (0.0, 0.0), 12)
    return np.concatenate([upper, lower[1:-1]])


def _ring(
    dice: Dice,
    x: float,
    y: float,
    size: float,
    colour: Colour,
    petals: int,
    width: float,
    start: float,
    pointed: float,
) -> list[Shape]:
    """Return petals all around a point, each a little different."""
    shapes = []
    for k in range(petals):
        turn = start + k / petals + dice.between(-0.006, 0.006)
        shape = petal(size * dice.between(0.92, 1.06), width * size, pointed=pointed)
        tone = jitter(dice, mix(colour, darker(colour, 0.25), dice.unit() * 0.45), 6)
        shapes.append(Shape(moved(shape, x, y, turn=turn), tone))
    return shapes


def _daisy(
    dice: Dice, x: float, y: float, size: float, turn: float, colour: Colour, heart: Colour
) -> list[Shape]:
    count = dice.whole(10, 18)
    shapes = _ring(dice, x, y, size, darker(colour, 0.12), count, 0.17, turn, 0.72)
    shapes += _ring(dice, x, y, size * 0.94, colour, count, 0.15, turn + 0.5 / count, 0.72)
    shapes.append(Shape(circle(x, y, size * 0.27), heart))
    for k in range(26):
        reach = size * 0.25 * (k / 26.0)
        spot = circle(
            x + reach * cosine(k * 0.381966), y + reach * sine(k * 0.381966), size * 0.025
        )
        shapes.append(Shape(spot, darker(heart, 0.35) if k % 2 else lighter(heart, 0.35)))
    return shapes


def _poppy(
    dice: Dice, x: float, y: float, size: float, turn: float, colour: Colour, heart: Colour
) -> list[Shape]:
    shapes = _ring(dice, x, y, size * 1.05, darker(colour, 0.2), 4, 0.78, turn, 0.95)
    shapes += _ring(dice, x, y, size * 0.95, colour, 4, 0.72, turn + 0.125, 0.95)
    dark = darker(heart, 0.75)
    shapes.append(Shape(circle(x, y, size * 0.2), dark))
    for k in range(18):
        reach = size * dice.between(0.24, 0.34)
        shapes.append(
            Shape(circle(x + reach * cosine(k / 18), y + reach * sine(k / 18), size * 0.028), dark)
        )
    shapes.append(Shape(circle(x, y, size * 0.09), mix(rgb("9CB07A"), heart, 0.3)))
    return shapes


def _tulip(
    dice: Dice, x: float, y: float, size: float, turn: float, colour: Colour, _: Colour
) -> list[Shape]:
    up, shapes = turn - 0.25, []
    for lean, tone, wide in (
        (-0.06, darker(colour, 0.25), 0.34),
        (0.06, darker(colour, 0.18), 0.34),
        (0.0, colour, 0.42),
    ):
        shape = petal(size * dice.between(1.35, 1.55), size * wide, pointed=0.35)
        shapes.append(
            Shape(moved(shape, x, y + size * 0.45, turn=up + lean), jitter(dice, tone, 5))
        )
    streak = petal(size * 1.1, size * 0.06, pointed=0.4)
    return [*shapes, Shape(moved(streak, x, y + size * 0.4, turn=up), lighter(colour, 0.25))]


def _umbel(
    dice: Dice, x: float, y: float, size: float, turn: float, colour: Colour, heart: Colour
) -> list[Shape]:
    shapes, stem = [], rgb(GREENS[2])
    heads = dice.whole(11, 17)
    for k in range(heads):
        angle = turn - 0.25 + (k / (heads - 1) - 0.5) * 0.42
        reach = size * dice.between(1.1, 1.35)
        hx, hy = x + cosine(angle) * reach, y + size * 0.5 + sine(angle) * reach
        shapes.append(
            Shape(ribbon(bezier((x, y + size * 0.55), (x, y), (hx, hy), 8), size * 0.03), stem)
        )
        for _ in range(9):
            spot = ellipse(
                dice.near(hx, size * 0.16), dice.near(hy, size * 0.13), size * 0.06, size * 0.045
            )
            shapes.append(Shape(spot, jitter(dice, mix(colour, heart, dice.unit() * 0.35), 8)))
    return shapes


def _bells(
    dice: Dice, x: float, y: float, size: float, turn: float, colour: Colour, heart: Colour
) -> list[Shape]:
    shapes = []
    for k in range(7):
        way = 1.0 if k % 2 else -1.0
        scale = size * (0.5 - 0.045 * k)
        bx, by = x + way * scale * 0.55, y + size * (0.85 - 0.33 * k)
        bell = polygon(
            [
                (0, -0.5),
                (0.3, -0.42),
                (0.42, 0.25),
                (0.62, 0.55),
                (0.2, 0.45),
                (0.0, 0.6),
                (-0.2, 0.45),
                (-0.62, 0.55),
                (-0.42, 0.25),
                (-0.3, -0.42),
            ]
        )
        tone = jitter(dice, mix(colour, heart, 0.06 * k), 6)
        shapes.append(Shape(moved(bell, bx, by, scale=scale, turn=turn - way * 0.07), tone))
    return shapes


def _dahlia(
    dice: Dice, x: float, y: float, size: float, turn: float, colour: Colour, heart: Colour
) -> list[Shape]:
    shapes: list[Shape] = []
    tones = (darker(colour, 0.2), colour, colour, lighter(colour, 0.15), lighter(colour, 0.35))
    for k, tone in enumerate(tones):
        share = 1.0 - k * 0.19
        shapes += _ring(dice, x, y, size * share, tone, 9 - k, 0.46, turn + k * 0.07, 0.85)
    return [*shapes, Shape(circle(x, y, size * 0.07), heart)]


BLOSSOMS: Final[dict[str, Blossom]] = {
    "daisy": _daisy,
    "poppy": _poppy,
    "tulip": _tulip,
    "umbel": _umbel,
    "bellflower": _bells,
    "dahlia": _dahlia,
}
PLURALS: Final = {"daisy": "daisies", "poppy": "poppies"}
