"""Water with the light of the sky on it, and boats."""

from __future__ import annotations

import numpy as np

from raisonne.generation.colour import Colour, darker, lighter, mix, rgb
from raisonne.generation.families.terrain import Land
from raisonne.generation.geometry import (
    below,
    bezier,
    polygon,
    profile,
    rectangle,
    ribbon,
)
from raisonne.generation.paint import Cloudy, fade, gradient, mottle
from raisonne.generation.scene import Shape


def add_islands(land: Land, number: int) -> None:
    """Add islands on the horizon, each a low ridge that runs out into the water."""
    dice, frame = land.dice, land.frame
    for _ in range(number):
        wide, tall = dice.between(0.12, 0.5), dice.between(0.02, 0.11)
        left = dice.between(-0.1, frame.width - 0.2)
        xs = np.linspace(left, left + wide, 90)
        share = (xs - left) / wide
        hump = 4.0 * share * (1.0 - share)
        crags = 0.75 + 0.5 * profile(dice, xs, wide * 0.4, octaves=5, rough=0.55)
        ridge = np.stack([xs, land.horizon + 0.004 - tall * hump * crags], axis=1)
        stone = land.sky.lit(rgb(dice.pick(("5B6F7F", "6D7391", "5F7466"))), dice.between(0.2, 0.6))
        haze = fade(land.sky.horizon, (0.0, land.horizon - tall), (0.0, land.horizon + tall), 0.7)
        land.scene.shapes([Shape(below(ridge, land.horizon + 0.004), stone)], paints=(haze,))


def add_water(land: Land) -> None:
    """Add water down to the lower edge, with waves and the light of sun or moon on it."""
    dice, frame, sky, scene = land.dice, land.frame, land.sky, land.scene
    near = land.brief.tint("sea", land.second(mix(sky.top, (14, 78, 104), 0.45)))
    far = mix(near, sky.horizon, 0.6)
    halfway = land.horizon + (frame.height - land.horizon) * 0.7
    scene.shapes(
        [Shape(rectangle(0.0, land.horizon, frame.width, frame.height), near)],
        paints=(
            gradient([(land.horizon, far), (halfway, near)]),
            mottle(Cloudy(dice, 4.0, 60.0), 0.06),
        ),
    )
    many = int(80 * frame.width)
    scene.shapes(_ripples(land, darker(near, 0.3), many, None), opacity=0.4)
    scene.shapes(_ripples(land, lighter(far, 0.25), many, None), opacity=0.45)
    if sky.shining:
        glitter = mix(sky.body_colour, sky.horizon, 0.2)
        scene.shapes(_ripples(land, glitter, 110, sky.body_at[0]), opacity=0.75)


def _ripples(land: Land, colour: Colour, number: int, centre: float | None) -> list[Shape]:
    """Return strokes on the water, larger towards the viewer; around ``centre`` if given."""
    dice, frame, shapes = land.dice, land.frame, []
    depth = frame.height - land.horizon
    for _ in range(number):
        near = dice.unit() * dice.unit() if centre is None else dice.unit()
        y = land.horizon + depth * (0.01 + 0.97 * near)
        length = (0.01 + 0.09 * near) * dice.between(0.5, 1.4)
        thick = 0.0012 + 0.006 * near * dice.between(0.5, 1.0)
        x = dice.unit() * frame.width
        if centre is not None:
            x = dice.near(centre, 0.05 + 0.16 * near)
        path = bezier((x - length, y), (x, y - thick * dice.between(-1.5, 2)), (x + length, y), 8)
        widths = [thick * (1.0 - abs(k - 4) / 4.2) for k in range(9)]
        shapes.append(Shape(ribbon(path, widths), colour))
    return shapes


def add_boat(land: Land, x: float, y: float, size: float) -> None:
    """Add a sailing boat with its reflection."""
    dice, sky, tints = land.dice, land.sky, land.brief.tints
    hull = sky.lit(rgb(dice.pick(("5A3426", "7A2E2B", "2B3F57", "E9E2D2"))))
    hull = land.brief.tint("boat", hull)
    sail = sky.lit(rgb(dice.pick(("F6F0E2", "F2E2C4", "E8C9A0", "EDEBE6"))))
    sail = lighter(hull, 0.8) if "boat" in tints else sail
    way = dice.sign()

    def at(u: float, v: float) -> tuple[float, float]:
        return x + way * u * size, y - v * size

    main = bezier(at(0.04, 1.16), at(0.5, 0.55), at(0.55, 0.27), 12)
    fore = bezier(at(-0.04, 1.0), at(-0.2, 0.5), at(-0.46, 0.26), 12)
    mast = polygon([at(-0.01, 0.16), at(0.02, 0.16), at(0.015, 1.22), at(0.0, 1.22)])
    parts = [
        Shape(polygon([at(-0.52, 0.16), at(0.6, 0.2), at(0.4, 0), at(-0.38, 0)]), hull),
        Shape(mast, darker(hull, 0.4)),
        Shape(np.concatenate([main, [at(0.04, 0.24)]]), sail),
        Shape(np.concatenate([fore, [at(-0.04, 0.24)]]), darker(sail, 0.12)),
    ]
    mirror = [
        Shape(part.points * (1.0, -0.55) + (0.0, y * 1.55), darker(part.colour, 0.25))
        for part in parts
    ]
    land.scene.shapes(mirror, opacity=0.3)
    land.scene.shapes(parts)
