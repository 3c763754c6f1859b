"""Copies bent out of shape."""

from __future__ import annotations

from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from raisonne.evaluation.attacks.attack import Attack, alone, by_chance
from raisonne.evaluation.pixels import as_array, as_image


def perspective(image: Image.Image, chance: np.random.Generator, reach: float) -> Image.Image:
    """Move each corner inwards by up to ``reach`` of the sides, as when seen at an angle."""
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32)
    moved = corners + chance.uniform(0.2, 1, (4, 2)) * reach * (1 - 2 * corners)
    return _warp(image, corners, moved.astype(np.float32), image.size)


def shear(image: Image.Image, chance: np.random.Generator, slope: float) -> Image.Image:
    """Slant to either side."""
    shift = slope * image.height
    width = round(image.width + shift)
    top, bottom = (shift, 0.0) if chance.random() < 0.5 else (0.0, shift)  # noqa: PLR2004
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32)
    left = np.array([top, top + image.width, bottom + image.width, bottom]) / width
    moved = np.stack([left, corners[:, 1]], axis=1).astype(np.float32)
    return _warp(image, corners, moved, (width, image.height))


def barrel(image: Image.Image, bend: float) -> Image.Image:
    """Bend as a wide lens does (first radial term)."""
    across, down = _grid(image)
    radius = across**2 + down**2
    return _look_up(image, across * (1 + bend * radius), down * (1 + bend * radius))


def wave(image: Image.Image, chance: np.random.Generator, height: float) -> Image.Image:
    """Move rows and columns along sines, ``height`` of the sides at most."""
    across, down = _grid(image)
    phase = chance.uniform(0, 2 * np.pi, 2)
    moved_across = across + 2 * height * np.sin(5 * down + phase[0])
    moved_down = down + 2 * height * np.sin(5 * across + phase[1])
    return _look_up(image, moved_across, moved_down)


def _warp(
    image: Image.Image,
    before: NDArray[np.float32],
    after: NDArray[np.float32],
    size: tuple[int, int],
) -> Image.Image:
    """Map corners, given as shares of the sides, onto a canvas of one grey."""
    source = (before * np.array(image.size)).astype(np.float32)
    target = (after * np.array(size)).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    warped = cv2.warpPerspective(
        as_array(image), matrix, size, flags=cv2.INTER_AREA, borderValue=(128, 128, 128)
    )
    return as_image(warped)


def _grid(image: Image.Image) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the places of all pixels, from -1 to 1 on either axis."""
    across, down = np.meshgrid(np.linspace(-1, 1, image.width), np.linspace(-1, 1, image.height))
    return across, down


def _look_up(
    image: Image.Image, across: NDArray[np.float64], down: NDArray[np.float64]
) -> Image.Image:
    columns = ((across + 1) / 2 * (image.width - 1)).astype(np.float32)
    rows = ((down + 1) / 2 * (image.height - 1)).astype(np.float32)
    return as_image(
        cv2.remap(as_array(image), columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    )


ATTACKS = tuple(
    Attack(name, "warp", strength, change)
    for name, strength, change in (
        ("perspective-light", 1, by_chance(partial(perspective, reach=0.08))),
        ("perspective-strong", 3, by_chance(partial(perspective, reach=0.25))),
        ("shear-light", 1, by_chance(partial(shear, slope=0.1))),
        ("shear-strong", 3, by_chance(partial(shear, slope=0.35))),
        ("barrel-light", 1, alone(partial(barrel, bend=0.08))),
        ("barrel-strong", 2, alone(partial(barrel, bend=0.2))),
        ("wave", 2, by_chance(partial(wave, height=0.015))),
    )
)
