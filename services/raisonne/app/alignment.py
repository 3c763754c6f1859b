"""A work laid over the query that shows it: warped, matched in colour, compared place by place."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from raisonne.app.colour_match import Levels, match_colours
from raisonne.app.coverage import Coverage, Places, carry
from raisonne.app.registration import nudge
from raisonne.fingerprint.decoding import DecodedImage
from raisonne.rights.match import Region, Transform

Pixels = NDArray[np.uint8]
"""Shape (h, w, 3), sRGB."""

_MARGIN = 0.12
"""Surroundings shown on each side of the part, as a share of its longer side."""
_NEARLY_ALL = 0.6
"""Share of the query's area from which on all of it is shown."""
_SOFT = 1.5
_COARSE = 0.7
"""Blur that evens out two resolutions, in pixels of the result and of the coarser picture."""
_RIM = 5
"""Twice the pixels along the part's outline, and one, that are not compared."""
_NOISE = 0.06
"""Difference in level that noise and coding leave between copies."""
_UNEXPLAINED = 0.5
"""Share of the query's local variance that may stay unexplained where the pictures agree."""


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """The query and the work in one frame, all arrays of the same height and width.

    Attributes:
        view: The frame, in query pixels.
        query: The query, uint8 (h, w, 3).
        work: The work, warped to lie over the query, which is seen outside the part.
        inside: The part that shows the work, bool (h, w).
        agrees: Where in the part the two pictures agree, bool (h, w).
        difference: Largest difference of a channel once colours are matched, 0 to 1, 0 outside.
        agreement: Share of the part where the pictures agree.
        inverted: Whether the query is a negative of the work.
    """

    view: Region
    query: Pixels
    work: Pixels
    inside: NDArray[np.bool_]
    agrees: NDArray[np.bool_]
    difference: Levels
    agreement: float
    inverted: bool


def align(
    query: DecodedImage,
    work: DecodedImage,
    transform: Transform,
    covered: Coverage,
    room: tuple[int, int],
) -> Alignment:
    """Lay a work over the query, as its transform says and then as well as a small move allows.

    Args:
        query: The checked picture.
        work: The registered picture.
        transform: Query to work, in pixels at full resolution.
        covered: The part, as the same transform gives it.
        room: Largest width and height of the result in pixels.
    """
    view = _view(covered, (query.width, query.height))
    size = fitted((view.width, view.height), room)
    below = _crop(query, view, size)
    # Compared at the resolution of the coarser picture, a pixel's offset forgiven.
    coarse = _COARSE * size[0] / view.width * _coarseness(query, work, covered)
    sigma = min(max(_SOFT, coarse), max(size) / 16)
    zoom = np.array((size[0] / view.width, size[1] / view.height))
    outline = np.asarray((covered.query_outline - (view.x, view.y)) * zoom - 0.5)
    pixels, path = _sampled(work, transform, covered, view, size)
    laid = _lay(pixels, path, outline, below, sigma)
    move = nudge(_lightness(laid.soft), _lightness(laid.matched), laid.inside)
    if move is not None:
        moved = _lay(
            pixels,
            path @ move,
            carry(np.asarray(np.linalg.inv(move), np.float64), outline),
            below,
            sigma,
        )
        laid = min(laid, moved, key=_Laid.error)
    agrees = _agreeing(laid.soft, laid.matched, laid.inside)
    return Alignment(
        view=view,
        query=below,
        work=laid.over,
        inside=laid.inside,
        agrees=agrees,
        difference=laid.difference(),
        agreement=float(agrees.sum() / max(laid.inside.sum(), 1)),
        inverted=laid.inverted,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Laid:
    """One way to lay the work over the query; see ``Alignment``."""

    over: Pixels
    inside: NDArray[np.bool_]
    soft: Levels
    matched: Levels
    inverted: bool

    def error(self) -> float:
        """Return the mean difference, to which what was painted over adds no more than it must."""
        error = np.abs(self.soft - self.matched).mean(axis=2)[self.inside]
        return float(np.minimum(error, _NOISE).mean()) if error.size else math.inf

    def difference(self) -> Levels:
        """Return the largest difference of a channel, but for the rim that mixes both grounds."""
        rim = cv2.erode(self.inside.astype(np.uint8), np.ones((_RIM, _RIM), np.uint8))
        return np.asarray(np.abs(self.soft - self.matched).max(axis=2) * rim)


def _lay(
    pixels: Pixels, path: NDArray[np.float64], outline: Places, below: Pixels, sigma: float
) -> _Laid:
    size = below.shape[1], below.shape[0]
    inside = _filled(outline, size)
    warped = cv2.warpPerspective(
        pixels,
        path / np.abs(path).max(),
        size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    # Outside the part, the query stands in for the work: nothing there is compared.
    over = np.where(inside[..., np.newaxis], np.asarray(warped, np.uint8), below)
    soft, soft_over = (_softened(_levels(picture), sigma) for picture in (below, over))
    matched, inverted = match_colours(soft, soft_over, inside)
    matched[~inside] = soft[~inside]
    return _Laid(over, inside, soft, matched, inverted)


def fitted(size: tuple[float, float], room: tuple[int, int]) -> tuple[int, int]:
    """Return the size in whole pixels at which something fills its room, its aspect kept."""
    scale = min(room[0] / size[0], room[1] / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _view(covered: Coverage, size: tuple[int, int]) -> Region:
    """Return the part with its surroundings, or the whole query where that is not much more."""
    (left, top), (right, bottom) = (
        covered.query_outline.min(axis=0),
        covered.query_outline.max(axis=0),
    )
    margin = max(_MARGIN * max(right - left, bottom - top), max(size) / 100, 1.0)
    left, top = max(left - margin, 0.0), max(top - margin, 0.0)
    right, bottom = min(right + margin, size[0]), min(bottom + margin, size[1])
    if (right - left) * (bottom - top) > _NEARLY_ALL * math.prod(size):
        return Region(0, 0, *size)
    return Region(float(left), float(top), float(right - left), float(bottom - top))


def _crop(image: DecodedImage, view: Region, size: tuple[int, int]) -> Pixels:
    rows, columns = image.pixels.shape[:2]
    across, down = columns / image.width, rows / image.height
    box = (
        view.x * across,
        view.y * down,
        min((view.x + view.width) * across, columns),
        min((view.y + view.height) * down, rows),
    )
    picture = Image.fromarray(image.pixels).resize(size, Image.Resampling.BICUBIC, box)
    return np.array(picture)


def _coarseness(query: DecodedImage, work: DecodedImage, covered: Coverage) -> float:
    """Return the query pixels at full resolution that the coarser picture's pixel spans."""
    own = query.width / query.pixels.shape[1]
    return float(max(own, covered.change.scale * work.width / work.pixels.shape[1]))


def _filled(outline: Places, size: tuple[int, int]) -> NDArray[np.bool_]:
    canvas = Image.new("1", size)
    ImageDraw.Draw(canvas).polygon([(x, y) for x, y in outline], fill=1)
    return np.array(canvas)


def _sampled(
    work: DecodedImage, transform: Transform, covered: Coverage, view: Region, size: tuple[int, int]
) -> tuple[Pixels, NDArray[np.float64]]:
    """Return the work, scaled down where it would alias, and the way from the frame's pixels."""
    pixels = np.ascontiguousarray(work.pixels)
    rows, columns = pixels.shape[:2]
    wanted = covered.change.scale * size[0] / view.width * work.width / columns
    if wanted < 0.5:  # noqa: PLR2004 - bilinear sampling sees two pixels
        smaller = (max(1, round(columns * wanted)), max(1, round(rows * wanted)))
        pixels = np.asarray(cv2.resize(pixels, smaller, interpolation=cv2.INTER_AREA), np.uint8)
    rows, columns = pixels.shape[:2]
    # OpenCV counts from the middle of the first pixel, continuous coordinates from its corner.
    return pixels, (
        _scaling(1, 1, (-0.5, -0.5))
        @ _scaling(columns / work.width, rows / work.height, (0, 0))
        @ (np.array(transform) / np.abs(transform).max()).reshape(3, 3)
        @ _scaling(view.width / size[0], view.height / size[1], (view.x, view.y))
        @ _scaling(1, 1, (0.5, 0.5))
    )


def _scaling(across: float, down: float, shift: tuple[float, float]) -> NDArray[np.float64]:
    return np.array([(across, 0, shift[0]), (0, down, shift[1]), (0, 0, 1)], np.float64)


def _agreeing(query: Levels, matched: Levels, inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return where the work explains the query but for noise and half of its local variance."""
    window = max(inside.shape) // 48 * 2 + 1
    counted = np.maximum(_blur(inside.astype(np.float32), window), 1e-6)
    error = _blur(np.square(query - matched).mean(axis=2) * inside, window) / counted
    variance = (_blur(np.square(query), window) - np.square(_blur(query, window))).mean(axis=2)
    differs = (error > _NOISE**2 + _UNEXPLAINED * variance) & inside
    # Specks smaller than the window are chance.
    kernel = np.ones((window // 2 + 1, window // 2 + 1), np.uint8)
    opened = cv2.morphologyEx(differs.astype(np.uint8), cv2.MORPH_OPEN, kernel)
    return np.asarray(inside & (opened == 0))


def _lightness(levels: Levels) -> Levels:
    return np.asarray(cv2.cvtColor(levels, cv2.COLOR_RGB2GRAY))


def _softened(levels: Levels, sigma: float) -> Levels:
    return np.asarray(cv2.GaussianBlur(levels, (0, 0), sigma))


def _blur(levels: Levels, window: int) -> Levels:
    return np.asarray(cv2.blur(levels.astype(np.float32), (window, window)))


def _levels(pixels: Pixels) -> Levels:
    return pixels.astype(np.float32) / np.float32(255)
