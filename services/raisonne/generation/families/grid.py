"""The grid painting: rectangles of a few colours between lines."""

from __future__ import annotations

from typing import Final, TypeAlias

from raisonne.generation.brief import (
    Brief,
    Facet,
    Family,
    Picture,
    colour_phrase,
    sentence,
)
from raisonne.generation.colour import Colour, jitter, mix
from raisonne.generation.dice import Dice
from raisonne.generation.exact import FloatArray
from raisonne.generation.geometry import (
    Frame,
    moved,
    rectangle,
)
from raisonne.generation.paint import Noise, flat, mottle, paper
from raisonne.generation.palette import Palette
from raisonne.generation.scene import Scene, Shape

_LARGEST: Final = 0.62
_DOTTED: Final = 0.014
Box: TypeAlias = tuple[float, float, float, float]


def _split(dice: Dice, box: Box, smallest: float) -> tuple[list[Box], list[Box]]:
    """Return the cells of a random subdivision, and the cuts as (x0, y0, x1, y1) segments."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    content = max(width, height) < _LARGEST and dice.chance(0.15)
    if max(width, height) < 2 * smallest or content:
        return [box], []
    upright = dice.chance(width * width / (width * width + height * height))
    if upright and width >= 2 * smallest:
        cut = left + dice.between(smallest, width - smallest)
        halves = ((left, top, cut, bottom), (cut, top, right, bottom))
        line = (cut, top, cut, bottom)
    elif height >= 2 * smallest:
        cut = top + dice.between(smallest, height - smallest)
        halves = ((left, top, right, cut), (left, cut, right, bottom))
        line = (left, cut, right, cut)
    else:
        return [box], []
    cells, lines = [], [line]
    for half in halves:
        inner_cells, inner_lines = _split(dice, half, smallest)
        cells += inner_cells
        lines += inner_lines
    return cells, lines


def _bar(dice: Dice, segment: Box, width: float) -> FloatArray:
    left, top, right, bottom = segment
    half = width / 2 * dice.between(0.75, 1.25)
    return rectangle(left - half, top - half, right + half, bottom + half)


def _cell_colour(dice: Dice, palette: Palette, index: int, share: float) -> Colour:
    """Return an ink for the first cells in turn and for a share of the rest, else paper."""
    inks = palette.first(3)
    if index < len(inks):
        return inks[index]
    if dice.chance(share):
        return jitter(dice, dice.pick(inks), 7)
    if palette.ground_name:
        return jitter(dice, palette.ground, 4)
    return jitter(dice, mix(palette.ground, palette.light, dice.between(0.0, 0.7)), 4)


def _accents(dice: Dice, palette: Palette, lines: list[Box], width: float) -> list[Shape]:
    """Return small squares of colour strung along the lines."""
    shapes = []
    for left, top, right, bottom in lines:
        length, at = (right - left) + (bottom - top), dice.between(0.02, 0.1)
        while at < length - width:
            x, y = (left + at, top) if right > left else (left, top + at)
            square = rectangle(x - width / 2, y - width / 2, x + width / 2, y + width / 2)
            shapes.append(Shape(square, dice.pick(palette.first(4))))
            at += dice.between(1.5, 7.0) * width
    return shapes


def compose_grid(brief: Brief, dice: Dice, frame: Frame) -> Picture:
    """Compose rectangles of a few colours between dark lines."""
    palette, scene = brief.palette(dice), Scene(frame)
    turn = 0.0 if dice.chance(0.72) else dice.sign() * dice.pick((0.125, 0.03, 0.06))
    reach = (frame.width + frame.height) / 2 if turn else 0.0
    middle = (frame.width / 2, frame.height / 2)
    box = (-reach, -reach, reach, reach) if turn else (-middle[0], -middle[1], middle[0], middle[1])
    smallest = brief.level(0.2, dice.between(0.085, 0.17), 0.065)
    cells, lines = _split(dice, box, smallest)
    width = brief.stroke(0.007, dice.between(0.009, 0.03), 0.042)
    share, ink = dice.between(0.2, 0.6), palette.line

    def placed(points: FloatArray) -> FloatArray:
        return moved(points, *middle, turn=turn)

    def area(cell: Box) -> float:
        return (cell[2] - cell[0]) * (cell[3] - cell[1])

    # The named colours go to large cells near the middle, so that a turned grid cannot hide them.
    ordered = sorted(
        dice.shuffled(cells), key=lambda c: abs(c[0] + c[2]) + abs(c[1] + c[3]) - area(c)
    )
    chosen = dice.shuffled(ordered[: len(palette.first(3)) + 2])
    chosen += [cell for cell in ordered if cell not in chosen]
    fills = [
        Shape(placed(rectangle(*cell)), _cell_colour(dice, palette, index, share))
        for index, cell in enumerate(chosen)
    ]
    brush = mottle(Noise(dice, 55.0, 9.0), 0.011)
    scene.glaze(flat(palette.ground))
    scene.shapes(fills, paints=(brush,))
    bars = [Shape(placed(_bar(dice, line, width)), ink) for line in lines]
    scene.shapes(bars, paints=(mottle(Noise(dice, 12.0), 0.1),))
    dotted = width > _DOTTED and dice.chance(0.3)
    if dotted:
        accents = _accents(dice, palette, lines, width)
        scene.shapes([Shape(placed(shape.points), shape.colour) for shape in accents])
    paper(scene, dice)
    return Picture(
        scene,
        sentence(
            "grid painting",
            f"{len(cells)} rectangles between {'light' if ink == palette.light else 'dark'} lines",
            "squares of colour along the lines" if dotted else "",
            colour_phrase(palette, brief.mood),
        ),
    )


GRID = Family(
    name="grid-painting",
    compose=compose_grid,
    words=("grid painting", "grid", "rectangle", "rectangles and lines"),
    styles=frozenset({"abstract", "geometric"}),
    facets=frozenset({Facet.COLOUR, Facet.MOOD, Facet.DENSITY, Facet.WEIGHT}),
    colours=4,
)
