"""Copies that look painted, printed in few colours or embossed."""

from __future__ import annotations

from functools import partial

import cv2
from PIL import Image, ImageFilter

from raisonne.evaluation.attacks.attack import Attack, alone
from raisonne.evaluation.pixels import as_array, as_image


def bilateral(image: Image.Image) -> Image.Image:
    """Smooth areas and keep edges, twice."""
    pixels = as_array(image)
    for _ in range(2):
        pixels = cv2.bilateralFilter(pixels, 11, 70, 70).astype(pixels.dtype)
    return as_image(pixels)


def edge_preserving(image: Image.Image) -> Image.Image:
    """Flatten areas between edges (Gastal and Oliveira, 2011)."""
    return as_image(cv2.edgePreservingFilter(as_array(image), flags=1, sigma_s=60, sigma_r=0.45))


def oil(image: Image.Image) -> Image.Image:
    """Lay the commonest level of each neighbourhood, on half the resolution."""
    half = image.resize((max(8, image.width // 2), max(8, image.height // 2)))
    painted = half.filter(ImageFilter.ModeFilter(5)).filter(ImageFilter.MedianFilter(3))
    return painted.resize(image.size, Image.Resampling.BICUBIC)


def emboss(image: Image.Image) -> Image.Image:
    """Lay a relief over the picture."""
    return Image.blend(image, image.filter(ImageFilter.EMBOSS), 0.6)


def quantise(image: Image.Image, colours: int) -> Image.Image:
    """Keep a few colours."""
    return image.quantize(colours, dither=Image.Dither.NONE).convert("RGB")


ATTACKS = tuple(
    Attack(name, "style", strength, change)
    for name, strength, change in (
        ("median", 2, alone(lambda image: as_image(cv2.medianBlur(as_array(image), 9)))),
        ("bilateral", 1, alone(bilateral)),
        ("edge-preserving", 2, alone(edge_preserving)),
        ("oil", 3, alone(oil)),
        ("emboss", 3, alone(emboss)),
        ("colours-8", 2, alone(partial(quantise, colours=8))),
    )
)
