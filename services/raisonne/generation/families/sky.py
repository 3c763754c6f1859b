"""Skies and what hangs in them, shared by the families that depict a place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from raisonne.generation.brief import Brief, Facet, where
from raisonne.generation.colour import COLOURS, Colour, lighter, mix, rgb
from raisonne.generation.dice import Dice
from raisonne.generation.exact import FloatArray
from raisonne.generation.geometry import Point, arc, bezier, circle, moved, ribbon
from raisonne.generation.paint import (
    Cloudy,
    Noise,
    glow,
    gradient,
    mottle,
    paper,
    soft_ellipse,
    toned,
    veil,
)
from raisonne.generation.scene import Scene, Shape

TIMES: Final = ("dawn", "day", "sunset", "night")
_SKIES: Final = {
    "dawn": (
        "7E93BF D9B8C4 FBE0C6",
        "A9B7D9 F2C9C3 FCE9CF",
        "5F6C9E C79BB6 F6CDA8",
        "8FB0C4 D8D6D0 F7E3CF",
    ),
    "day": (
        "4F97D4 9CC9EA E4F2F5",
        "3C86C8 8CC4E6 F4F1DE",
        "7FB2C9 BFDDE0 F3F0DF",
        "5AA7C8 A9D6DC E9F3E8",
    ),
    "sunset": (
        "3E2A5C B5476B F7A45C",
        "5B2F63 D9605A FBC56D",
        "22335E 8F5A86 F4976B",
        "4A5D8C D98C7A FFD9A0",
    ),
    "night": (
        "070D26 14234D 33508A",
        "0B0A22 241D4F 54407E",
        "06141F 0F2F45 2C6173",
        "0E1B3D 2A4A7F 7C9CC2",
        "10152B 2F3B63 8583AB",
    ),
}
_BODIES: Final = {"dawn": "FFF0D6", "day": "FFF3B8", "sunset": "FFE08A", "night": "F6F1DA"}
_SHADES: Final = {
    "dawn": ("70608C", 0.28),
    "day": ("2C4A3C", 0.05),
    "sunset": ("3A1838", 0.5),
    "night": ("141E48", 0.74),
}
MOONS: Final = frozenset({"moon", "crescent moon", "full moon"})
SKY_SUBJECTS: Final = {
    "sun": 2, "moon": 2, "crescent moon": 2, "full moon": 2, "stars": 2, "cloud": 3, "sky": 1,
}  # fmt: skip
SCENE_FACETS: Final = frozenset({Facet.COLOUR, Facet.MOOD, Facet.TIME, Facet.SIDE})
SKY_OPTIONAL: Final = frozenset({"sun", "moon", "stars", "cloud"})
SKY_TINTS: Final = frozenset({"sun", "stars", "cloud", "sky"}) | MOONS
_PLACES: Final = {"left": (0.12, 0.38), "centre": (0.41, 0.59), "right": (0.62, 0.88)}


@dataclass(frozen=True, slots=True)
class Sky:
    """A sky as painted, and how it colours what stands below it.

    Attributes:
        time: One of ``TIMES``.
        top: Colour at the zenith.
        horizon: Colour at the horizon; distance fades into it.
        shining: Whether a sun or a moon stands in it.
        body_at: Where that stands (or light would come from), units.
        body_colour: Its colour.
        shows: What a caption says about the sky and the air.
    """

    time: str
    top: Colour
    horizon: Colour
    shining: bool
    body_at: Point
    body_colour: Colour
    shows: tuple[str, ...]

    @property
    def when(self) -> str:
        """The time in words."""
        return "by day" if self.time == "day" else f"at {self.time}"

    def lit(self, colour: Colour, depth: float = 0.0) -> Colour:
        """Return a colour in this light, ``depth`` of the way into the distance."""
        shade, share = _SHADES[self.time]
        return mix(mix(colour, rgb(shade), share), self.horizon, depth)


def _choose_time(brief: Brief, dice: Dice) -> str:
    if brief.time:
        return brief.time
    if "sun" in brief.subjects:
        return dice.pick(TIMES[:3])
    if brief.subjects & (MOONS | {"stars"}):
        return "night"
    return dice.pick(TIMES)


def paint_sky(
    scene: Scene, brief: Brief, dice: Dice, horizon: float, heights: tuple[float, float]
) -> Sky:
    """Paint the sky down to the horizon, with sun or moon, stars and clouds.

    Args:
        scene: Gets the layers.
        brief: Colours, time, weather, side and subjects.
        dice: Chance.
        horizon: Level of the horizon, units.
        heights: Range of the body's level, units.
    """
    time = _choose_time(brief, dice)
    top, middle, low = (rgb(code) for code in dice.pick(_SKIES[time]).split())
    if brief.colours:
        low = COLOURS[brief.colours[0]]
        middle = mix(low, top, 0.45)
    high = brief.tints.get("sky", brief.ground)
    if high:
        top = COLOURS[high]
        middle = mix(top, low, 0.3)
    bend = dice.between(0.45, 0.65)
    scene.glaze(
        gradient(
            [
                (horizon * (0.25 if high else 0.0), top),
                (horizon * bend, middle),
                (horizon * 0.85, low),
                (horizon, low),
            ]
        ),
        mottle(Cloudy(dice, 1.4, 3.5), 0.03),
    )
    if time == "night" and not high:
        # Drifts of faint light, without which all dark skies would be one.
        drift = Cloudy(dice, dice.between(0.9, 2.2), dice.between(1.2, 3.5))
        scene.glaze(veil(lighter(low, 0.2), drift, -0.1, 0.9, dice.between(0.25, 0.6)))
    shows = []
    if brief.wants(dice, "stars", 0.85 if time == "night" else 0.0):
        _stars(
            scene, dice, horizon, brief.level(50, 110, 260), brief.tint("stars", (250, 246, 224))
        )
        shows.append("stars")
    cloudy = brief.weather == "cloudy" or "cloud" in brief.subjects
    # Chance clouds never veil a sky whose colour was asked for.
    free = not high and brief.weather != "clear" and "cloud" not in brief.absent
    if cloudy or (free and dice.chance(0.6)):
        white = brief.tint("cloud", mix(lighter(low, 0.5), middle, 0.2))
        _clouds(scene, dice, white, strong=cloudy)
        shows.append("clouds")
    # Sun and moon hang in front of the clouds, so that their colour is always to be seen.
    bodies, at, light = _hang_bodies(scene, brief, dice, time, heights)
    shows = bodies + shows
    if brief.weather == "misty":
        shows.append("mist")
    return Sky(time, top, low, bool(bodies), at, light, tuple(shows))


def _kinds(brief: Brief, time: str) -> list[str]:
    """Return which of sun and moon the sky holds: those asked for, else the time's own."""
    asked = ["sun"] if "sun" in brief.subjects else []
    asked += ["moon"] if brief.subjects & MOONS else []
    usual = "moon" if time == "night" else "sun"
    return asked or ([] if usual in brief.absent else [usual])


def _body_tint(brief: Brief, kind: str, otherwise: Colour) -> Colour:
    """Return the colour asked for a sun or for any form of the moon, else another."""
    for subject in sorted(MOONS) if kind == "moon" else (kind,):
        otherwise = brief.tint(subject, otherwise)
    return otherwise


def _hang_bodies(
    scene: Scene, brief: Brief, dice: Dice, time: str, heights: tuple[float, float]
) -> tuple[list[str], Point, Colour]:
    """Add sun, moon or both; return their phrases, and the place and colour of the first."""
    frame, kinds = scene.frame, _kinds(brief, time)
    side = brief.side or dice.pick(tuple(_PLACES))
    at = (dice.between(*_PLACES[side]) * frame.width, dice.between(*heights))
    light = _body_tint(brief, kinds[0] if kinds else "", rgb(_BODIES[time]))
    phrases = []
    for index, kind in enumerate(kinds):
        place, stands, colour = at, side, light
        if index:
            stands = "left" if side == "right" else "right"
            place = (dice.between(*_PLACES[stands]) * frame.width, dice.between(*heights))
            colour = _body_tint(brief, kind, rgb(_BODIES["night"]))
        what = _hang_body(scene, brief, dice, kind, place, colour)
        phrases.append(f"{what} {where(stands)}")
    return phrases, at, light


def _hang_body(scene: Scene, brief: Brief, dice: Dice, kind: str, at: Point, colour: Colour) -> str:
    """Add one sun or moon with its glow; return its name."""
    (x, y), radius = at, dice.between(0.035, 0.105 if kind == "moon" else 0.125)
    glow(scene, x, y, radius * dice.between(3.0, 5.5), colour, 0.28 if kind == "moon" else 0.42)
    glow(scene, x, y, radius * 1.9, colour, 0.35)
    if kind == "sun":
        scene.shapes([Shape(circle(x, y, radius), colour)])
        return kind
    new = "crescent moon" in brief.subjects
    if new or ("full moon" not in brief.subjects and dice.chance(0.4)):
        turn = dice.between(-0.1, 0.1) + (0.5 if dice.chance(0.5) else 0.0)
        crescent = _crescent(x, y, radius, dice.between(0.3, 0.75), turn)
        scene.shapes([Shape(crescent, colour)])
        return "crescent moon"
    seas = mottle(Noise(dice, 5.0 / radius), 0.05)
    scene.shapes([Shape(circle(x, y, radius), colour)], paints=(seas,))
    return "full moon"


def _crescent(x: float, y: float, radius: float, phase: float, turn: float) -> FloatArray:
    """Return a crescent: half a disc less the half ellipse of the terminator."""
    outer = arc(0.0, 0.0, radius, -0.25, 0.25)
    inner = outer[::-1] * (phase, 1.0)
    return moved(np.concatenate([outer, inner]), x, y, turn=turn)


def _stars(scene: Scene, dice: Dice, horizon: float, density: float, colour: Colour) -> None:
    frame, shapes = scene.frame, []
    for _ in range(min(4000, int(density * frame.width * horizon))):
        x, height = dice.unit() * frame.width, dice.unit()
        size = 0.0012 + 0.0032 * dice.unit() * dice.unit() * dice.unit()
        y = height * height * 0.2 * horizon + height * 0.75 * horizon
        shapes.append(Shape(circle(x, y, size), mix(colour, (120, 140, 200), 0.5 * dice.unit())))
    scene.shapes(shapes, opacity=0.9)


def _clouds(scene: Scene, dice: Dice, colour: Colour, *, strong: bool) -> None:
    most = 0.75 if strong else dice.between(0.3, 0.6)
    wide = Cloudy(dice, dice.between(0.8, 1.6), dice.between(3.0, 6.0), octaves=4)
    scene.glaze(veil(colour, wide, -0.1 if strong else 0.15, 1.0, most))


def birds(
    scene: Scene, dice: Dice, number: int, colour: Colour, heights: tuple[float, float]
) -> None:
    """Add a loose flock of birds as pairs of wing strokes."""
    x, y = dice.between(0.2, 0.8) * scene.frame.width, dice.between(*heights)
    shapes = []
    for _ in range(number):
        span = dice.between(0.012, 0.03)
        bx, by = dice.near(x, 0.2), dice.near(y, 0.07)
        lift = span * dice.between(0.3, 0.7)
        for way in (-1.0, 1.0):
            wing = bezier(
                (bx, by),
                (bx + way * span * 0.45, by - lift),
                (bx + way * span, by - lift * 0.35),
                8,
            )
            shapes.append(
                Shape(ribbon(wing, [span * 0.13 * (1.0 - k / 9.5) for k in range(9)]), colour)
            )
    scene.shapes(shapes)


def mist(scene: Scene, dice: Dice, level: float, colour: Colour, strength: float) -> None:
    """Add a bank of mist at a level."""
    for _ in range(max(2, int(2 * scene.frame.width))):
        x, across = dice.unit() * scene.frame.width, dice.between(0.35, 0.8)
        y, down = dice.near(level, 0.05), dice.between(0.05, 0.11)
        scene.soft(colour, *soft_ellipse(x, y, across, down, strength, Noise(dice, 7.0, 16.0)))


def mood_phrase(mood: str) -> str:
    """Return how a caption speaks of a scene's mood."""
    return f"in a {mood} palette" if mood else ""


def finish(scene: Scene, brief: Brief, dice: Dice) -> None:
    """Limit a depicted scene's colours to the mood asked for, then lay it on paper."""
    if brief.mood:
        named = [COLOURS[name] for name in (*brief.colours, *brief.tints.values())]
        palette = brief.palette(dice)
        scene.glaze(toned((*named, *palette.inks, palette.ground)))
    paper(scene, dice)
