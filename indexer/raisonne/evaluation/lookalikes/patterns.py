"""Patterns and grounds that anybody makes alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from raisonne.evaluation.lookalikes.family import Family
from raisonne.evaluation.pixels import any_colour, as_image

Chance = np.random.Generator

_SIDE = 480


def _two_colours(level: NDArray[np.bool_], chance: Chance) -> Image.Image:
    colours = np.array([any_colour(chance), any_colour(chance)], np.uint8)
    return Image.fromarray(colours[level.astype(int)])


def _checkerboard(_: Image.Image, __: Chance, own: Chance) -> Image.Image:
    """Draw squares, another number of them in other colours."""
    rows, columns = np.mgrid[:_SIDE, :_SIDE]
    side, shift = own.uniform(18, 90), own.uniform(0, 90, 2)
    odd = ((rows + shift[0]) // side + (columns + shift[1]) // side) % 2
    return _two_colours(odd > 0, own)


def _graph_paper(_: Image.Image, shared: Chance, own: Chance) -> Image.Image:
    canvas = Image.new("RGB", (_SIDE, _SIDE), any_colour(shared, 225))
    draw = ImageDraw.Draw(canvas)
    ink = any_colour(shared, 80, 190)
    step, start = float(own.uniform(14, 34)), float(own.uniform(0, 14))
    for number, place in enumerate(np.arange(start, _SIDE, step)):
        width = 3 if number % 5 == 0 else 1
        draw.line((place, 0, place, _SIDE), ink, width)
        draw.line((0, place, _SIDE, place), ink, width)
    return canvas


def _stripes(_: Image.Image, shared: Chance, own: Chance) -> Image.Image:
    rows, columns = np.mgrid[:_SIDE, :_SIDE]
    angle, period = own.uniform(0, np.pi), own.uniform(16, 70)
    wave = np.sin(2 * np.pi * (rows * np.cos(angle) + columns * np.sin(angle)) / period)
    return _two_colours(wave > 0, shared)


def _waves(_: Image.Image, shared: Chance, own: Chance) -> Image.Image:
    rows, columns = np.mgrid[:_SIDE, :_SIDE] / _SIDE
    period, phase = own.uniform(4, 12), own.uniform(0, 6)
    bend = 0.1 * np.sin(own.uniform(5, 12) * columns)
    return _two_colours(np.sin(2 * np.pi * period * (rows + bend) + phase) > 0, shared)


def _dots(_: Image.Image, shared: Chance, own: Chance) -> Image.Image:
    rows, columns = np.mgrid[:_SIDE, :_SIDE]
    period = own.uniform(24, 64)
    across, down = ((axis + own.uniform(0, period)) % period for axis in (columns, rows))
    inside = np.hypot(across - period / 2, down - period / 2) < period * own.uniform(0.2, 0.4)
    return _two_colours(inside, shared)


def _sky(_: Image.Image, shared: Chance, own: Chance) -> Image.Image:
    """Draw a blue gradient with clouds."""
    top, bottom = np.array(any_colour(shared, 60, 140)), np.array(any_colour(shared, 150, 220))
    top[2], bottom[2] = 210, 245
    height = np.linspace(0, 1, _SIDE)[:, np.newaxis, np.newaxis]
    ground = (1 - height) * top + height * bottom + np.zeros((_SIDE, _SIDE, 3))
    cover = np.clip(2.5 * (_fractal(own, _SIDE) - own.uniform(0.5, 0.6)), 0, 1)[..., np.newaxis]
    return as_image((1 - cover) * ground + cover * 250)


def _fractal(chance: Chance, side: int) -> NDArray[np.float64]:
    """Return smooth noise of many scales, from 0 to 1."""
    total = np.zeros((side, side))
    for octave in range(2, 8):
        coarse = chance.random((2**octave, 2**octave)).astype(np.float32)
        layer = Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)
        total += np.asarray(layer) / 1.7**octave
    return np.asarray((total - total.min()) / (total.max() - total.min()))


def _blank_scan(_: Image.Image, shared: Chance, own: Chance) -> Image.Image:
    """Scan empty paper: tone, fibres, shadow of the lid, specks."""
    tone = np.array(any_colour(shared, 205, 250)) + np.zeros((_SIDE, _SIDE, 3))
    fibres = 14 * (_fractal(own, _SIDE) - 0.5) + own.normal(0, 3, (_SIDE, _SIDE))
    lid = -40 * np.exp(-np.arange(_SIDE) / own.uniform(4, 20))
    scan = as_image(tone + (fibres + lid)[..., np.newaxis])
    draw = ImageDraw.Draw(scan)
    for x, y, radius in zip(*own.uniform(0, _SIDE, (2, 30)), own.uniform(0.4, 2, 30), strict=True):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), any_colour(own, 90, 160))
    return scan


def _stars(_: Image.Image, shared: Chance, own: Chance) -> Image.Image:
    canvas = Image.new("RGB", (_SIDE, _SIDE), any_colour(shared, 0, 45))
    draw = ImageDraw.Draw(canvas)
    for _number in range(int(shared.integers(150, 350))):
        x, y = (float(place) for place in own.uniform(0, _SIDE, 2))
        radius = float(own.exponential(1.2)) + 0.4
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), any_colour(own, 200))
    return canvas


def _confetti(_: Image.Image, shared: Chance, own: Chance) -> Image.Image:
    canvas = Image.new("RGB", (_SIDE, _SIDE), any_colour(shared, 215))
    draw = ImageDraw.Draw(canvas)
    colours = [any_colour(shared, 30, 230) for _ in range(5)]
    for number in range(int(shared.integers(60, 160))):
        x, y = (float(place) for place in own.uniform(0, _SIDE, 2))
        turn, size = float(own.uniform(0, 360)), float(own.uniform(5, 13))
        draw.regular_polygon((x, y, size), 3 + number % 3, turn, colours[number % 5])
    return canvas


def _bricks(_: Image.Image, shared: Chance, own: Chance) -> Image.Image:
    canvas = Image.new("RGB", (_SIDE, _SIDE), any_colour(shared, 170, 220))
    draw = ImageDraw.Draw(canvas)
    base = np.array(any_colour(shared, 60, 190))
    height, gap = float(own.uniform(18, 34)), float(own.uniform(2, 5))
    width = height * float(own.uniform(2, 3))
    for row, top in enumerate(np.arange(-height / 2, _SIDE, height)):
        for left in np.arange(-width * (0.5 + 0.5 * (row % 2)), _SIDE, width):
            red, green, blue = (int(c) for c in np.clip(base + own.integers(-22, 23, 3), 0, 255))
            box = (left + gap, top + gap, left + width, top + height)
            draw.rectangle(tuple(float(side) for side in box), (red, green, blue))
    return canvas


def _tiles(_: Image.Image, shared: Chance, own: Chance) -> Image.Image:
    """Repeat a quartered ornament, as floors and wallpapers do, from the same set of colours."""
    side = int(own.integers(40, 90))
    tile = Image.new("RGB", (side, side), any_colour(shared))
    draw = ImageDraw.Draw(tile)
    for radius in (0.62, 0.45, 0.25):
        reach = radius * side
        colour = any_colour(shared)
        for x, y in ((0, 0), (side, 0), (0, side), (side, side)):
            draw.ellipse((x - reach, y - reach, x + reach, y + reach), colour)
    middle = (side / 2, side / 2, side * 0.2)
    draw.regular_polygon(middle, int(own.integers(3, 9)), fill=any_colour(shared))
    canvas = Image.new("RGB", (_SIDE, _SIDE))
    for left in range(0, _SIDE, side):
        for top in range(0, _SIDE, side):
            canvas.paste(tile, (left, top))
    return canvas


def _colour_field(_: Image.Image, shared: Chance, own: Chance) -> Image.Image:
    """Paint two soft blocks of other colours on the same ground."""
    canvas = Image.new("RGB", (_SIDE, _SIDE), any_colour(shared))
    draw = ImageDraw.Draw(canvas)
    middle, edge = int(own.integers(150, 330)), int(own.integers(20, 60))
    draw.rectangle((edge, edge, _SIDE - edge, middle), any_colour(own))
    draw.rectangle((edge, middle + 20, _SIDE - edge, _SIDE - edge), any_colour(own))
    return canvas.filter(ImageFilter.GaussianBlur(6))


def _skyline(_: Image.Image, shared: Chance, own: Chance) -> Image.Image:
    canvas = Image.new("RGB", (_SIDE, _SIDE), any_colour(shared))
    draw = ImageDraw.Draw(canvas)
    colours = [any_colour(shared) for _ in range(4)]
    left = 0
    while left < _SIDE:
        right = left + int(own.integers(28, 75))
        top = int(own.integers(150, 340))
        draw.rectangle((left, top, right, _SIDE), colours[int(own.integers(4))])
        left = right
    return canvas


FAMILIES = (
    Family("checkerboard", _checkerboard),
    Family("graph-paper", _graph_paper),
    Family("stripes", _stripes),
    Family("waves", _waves),
    Family("dots", _dots),
    Family("sky", _sky),
    Family("blank-scan", _blank_scan),
    Family("stars", _stars),
    Family("confetti", _confetti),
    Family("bricks", _bricks),
    Family("tiles", _tiles),
    Family("colour-field", _colour_field),
    Family("skyline", _skyline),
)
