"""Programs' windows around pictures, as screenshots show them."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from raisonne.evaluation.pixels import any_colour, phrase, write

_INK = (40, 40, 44)
_PALE = (236, 238, 241)
_FAINT = (150, 152, 158)


def browser(content: Image.Image, chance: np.random.Generator) -> Image.Image:
    """Show a picture in a web page: toolbar, address, a column of text beside it."""
    canvas = Image.new("RGB", (640, 460), "white")
    draw = ImageDraw.Draw(canvas)
    draw.rectangle((0, 0, 640, 62), fill=_PALE)
    for number, colour in enumerate(((255, 95, 86), (255, 189, 46), (39, 201, 63))):
        draw.ellipse((12 + 20 * number, 10, 24 + 20 * number, 22), fill=colour)
    draw.rounded_rectangle((84, 4, 240, 30), 6, fill="white")
    write(draw, (94, 9), phrase(chance, 2), 13, _INK)
    draw.rounded_rectangle((70, 35, 600, 57), 11, fill="white", outline=(205, 205, 210))
    write(draw, (84, 39), f"https://{phrase(chance, 1)}.example/{phrase(chance, 1)}", 12, _INK)
    write(draw, (20, 72), phrase(chance, 4).title(), 24, _INK)
    shown = ImageOps.contain(content, (400, 330))
    canvas.paste(shown, (20, 110))
    for line in range(20):
        write(draw, (440, 112 + 16 * line), phrase(chance, 4), 11, _INK)
    draw.rounded_rectangle((440, 436, 520, 456), 5, fill=any_colour(chance))
    return canvas


def phone(content: Image.Image, chance: np.random.Generator) -> Image.Image:
    """Show a picture in a phone's stream: status bar, who posted it, buttons, comments."""
    canvas = Image.new("RGB", (360, 640), "white")
    draw = ImageDraw.Draw(canvas)
    write(draw, (14, 6), f"{int(chance.integers(24)):02}:{int(chance.integers(60)):02}", 14, _INK)
    draw.rounded_rectangle((310, 8, 340, 20), 3, outline=_INK)
    draw.rectangle((312, 10, 312 + int(chance.integers(4, 26)), 18), fill=_INK)
    draw.line((0, 28, 360, 28), fill=_PALE)
    draw.ellipse((12, 36, 48, 72), fill=any_colour(chance))
    write(draw, (58, 38), phrase(chance, 2), 14, _INK)
    write(draw, (58, 56), phrase(chance, 1), 11, _FAINT)
    shown = ImageOps.contain(content, (360, 400))
    canvas.paste(shown, ((360 - shown.width) // 2, 82))
    below = 92 + shown.height
    for left in (14, 54, 94, 318):
        draw.regular_polygon((left + 12, below + 12, 12), 3 + left % 4, outline=_INK, width=2)
    for line in range((620 - below - 36) // 18):
        write(draw, (14, below + 36 + 18 * line), phrase(chance, 6), 12, _INK)
    return canvas


def slide(content: Image.Image, chance: np.random.Generator) -> Image.Image:
    """Show a picture on a slide: coloured head, title, points, foot."""
    canvas = Image.new("RGB", (640, 400), "white")
    draw = ImageDraw.Draw(canvas)
    colour = any_colour(chance, 0, 180)
    draw.rectangle((0, 0, 640, 70), fill=colour)
    write(draw, (24, 20), phrase(chance, 3).title(), 28, (255, 255, 255))
    for line in range(5):
        draw.ellipse((26, 104 + 50 * line, 34, 112 + 50 * line), fill=colour)
        write(draw, (44, 99 + 50 * line), phrase(chance, 3), 16, _INK)
    shown = ImageOps.contain(content, (350, 270))
    canvas.paste(shown, (270, 90))
    draw.rectangle((0, 376, 640, 400), fill=_PALE)
    write(draw, (24, 381), phrase(chance, 5), 12, _FAINT)
    return canvas
