"""Mountain ranges and rolling fields: the land that landscapes are built from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from raisonne.generation.brief import Brief
from raisonne.generation.colour import COLOURS, Colour, darker, jitter, lighter, mix, rgb
from raisonne.generation.dice import Dice
from raisonne.generation.exact import FloatArray
from raisonne.generation.families.sky import Sky, mist
from raisonne.generation.families.woods import grass, grove, level_at
from raisonne.generation.geometry import (
    Frame,
    below,
    peaks,
    polygon,
    profile,
    ribbon,
)
from raisonne.generation.paint import Cloudy, Noise, fade, mottle
from raisonne.generation.scene import Scene, Shape

SEASONS: Final = {
    "spring": ("8DB567 A8C96F 6E9F5B B9CF7C", "F0A8BC E58CA6 BFD68A"),
    "summer": ("5E9A4E 7DAF55 3F7F4B C9B458", "2F6E40 3F8048 5A9350"),
    "autumn": ("C08A3A A9702F D0A552 8E7A3A", "C2552B DE8B2E A33E24"),
    "winter": ("EDF2F5 DCE6EC F6F8F9 E4EAF2", "DDE7EC C3D2DC EEF3F5"),
}
_FLANK: Final = 0.35


@dataclass(frozen=True, slots=True)
class Land:
    """Everything that the parts of one landscape share.

    Attributes:
        scene: Gets the layers.
        brief: What was asked.
        dice: Chance.
        sky: As painted, for light and haze.
        season: Key of ``SEASONS``.
        horizon: Level, units.
        xs: Positions across at which ridges are computed.
    """

    scene: Scene
    brief: Brief
    dice: Dice
    sky: Sky
    season: str
    horizon: float
    xs: FloatArray

    @property
    def frame(self) -> Frame:
        """The picture's extent."""
        return self.scene.frame

    def ground(self) -> Colour:
        """Return one of the season's field colours, unlit."""
        return rgb(self.dice.pick(SEASONS[self.season][0].split()))

    def leaf(self) -> Colour:
        """Return one of the season's leaf colours, unlit."""
        return rgb(self.dice.pick(SEASONS[self.season][1].split()))

    def second(self, otherwise: Colour) -> Colour:
        """Return the prompt's second free colour, which belongs to the land."""
        return COLOURS[self.brief.colours[1]] if len(self.brief.colours) > 1 else otherwise


def add_ranges(land: Land) -> None:
    """Add mountain ranges, the far ones lost in haze, lit from the side of the sun or moon."""
    dice, sky, brief = land.dice, land.sky, land.brief
    count = dice.whole(2, 3)
    stone = rgb(dice.pick(("6D7391", "5B6F7F", "7A6A78", "5F6B63", "84705F")))
    stone = brief.tint("mountain", sky.lit(stone))
    snowy = land.season == "winter" or dice.chance(0.5)
    for k in range(count):
        near = k == count - 1
        depth = 0.0 if near and "mountain" in brief.tints else 0.62 - 0.5 * k / (count - 1)
        # No summit rises above the middle of the sun or moon, so that it stays in sight.
        height = dice.between(0.2, 0.4) * min(1.3, land.horizon * 2.0)
        height = min(height, land.horizon - sky.body_at[1])
        base = land.horizon + 0.04 * k + 0.03
        heights, summits = peaks(
            dice, land.xs, dice.between(0.3, 0.6), rough=dice.between(0.5, 1.2)
        )
        ridge = np.stack([land.xs, base - height * heights], axis=1)
        colour = mix(stone, sky.horizon, depth)
        haze = fade(mix(colour, sky.horizon, 0.8), (0, base - height * 0.6), (0, base + 0.06), 0.9)
        paints = (mottle(Noise(dice, 70.0, 16.0), 0.05), haze)
        land.scene.shapes([Shape(below(ridge, land.frame.height), colour)], paints=paints)
        if snowy:
            white = mix((252, 252, 252), sky.lit(colour), 0.22 + 0.5 * depth)
            caps = [_snow_cap(dice, ridge, x, height, base) for x in summits]
            land.scene.shapes([Shape(cap, white) for cap in caps if len(cap)], opacity=0.92)
        toward = 1.0 if sky.body_at[0] < land.frame.width / 2 else -1.0
        shade = mix(darker(colour, 0.4), sky.top, 0.2)
        flanks = [_flank(dice, ridge, x, toward, base) for x in summits]
        land.scene.shapes(
            [Shape(flank, shade) for flank in flanks if len(flank)], opacity=0.5, paints=(haze,)
        )


def _between(ridge: FloatArray, start: float, end: float) -> FloatArray:
    """Return the part of a ridge between two positions, from ``start`` to ``end``."""
    low, high = min(start, end), max(start, end)
    part = ridge[(ridge[:, 0] >= low) & (ridge[:, 0] <= high)]
    return part if end > start else part[::-1]


def _snow_cap(dice: Dice, ridge: FloatArray, x: float, height: float, base: float) -> FloatArray:
    """Return the snow around a summit, its lower edge a zigzag."""
    around = _between(ridge, x - 0.2, x + 0.2)
    if len(around) == 0:
        return around
    top = float(around[:, 1].min())
    limit = min(top + height * dice.between(0.16, 0.34), top + (base - top) * 0.45)
    snow = around[around[:, 1] < limit]
    snow = snow[np.abs(snow[:, 0] - x) < 0.2]  # noqa: PLR2004 - reach of one cap
    if len(snow) < 8:  # noqa: PLR2004 - too small to be seen
        return snow[:0]
    left, right = float(snow[0, 0]), float(snow[-1, 0])
    teeth = max(3, int((right - left) / 0.022))
    edge = [
        (
            right + (left - right) * k / teeth,
            limit
            - (0.5 * (limit - top) if k % 2 else 0.0) * dice.between(0.3, 1.0)
            + (0.0 if k % 2 else dice.between(0.0, 0.03)),
        )
        for k in range(1, teeth)
    ]
    return np.concatenate([snow, polygon(edge)])


def _flank(dice: Dice, ridge: FloatArray, x: float, toward: float, base: float) -> FloatArray:
    """Return the shaded flank of a summit: from its spine to the next valley."""
    slope = _between(ridge, x, x + toward * _FLANK)
    if len(slope) < 12:  # noqa: PLR2004 - off the picture
        return slope[:0]
    rising = np.flatnonzero(slope[:, 1] < np.maximum.accumulate(slope[:, 1]) - 0.03)
    slope = slope[: int(rising[0])] if len(rising) else slope
    top = float(slope[0, 1])
    spine, at = [], float(slope[0, 0])
    for k in range(1, 7):
        at += toward * dice.between(-0.028, 0.036)
        spine.append((at, top + (base + 0.06 - top) * k / 6.0))
    foot = [(float(slope[-1, 0]), base + 0.06)]
    return np.concatenate([slope, polygon([*foot, *spine[::-1]])])


def add_fields(land: Land, first: float, count: int, *, woods: bool) -> list[FloatArray]:
    """Add rolling ground from a level to the lower edge; return its ridge lines, far to near."""
    dice, sky, bottom, ridges = land.dice, land.sky, land.frame.height, []
    for k in range(count):
        share = k / max(1, count - 1)
        base = first + (bottom - first) * 0.72 * (0.45 * share + 0.55 * share * share)
        swell = dice.between(0.025, 0.07) * (1.0 + 0.5 * share) * (0.5 if k == 0 else 1.0)
        line = profile(dice, land.xs, dice.between(0.5, 1.2), octaves=2, rough=0.25)
        ridge = np.stack([land.xs, base - swell * line], axis=1)
        colour = sky.lit(jitter(dice, land.ground(), 8), 0.55 * (1.0 - share))
        if k == count - 1:
            colour = land.brief.tint("hill", land.second(colour))
        if woods and k < count - 1 and dice.chance(0.7):
            _add_grove(land, ridge, share)
        low = fade(darker(colour, 0.34), (0, base), (0, base + (bottom - first) / count + 0.14))
        paints = (mottle(Cloudy(dice, 12.0, 45.0), 0.05), low)
        land.scene.shapes([Shape(below(ridge, bottom), colour)], paints=paints)
        if dice.chance(0.6):
            _add_furrows(land, ridge, colour)
        ridges.append(ridge)
        if land.brief.weather == "misty":
            mist(land.scene, dice, base + 0.05, lighter(sky.horizon, 0.3), 0.55)
    blades = grass(dice, ridges[-1], bottom, darker(colour, 0.12), int(160 * land.frame.width))
    land.scene.shapes(blades, opacity=0.8)
    return ridges


def _add_grove(land: Land, ridge: FloatArray, near: float) -> None:
    dice = land.dice
    leaf = land.sky.lit(darker(land.leaf(), 0.15), 0.45 * (1.0 - near))
    for _ in range(max(1, int(land.frame.width))):
        start = dice.between(0.0, 0.8) * land.frame.width
        end = start + dice.between(0.1, 0.4)
        land.scene.shapes(grove(dice, ridge, start, end, 0.03 + 0.035 * near, leaf))


def _add_furrows(land: Land, ridge: FloatArray, colour: Colour) -> None:
    """Add the lines of a ploughed or mown field, wider apart towards the viewer."""
    dice, lines = land.dice, []
    shade, gap, drop = darker(colour, 0.3), dice.between(0.009, 0.016), 0.01
    start = dice.between(-0.2, 0.6) * land.frame.width
    part = ridge[(ridge[:, 0] > start) & (ridge[:, 0] < start + dice.between(0.5, 1.1))][::3]
    if len(part) < 4:  # noqa: PLR2004 - off the picture
        return
    swing, along = dice.between(-3.0, 3.0), np.linspace(0.0, 1.0, len(part))
    taper = np.clip(np.minimum(along, 1.0 - along) * 5.0, 0.02, 1.0)
    while drop < 0.2:  # noqa: PLR2004 - depth of a field, units
        path = part + np.stack([along * 0.0, drop * (1.0 + swing * (along - 0.5) * 0.4)], axis=1)
        lines.append(Shape(ribbon(path, taper * (0.001 + drop * 0.025)), shade))
        drop += gap
        gap *= 1.13
    land.scene.shapes(lines, opacity=0.4)


def standing_places(
    land: Land, ridges: list[FloatArray], number: int
) -> list[tuple[int, float, float]]:
    """Return (ridge index, x, y) of things that stand on the fields, far ones first."""
    dice, places = land.dice, []
    for k in range(number):
        index = dice.whole(max(0, len(ridges) - 3), len(ridges) - 1)
        x = ((k + dice.unit()) / number * 0.92 + 0.04) * land.frame.width
        y = level_at(ridges[index], x) + dice.between(0.004, 0.02)
        places.append((index, x, min(y, land.frame.height * 0.985)))
    return sorted(places)
