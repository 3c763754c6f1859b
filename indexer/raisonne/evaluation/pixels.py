"""Between Pillow's pictures and arrays, and drawing that attacks and look-alikes share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]

_WORDS = (
    "summer sale market river morning letter garden window silver monday copper harbour winter "
    "please share today number seven story open music light paper house travel coffee green "
    "mountain north evening ticket offer limited original quality fresh daily news report final"
)


def as_array(image: Image.Image) -> NDArray[np.uint8]:
    """Return an RGB picture's pixels, shape (h, w, 3)."""
    return np.asarray(image.convert("RGB"))


def as_image(pixels: NDArray[np.floating | np.integer]) -> Image.Image:
    """Return a picture of levels, shape (h, w, 3) or (h, w), cut off at 0 and 255."""
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).convert("RGB")


def any_colour(chance: np.random.Generator, low: int = 0, high: int = 255) -> Colour:
    """Draw a colour whose channels lie between two levels."""
    red, green, blue = (int(level) for level in chance.integers(low, high + 1, 3))
    return red, green, blue


def phrase(chance: np.random.Generator, words: int) -> str:
    """Draw some words."""
    return " ".join(str(word) for word in chance.choice(_WORDS.split(), words))


def write(
    draw: ImageDraw.ImageDraw,
    place: tuple[float, float],
    text: str,
    size: float,
    fill: Colour = (0, 0, 0),
    outline: Colour | None = None,
    anchor: str = "la",
) -> None:
    """Write a line in the typeface that Pillow brings, with an outline if one is asked for."""
    draw.text(
        place,
        text,
        fill,
        font=ImageFont.load_default(max(6.0, size)),
        anchor=anchor,
        stroke_width=0 if outline is None else max(1, round(size / 16)),
        stroke_fill=outline,
    )


def size_to_fill(text: str, width: float, largest: float) -> float:
    """Return the type size, at most ``largest``, at which a line is no wider than ``width``."""
    natural = ImageFont.load_default(100).getlength(text)
    return min(largest, 100 * width / natural)
