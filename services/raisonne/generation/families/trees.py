"""A tree, or a few, through the seasons."""

from __future__ import annotations

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
    where,
)
from raisonne.generation.colour import COLOURS, Colour, darker, jitter, lighter, mix, rgb
from raisonne.generation.dice import Dice
from raisonne.generation.exact import FloatArray
from raisonne.generation.families.growth import Growth, leaves
from raisonne.generation.families.sky import (
    MOONS,
    SCENE_FACETS,
    SKY_OPTIONAL,
    SKY_SUBJECTS,
    SKY_TINTS,
    Sky,
    birds,
    finish,
    mist,
    mood_phrase,
    paint_sky,
)
from raisonne.generation.families.woods import BARK, grass, level_at
from raisonne.generation.geometry import Frame, below, ellipse, polygon, positions, profile
from raisonne.generation.paint import Cloudy, Noise, fade, mottle, soft_ellipse
from raisonne.generation.scene import Scene, Shape

_SEASONS: Final = {
    "spring": ("F2A7BC F7C6D2 E98DA9 FBE3E8", "9CC070"),
    "summer": ("3F7F45 5C9C4C 2F6A40 86B35A", "7DB05A"),
    "autumn": ("D2622A E5952F B8402A F0B84A", "B98B45"),
    "winter": ("F4F8FA E2ECF2 FFFFFF D3E0E8", "EEF3F6"),
}
_WHAT: Final = {
    "spring": "in blossom",
    "summer": "in full leaf",
    "autumn": "in autumn colours",
    "winter": "bare in the snow",
}
_SMALL: Final = 0.3
_PLACES: Final = {"left": (0.24, 0.36), "centre": (0.45, 0.55), "right": (0.64, 0.76)}


def _leaf_name(brief: Brief) -> str:
    """Return the prompt's name for the colour of the leaves, or nothing."""
    first = brief.colours[0] if brief.colours else ""
    return brief.tints.get("leaf", brief.tints.get("tree", first))


def _bare(brief: Brief, season: str) -> bool:
    """Return whether the trees stand without leaves."""
    return season == "winter" and not _leaf_name(brief) and "leaf" not in brief.subjects


def _dress(brief: Brief, season: str) -> str:
    """Return what the trees wear, in words."""
    named = _leaf_name(brief)
    if _bare(brief, season) or not (named or season == "winter"):
        return _WHAT[season]
    return f"with {f'{named} ' if named else ''}leaves in {season}"


def _plant(
    scene: Scene,
    brief: Brief,
    dice: Dice,
    season: str,
    spot: tuple[float, float],
    height: float,
    ground: Colour,
) -> None:
    """Add one tree with its shadow."""
    x, y = spot
    colours, named = [rgb(code) for code in _SEASONS[season][0].split()], _leaf_name(brief)
    if named:
        colours = [COLOURS[named], COLOURS[named], lighter(COLOURS[named], 0.2)]
    bark = mix(BARK, ground, 0.12)
    shadow = soft_ellipse(x + height * 0.1, y + 0.004, height * 0.5, height * 0.05, 0.6)
    scene.soft(darker(ground, 0.55), *shadow)
    growth = Growth(dice, bark, dice.between(0.07, 0.125), dice.between(0.0, 1.6))
    depth = 6 if height > _SMALL else 5
    trunk = height * dice.between(0.22, 0.3)
    growth.grow(
        x, y, -0.25 + dice.between(-0.025, 0.025), trunk, height * dice.between(0.05, 0.075), depth
    )
    flare = [
        (x - height * 0.05, y + 0.004),
        (x - height * 0.02, y - height * 0.09),
        (x + height * 0.02, y - height * 0.09),
        (x + height * 0.055, y + 0.004),
    ]
    scene.shapes(
        [Shape(polygon(flare), bark), *growth.limbs],
        paints=(mottle(Noise(dice, 90.0, 30.0), 0.12),),
    )
    if _bare(brief, season):
        scene.shapes(
            [
                Shape(ellipse(tx, ty, height * 0.009, height * 0.005), colours[2])
                for tx, ty in growth.twigs
            ]
        )
        return
    size = height * dice.between(0.017, 0.027)
    scene.shapes(leaves(dice, growth, colours, size, dice.between(0.75, 1.0)))


def _strew(scene: Scene, brief: Brief, dice: Dice, season: str, ridge: FloatArray) -> None:
    """Add what the season strews: petals, leaves or falling snow."""
    colours = [rgb(code) for code in _SEASONS[season][0].split()]
    if _leaf_name(brief) and season != "winter":
        colours = [COLOURS[_leaf_name(brief)]]
    frame, shapes = scene.frame, []
    for _ in range(int({"winter": 190, "summer": 0}.get(season, 90) * frame.width)):
        x = dice.unit() * frame.width
        if season == "winter":
            y, size = dice.unit() * frame.height, 0.0015 + 0.0045 * dice.unit() * dice.unit()
            shapes.append(Shape(ellipse(x, y, size, size), colours[2]))
            continue
        level = level_at(ridge, x)
        y = (
            level + (frame.height - level) * dice.unit()
            if dice.chance(0.8)
            else level * dice.between(0.4, 1.0)
        )
        size = dice.between(0.004, 0.008)
        shapes.append(
            Shape(
                ellipse(x, y, size, size * 0.5, dice.unit()), jitter(dice, dice.pick(colours), 12)
            )
        )
    scene.shapes(shapes, opacity=0.85)


def _add_rise(
    scene: Scene, brief: Brief, dice: Dice, sky: Sky, season: str, level: float
) -> tuple[FloatArray, Colour]:
    """Add far hills and the rise that the trees stand on; return its ridge and colour."""
    frame, xs = scene.frame, positions(scene.frame)
    meadow = rgb(_SEASONS[season][1])
    line = profile(dice, xs, dice.between(0.5, 0.9), octaves=3)
    far = np.stack([xs, level - 0.05 - 0.05 * line], axis=1)
    hills = Shape(below(far, frame.height), sky.lit(meadow, 0.6))
    scene.shapes([hills], paints=(mottle(Cloudy(dice, 9.0), 0.06),))
    if brief.weather == "misty":
        mist(scene, dice, level - 0.02, lighter(sky.horizon, 0.3), 0.75)
    ground = COLOURS[brief.colours[1]] if len(brief.colours) > 1 else sky.lit(meadow)
    line = profile(dice, xs, dice.between(0.8, 1.6), octaves=2)
    ridge = np.stack([xs, level - 0.03 * line], axis=1)
    low = fade(darker(ground, 0.35), (0.0, level), (0.0, frame.height + 0.1))
    paints = (mottle(Cloudy(dice, 12.0, 40.0), 0.06), low)
    scene.shapes([Shape(below(ridge, frame.height), ground)], paints=paints)
    return ridge, ground


def _spots(dice: Dice, number: int, side: str) -> list[float]:
    """Return where the trees stand, as shares of the width."""
    shares = [(k + dice.between(0.25, 0.75)) / number for k in range(number)]
    if side:
        shares = [dice.between(*_PLACES[side]) + (share - 0.5) * 0.3 for share in shares]
    return [dice.between(*_PLACES[side])] if number == 1 and side else shares


def compose_tree(brief: Brief, dice: Dice, frame: Frame) -> Picture:
    """Compose trees on a rise, in the colours of a season."""
    scene = Scene(frame)
    seasons = [s for s in _SEASONS if s != "winter" or "leaf" not in brief.subjects]
    season = brief.season or dice.pick(seasons)
    level = frame.height - dice.between(0.14, 0.26) * min(1.5, frame.height)
    heights = (0.14 * frame.height, 0.4 * frame.height)
    sky = paint_sky(scene, _for_sky(brief, dice), dice, level, heights)
    ridge, ground = _add_rise(scene, brief, dice, sky, season, level)
    number = brief.count(dice, "tree", dice.weighted([((1, 1), 5), ((2, 3), 3), ((4, 6), 1)]))
    side = brief.side or (dice.pick(tuple(_PLACES)) if number == 1 else "")
    for share in _spots(dice, number, side):
        x, smaller = share * frame.width, 1.0 if number == 1 else dice.between(0.42, 0.8)
        height = min(dice.between(0.72, 0.95) * level, 1.05) * smaller
        spot = (x, level_at(ridge, x) + dice.between(0.005, 0.04))
        _plant(scene, brief, dice, season, spot, height, ground)
    blades = int((40 if season == "winter" else 260) * frame.width)
    scene.shapes(grass(dice, ridge, frame.height, ground, blades), opacity=0.8)
    _strew(scene, brief, dice, season, ridge)
    flock = brief.count(dice, "bird", (2, 6)) if brief.wants(dice, "bird", 0.2) else 0
    feather = sky.lit(rgb("2A2E3A"), 0.2)
    birds(scene, dice, flock, feather, (0.1 * frame.height, 0.3 * frame.height))
    finish(scene, brief, dice)
    return Picture(
        scene,
        sentence(
            f"{counted(number, 'tree')} {_dress(brief, season)} {sky.when}"
            + (f" {where(side)}" if side else ""),
            listing(sky.shows),
            counted(flock, "bird") if flock else "",
            mood_phrase(brief.mood),
        ),
    )


def _for_sky(brief: Brief, dice: Dice) -> Brief:
    """Return the brief as the sky sees it: the colours and the side belong to the trees."""
    quiet = brief.absent
    if not brief.subjects & (MOONS | {"sun"}) and not brief.time and dice.chance(0.35):
        quiet |= {"sun", "moon"}
    return Brief(
        ground=brief.ground, time=brief.time, weather=brief.weather, subjects=brief.subjects,
        absent=quiet, tints=brief.tints,
    )  # fmt: skip


TREE = Family(
    name="tree-in-seasons",
    compose=compose_tree,
    words=("seasonal tree", "tree in season", "tree of the season"),
    styles=frozenset({"nature", "calm"}),
    subjects={**SKY_SUBJECTS, "tree": 8, "bird": 3, "leaf": 5},
    countable=frozenset({"tree", "bird"}),
    optional=SKY_OPTIONAL | {"bird"},
    tintable=SKY_TINTS | {"tree", "leaf"},
    facets=SCENE_FACETS | {Facet.SEASON, Facet.WEATHER},
    colours=2,
    depicts=True,
)
