"""Printed matter whose forms everybody uses."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from raisonne.evaluation.lookalikes.family import Family
from raisonne.evaluation.pixels import any_colour, phrase, write

Chance = np.random.Generator

_WIDTH, _HEIGHT = 480, 620
_INK = (25, 25, 30)
_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_MONTHS = ("January", "March", "April", "May", "July", "August", "October", "December")


def _calendar(_: Image.Image, shared: Chance, own: Chance) -> Image.Image:
    """Draw another month in the same lay-out."""
    canvas = Image.new("RGB", (480, 420), any_colour(shared, 235))
    draw = ImageDraw.Draw(canvas)
    colour = any_colour(shared, 0, 170)
    month, year = _MONTHS[int(own.integers(8))], int(own.integers(1990, 2030))
    write(draw, (240, 16), f"{month} {year}", 30, colour, anchor="ma")
    for column, name in enumerate(_DAYS):
        write(draw, (50 + 63 * column, 70), name, 18, colour, anchor="ma")
    first, length = int(own.integers(7)), int(own.integers(28, 32))
    for day in range(length):
        row, column = divmod(day + first, 7)
        box = (20 + 63 * column, 100 + 52 * row, 80 + 63 * column, 148 + 52 * row)
        draw.rectangle(box, outline=(170, 170, 175))
        write(draw, (box[0] + 5, box[1] + 4), str(day + 1), 18, _INK)
    return canvas


def _table(_: Image.Image, shared: Chance, own: Chance) -> Image.Image:
    """Fill the same table with other figures."""
    canvas = Image.new("RGB", (560, 440), "white")
    draw = ImageDraw.Draw(canvas)
    draw.rectangle((0, 0, 560, 30), any_colour(shared, 150, 220))
    for column in range(5):
        write(draw, (10 + 112 * column, 7), phrase(shared, 1).title(), 15, _INK)
        draw.line((112 * column, 0, 112 * column, 440), (190, 190, 195))
    for row in range(17):
        top = 31 + 24 * row
        draw.line((0, top, 560, top), (190, 190, 195))
        write(draw, (10, top + 4), phrase(shared, 1), 14, _INK)
        for column in range(1, 5):
            figure = f"{own.uniform(0, 10 ** own.uniform(1, 4)):.2f}"
            write(draw, (102 + 112 * column, top + 4), figure, 14, _INK, anchor="ra")
    return canvas


def _sheet_music(_: Image.Image, __: Chance, own: Chance) -> Image.Image:
    """Write other notes on the same staves."""
    canvas = Image.new("RGB", (_WIDTH, _HEIGHT), (252, 250, 244))
    draw = ImageDraw.Draw(canvas)
    for stave in range(7):
        top = 40 + 82 * stave
        for line in range(5):
            draw.line((20, top + 9 * line, 460, top + 9 * line), _INK)
        for bar in range(5):
            draw.line((20 + 110 * bar, top, 20 + 110 * bar, top + 36), _INK, 2)
        for number in range(int(own.integers(10, 16))):
            x, y = 40 + 27 * number, top + 4.5 * float(own.integers(-1, 10))
            filled = _INK if own.random() < 0.7 else None  # noqa: PLR2004 - more short notes
            draw.ellipse((x, y - 4, x + 11, y + 4), filled, _INK)
            up = y > top + 18
            draw.line((x + 10 * up, y, x + 10 * up, y + (-30 if up else 30)), _INK, 2)
    return canvas


def _text_page(_: Image.Image, shared: Chance, own: Chance) -> Image.Image:
    """Print other words in the same type and lay-out."""
    canvas = Image.new("RGB", (_WIDTH, _HEIGHT), any_colour(shared, 238))
    draw = ImageDraw.Draw(canvas)
    size = float(shared.uniform(13, 18))
    write(draw, (240, 20), phrase(own, 3).title(), 26, _INK, anchor="ma")
    for top in np.arange(70, _HEIGHT - 40, size * 1.4):
        write(draw, (36, float(top)), phrase(own, round(880 / size / 7.5)), size, _INK)
    write(draw, (240, _HEIGHT - 26), str(int(own.integers(1, 400))), 14, _INK, anchor="ma")
    return canvas


def _form(_: Image.Image, shared: Chance, own: Chance) -> Image.Image:
    """Fill in the same printed form otherwise."""
    canvas = Image.new("RGB", (_WIDTH, _HEIGHT), "white")
    draw = ImageDraw.Draw(canvas)
    colour = any_colour(shared, 0, 150)
    write(draw, (20, 16), phrase(shared, 3).upper(), 24, colour)
    for row in range(13):
        top = 66 + 42 * row
        write(draw, (20, top), phrase(shared, 2), 12, colour)
        draw.rectangle((150, top - 6, 460, top + 24), outline=colour)
        if own.random() < 0.8:  # noqa: PLR2004 - some lines stay empty
            write(draw, (158, top - 2), phrase(own, 3), 19, (30, 40, 120))
    return canvas


def _matrix_code(_: Image.Image, __: Chance, own: Chance) -> Image.Image:
    """Draw a square code: the same three finders, other modules."""
    side = 29
    modules = own.integers(0, 2, (side, side)).astype(bool)
    for row, column in ((0, 0), (0, side - 7), (side - 7, 0)):
        modules[max(0, row - 1) : row + 8, max(0, column - 1) : column + 8] = False
        modules[row : row + 7, column : column + 7] = True
        modules[row + 1 : row + 6, column + 1 : column + 6] = False
        modules[row + 2 : row + 5, column + 2 : column + 5] = True
    levels = np.pad(np.where(modules, 0, 255).astype(np.uint8), 3, constant_values=255)
    return Image.fromarray(levels).resize((420, 420), Image.Resampling.NEAREST).convert("RGB")


def _bar_chart(_: Image.Image, shared: Chance, own: Chance) -> Image.Image:
    """Plot other figures on the same axes."""
    canvas = Image.new("RGB", (560, 400), "white")
    draw = ImageDraw.Draw(canvas)
    colour = any_colour(shared, 0, 200)
    write(draw, (280, 10), phrase(shared, 4).title(), 22, _INK, anchor="ma")
    for level in range(6):
        y = 350 - 56 * level
        draw.line((50, y, 540, y), (205, 205, 210))
        write(draw, (42, y), str(20 * level), 13, _INK, anchor="rm")
    for bar in range(9):
        left = 66 + 53 * bar
        draw.rectangle((left, 350 - float(own.uniform(10, 280)), left + 36, 350), colour)
        write(draw, (left + 18, 356), phrase(shared, 1)[:6], 12, _INK, anchor="ma")
    return canvas


def _ruled_paper(_: Image.Image, shared: Chance, own: Chance) -> Image.Image:
    """Write a little on the same exercise paper."""
    canvas = Image.new("RGB", (_WIDTH, _HEIGHT), any_colour(shared, 240))
    draw = ImageDraw.Draw(canvas)
    for line in range(24):
        draw.line((0, 50 + 24 * line, _WIDTH, 50 + 24 * line), (150, 180, 225))
    draw.line((60, 0, 60, _HEIGHT), (225, 120, 120), 2)
    for line in range(int(own.integers(2, 9))):
        text = phrase(own, int(own.integers(2, 6)))
        write(draw, (70, 50 + 24 * line), text, 19, (40, 45, 110), anchor="ls")
    return canvas


FAMILIES = (
    Family("calendar", _calendar),
    Family("table", _table),
    Family("sheet-music", _sheet_music),
    Family("text-page", _text_page),
    Family("form", _form),
    Family("matrix-code", _matrix_code),
    Family("bar-chart", _bar_chart),
    Family("ruled-paper", _ruled_paper),
)
