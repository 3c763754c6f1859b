"""Other light and other colours."""

from __future__ import annotations

from functools import partial

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from raisonne.evaluation.attacks.attack import Attack, Change, alone, by_chance

_SEPIA = (
    (0.393, 0.769, 0.189, 0.0),
    (0.349, 0.686, 0.168, 0.0),
    (0.272, 0.534, 0.131, 0.0),
)


def gamma(image: Image.Image, chance: np.random.Generator, power: float) -> Image.Image:
    """Darken or brighten the middle levels."""
    exponent = power if chance.random() < 0.5 else 1 / power  # noqa: PLR2004 - either way
    return image.point([round(255 * (level / 255) ** exponent) for level in range(256)] * 3)


def recolour(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    """Turn every hue by one angle of 60 degrees or more."""
    hue, saturation, value = image.convert("HSV").split()
    angle = int(chance.integers(43, 214))
    turned = hue.point([(level + angle) % 256 for level in range(256)])
    return Image.merge("HSV", (turned, saturation, value)).convert("RGB")


def tint(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    """Weigh the channels differently, as a colour cast does."""
    weights = chance.uniform(0.55, 1.25, 3)
    return image.point(
        [min(255, round(weight * level)) for weight in weights for level in range(256)]
    )


def swap_channels(image: Image.Image) -> Image.Image:
    """Exchange red and blue."""
    red, green, blue = image.split()
    return Image.merge("RGB", (blue, green, red))


def sepia(image: Image.Image) -> Image.Image:
    """Give the tone of an old print."""
    return image.convert("RGB", tuple(level for row in _SEPIA for level in row))


def grey(image: Image.Image) -> Image.Image:
    """Take the colours away."""
    return ImageOps.grayscale(image).convert("RGB")


def _enhance(
    effect: type[ImageEnhance.Contrast | ImageEnhance.Brightness], factor: float
) -> Change:
    return alone(lambda image: effect(image).enhance(factor))


ATTACKS = tuple(
    Attack(name, "photometric", strength, change)
    for name, strength, change in (
        ("gamma-light", 1, by_chance(partial(gamma, power=1.5))),
        ("gamma-strong", 3, by_chance(partial(gamma, power=2.4))),
        ("contrast-high", 2, _enhance(ImageEnhance.Contrast, 1.8)),
        ("contrast-low", 3, _enhance(ImageEnhance.Contrast, 0.3)),
        ("brighter", 2, _enhance(ImageEnhance.Brightness, 1.6)),
        ("darker", 2, _enhance(ImageEnhance.Brightness, 0.4)),
        ("grey", 1, alone(grey)),
        ("sepia", 1, alone(sepia)),
        ("tint", 1, by_chance(tint)),
        ("recolour", 2, by_chance(recolour)),
        ("swap-channels", 2, alone(swap_channels)),
        ("equalise", 2, alone(ImageOps.equalize)),
        ("posterise", 3, alone(partial(ImageOps.posterize, bits=2))),
        ("solarise", 4, alone(ImageOps.solarize)),
        ("invert", 3, alone(ImageOps.invert)),
    )
)
