"""The colour field: large soft rectangles over a stained ground."""

from __future__ import annotations

from raisonne.generation.brief import (
    Brief,
    Facet,
    Family,
    Picture,
    colour_phrase,
    counted,
    sentence,
)
from raisonne.generation.colour import Colour, darker, lighter, mix
from raisonne.generation.dice import Dice
from raisonne.generation.geometry import (
    Frame,
)
from raisonne.generation.paint import (
    Cloudy,
    Noise,
    flat,
    mottle,
    paper,
    soft_box,
)
from raisonne.generation.palette import Palette
from raisonne.generation.scene import Scene


def _cuts(dice: Dice, count: int, gap: float) -> list[tuple[float, float]]:
    """Return ``count`` stretches of [0, 1] of uneven length with gaps between."""
    weights = [dice.between(0.25, 1.0) for _ in range(count)]
    whole = 0.0
    for weight in weights:
        whole += weight
    usable, at, stretches = 1.0 - gap * (count - 1), 0.0, []
    for weight in weights:
        length = usable * weight / whole
        stretches.append((at, at + length))
        at += length + gap
    return stretches


def _lay_band(
    scene: Scene,
    dice: Dice,
    palette: Palette,
    colour: Colour,
    box: tuple[float, float, float, float],
    edge: float,
) -> None:
    """Add one soft rectangle: an underpainting, the colour, and thin films of its neighbours."""
    films = (
        (mix(colour, dice.pick((palette.dark, palette.light)), 0.4), 1.3, 0.85, 0.2),
        (colour, 1.0, 0.96, 0.12),
        (lighter(colour, dice.between(0.25, 0.5)), 1.6, 0.5, 1.0),
        (darker(colour, dice.between(0.2, 0.4)), 1.6, 0.5, 1.0),
    )
    for film, softness, strength, thin in films:
        fray = Noise(dice, dice.between(5.0, 14.0))
        body = Cloudy(dice, dice.between(1.2, 3.0), dice.between(1.5, 7.0), octaves=5)
        scene.soft(film, *soft_box(box, edge * softness, strength, fray, body, thin))


def compose_field(brief: Brief, dice: Dice, frame: Frame) -> Picture:
    """Compose two to four large soft rectangles of colour over a stained ground."""
    palette, scene = brief.palette(dice), Scene(frame)
    low = max(2, len(palette.named))
    bands = max(1, brief.count(dice, "band", (low, max(5, low))))
    stacked = dice.chance(0.8 if frame.height >= frame.width * 0.9 else 0.25)
    scene.glaze(
        flat(palette.ground),
        mottle(Cloudy(dice, 1.6, octaves=4), 0.10),
        mottle(Noise(dice, 9.0, 70.0), 0.03),
    )
    left, right, top, foot = (dice.between(0.03, 0.13) for _ in range(4))
    wide, high = frame.width - left - right, frame.height - top - foot
    edge = brief.stroke(0.02, dice.between(0.025, 0.07), 0.1)
    for index, (start, end) in enumerate(_cuts(dice, bands, dice.between(0.0, 0.03))):
        colour = palette.inks[index % len(palette.inks)]
        box = (
            (left, top + start * high, left + wide, top + end * high)
            if stacked
            else (left + start * wide, top, left + end * wide, top + high)
        )
        narrow = min(box[2] - box[0], box[3] - box[1])
        _lay_band(scene, dice, palette, colour, box, min(edge, narrow * 0.22))
    for index, colour in enumerate(palette.inks[bands : len(palette.named)]):
        # More colours than bands: the rest become narrow lines beside them.
        x = frame.width - right * (0.75 - 0.25 * index)
        zip_box = (x - 0.012, top, x + 0.012, top + high)
        scene.soft(colour, *soft_box(zip_box, 0.004, 1.0, Noise(dice, 9.0), Cloudy(dice, 4.0)))
    paper(scene, dice, 1.3)
    return Picture(
        scene,
        sentence(
            "colour field painting",
            f"{counted(bands, 'soft band')} {'stacked' if stacked else 'side by side'}",
            colour_phrase(palette, brief.mood),
        ),
    )


FIELD = Family(
    name="colour-field",
    compose=compose_field,
    words=("colour field", "color field", "soft rectangle", "band of colour", "band of color"),
    styles=frozenset({"abstract", "minimal", "calm", "painterly"}),
    subjects={"band": 5},
    countable=frozenset({"band"}),
    facets=frozenset({Facet.COLOUR, Facet.MOOD, Facet.WEIGHT}),
    colours=4,
)
