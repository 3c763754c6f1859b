"""Copies together with another picture."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from PIL import Image, ImageOps

from raisonne.evaluation.attacks.attack import Attack


def paste_into(
    image: Image.Image, other: Image.Image, chance: np.random.Generator, area: float
) -> Image.Image:
    """Show the work inside another picture, on a share of its area."""
    canvas = other.copy()
    size = _size_on(image, canvas, area)
    if size[0] > canvas.width or size[1] > canvas.height:
        # The shapes differ too much for this share; the other picture takes the work's.
        canvas = ImageOps.fit(other, image.size)
        size = _size_on(image, canvas, area)
    return _paste(canvas, image.resize(size, Image.Resampling.LANCZOS), chance)


def cover(
    image: Image.Image, other: Image.Image, chance: np.random.Generator, area: float
) -> Image.Image:
    """Paste another picture over a share of the work."""
    side = math.sqrt(area)
    size = (max(1, round(image.width * side)), max(1, round(image.height * side)))
    return _paste(image.copy(), ImageOps.fit(other, size), chance)


def blend(
    image: Image.Image, other: Image.Image, _: np.random.Generator, share: float
) -> Image.Image:
    """Mix with another picture, whose share is given."""
    return Image.blend(image, ImageOps.fit(other, image.size), share)


def _size_on(image: Image.Image, canvas: Image.Image, area: float) -> tuple[int, int]:
    factor = math.sqrt(area * canvas.width * canvas.height / (image.width * image.height))
    return max(8, round(image.width * factor)), max(8, round(image.height * factor))


def _paste(canvas: Image.Image, patch: Image.Image, chance: np.random.Generator) -> Image.Image:
    left = int(chance.integers(0, canvas.width - patch.width + 1))
    top = int(chance.integers(0, canvas.height - patch.height + 1))
    canvas.paste(patch, (left, top))
    return canvas


ATTACKS = (
    Attack("paste-50", "paste", 1, partial(paste_into, area=0.5)),
    Attack("paste-30", "paste", 2, partial(paste_into, area=0.3)),
    Attack("paste-15", "paste", 3, partial(paste_into, area=0.15)),
    Attack("paste-10", "paste", 4, partial(paste_into, area=0.10)),
    Attack("covered-15", "paste", 1, partial(cover, area=0.15)),
    Attack("covered-30", "paste", 2, partial(cover, area=0.3)),
    Attack("blend-15", "blend", 1, partial(blend, share=0.15)),
    Attack("blend-30", "blend", 2, partial(blend, share=0.3)),
    Attack("blend-50", "blend", 4, partial(blend, share=0.5)),
)
