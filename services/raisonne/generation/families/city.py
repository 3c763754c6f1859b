"""The city skyline, by day and by its own light."""

from __future__ import annotations

from typing import Final

from raisonne.generation.brief import Brief, Facet, Family, Picture, listing, sentence
from raisonne.generation.colour import COLOURS, Colour, darker, lighter, mix, rgb
from raisonne.generation.dice import Dice
from raisonne.generation.families.buildings import Building, roof, row_of, windows
from raisonne.generation.families.sky import (
    SCENE_FACETS,
    SKY_OPTIONAL,
    SKY_SUBJECTS,
    SKY_TINTS,
    Sky,
    finish,
    mist,
    mood_phrase,
    paint_sky,
)
from raisonne.generation.geometry import Frame, polygon, rectangle
from raisonne.generation.paint import Cloudy, Noise, fade, gradient, mottle
from raisonne.generation.scene import Scene, Shape

_FACADES: Final = {
    "dawn": ("6A6E94", "8D7C9C", "55608A"),
    "day": ("6F86A0", "A6886F", "5C7488", "B7A58C"),
    "sunset": ("4A2A4E", "5E3350", "38284A"),
    "night": ("141B38", "1C2247", "10182E"),
}
_LIT: Final = {"day": 0.94, "dawn": 0.25, "sunset": 0.4, "night": 0.5}


def _quay(
    scene: Scene, dice: Dice, sky: Sky, foot: float, water: Colour, buildings: list[Shape]
) -> None:
    """Add water below the buildings, with their reflection broken by ripples."""
    frame = scene.frame
    scene.shapes(
        [Shape(rectangle(0.0, foot, frame.width, frame.height), water)],
        paints=(
            gradient([(foot, mix(water, sky.horizon, 0.45)), (frame.height, water)]),
            mottle(Cloudy(dice, 4.0, 70.0), 0.07),
        ),
    )
    mirror = [Shape(s.points * (1.0, -0.8) + (0.0, foot * 1.8), s.colour) for s in buildings]
    scene.shapes(
        mirror,
        opacity=0.42,
        paints=(
            fade(water, (0.0, foot), (0.0, frame.height), 0.7),
            mottle(Noise(dice, 3.0, 90.0), 0.1),
        ),
    )
    ripples = []
    for _ in range(int(120 * frame.width)):
        near = dice.unit()
        x, y = dice.unit() * frame.width, foot + (frame.height - foot) * near
        long, thick = dice.between(0.01, 0.07), 0.0012 + 0.0025 * near
        ripples.append(
            Shape(
                polygon(
                    [(x, y), (x + long / 2, y - thick), (x + long, y), (x + long / 2, y + thick)]
                ),
                mix(water, sky.horizon, 0.7),
            )
        )
    scene.shapes(ripples, opacity=0.45)
    if sky.shining:
        scene.shapes(_light_path(dice, sky, foot, frame.height), opacity=0.55)


def _light_path(dice: Dice, sky: Sky, foot: float, bottom: float) -> list[Shape]:
    """Return the broken reflection of sun or moon."""
    path = []
    for _ in range(70):
        near = dice.unit()
        y, long = foot + (bottom - foot) * near, dice.between(0.01, 0.05)
        x = dice.near(sky.body_at[0], 0.04 + 0.08 * near)
        glint = polygon([(x - long, y), (x, y - 0.002), (x + long, y), (x, y + 0.002)])
        path.append(Shape(glint, sky.body_colour))
    return path


def _add_row(
    scene: Scene, dice: Dice, sky: Sky, row: list[Building], share: float, tall: float
) -> list[Shape]:
    """Add one depth of buildings; return what of it water would reflect.

    Args:
        scene: Gets the layers.
        dice: Chance.
        sky: For the time and the haze.
        row: Buildings.
        share: 0 for the farthest row, 1 for the nearest.
        tall: Height of the skyline, units.
    """
    foot = row[0].foot
    shapes = [Shape(rectangle(b.left, b.top, b.left + b.width, foot), b.colour) for b in row]
    shapes += [shape for b in row for shape in roof(dice, b)]
    sides = [
        Shape(
            rectangle(b.left + b.width * 0.72, b.top, b.left + b.width, foot),
            darker(b.colour, 0.22),
        )
        for b in row
        if dice.chance(0.6)
    ]
    far = mix(row[0].colour, sky.horizon, 0.7)
    haze = fade(far, (0.0, foot - tall * 0.4), (0.0, foot), 0.5 * (1.0 - share))
    scene.shapes(shapes + sides, paints=(haze, mottle(Noise(dice, 60.0), 0.03)))
    day, panes = sky.time == "day", []
    for b in row if share > 0 or not day else []:
        glass = lighter(b.colour, 0.3) if dice.chance(0.7) else darker(b.colour, 0.35)
        lit = _LIT[sky.time] * (1.0 if day else 0.5 + 0.5 * share)
        panes += windows(dice, b, lit, glass)
    scene.shapes(panes, opacity=0.7 if day else 0.55 + 0.4 * share)
    return shapes if day else shapes + panes


def compose_city(brief: Brief, dice: Dice, frame: Frame) -> Picture:
    """Compose three depths of buildings, with windows, perhaps beside water."""
    scene, wet = Scene(frame), brief.wants(dice, "water", 0.5)
    foot = dice.between(0.7, 0.8) * frame.height if wet else frame.height
    sky = paint_sky(scene, brief, dice, foot * 0.62, (0.11 * frame.height, 0.28 * frame.height))
    second = brief.colours[1] if len(brief.colours) > 1 else ""
    named = brief.tints.get("city", second)
    facades = [COLOURS[named]] if named else [rgb(code) for code in _FACADES[sky.time]]
    # The highest roofs end about where the sun or moon stands.
    tall = min(foot * dice.between(0.75, 1.05), (foot - sky.body_at[1]) / 0.74)
    mirrored: list[Shape] = []
    depths = int(brief.level(2, 3, 4))
    for k in range(depths):
        share = k / (depths - 1)
        tones = [mix(colour, sky.horizon, 0.62 * (1.0 - share)) for colour in facades]
        reach = (tall * (0.42 - 0.17 * share), tall * (0.74 - 0.3 * share))
        wide = (0.05 + 0.015 * share, 0.12 + 0.06 * share)
        row = row_of(dice, frame, foot, reach, wide, tones)
        mirrored += _add_row(scene, dice, sky, row, share, tall)
        if brief.weather == "misty":
            mist(scene, dice, foot - tall * 0.2, lighter(sky.horizon, 0.25), 0.6)
    if wet:
        water = brief.tint("water", mix(sky.top, rgb("1E4258"), 0.4))
        _quay(scene, dice, sky, foot, water, mirrored)
    finish(scene, brief, dice)
    return Picture(
        scene,
        sentence(
            f"city skyline {sky.when}",
            "reflected in water" if wet else "",
            listing(sky.shows),
            mood_phrase(brief.mood),
        ),
    )


CITY = Family(
    name="city-skyline",
    compose=compose_city,
    words=("city skyline", "skyline", "cityscape"),
    styles=frozenset({"urban", "scenic"}),
    subjects={**SKY_SUBJECTS, "city": 10, "water": 1},
    optional=SKY_OPTIONAL | {"water"},
    tintable=SKY_TINTS | {"city", "water"},
    facets=SCENE_FACETS | {Facet.WEATHER, Facet.DENSITY},
    colours=2,
    depicts=True,
)
