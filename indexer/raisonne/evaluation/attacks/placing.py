"""The same picture turned over, turned round, or in part."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from PIL import Image, ImageOps

from raisonne.evaluation.attacks.attack import Attack, alone, by_chance
from raisonne.evaluation.pixels import any_colour


def turn(image: Image.Image, chance: np.random.Generator, degrees: float) -> Image.Image:
    """Rotate either way onto a larger canvas of one colour."""
    angle = degrees * float(chance.choice([-1, 1]))
    return image.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=any_colour(chance))


def turn_cropped(image: Image.Image, chance: np.random.Generator, degrees: float) -> Image.Image:
    """Rotate either way and keep the largest part of the same shape without empty corners."""
    angle = degrees * float(chance.choice([-1, 1]))
    turned = image.rotate(angle, Image.Resampling.BICUBIC, expand=True)
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    width, height = image.size
    share = min(width / (width * cosine + height * sine), height / (width * sine + height * cosine))
    kept = (max(1, round(width * share)), max(1, round(height * share)))
    return _window(turned, *kept, 0.5, 0.5)


def crop_centre(image: Image.Image, area: float) -> Image.Image:
    """Keep the middle."""
    side = math.sqrt(area)
    return _window(image, round(image.width * side), round(image.height * side), 0.5, 0.5)


def crop_corner(image: Image.Image, chance: np.random.Generator, area: float) -> Image.Image:
    """Keep one corner."""
    side = math.sqrt(area)
    left, top = (float(end) for end in chance.integers(0, 2, 2))
    return _window(image, round(image.width * side), round(image.height * side), left, top)


def _window(image: Image.Image, width: int, height: int, across: float, down: float) -> Image.Image:
    """Cut out a window; 0 is left or top, 1 right or bottom."""
    left = round((image.width - width) * across)
    top = round((image.height - height) * down)
    return image.crop((left, top, left + width, top + height))


def _turn(degrees: float, strength: int) -> Attack:
    return Attack(f"turn-{degrees}", "rotate", strength, by_chance(partial(turn, degrees=degrees)))


def _turn_cropped(degrees: float, strength: int) -> Attack:
    change = by_chance(partial(turn_cropped, degrees=degrees))
    return Attack(f"turn-{degrees}-cropped", "rotate", strength, change)


def _crop_centre(percent: int, strength: int) -> Attack:
    change = alone(partial(crop_centre, area=percent / 100))
    return Attack(f"crop-{percent}-centre", "crop", strength, change)


def _crop_corner(percent: int, strength: int) -> Attack:
    change = by_chance(partial(crop_corner, area=percent / 100))
    return Attack(f"crop-{percent}-corner", "crop", strength, change)


def _transpose(name: str, method: Image.Transpose, strength: int) -> Attack:
    return Attack(name, "flip", strength, alone(partial(Image.Image.transpose, method=method)))


ATTACKS = (
    Attack("mirror", "flip", 1, alone(ImageOps.mirror)),
    _transpose("half-turn", Image.Transpose.ROTATE_180, 1),
    _transpose("quarter-turn", Image.Transpose.ROTATE_90, 1),
    _transpose("mirror-quarter-turn", Image.Transpose.TRANSVERSE, 2),
    _turn(2, 1),
    _turn(10, 2),
    _turn(30, 3),
    _turn(45, 4),
    _turn_cropped(2, 1),
    _turn_cropped(10, 2),
    _turn_cropped(30, 4),
    _crop_centre(90, 1),
    _crop_corner(90, 1),
    _crop_centre(70, 2),
    _crop_corner(70, 2),
    _crop_centre(50, 3),
    _crop_corner(50, 3),
    _crop_centre(30, 4),
    _crop_corner(30, 4),
)
