"""Copies of poor quality."""

from __future__ import annotations

from functools import partial

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from raisonne.evaluation.attacks.attack import Attack, Change, alone, by_chance
from raisonne.evaluation.pixels import as_array, as_image


def noise(image: Image.Image, chance: np.random.Generator, deviation: float) -> Image.Image:
    """Add normal noise to every level."""
    grain = chance.standard_normal((image.height, image.width, 3), np.float32)
    return as_image(as_array(image) + deviation * grain)


def pixelate(image: Image.Image, side: int) -> Image.Image:
    """Replace squares by their mean."""
    small = (max(1, image.width // side), max(1, image.height // side))
    return image.resize(small, Image.Resampling.BOX).resize(image.size, Image.Resampling.NEAREST)


def halftone(image: Image.Image, period: float, degrees: float = 45) -> Image.Image:
    """Print in black dots on a turned square grid, ``period`` pixels apart."""
    rows, columns = np.mgrid[: image.height, : image.width] * (2 * np.pi / period)
    turn = np.radians(degrees)
    along = np.cos(turn) * columns + np.sin(turn) * rows
    across = np.cos(turn) * rows - np.sin(turn) * columns
    screen = 127.5 + 63.75 * (np.cos(along) + np.cos(across))
    return as_image(255 * (np.asarray(ImageOps.grayscale(image)) >= screen))


def dither(image: Image.Image) -> Image.Image:
    """Show in black and white pixels by error diffusion."""
    return image.convert("1").convert("RGB")


def _filter(kernel: ImageFilter.Filter) -> Change:
    return alone(lambda image: image.filter(kernel))


ATTACKS = tuple(
    Attack(name, "degrade", strength, change)
    for name, strength, change in (
        ("blur-light", 1, _filter(ImageFilter.GaussianBlur(1.5))),
        ("blur-medium", 2, _filter(ImageFilter.GaussianBlur(3))),
        ("blur-heavy", 4, _filter(ImageFilter.GaussianBlur(6))),
        ("sharpen", 1, _filter(ImageFilter.UnsharpMask(3, 220))),
        ("noise-light", 1, by_chance(partial(noise, deviation=15))),
        ("noise-heavy", 3, by_chance(partial(noise, deviation=50))),
        ("pixelate-light", 2, alone(partial(pixelate, side=5))),
        ("pixelate-heavy", 4, alone(partial(pixelate, side=12))),
        ("halftone", 3, alone(partial(halftone, period=6))),
        ("dither", 3, alone(dither)),
    )
)
