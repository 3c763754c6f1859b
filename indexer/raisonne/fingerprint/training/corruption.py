"""Changes of a view's pixels: tone, colour, style, overlays and damage.

Each takes and returns uint8 (side, side, 3). Sizes are given as shares of the side, so that a
change means the same at every resolution.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Corruption = Callable[[Pixels], Pixels]

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_LEVELS = np.arange(256, dtype=np.float32) / 255
_FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
)
_CHARACTERS = np.array(list(string.ascii_letters + string.digits + "   "))
_BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) * 16 + 8


def _bytes(values: NDArray[np.floating[Any]]) -> Pixels:
    return np.asarray(np.clip(values * 255 + 0.5, 0, 255), np.uint8)


def _luma(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.transform(pixels, _LUMA[None]), np.uint8).reshape(pixels.shape[:2])


def tone(pixels: Pixels, gain: float, offset: float, gamma: float) -> Pixels:
    """Map levels v in [0, 1] to gain * (v ** gamma - 0.5) + 0.5 + offset."""
    return np.asarray(
        cv2.LUT(pixels, _bytes(gain * (_LEVELS**gamma - 0.5) + 0.5 + offset)), np.uint8
    )


def invert(pixels: Pixels) -> Pixels:
    """Swap light and dark."""
    return np.bitwise_not(pixels)


def posterise(pixels: Pixels, levels: int) -> Pixels:
    """Keep a few levels in each channel."""
    return np.asarray(
        cv2.LUT(pixels, _bytes(np.round(_LEVELS * (levels - 1)) / (levels - 1))), np.uint8
    )


def solarise(pixels: Pixels, threshold: float) -> Pixels:
    """Invert levels above a threshold in [0, 1]."""
    return np.asarray(
        cv2.LUT(pixels, _bytes(np.where(threshold < _LEVELS, 1 - _LEVELS, _LEVELS))), np.uint8
    )


def saturate(pixels: Pixels, amount: float, turn: float = 0.0) -> Pixels:
    """Scale the colours about grey by an amount, and turn their hue by degrees."""
    angle = np.deg2rad(turn)
    grey = np.tile(_LUMA, (3, 1))
    third = np.full((3, 3), 1 / 3)
    skew = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / np.sqrt(3)
    rotation = third + np.cos(angle) * (np.eye(3) - third) + np.sin(angle) * skew
    matrix = (grey + amount * (np.eye(3) - grey)) @ rotation
    return np.asarray(cv2.transform(pixels, matrix.astype(np.float32)), np.uint8)


def duotone(pixels: Pixels, dark: NDArray[np.float32], light: NDArray[np.float32]) -> Pixels:
    """Draw the luma from one colour to another, each of shape (3,) in [0, 1]."""
    ramp = _bytes(dark + _LEVELS[:, None] * (light - dark))
    return np.asarray(ramp[_luma(pixels)], np.uint8)


def halftone(pixels: Pixels, cell: int) -> Pixels:
    """Draw the luma in black and white by ordered dither; each dot is ``cell`` pixels wide."""
    luma = _luma(pixels)
    screen = np.kron(_BAYER, np.ones((cell, cell)))
    repeats = -(-len(luma) // len(screen))
    screen = np.tile(screen, (repeats, repeats))[: len(luma), : len(luma)]
    black_and_white = np.where(luma > screen, 255, 0).astype(np.uint8)
    return np.repeat(black_and_white[..., None], 3, axis=2)


def sketch(pixels: Pixels) -> Pixels:
    """Draw dark lines where the picture has edges."""
    edges = cv2.morphologyEx(_luma(pixels), cv2.MORPH_GRADIENT, np.ones((2, 2), np.uint8))
    lines = np.clip(255 - 3 * edges.astype(np.int16), 0, 255).astype(np.uint8)
    return np.repeat(lines[..., None], 3, axis=2)


def blur(pixels: Pixels, sigma: float) -> Pixels:
    """Blur by a Gaussian whose deviation is a share of the side."""
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma * len(pixels)), np.uint8)


def sharpen(pixels: Pixels, amount: float) -> Pixels:
    """Add an amount of what a small blur takes away."""
    soft = cv2.GaussianBlur(pixels, (0, 0), 1.0)
    return np.asarray(cv2.addWeighted(pixels, 1 + amount, soft, -amount, 0), np.uint8)


def median(pixels: Pixels, radius: int) -> Pixels:
    """Smooth to flat patches, as paint filters do."""
    return np.asarray(cv2.medianBlur(pixels, 2 * radius + 1), np.uint8)


def pixelate(pixels: Pixels, blocks: int) -> Pixels:
    """Keep so many blocks in a row."""
    side = len(pixels)
    small = cv2.resize(pixels, (blocks, blocks), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (side, side), interpolation=cv2.INTER_NEAREST), np.uint8)


def jpeg(pixels: Pixels, quality: int) -> Pixels:
    """Encode and decode with chroma at half resolution."""
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def noise(pixels: Pixels, deviation: float, chance: np.random.Generator) -> Pixels:
    """Add Gaussian noise whose deviation is a share of white."""
    grain = chance.standard_normal(pixels.shape, dtype=np.float32) * np.float32(deviation * 255)
    return np.asarray(cv2.add(pixels, grain, dtype=cv2.CV_8U), np.uint8)


def speckle(pixels: Pixels, share: float, chance: np.random.Generator) -> Pixels:
    """Set a share of the pixels to black or white."""
    drawn = chance.random(pixels.shape[:2], dtype=np.float32)
    result = pixels.copy()
    result[drawn < share / 2] = 0
    result[drawn > 1 - share / 2] = 255
    return result


def light(pixels: Pixels, fall: float, angle: float) -> Pixels:
    """Let the light fall off across the picture: to 1 - fall at the far side, in a direction."""
    steps = np.linspace(0, 1, len(pixels), dtype=np.float32)
    across = (steps - 0.5) * np.cos(angle) + (steps[:, None] - 0.5) * np.sin(angle)
    factor = 1 - fall * np.clip(across + 0.5, 0, 1)
    return np.asarray(pixels * factor[..., None], np.float32).astype(np.uint8)


def mix(pixels: Pixels, other: Pixels, share: float) -> Pixels:
    """Show another picture through, with a share of the whole."""
    return np.asarray(cv2.addWeighted(pixels, 1 - share, other, share, 0), np.uint8)


def write(pixels: Pixels, lines: int, height: float, chance: np.random.Generator) -> Pixels:
    """Write lines of random text, each a share of the side high, opaque or half so."""
    side = len(pixels)
    layer = pixels.copy()
    size = max(0.2, height * side / 22)
    colour = _random_colour(chance)
    font = _FONTS[chance.integers(len(_FONTS))]
    for _ in range(lines):
        text = "".join(chance.choice(_CHARACTERS, int(chance.integers(3, 16))))
        at = (int(chance.uniform(-0.1, 0.6) * side), int(chance.uniform(0.1, 1.0) * side))
        cv2.putText(layer, text, at, font, size, colour, int(chance.integers(1, 3)), cv2.LINE_AA)
    return mix(pixels, layer, float(chance.choice([1.0, 1.0, 0.5])))


def cover(pixels: Pixels, shapes: int, size: float, chance: np.random.Generator) -> Pixels:
    """Draw filled or outlined boxes, discs and lines, each at most a share of the side large."""
    side = len(pixels)
    layer = pixels.copy()
    for _ in range(shapes):
        x, y = (int(v) for v in chance.uniform(0, side, 2))
        width, height = (int(v) for v in chance.uniform(0.1, 1.0, 2) * size * side)
        colour = _random_colour(chance)
        thickness = int(chance.choice([-1, -1, 1, 2, 4]))
        kind = chance.integers(3)
        if kind == 0:
            cv2.rectangle(layer, (x, y), (x + width, y + height), colour, thickness)
        elif kind == 1:
            cv2.circle(layer, (x, y), max(1, width // 2), colour, thickness, cv2.LINE_AA)
        else:
            end = (x + width, y + height * int(chance.choice([-1, 1])))
            cv2.line(layer, (x, y), end, colour, max(1, thickness), cv2.LINE_AA)
    return layer


def _random_colour(chance: np.random.Generator) -> tuple[int, int, int]:
    kind = chance.integers(4)
    if kind == 0:
        return (0, 0, 0)
    if kind == 1:
        return (255, 255, 255)
    red, green, blue = (int(v) for v in chance.integers(0, 256, 3))
    return (red, green, blue)
