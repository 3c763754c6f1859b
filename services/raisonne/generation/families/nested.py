"""Nested shapes: squares, circles, triangles and hexagons within one another."""

from __future__ import annotations

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
)
from raisonne.generation.colour import Colour, jitter, mix
from raisonne.generation.dice import Dice
from raisonne.generation.exact import FloatArray, cosine, sine
from raisonne.generation.geometry import (
    Frame,
    Point,
    circle,
    rectangle,
    regular,
)
from raisonne.generation.paint import (
    Cloudy,
    Noise,
    flat,
    mottle,
    paper,
)
from raisonne.generation.scene import Scene, Shape

# Corners, and how far a step may drift (in steps) and turn (in turns times steps by radius): more
# would let a corner poke out of the shape around it.
_NESTS: Final[dict[str, tuple[int, float, float]]] = {
    "square": (4, 0.42, 0.09),
    "circle": (0, 0.8, 0.0),
    "triangle": (3, 0.28, 0.05),
    "hexagon": (6, 0.5, 0.14),
}


_LATTICE: Final = 4
_LARGE: Final = 0.3


def _outline(kind: str, x: float, y: float, radius: float, turn: float) -> FloatArray:
    corners = _NESTS[kind][0]
    if corners == 0:
        return circle(x, y, radius)
    if kind == "square":
        return regular(x, y, radius * 1.3, corners, turn + 0.125)
    return regular(x, y, radius, corners, turn)


def _nest(
    dice: Dice, kind: str, centre: Point, radius: float, inks: list[Colour], named: int
) -> list[Shape]:
    """Return shapes within one another, drifting and turning step by step."""
    steps = max(named, dice.whole(3, 7 if radius > _LARGE else 10))
    _, most_drift, most_twist = _NESTS[kind]
    way, drift = dice.unit(), dice.between(0.0, most_drift)
    first, last = inks[0], dice.pick(inks[1:] or inks)
    banded = dice.chance(0.85 if radius > _LARGE else 0.6) or named > 1
    shapes, (x, y) = [], centre
    step = radius / (steps + dice.between(0.2, 1.0))
    turn, twist = 0.0, dice.pick((0.0, 0.0, dice.sign())) * most_twist * step / radius
    for k in range(steps):
        colour = inks[k % len(inks)] if banded else mix(first, last, k / (steps - 1))
        shapes.append(Shape(_outline(kind, x, y, radius, turn), jitter(dice, colour, 3)))
        radius -= step
        x += cosine(way) * step * drift
        y += sine(way) * step * drift
        turn += twist
    return shapes


def compose_nested(brief: Brief, dice: Dice, frame: Frame) -> Picture:
    """Compose shapes nested in one another: a lattice of nests, each its own."""
    palette, scene = brief.palette(dice), Scene(frame)
    wanted = [kind for kind in _NESTS if kind in brief.subjects]
    kinds = wanted or dice.shuffled([k for k in _NESTS if k not in brief.absent] or [*_NESTS])
    kinds = kinds[: 1 if not wanted and dice.chance(0.7) else None]
    # Two of each way make room for every kind that was asked for.
    short = max(int(brief.level(1, dice.whole(1, 4), 6)), 2 if len(wanted) > 1 else 1)
    side = 1.0 / short
    columns, rows = max(1, round(frame.width / side)), max(1, round(frame.height / side))
    wide, high = frame.width / columns, frame.height / rows
    scene.glaze(flat(palette.ground))
    shapes, shown = [], set()
    for row in range(rows):
        for column in range(columns):
            inks = dice.shuffled([*palette.first(4), palette.ground])
            index = row * columns + column
            named = 0
            if rows * columns < _LATTICE or not index:
                # So few nests show every named colour themselves, on the named ground.
                inks, named = [*palette.first(4), palette.ground], len(palette.named)
            elif palette.named:
                inks.insert(0, palette.inks[index % len(palette.named)])
            kind = dice.pick(kinds) if index >= len(kinds) else kinds[index]
            shown.add(kind)
            back = rectangle(column * wide, row * high, (column + 1) * wide, (row + 1) * high)
            shapes.append(Shape(back, jitter(dice, inks[-1], 3)))
            loose = 0.16 * side if rows * columns == 1 else 0.03 * side
            centre = (
                (column + 0.5) * wide + dice.near(0.0, loose),
                (row + 0.5) * high + dice.near(0.0, loose),
            )
            radius = min(wide, high) * dice.between(0.36, 0.6 if rows * columns == 1 else 0.46)
            shapes += _nest(dice, kind, centre, radius, inks[:-1] or inks, named)
    scene.shapes(shapes, paints=(mottle(Noise(dice, 40.0), 0.02), mottle(Cloudy(dice, 2.0), 0.025)))
    paper(scene, dice)
    return Picture(
        scene,
        sentence(
            f"nested {listing(sorted(f'{kind}s' for kind in shown))}",
            counted(rows * columns, "nest"),
            colour_phrase(palette, brief.mood),
        ),
    )


NESTED = Family(
    name="nested-shapes",
    compose=compose_nested,
    words=("nested shape", "nested", "concentric"),
    styles=frozenset({"abstract", "geometric", "pattern"}),
    subjects={"circle": 2, "square": 3, "triangle": 2, "hexagon": 4},
    facets=frozenset({Facet.COLOUR, Facet.MOOD, Facet.DENSITY}),
    colours=4,
)
