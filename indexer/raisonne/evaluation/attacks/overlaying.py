"""Copies with something laid over or around them."""

from __future__ import annotations

from functools import partial

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from raisonne.evaluation.attacks.attack import Attack, by_chance
from raisonne.evaluation.pixels import Colour, any_colour, phrase, size_to_fill, write

_BLACK: Colour = (0, 0, 0)
_WHITE: Colour = (255, 255, 255)


def caption(image: Image.Image, text: str) -> Image.Image:
    """Put a white bar with a line of text under the picture."""
    bar = max(14, image.height // 8)
    canvas = Image.new("RGB", (image.width, image.height + bar), "white")
    canvas.paste(image)
    size = size_to_fill(text, image.width - 16, bar * 0.5)
    write(ImageDraw.Draw(canvas), (8, image.height + bar / 2), text, size, anchor="lm")
    return canvas


def border(image: Image.Image, share: float, colour: Colour) -> Image.Image:
    """Put a border of one colour around, its width a share of the shorter side."""
    return ImageOps.expand(image, max(2, round(min(image.size) * share)), fill=colour)


def watermark(image: Image.Image, text: str) -> Image.Image:
    """Repeat slanted, half-transparent text all over the picture."""
    reach = round(1.5 * max(image.size))
    layer = Image.new("L", (reach, reach))
    draw = ImageDraw.Draw(layer)
    size = max(12, min(image.size) // 14)
    for line, top in enumerate(range(0, reach, 3 * size)):
        for left in range(-(line % 2) * 4 * size, reach, 9 * size):
            draw.text((left, top), text, 150, font_size=size)
    turned = layer.rotate(30, Image.Resampling.BICUBIC)
    left, top = (reach - image.width) // 2, (reach - image.height) // 2
    mask = turned.crop((left, top, left + image.width, top + image.height))
    return Image.composite(Image.new("RGB", image.size, "white"), image, mask)


def logo(image: Image.Image, chance: np.random.Generator, share: float) -> Image.Image:
    """Stick a round logo into the lower right corner, its width a share of the shorter side."""
    marked = image.copy()
    draw = ImageDraw.Draw(marked)
    side = max(20, round(min(image.size) * share))
    left, top = image.width - side - side // 4, image.height - side - side // 4
    draw.ellipse((left, top, left + side, top + side), any_colour(chance), _WHITE, side // 16)
    middle = (left + side / 2, top + side / 2)
    corners = int(chance.integers(3, 7))
    draw.regular_polygon((*middle, side * 0.36), corners, fill=any_colour(chance))
    letters = phrase(chance, 1)[:2].upper()
    write(draw, middle, letters, side * 0.3, _WHITE, _BLACK, "mm")
    return marked


def meme(image: Image.Image, above: str, below: str) -> Image.Image:
    """Write large outlined capitals across the top and the bottom."""
    marked = image.copy()
    draw = ImageDraw.Draw(marked)
    for text, height, anchor in ((above, 0.02, "ma"), (below, 0.98, "md")):
        size = size_to_fill(text.upper(), image.width * 0.94, image.height * 0.14)
        place = (image.width / 2, image.height * height)
        write(draw, place, text.upper(), size, _WHITE, _BLACK, anchor)
    return marked


def text_over(image: Image.Image, chance: np.random.Generator, lines: int) -> Image.Image:
    """Write lines of text all over the picture."""
    marked = image.copy()
    draw = ImageDraw.Draw(marked)
    fill, outline = (_WHITE, _BLACK) if chance.random() < 0.5 else (_BLACK, _WHITE)  # noqa: PLR2004
    for line in range(lines):
        text = phrase(chance, 5)
        size = size_to_fill(text, image.width * 0.96, image.height * 0.9 / lines)
        place = (image.width * 0.02, image.height * (line + 0.1) / lines)
        write(draw, place, text, size, fill, outline)
    return marked


def stickers(image: Image.Image, chance: np.random.Generator, count: int) -> Image.Image:
    """Stick faces, hearts and stars onto the picture."""
    marked = image.copy()
    draw = ImageDraw.Draw(marked)
    for number in range(count):
        side = float(chance.uniform(0.12, 0.22)) * min(image.size)
        left = float(chance.uniform(0, image.width - side))
        top = float(chance.uniform(0, image.height - side))
        (_face, _heart, _star)[number % 3](draw, left, top, side)
    return marked


def _face(draw: ImageDraw.ImageDraw, left: float, top: float, side: float) -> None:
    draw.ellipse((left, top, left + side, top + side), (255, 204, 40), (90, 60, 0), 2)
    for eye in (0.3, 0.6):
        x, y = left + eye * side, top + 0.3 * side
        draw.ellipse((x, y, x + 0.1 * side, y + 0.15 * side), (60, 40, 0))
    mouth = (left + 0.25 * side, top + 0.35 * side, left + 0.75 * side, top + 0.8 * side)
    draw.arc(mouth, 20, 160, (60, 40, 0), max(2, round(side / 16)))


def _heart(draw: ImageDraw.ImageDraw, left: float, top: float, side: float) -> None:
    red = (225, 30, 60)
    for start in (0.0, 0.5):
        x = left + start * side
        draw.ellipse((x, top, x + side / 2, top + side / 2), red)
    tip = (left + side / 2, top + side)
    draw.polygon(
        [(left + 0.03 * side, top + 0.35 * side), (left + 0.97 * side, top + 0.35 * side), tip], red
    )


def _star(draw: ImageDraw.ImageDraw, left: float, top: float, side: float) -> None:
    angles = np.pi * (np.arange(10) / 5 - 0.5)
    radii = side * np.where(np.arange(10) % 2, 0.2, 0.5)
    across = left + side / 2 + radii * np.cos(angles)
    down = top + side / 2 + radii * np.sin(angles)
    draw.polygon(
        [(float(x), float(y)) for x, y in zip(across, down, strict=True)], (250, 220, 0), (0, 0, 0)
    )


ATTACKS = tuple(
    Attack(name, "overlay", strength, by_chance(change))
    for name, strength, change in (
        ("caption", 1, lambda image, chance: caption(image, phrase(chance, 5))),
        ("border-thin", 1, lambda image, chance: border(image, 0.04, any_colour(chance))),
        ("border-thick", 3, lambda image, chance: border(image, 0.2, any_colour(chance))),
        ("watermark", 2, lambda image, chance: watermark(image, phrase(chance, 2))),
        ("logo", 1, partial(logo, share=0.2)),
        ("meme", 2, lambda image, chance: meme(image, phrase(chance, 3), phrase(chance, 4))),
        ("text-some", 2, partial(text_over, lines=3)),
        ("text-heavy", 4, partial(text_over, lines=11)),
        ("stickers-3", 1, partial(stickers, count=3)),
        ("stickers-9", 3, partial(stickers, count=9)),
    )
)
