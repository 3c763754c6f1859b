"""Landscapes: fields, mountains or water under a sky that knows the time of day."""

from __future__ import annotations

from typing import Final

from raisonne.generation.brief import Brief, Facet, Family, Picture, counted, listing, sentence
from raisonne.generation.colour import jitter, lighter, rgb
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
from raisonne.generation.families.terrain import (
    SEASONS,
    Land,
    add_fields,
    add_ranges,
    standing_places,
)
from raisonne.generation.families.water import add_boat, add_islands, add_water
from raisonne.generation.families.woods import pine, round_tree
from raisonne.generation.geometry import Frame, positions
from raisonne.generation.scene import Scene

_MIXTURES: Final = (("mountain", "hill"), ("hill",), ("sea",), ("mountain", "sea"))
_LANDS: Final = ("mountain", "sea", "hill")
_WOODS: Final = frozenset({"tree", "pine tree"})


def _choose_lands(brief: Brief, dice: Dice) -> tuple[str, ...]:
    """Return what the land is made of, far to near; empty for plain fields."""
    wanted = set(brief.subjects & set(_LANDS))
    if "boat" in brief.subjects:
        wanted.add("sea")
    if wanted:
        return tuple(kind for kind in _LANDS if kind in wanted)
    options = [mixture for mixture in _MIXTURES if not brief.absent & set(mixture)]
    return dice.pick(options) if options else ()


def _add_flock(land: Land) -> list[str]:
    brief, dice, high = land.brief, land.dice, land.frame.height
    if not brief.wants(dice, "bird", 0.35):
        return []
    flock = brief.count(dice, "bird", (3, 9))
    birds(land.scene, dice, flock, land.sky.lit(rgb("2A2E3A"), 0.2), (0.12 * high, 0.34 * high))
    return [counted(flock, "bird")]


def _add_fleet(land: Land) -> list[str]:
    brief, dice, frame = land.brief, land.dice, land.frame
    if not brief.wants(dice, "boat", 0.45):
        return []
    fleet = brief.count(dice, "boat", (1, 3))
    depth = frame.height - land.horizon
    shares = [(k + dice.between(0.25, 0.75)) / fleet for k in range(fleet)]
    # Boats further down are nearer and larger, and drawn after those they may hide.
    for near in sorted(dice.between(0.06, 0.5) for _ in range(fleet)):
        share = shares.pop(dice.whole(0, len(shares) - 1))
        size = (0.05 + 0.16 * near) * min(1.0, 4.0 * frame.width / fleet)
        add_boat(land, (0.06 + 0.88 * share) * frame.width, land.horizon + near * depth, size)
    return [counted(fleet, "boat")]


def _add_trees(land: Land, ridges: list[FloatArray]) -> list[str]:
    brief, dice, parts = land.brief, land.dice, []
    for kind in ("tree", "pine tree"):
        if not brief.wants(dice, kind, 0.0 if brief.subjects & _WOODS else 0.45):
            continue
        number = brief.count(dice, kind, (3, 9))
        for index, x, y in standing_places(land, ridges, number):
            near = (index + 1) / len(ridges)
            height = dice.between(0.15, 0.24) * (0.3 + 0.7 * near)
            leaf = land.leaf()
            if kind == "pine tree":
                leaf = rgb("8FA9AE" if land.season == "winter" else "2F5A46")
            leaf = land.sky.lit(jitter(dice, leaf, 10), 0.25 * (1.0 - near))
            draw = pine if kind == "pine tree" else round_tree
            land.scene.shapes(draw(dice, x, y, height, brief.tint(kind, leaf)))
        parts.append(counted(number, kind))
    return parts


def _add_near(land: Land, lands: tuple[str, ...]) -> list[str]:
    """Add what lies before the horizon: water with boats, fields with trees."""
    brief, dice, parts = land.brief, land.dice, []
    depth = land.frame.height - land.horizon
    ridges: list[FloatArray] = []
    woods = not (brief.subjects | brief.absent) & _WOODS
    if "sea" in lands:
        islands = 0 if "mountain" in lands else dice.whole(0, 3)
        add_islands(land, islands)
        parts += [counted(islands, "island")] if islands else []
        add_water(land)
        parts += ["water", *_add_fleet(land)]
        if "hill" in lands or brief.subjects & _WOODS or brief.season:
            level = land.horizon + (0.55 if "hill" in lands else 0.7) * depth
            ridges = add_fields(land, level, 2, woods=False)
            parts.append(f"{'hills' if 'hill' in lands else 'a near shore'} in {land.season}")
    else:
        ridges = add_fields(land, land.horizon, dice.whole(3, 5), woods=woods)
        parts.append(f"{'hills' if 'hill' in lands else 'fields'} in {land.season}")
    return [*parts, *(_add_trees(land, ridges) if ridges else [])]


def compose_landscape(brief: Brief, dice: Dice, frame: Frame) -> Picture:
    """Compose a landscape from far to near."""
    scene, lands = Scene(frame), _choose_lands(brief, dice)
    low, high = (0.5, 0.64) if {"sea", "mountain"} & set(lands) else (0.4, 0.52)
    horizon = dice.between(low, high) * frame.height
    sky = paint_sky(scene, brief, dice, horizon, (0.11 * frame.height, 0.3 * frame.height))
    xs = positions(frame)
    land = Land(scene, brief, dice, sky, brief.season or dice.pick(tuple(SEASONS)), horizon, xs)
    parts = _add_flock(land)
    if "mountain" in lands:
        add_ranges(land)
        parts.append("mountains")
    if brief.weather == "misty":
        mist(scene, dice, horizon - 0.01, lighter(sky.horizon, 0.3), 0.7)
    parts += _add_near(land, lands)
    finish(scene, brief, dice)
    return Picture(
        scene,
        sentence(
            f"landscape {sky.when}", listing(parts), listing(sky.shows), mood_phrase(brief.mood)
        ),
    )


LANDSCAPE = Family(
    name="landscape",
    compose=compose_landscape,
    words=("landscape", "seascape", "countryside", "scenery"),
    styles=frozenset({"nature", "calm", "scenic"}),
    subjects={
        **SKY_SUBJECTS,
        "mountain": 5,
        "hill": 6,
        "sea": 6,
        "boat": 7,
        "bird": 4,
        "tree": 3,
        "pine tree": 5,
    },
    countable=frozenset({"boat", "bird", "tree", "pine tree"}),
    optional=SKY_OPTIONAL | {"mountain", "hill", "sea", "boat", "bird", "tree", "pine tree"},
    tintable=SKY_TINTS | {"mountain", "hill", "sea", "boat", "tree", "pine tree"},
    facets=SCENE_FACETS | {Facet.SEASON, Facet.WEATHER},
    colours=2,
    depicts=True,
)
