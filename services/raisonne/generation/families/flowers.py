"""Flowers: a botanical sheet, stems first and blossoms last."""

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
from raisonne.generation.colour import Colour, darker, jitter, lighter, luminance, mix, rgb
from raisonne.generation.dice import Dice
from raisonne.generation.families.blossoms import BLOSSOMS, GREENS, PLURALS, petal
from raisonne.generation.geometry import Frame, bezier, moved, ribbon
from raisonne.generation.paint import Cloudy, Noise, fade, flat, mottle, paper, soft_ellipse, toned
from raisonne.generation.palette import Palette, from_names
from raisonne.generation.scene import Scene, Shape

_WIDE: Final = 1.6
_ONE_HUE: Final = frozenset({"monochrome", "sepia"})
_DIM: Final = 0.12


def _stem(
    dice: Dice, foot: tuple[float, float], head: tuple[float, float], thick: float, green: Colour
) -> list[Shape]:
    """Return a curved stem with leaves."""
    bend = (dice.near(foot[0], 0.06), (foot[1] + head[1]) / 2)
    path = bezier(foot, bend, head, 28)
    shapes = [Shape(ribbon(path, [thick * (1.2 - 0.5 * k / 28) for k in range(29)]), green)]
    length = min(1.1, foot[1] - head[1])
    slim = dice.between(0.16, 0.34)
    for k in range(dice.whole(2, 5)):
        at = path[dice.whole(3, 18)]
        way = -1.0 if k % 2 else 1.0
        size = length * dice.between(0.16, 0.3)
        leaf = moved(
            petal(size, size * slim, pointed=0.45),
            float(at[0]),
            float(at[1]),
            turn=-0.25 + way * dice.between(0.07, 0.17),
        )
        tone = jitter(dice, green, 12)
        shapes.append(Shape(leaf, tone))
        half = leaf[: len(leaf) // 2 + 1]
        shapes.append(Shape(half, darker(tone, 0.15)))
    return shapes


def _green_for(dice: Dice, palette: Palette) -> Colour:
    green = rgb(dice.pick(GREENS))
    return mix(green, palette.light, 0.35) if luminance(palette.ground) < _DIM else green


def _plan(brief: Brief, dice: Dice, usual: int) -> list[str]:
    """Return the kind of each flower: those asked for by name, then others up to the number."""
    plan = [k for k in BLOSSOMS if k in brief.subjects for _ in range(brief.count(dice, k, (1, 3)))]
    kinds = sorted(set(plan)) or dice.shuffled(list(BLOSSOMS))[: dice.whole(1, 3)]
    number = brief.count(dice, "flower", (usual, usual))
    if plan and "flower" not in brief.counts:
        number = len(plan)
    plan += [kinds[k % len(kinds)] for k in range(number - len(plan))]
    return dice.shuffled(plan)


def _loose(dice: Dice, frame: Frame, colour: Colour) -> list[Shape]:
    """Return petals in the air, for a colour that no flower is left to carry."""
    return [
        Shape(
            moved(
                petal(dice.between(0.03, 0.06), 0.018),
                dice.unit() * frame.width,
                dice.between(0.05, 0.5) * frame.height,
                turn=dice.unit(),
            ),
            colour,
        )
        for _ in range(16)
    ]


def compose_flowers(brief: Brief, dice: Dice, frame: Frame) -> Picture:
    """Compose stems and blossoms rising from the lower edge."""
    scene = Scene(frame)
    bloom = [name for subject, name in brief.tints.items() if subject != "leaf"]
    # Colours given to kinds of flower count as named, so that the paper is one they stand out from.
    asked = tuple(dict.fromkeys((*brief.colours, *bloom)))
    palette = from_names(dice, asked, brief.ground, brief.mood)
    inks = list(palette.inks[: len(palette.named) or 3])
    green = brief.tint("leaf", _green_for(dice, palette))
    scene.glaze(flat(palette.ground), mottle(Cloudy(dice, 2.0, octaves=4), 0.04))
    for _ in range(int(3 * frame.width)):
        wash = mix(palette.ground, dice.pick(inks), 0.22)
        spot = (dice.unit() * frame.width, dice.unit() * frame.height)
        scene.soft(
            wash,
            *soft_ellipse(
                *spot, dice.between(0.3, 0.6), dice.between(0.25, 0.5), 0.7, Noise(dice, 6.0)
            ),
        )
    plan = _plan(
        brief, dice, round(dice.whole(3, 9) * min(8.0, frame.width) * brief.level(0.4, 1.0, 2.0))
    )
    number = len(plan)
    meadow = dice.chance(0.5) or frame.width > _WIDE
    stems: list[Shape] = []
    blossoms: list[list[Shape]] = []
    shown: dict[str, int] = {}
    size = min(0.17, 0.62 * frame.width / number) * dice.between(0.85, 1.15)
    for k in range(number):
        share = (k + dice.between(0.3, 0.7)) / number
        x = (0.08 + 0.84 * share) * frame.width
        head = (x, dice.between(0.14, 0.55 if number > 2 else 0.3) * frame.height)  # noqa: PLR2004
        gather = 1.0 if meadow else 0.25
        foot = (
            frame.width / 2 + (x - frame.width / 2) * gather + dice.between(-0.03, 0.03),
            frame.height + 0.03,
        )
        own = size * dice.between(0.75, 1.15)
        kind = plan[k]
        shown[kind] = shown.get(kind, 0) + 1
        stems += _stem(dice, foot, head, 0.006 + own * 0.05, jitter(dice, green, 10))
        colour, heart = inks[k % len(inks)], palette.inks[(k + 1) % len(palette.inks)]
        colour = brief.tint(kind, brief.tint("flower", colour))
        if heart == colour:
            heart = lighter(colour, 0.5)
        blossoms.append(
            BLOSSOMS[kind](dice, head[0], head[1], own, dice.between(-0.03, 0.03), colour, heart)
        )
    low = fade(darker(green, 0.4), (0.0, frame.height * 0.55), (0.0, frame.height + 0.1))
    scene.shapes(stems, paints=(low, mottle(Noise(dice, 50.0), 0.06)))
    for blossom in sorted(blossoms, key=lambda b: float(b[0].points[:, 1].max())):
        scene.shapes(blossom, paints=(mottle(Noise(dice, 70.0), 0.05),))
    spare = palette.inks[number : len(palette.named)]
    scene.shapes([loose for colour in spare for loose in _loose(dice, frame, colour)])
    if brief.mood in _ONE_HUE:
        scene.glaze(toned((*palette.inks, palette.ground)))
    paper(scene, dice, 1.2)
    names = [
        counted(
            count,
            f"{brief.tints.get(kind, '')} {kind}".strip(),
            f"{brief.tints.get(kind, '')} {PLURALS.get(kind, f'{kind}s')}".strip(),
        )
        for kind, count in sorted(shown.items())
    ]
    return Picture(
        scene, sentence("flowers on long stems", listing(names), colour_phrase(palette, brief.mood))
    )


FLOWERS = Family(
    name="botanical",
    compose=compose_flowers,
    words=("botanical", "floral", "herbarium"),
    styles=frozenset({"nature", "decorative"}),
    subjects={"flower": 9, "leaf": 2, **dict.fromkeys(BLOSSOMS, 9)},
    countable=frozenset({"flower", *BLOSSOMS}),
    tintable=frozenset({"flower", "leaf", *BLOSSOMS}),
    facets=frozenset({Facet.COLOUR, Facet.MOOD, Facet.DENSITY}),
    colours=4,
)
