"""Buildings: rows, roofs and windows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from raisonne.generation.colour import Colour, jitter, rgb
from raisonne.generation.dice import Dice
from raisonne.generation.exact import FloatArray
from raisonne.generation.geometry import Frame, polygon, rectangle, wedge
from raisonne.generation.scene import Shape

_LIGHTS: Final = ("FBD77A", "F7C35A", "FFE9B0", "F2B060")


@dataclass(frozen=True, slots=True)
class Building:
    """One building of a row; lengths in units."""

    left: float
    width: float
    top: float
    foot: float
    colour: Colour


Roof: TypeAlias = Callable[[Dice, float, float, float], list[FloatArray]]
"""Draws a roof from the middle, the half width and the level of a building's top."""


def _box(middle: float, half: float, top: float, bottom: float) -> FloatArray:
    return rectangle(middle - half, top, middle + half, bottom)


def _flat(_: Dice, __: float, ___: float, ____: float) -> list[FloatArray]:
    return []


def _setback(_: Dice, middle: float, half: float, top: float) -> list[FloatArray]:
    return [
        _box(middle, half * 0.7, top - half * 0.5, top),
        _box(middle, half * 0.4, top - half, top),
    ]


def _spire(dice: Dice, middle: float, half: float, top: float) -> list[FloatArray]:
    high, thin = 2 * half * dice.between(0.6, 1.5), half * 0.12
    point = polygon([(middle - thin, top), (middle, top - high), (middle + thin, top)])
    return [_box(middle, half * 0.5, top - half * 0.3, top), point]


def _slope(dice: Dice, middle: float, half: float, top: float) -> list[FloatArray]:
    corner = (middle + half * dice.sign(), top - half * 0.9)
    return [polygon([(middle - half, top), (middle + half, top), corner])]


def _dome(_: Dice, middle: float, half: float, top: float) -> list[FloatArray]:
    return [wedge(middle, top + 0.001, half * 0.75, 0.5, 1.0)]


def _gable(dice: Dice, middle: float, half: float, top: float) -> list[FloatArray]:
    ridge = (middle, top - half * dice.between(0.5, 1.2))
    return [polygon([(middle - half, top), ridge, (middle + half, top)])]


def _tank(dice: Dice, middle: float, half: float, top: float) -> list[FloatArray]:
    x = middle + half * dice.between(-0.5, 0.4)
    return [_box(x, half * 0.25, top - 0.02, top), _box(x - 0.004, 0.00125, top - 0.045, top)]


_ROOFS: Final[tuple[Roof, ...]] = (
    _flat, _flat, _setback, _spire, _slope, _dome, _gable, _tank,
)  # fmt: skip


def roof(dice: Dice, building: Building) -> list[Shape]:
    """Return what stands on a roof: setbacks, a spire, a slope, a dome, a gable or a tank."""
    half = building.width / 2
    parts = dice.pick(_ROOFS)(dice, building.left + half, half, building.top)
    return [Shape(part, building.colour) for part in parts]


def row_of(
    dice: Dice,
    frame: Frame,
    foot: float,
    reach: tuple[float, float],
    wide: tuple[float, float],
    colours: list[Colour],
) -> list[Building]:
    """Return a row of buildings across the picture, higher in the middle of a few clusters."""
    buildings, x = [], -0.03
    centres = [dice.between(0.1, 0.9) * frame.width for _ in range(max(1, int(frame.width * 1.2)))]
    while x < frame.width:
        width = dice.between(*wide)
        near = min(abs(x + width / 2 - centre) for centre in centres)
        lift = 1.0 - min(0.55, near * 1.3)
        height = dice.between(*reach) * lift
        buildings.append(
            Building(x, width, foot - height, foot, jitter(dice, dice.pick(colours), 7))
        )
        x += width + (dice.between(0.0, 0.025) if dice.chance(0.4) else 0.0)
    return buildings


def windows(dice: Dice, b: Building, lit: float, glass: Colour) -> list[Shape]:
    """Return a building's windows: lit ones by night, glass by day."""
    pitch_x, pitch_y = dice.between(0.014, 0.024), dice.between(0.018, 0.034)
    columns, rows = int(b.width / pitch_x) - 1, int((b.foot - b.top) / pitch_y)
    if columns < 1:
        return []
    wide, high = pitch_x * dice.between(0.4, 0.75), pitch_y * dice.between(0.4, 0.72)
    left = b.left + (b.width - columns * pitch_x + pitch_x - wide) / 2
    tone, shapes = rgb(dice.pick(_LIGHTS)), []
    for row in range(rows):
        y = b.top + (row + 0.6) * pitch_y
        for column in range(columns):
            if not dice.chance(lit):
                continue
            x = left + column * pitch_x
            colour = glass if lit > _DAYLIT else jitter(dice, tone, 16)
            shapes.append(Shape(rectangle(x, y, x + wide, y + high), colour))
    return shapes


_DAYLIT: Final = 0.9
