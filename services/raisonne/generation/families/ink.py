"""Mountains in ink: ridge upon ridge, each dissolving into mist."""

from __future__ import annotations

from typing import Final

import numpy as np

from raisonne.generation.brief import (
    Brief,
    Facet,
    Family,
    Picture,
    colour_phrase,
    counted,
    listing,
    sentence,
    where,
)
from raisonne.generation.colour import Colour, lighter, luminance, mix, rgb
from raisonne.generation.dice import Dice
from raisonne.generation.exact import FloatArray
from raisonne.generation.families.sky import (
    SCENE_FACETS,
    birds,
)
from raisonne.generation.families.woods import level_at, pine
from raisonne.generation.geometry import (
    Frame,
    below,
    circle,
    peaks,
    positions,
    profile,
)
from raisonne.generation.paint import Cloudy, Noise, fade, flat, glow, mottle, paper
from raisonne.generation.scene import Scene, Shape

_PAPERS: Final = ("F3EDE0", "EFE8DA", "F5F1E8", "E9E4D6", "F1E6D2")
_INKS: Final = ("20242B", "1E2E3E", "2A2B26", "2F2430", "1D3233", "3A2A22")
_MOST_RIDGES: Final = 24
_TWO: Final = 2
_SUNS: Final = ("C8402F", "B5342A", "D9622B", "C4572E")
_PLACES: Final = {"left": (0.16, 0.34), "centre": (0.42, 0.58), "right": (0.66, 0.84)}


def _ink_colours(brief: Brief, dice: Dice) -> tuple[Colour, Colour, Colour]:
    """Return paper, ink and sun."""
    if not (brief.colours or brief.ground or brief.mood or brief.time):
        return rgb(dice.pick(_PAPERS)), rgb(dice.pick(_INKS)), rgb(dice.pick(_SUNS))
    palette = brief.palette(dice)
    dusk = {"dawn": "F3DCCB", "sunset": "F0C9A4", "night": "1A2236"}
    sheet = rgb(dusk.get(brief.time, dice.pick(_PAPERS)))
    if brief.ground or brief.mood:
        sheet = palette.ground
    ink = palette.inks[0] if brief.colours else palette.line
    if not brief.colours and not brief.mood:
        ink = rgb("C9D3E6") if luminance(sheet) < 0.1 else rgb(dice.pick(_INKS))  # noqa: PLR2004
    sun = palette.inks[1] if len(palette.named) > 1 else rgb(dice.pick(_SUNS))
    return sheet, ink, palette.inks[0] if brief.mood and not brief.colours else sun


def _hang_disc(
    scene: Scene, brief: Brief, dice: Dice, colour: Colour, ridges: list[FloatArray]
) -> str:
    """Add a sun or moon without shading; return its phrase, or nothing."""
    kind = "moon" if "moon" in brief.subjects or brief.time == "night" else "sun"
    if "sun" in brief.subjects:
        kind = "sun"
    asked = brief.side or len(brief.colours) == _TWO
    if not brief.wants(dice, kind, 1.0 if asked else 0.75):
        return ""
    frame, side = scene.frame, brief.side or dice.pick(tuple(_PLACES))
    x, y = dice.between(*_PLACES[side]) * frame.width, dice.between(0.12, 0.26) * frame.height
    radius = dice.between(0.05, 0.12)
    y = min(y, *(level_at(ridge, x) - 0.15 * radius for ridge in ridges))
    colour = brief.tint(kind, colour)
    glow(scene, x, y, radius * 2.6, colour, 0.16)
    scene.shapes([Shape(circle(x, y, radius), colour)], paints=(mottle(Cloudy(dice, 9.0), 0.07),))
    return f"{kind} {where(side)}"


def _ink_ridge(dice: Dice, xs: FloatArray, base: float, height: float) -> FloatArray:
    heights, _ = peaks(dice, xs, dice.between(0.28, 0.6), rough=dice.between(0.8, 2.0))
    sway = profile(dice, xs, dice.between(0.9, 1.8), octaves=1)
    return np.stack([xs, base - height * heights - height * 0.4 * sway], axis=1)


def _ink_ridges(dice: Dice, frame: Frame, layers: int) -> list[FloatArray]:
    """Return ridge lines from far to near, none so high that the sun could not stand above it."""
    xs, ridges = positions(frame), []
    top, highest = dice.between(0.3, 0.48) * frame.height, 0.17 * frame.height
    for k in range(layers):
        share = k / (layers - 1)
        base = top + (frame.height * 1.02 - top) * share
        ridge = _ink_ridge(dice, xs, base, dice.between(0.1, 0.3) * (1.15 - 0.45 * share))
        excess = (base - highest) / (base - float(ridge[:, 1].min()))
        if excess < 1.0:
            ridge[:, 1] = base - (base - ridge[:, 1]) * excess
        ridges.append(ridge)
    return ridges


def compose_ink(brief: Brief, dice: Dice, frame: Frame) -> Picture:
    """Compose ridges of mountains in ink, each dissolving into the mist of the next."""
    scene, (sheet, ink, red) = Scene(frame), _ink_colours(brief, dice)
    scene.glaze(
        flat(sheet),
        mottle(Cloudy(dice, 1.2, octaves=4), 0.035),
        mottle(Noise(dice, 8.0, 160.0), 0.015),
    )
    usual = brief.level(dice.whole(3, 4), dice.whole(4, 8), dice.whole(8, 11))
    layers = min(_MOST_RIDGES, int(usual * (0.4 + 0.6 * frame.height)))
    ridges = _ink_ridges(dice, frame, layers)
    pale = brief.time == "night" and len(brief.colours) < _TWO
    disc = _hang_disc(scene, brief, dice, lighter(sheet, 0.8) if pale else red, ridges)
    flock, parts = brief.count(dice, "bird", (3, 8)) if brief.wants(dice, "bird", 0.45) else 0, []
    if flock:
        birds(scene, dice, flock, mix(ink, sheet, 0.25), (0.12 * frame.height, 0.3 * frame.height))
        parts.append(counted(flock, "bird"))
    for k, ridge in enumerate(ridges):
        share = k / (layers - 1)
        tone = mix(
            sheet,
            ink,
            0.16 + 0.84 * share * share * dice.between(0.8, 1.0) if k < layers - 1 else 1.0,
        )
        high, reach = float(ridge[:, 1].min()), dice.between(0.2, 0.34)
        misty = fade(sheet, (0.0, high + 0.02), (0.0, high + reach), 0.97)
        grain = mottle(Cloudy(dice, 26.0, 7.0, octaves=3), 0.10)
        paints = (grain, misty) if k < layers - 1 else (grain,)
        scene.shapes([Shape(below(ridge, frame.height), tone)], paints=paints)
    pines = brief.count(dice, "pine tree", (3, 14)) if brief.wants(dice, "pine tree", 0.5) else 0
    for _ in range(pines):
        x = dice.between(0.03, 0.97) * frame.width
        tone = brief.tint("pine tree", mix(ink, sheet, dice.between(0.0, 0.12)))
        scene.shapes(pine(dice, x, level_at(ridges[-1], x) + 0.012, dice.between(0.05, 0.13), tone))
    parts += [counted(pines, "pine tree")] if pines else []
    paper(scene, dice, 1.3)
    return Picture(
        scene,
        sentence(
            f"ink mountains, {counted(layers, 'ridge')} fading into mist",
            listing(parts),
            disc,
            colour_phrase(brief.palette(dice), brief.mood)
            if brief.colours or brief.ground or brief.mood
            else "",
            "by day" if brief.time == "day" else f"at {brief.time}" if brief.time else "",
        ),
    )


INK = Family(
    name="ink-mountains",
    compose=compose_ink,
    words=(
        "ink mountain",
        "ink wash",
        "ink painting",
        "ink",
        "misty mountain",
        "mountain layer",
        "ridge",
    ),
    styles=frozenset({"nature", "calm", "minimal", "misty"}),
    subjects={"mountain": 5, "sun": 1, "moon": 1, "bird": 3, "pine tree": 3},
    countable=frozenset({"bird", "pine tree"}),
    optional=frozenset({"sun", "moon", "bird", "pine tree"}),
    tintable=frozenset({"sun", "moon", "pine tree"}),
    facets=SCENE_FACETS | {Facet.DENSITY},
    colours=2,
    depicts=True,
)
