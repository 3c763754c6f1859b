"""Moon and dunes: a desert with lit and shaded slopes."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from raisonne.generation.brief import (
    Brief,
    Facet,
    Family,
    Picture,
    counted,
    listing,
    sentence,
)
from raisonne.generation.colour import COLOURS, Colour, darker, lighter, mix, rgb
from raisonne.generation.dice import Dice
from raisonne.generation.exact import FloatArray
from raisonne.generation.families.sky import (
    SCENE_FACETS,
    SKY_OPTIONAL,
    SKY_SUBJECTS,
    SKY_TINTS,
    birds,
    finish,
    mist,
    mood_phrase,
    paint_sky,
)
from raisonne.generation.geometry import (
    Frame,
    Point,
    bezier,
    profile,
    rectangle,
    ribbon,
)
from raisonne.generation.paint import Noise, fade, mottle
from raisonne.generation.scene import Scene, Shape

_SANDS: Final = {
    "dawn": ("E3B08F", "8A6A8C"),
    "day": ("E8B36B", "A8673C"),
    "sunset": ("E58A4B", "6B2C44"),
    "night": ("5B6A94", "141A38"),
}


def _slope(summit: Point, way: float, wide: float, deep: float, bottom: float) -> FloatArray:
    """Return one side of a dune: steep at the summit, ever flatter, down to the lower edge."""
    x, y = summit
    steep = bezier(summit, (x + way * wide * 0.42, y + deep * 0.8), (x + way * wide, y + deep), 40)
    return np.concatenate([steep, [(x + way * (wide + 3.0), bottom + 0.8)]])


def _add_dune(
    scene: Scene, dice: Dice, summit: Point, way: float, colours: tuple[Colour, Colour], size: float
) -> None:
    """Add one dune, its lee side in shade along a crest that winds down from the summit."""
    (x, y), (lit, dim), bottom = summit, colours, scene.frame.height + 0.05
    deep = dice.between(0.11, 0.2) * size
    sun = _slope(summit, -way, dice.between(0.5, 1.0) * size, deep, bottom)
    lee = _slope(summit, way, dice.between(0.4, 0.8) * size, deep, bottom)
    low = mix(lit, dim, 0.4)
    grain = mottle(Noise(dice, 210.0), 0.03)
    body = np.concatenate([sun[::-1], lee[1:]])
    sink = fade(low, (0.0, y + deep * 0.7), (0.0, y + deep * 2.4))
    scene.shapes([Shape(body, lit)], paints=(sink, grain))
    ripples = _sand_ripples(dice, sun[:-1], deep * 1.6, darker(lit, 0.3))
    scene.shapes(ripples, opacity=0.16)
    swing = dice.between(0.06, 0.16) * size
    first = bezier(
        summit, (x - way * swing, y + deep * 0.7), (x + way * swing * 0.2, y + deep * 1.5), 24
    )
    crest = np.concatenate(
        [
            first,
            bezier(
                tuple(first[-1]),
                (x + way * swing * 1.6, y + deep * 2.4),
                (x + way * swing, bottom),
                24,
            )[1:],
        ]
    )
    melt = fade(low, (0.0, y + deep * 0.4), (0.0, y + deep * 2.2))
    scene.shapes([Shape(np.concatenate([lee, crest[::-1]]), dim)], paints=(melt, grain))


def _sand_ripples(dice: Dice, ridge: FloatArray, depth: float, colour: Colour) -> list[Shape]:
    """Return wind ripples that follow the crest."""
    shapes, drop, gap = [], 0.012, dice.between(0.006, 0.012)
    part = ridge[np.argsort(ridge[:, 0], kind="stable")]
    wobble = profile(dice, part[:, 0], 0.09, octaves=2) * 0.006
    while drop < depth:
        path = part + np.stack([np.zeros(len(part)), drop + wobble * (1.0 + drop * 6.0)], axis=1)
        shapes.append(Shape(ribbon(path, 0.0008 + 0.006 * drop), colour))
        drop += gap
        gap *= 1.16
    return shapes


def compose_dunes(brief: Brief, dice: Dice, frame: Frame) -> Picture:
    """Compose dunes with a lit and a shaded side under a large sun or moon."""
    scene = Scene(frame)
    horizon = dice.between(0.42, 0.6) * frame.height
    sky = paint_sky(scene, brief, dice, horizon, (0.11 * frame.height, 0.31 * frame.height))
    light, shade = (rgb(code) for code in _SANDS[sky.time])
    light = mix(light, sky.horizon, dice.between(0.0, 0.2))
    named = brief.tints.get("dune", brief.colours[1] if len(brief.colours) > 1 else "")
    light = COLOURS[named] if named else light
    # Shade takes the time's tint only on sand of its own colour; it must stay the darker side.
    shade = darker(light, 0.5) if named else mix(darker(light, 0.55), shade, 0.5)
    haze = 0.3 if named else 0.5
    way = 1.0 if sky.body_at[0] < frame.width / 2 else -1.0
    rows = int(brief.level(2, dice.whole(3, 4), 6))
    scene.shapes(
        [Shape(rectangle(0.0, horizon, frame.width, frame.height), mix(light, sky.horizon, haze))]
    )
    if brief.weather == "misty":
        mist(scene, dice, horizon, lighter(sky.horizon, 0.3), 0.7)
    for k in range(rows):
        share = k / (rows - 1)
        size = (0.5 + 0.9 * share) * math.sqrt(max(1.0, frame.width / 6.0))
        level = horizon + (frame.height * 0.86 - horizon) * share
        tones = (
            mix(light, sky.horizon, haze * (1.0 - share)),
            mix(shade, sky.horizon, haze * (1.0 - share)),
        )
        spots, x = [], dice.between(-0.3, 0.2)
        while x < frame.width + 0.3:
            spots.append((x, level + dice.between(-0.09, 0.05) * size))
            x += dice.between(0.35, 0.9) * size
        # A lower summit is nearer, so it is drawn later.
        for spot in sorted(spots, key=lambda s: (s[1], s[0])):
            _add_dune(scene, dice, spot, way, tones, size)
    flock = brief.count(dice, "bird", (3, 7)) if brief.wants(dice, "bird", 0.15) else 0
    if flock:
        birds(
            scene,
            dice,
            flock,
            sky.lit(rgb("2A2E3A"), 0.2),
            (0.12 * frame.height, 0.3 * frame.height),
        )
    finish(scene, brief, dice)
    return Picture(
        scene,
        sentence(
            f"desert dunes {sky.when}",
            listing(sky.shows),
            counted(flock, "bird") if flock else "",
            mood_phrase(brief.mood),
        ),
    )


DUNES = Family(
    name="moon-and-dunes",
    compose=compose_dunes,
    words=("moon and dunes", "desert", "dunes", "sand dune"),
    styles=frozenset({"nature", "calm", "minimal", "scenic"}),
    subjects={**SKY_SUBJECTS, "dune": 9, "bird": 1},
    countable=frozenset({"bird"}),
    optional=SKY_OPTIONAL | {"bird"},
    tintable=SKY_TINTS | {"dune"},
    facets=SCENE_FACETS | {Facet.WEATHER, Facet.DENSITY},
    colours=2,
    depicts=True,
)
