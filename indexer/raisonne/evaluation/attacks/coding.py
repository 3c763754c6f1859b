"""The same picture in other bytes or another size."""

from __future__ import annotations

import io
from functools import partial

import numpy as np
from PIL import Image

from raisonne.evaluation.attacks.attack import Attack, alone, by_chance
from raisonne.evaluation.pixels import as_array, as_image


def one_pixel(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    """Turn one pixel to its opposite."""
    changed = image.copy()
    place = (int(chance.integers(image.width)), int(chance.integers(image.height)))
    red, green, blue = (int(level) ^ 255 for level in as_array(image)[place[1], place[0]])
    changed.putpixel(place, (red, green, blue))
    return changed


def lowest_bit(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    """Fill the lowest bit of every level with noise."""
    pixels = as_array(image)
    return as_image(pixels ^ chance.integers(0, 2, pixels.shape, np.uint8))


def recode(image: Image.Image, image_format: str, quality: int) -> Image.Image:
    """Save with losses and read back."""
    buffer = io.BytesIO()
    image.save(buffer, image_format, quality=quality)
    return Image.open(buffer).convert("RGB")


def scale(image: Image.Image, across: float, down: float) -> Image.Image:
    """Scale, each side by its own factor."""
    size = (max(8, round(image.width * across)), max(8, round(image.height * down)))
    return image.resize(size, Image.Resampling.LANCZOS)


def _recode(image_format: str, quality: int, strength: int) -> Attack:
    change = partial(recode, image_format=image_format, quality=quality)
    return Attack(f"{image_format.lower()}-{quality}", "codec", strength, alone(change))


def _scale(name: str, across: float, down: float, strength: int) -> Attack:
    return Attack(name, "scale", strength, alone(partial(scale, across=across, down=down)))


ATTACKS = (
    Attack("identical", "exact", 1, alone(Image.Image.copy)),
    Attack("one-pixel", "exact", 2, by_chance(one_pixel)),
    Attack("lowest-bit", "exact", 3, by_chance(lowest_bit)),
    _recode("JPEG", 30, 1),
    _recode("JPEG", 10, 2),
    _recode("JPEG", 4, 3),
    _recode("WEBP", 10, 2),
    _recode("AVIF", 10, 2),
    _scale("scale-200", 2, 2, 1),
    _scale("scale-50", 0.5, 0.5, 1),
    _scale("scale-20", 0.2, 0.2, 3),
    _scale("stretch-125", 1.25, 1, 1),
    _scale("stretch-160", 1.6, 1, 2),
    _scale("squeeze-60", 1, 0.6, 3),
)
