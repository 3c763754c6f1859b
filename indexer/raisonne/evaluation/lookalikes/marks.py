"""Different pictures under the same mark, words, frame or screen."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from raisonne.evaluation.attacks.degrading import halftone
from raisonne.evaluation.attacks.overlaying import caption, logo, meme, stickers, watermark
from raisonne.evaluation.lookalikes.family import Draw, Family
from raisonne.evaluation.pixels import any_colour, phrase, size_to_fill, write
from raisonne.evaluation.screens import browser, phone, slide

Chance = np.random.Generator


def _caption(content: Image.Image, shared: Chance, _: Chance) -> Image.Image:
    return caption(content, phrase(shared, 6))


def _headline(content: Image.Image, shared: Chance, _: Chance) -> Image.Image:
    """Set a picture under a poster's large headline and above its small print."""
    canvas = Image.new("RGB", (480, 620), any_colour(shared, 200))
    draw = ImageDraw.Draw(canvas)
    ink = any_colour(shared, 0, 90)
    for line in range(3):
        text = phrase(shared, 2).upper()
        write(draw, (240, 12 + 54 * line), text, size_to_fill(text, 440, 50), ink, anchor="ma")
    shown = ImageOps.fit(content, (440, 340))
    canvas.paste(shown, (20, 185))
    for line in range(4):
        write(draw, (20, 540 + 18 * line), phrase(shared, 9), 13, ink)
    return canvas


def _meme(content: Image.Image, shared: Chance, _: Chance) -> Image.Image:
    return meme(content, phrase(shared, 3), phrase(shared, 3))


def _watermark(content: Image.Image, shared: Chance, _: Chance) -> Image.Image:
    return watermark(content, phrase(shared, 2).upper())


def _logo(content: Image.Image, shared: Chance, _: Chance) -> Image.Image:
    return logo(content, shared, 0.28)


def _stickers(content: Image.Image, shared: Chance, own: Chance) -> Image.Image:
    return stickers(content, own, int(shared.integers(4, 9)))


def _signature(content: Image.Image, shared: Chance, own: Chance) -> Image.Image:
    """Sign in a corner with the same stroke of the pen."""
    steps = np.linspace(0, 1, 160)
    height = np.zeros_like(steps)
    for _ in range(5):
        turns, phase = shared.uniform(1, 9), shared.uniform(0, 2 * np.pi)
        height += shared.uniform(0.1, 0.35) * np.sin(2 * np.pi * turns * steps + phase)
    loops = steps + 0.05 * np.sin(2 * np.pi * shared.uniform(4, 8) * steps)
    width = 0.35 * content.width
    left = content.width - width - float(own.uniform(0.02, 0.08)) * content.width
    top = content.height * float(own.uniform(0.88, 0.93))
    path = [
        (float(x), float(y))
        for x, y in zip(left + width * loops, top + 0.15 * width * height, strict=True)
    ]
    signed = content.copy()
    draw = ImageDraw.Draw(signed)
    draw.line(path, (245, 245, 245), 6, "curve")
    draw.line(path, (20, 20, 30), 3, "curve")
    return signed


def _frame(content: Image.Image, shared: Chance, _: Chance) -> Image.Image:
    """Hang a picture in a carved frame: mouldings and a row of ornaments."""
    width = 52
    inner = ImageOps.contain(content, (540, 540))
    canvas = ImageOps.expand(inner, width, fill=any_colour(shared, 60, 200))
    draw = ImageDraw.Draw(canvas)
    light, dark = any_colour(shared, 170), any_colour(shared, 0, 70)
    for inset, colour in ((0, dark), (6, light), (width - 10, light), (width - 4, dark)):
        box = (inset, inset, canvas.width - 1 - inset, canvas.height - 1 - inset)
        draw.rectangle(box, outline=colour, width=3)
    corners, angle = int(shared.integers(3, 8)), float(shared.uniform(0, 90))
    middle = width / 2 - 2
    for place in np.arange(middle, canvas.width - middle / 2, 26):
        for down in (middle, canvas.height - middle):
            _ornament(draw, float(place), down, corners, angle)
    for place in np.arange(middle + 26, canvas.height - middle, 26):
        for across in (middle, canvas.width - middle):
            _ornament(draw, across, float(place), corners, angle)
    return canvas


def _ornament(draw: ImageDraw.ImageDraw, x: float, y: float, corners: int, angle: float) -> None:
    draw.ellipse((x - 11, y - 11, x + 11, y + 11), (215, 180, 90), (70, 45, 10), 2)
    draw.regular_polygon((x, y, 7), corners, angle, (120, 70, 20))


def _borders(content: Image.Image, shared: Chance, _: Chance) -> Image.Image:
    """Put the same lines of colours around."""
    framed = ImageOps.contain(content, (480, 480))
    for _step in range(5):
        framed = ImageOps.expand(framed, int(shared.integers(4, 22)), any_colour(shared))
    return framed


def _halftone(content: Image.Image, shared: Chance, _: Chance) -> Image.Image:
    """Print on the same screen, as one newspaper prints all its pictures."""
    period, degrees = float(shared.uniform(4, 9)), float(shared.uniform(0, 45))
    return halftone(ImageOps.fit(content, (480, 480)), period, degrees)


def _paper(content: Image.Image, shared: Chance, own: Chance) -> Image.Image:
    """Lay a small picture on the same printed letter paper, with other words."""
    canvas = Image.new("RGB", (450, 636), "white")
    draw = ImageDraw.Draw(canvas)
    colour = any_colour(shared, 0, 160)
    draw.regular_polygon((60, 50, 30), int(shared.integers(3, 8)), fill=colour)
    write(draw, (105, 28), phrase(shared, 2).title(), 24, colour)
    write(draw, (105, 58), phrase(shared, 5), 12, colour)
    draw.line((20, 92, 430, 92), colour, 2)
    for line in range(26):
        write(draw, (30, 110 + 17 * line), phrase(own, 8), 12, (30, 30, 30))
    shown = ImageOps.contain(content, (190, 150))
    canvas.paste(shown, (235, 250))
    draw.line((20, 590, 430, 590), colour, 2)
    write(draw, (225, 600), phrase(shared, 7), 11, colour, anchor="ma")
    return canvas


def _same(screen: Callable[[Image.Image, Chance], Image.Image]) -> Draw:
    """Draw a window of the same program around another picture."""

    def window(content: Image.Image, shared: Chance, _: Chance) -> Image.Image:
        return screen(content, shared)

    return window


FAMILIES = (
    Family("same-caption", _caption),
    Family("same-headline", _headline),
    Family("same-meme-text", _meme),
    Family("same-watermark", _watermark),
    Family("same-logo", _logo),
    Family("same-stickers", _stickers),
    Family("same-signature", _signature),
    Family("same-frame", _frame),
    Family("same-borders", _borders),
    Family("same-halftone", _halftone),
    Family("same-letter-paper", _paper),
    Family("same-browser", _same(browser)),
    Family("same-phone", _same(phone)),
    Family("same-slide", _same(slide)),
)
