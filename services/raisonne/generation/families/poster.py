"""The geometric poster: modules of circles, arcs and angles on a square grid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from raisonne.generation.brief import (
    Brief,
    Facet,
    Family,
    Picture,
    colour_phrase,
    counted,
    sentence,
)
from raisonne.generation.colour import Colour
from raisonne.generation.dice import Dice
from raisonne.generation.geometry import (
    Frame,
    Point,
    band,
    circle,
    moved,
    polygon,
    rectangle,
    wedge,
)
from raisonne.generation.paint import Noise, flat, mottle, paper
from raisonne.generation.palette import Palette
from raisonne.generation.scene import Scene, Shape

Module: TypeAlias = Callable[[Dice, float, Colour, Colour, Colour], list[Shape]]


def _disc(_: Dice, s: float, a: Colour, __: Colour, ___: Colour) -> list[Shape]:
    return [Shape(circle(s / 2, s / 2, s / 2), a)]


def _quarter(_: Dice, s: float, a: Colour, b: Colour, ___: Colour) -> list[Shape]:
    return [Shape(wedge(0, 0, s, 0.0, 0.25), a), Shape(wedge(0, 0, s * 0.45, 0.0, 0.25), b)]


def _half(_: Dice, s: float, a: Colour, b: Colour, ___: Colour) -> list[Shape]:
    return [
        Shape(wedge(s / 2, 0, s / 2, 0.0, 0.5), a),
        Shape(wedge(s / 2, s / 2, s / 2, 0.0, 0.5), b),
    ]


def _rainbow(_: Dice, s: float, a: Colour, b: Colour, c: Colour) -> list[Shape]:
    return [
        Shape(wedge(0, 0, s * share, 0.0, 0.25), colour)
        for share, colour in zip((1.0, 0.8, 0.6, 0.4, 0.2), (a, b, c, a, b), strict=True)
    ]


def _triangle(_: Dice, s: float, a: Colour, __: Colour, ___: Colour) -> list[Shape]:
    return [Shape(polygon([(0, 0), (s, 0), (0, s)]), a)]


def _stripes(dice: Dice, s: float, a: Colour, __: Colour, ___: Colour) -> list[Shape]:
    n = dice.whole(3, 6)
    return [Shape(rectangle(0, (k + 0.25) * s / n, s, (k + 0.75) * s / n), a) for k in range(n)]


def _ring(_: Dice, s: float, a: Colour, b: Colour, c: Colour) -> list[Shape]:
    return [
        Shape(circle(s / 2, s / 2, s * 0.43), a),
        Shape(circle(s / 2, s / 2, s * 0.27), b),
        Shape(circle(s / 2, s / 2, s * 0.11), c),
    ]


def _petal(_: Dice, s: float, a: Colour, b: Colour, ___: Colour) -> list[Shape]:
    leaf = [*band(0, s, s, s, 0.75, 1.0)[: len(band(0, s, s, s, 0.75, 1.0)) // 2]]
    back = [*band(s, 0, s, s, 0.25, 0.5)[: len(band(s, 0, s, s, 0.25, 0.5)) // 2]]
    points = polygon([(float(x), float(y)) for x, y in (*leaf, *back)])
    return [Shape(points, a), Shape(circle(s / 2, s / 2, s * 0.12), b)]


def _dots(dice: Dice, s: float, a: Colour, b: Colour, ___: Colour) -> list[Shape]:
    n = dice.whole(2, 4)
    return [
        Shape(
            circle((i + 0.5) * s / n, (j + 0.5) * s / n, s / n * 0.3), b if (i + j) % 3 == 0 else a
        )
        for i in range(n)
        for j in range(n)
    ]


def _bow(_: Dice, s: float, a: Colour, b: Colour, ___: Colour) -> list[Shape]:
    return [
        Shape(polygon([(0, 0), (s / 2, s / 2), (0, s)]), a),
        Shape(polygon([(s, 0), (s / 2, s / 2), (s, s)]), b),
    ]


def _step(_: Dice, s: float, a: Colour, b: Colour, c: Colour) -> list[Shape]:
    return [
        Shape(rectangle(0, 0, s * 0.75, s * 0.75), a),
        Shape(rectangle(0, 0, s * 0.5, s * 0.5), b),
        Shape(rectangle(0, 0, s * 0.25, s * 0.25), c),
    ]


def _arch(_: Dice, s: float, a: Colour, b: Colour, ___: Colour) -> list[Shape]:
    return [
        Shape(rectangle(0, s / 2, s, s), a),
        Shape(wedge(s / 2, s / 2, s / 2, 0.5, 1.0), a),
        Shape(rectangle(s * 0.28, s / 2, s * 0.72, s), b),
        Shape(wedge(s / 2, s / 2, s * 0.22, 0.5, 1.0), b),
    ]


_MODULES: Final[tuple[tuple[Module, int], ...]] = (
    (_disc, 3),
    (_quarter, 4),
    (_half, 3),
    (_rainbow, 2),
    (_triangle, 3),
    (_stripes, 2),
    (_ring, 3),
    (_petal, 3),
    (_dots, 2),
    (_bow, 2),
    (_step, 2),
    (_arch, 3),
)


def _place(
    dice: Dice, palette: Palette, module: Module, corner: Point, side: float, index: int
) -> list[Shape]:
    """Return a module in place; the first ones are given the named colours, one each."""
    inks = [*palette.first(4), palette.ground]
    back, first, second, third = (dice.shuffled(inks) * 2)[:4]
    if index < len(palette.named):
        first = palette.inks[index]
    if index == 0 and palette.ground_name:
        back = palette.ground
    turn = dice.pick((0.0, 0.25, 0.5, 0.75))
    x, y = corner
    shapes = [Shape(rectangle(x, y, x + side, y + side), back)]
    for shape in module(dice, side, first, second, third):
        centred = moved(shape.points, -side / 2, -side / 2)
        shapes.append(Shape(moved(centred, x + side / 2, y + side / 2, turn=turn), shape.colour))
    return shapes


def compose_poster(brief: Brief, dice: Dice, frame: Frame) -> Picture:
    """Compose modules of circles, arcs, triangles and stripes on a square grid."""
    palette, scene = brief.palette(dice), Scene(frame)
    across = dice.whole(2, 3) if brief.density == "sparse" else dice.whole(3, 5)
    across += 3 if brief.density == "dense" else 0
    margin = dice.pick((0.0, 0.045, 0.07, 0.1))
    side = (1.0 - 2 * margin) / across
    columns = max(1, int((frame.width - 2 * margin) / side + 1e-6))
    rows = max(1, int((frame.height - 2 * margin) / side + 1e-6))
    if margin == 0.0:  # bleed: let the grid run over the edges instead of leaving a strip
        columns += frame.width > columns * side + 1e-6
        rows += frame.height > rows * side + 1e-6
    left, top = (frame.width - columns * side) / 2, (frame.height - rows * side) / 2
    scene.glaze(flat(palette.ground))
    taken: set[tuple[int, int]] = set()
    shapes: list[Shape] = []
    modules = [m for m, _ in _MODULES]
    chosen = dice.shuffled(modules)[: dice.whole(4, 8)]
    weights = [(module, weight) for module, weight in _MODULES if module in chosen]
    figures = 0
    for row in range(rows):
        for column in range(columns):
            if (row, column) in taken:
                continue
            big = dice.chance(0.16) and row + 1 < rows and column + 1 < columns
            span = 2 if big and (row, column + 1) not in taken else 1
            taken |= {(row + i, column + j) for i in range(span) for j in range(span)}
            corner = (left + column * side, top + row * side)
            shapes += _place(dice, palette, dice.weighted(weights), corner, side * span, figures)
            figures += 1
    scene.shapes(shapes, paints=(mottle(Noise(dice, 160.0), 0.03), mottle(Noise(dice, 7.0), 0.03)))
    paper(scene, dice, 1.2)
    return Picture(
        scene,
        sentence(
            "geometric poster",
            f"{counted(columns, 'column')} by {counted(rows, 'row')} of circles, arcs and angles",
            colour_phrase(palette, brief.mood),
        ),
    )


POSTER = Family(
    name="geometric-poster",
    compose=compose_poster,
    words=("geometric poster", "poster", "geometric shape"),
    styles=frozenset({"geometric", "abstract", "graphic"}),
    facets=frozenset({Facet.COLOUR, Facet.MOOD, Facet.DENSITY}),
    colours=4,
)
