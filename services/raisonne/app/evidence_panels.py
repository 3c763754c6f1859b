"""The panels of an evidence sheet; each is one picture with a heading."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from raisonne.app.alignment import Alignment, Pixels, fitted
from raisonne.app.coverage import Coverage, Places
from raisonne.app.evidence_layout import INK, PAPER, Colour, Scale
from raisonne.app.lettering import line_font
from raisonne.fingerprint.decoding import DecodedImage

MOST_LINES = 40
"""Lines beyond which none can be followed by eye."""
_FULL_HEAT = 0.25
"""Difference in level that has the darkest colour of the heat map."""

_CASING: Colour = (255, 255, 255)
_LINES: tuple[Colour, ...] = ((20, 93, 160), (0, 128, 128), (94, 96, 170), (150, 90, 40))
_HEAT: tuple[Colour, ...] = (PAPER, (254, 196, 79), (227, 74, 30), (103, 0, 31))
_HEAT_LEVELS = (0.0, 0.3, 0.6, 1.0)
_FRACTION = 4
"""Bits of a pixel in OpenCV's drawing coordinates."""
_TILES = 5
_GAP = 28
_BADGE = 13
"""Radius of a numbered mark."""
_BADGES = 4


def both(
    query: DecodedImage,
    work: DecodedImage,
    covered: Coverage | None,
    colour: Colour,
    room: tuple[int, int],
) -> tuple[Pixels, Pixels]:
    """Return the two pictures with the part that they share outlined and the rest faded.

    Equal numbers mark equal corners, where both outlines have room for them.

    Args:
        query: The checked picture.
        work: The registered picture.
        covered: The part; None where it is not known.
        colour: Of the outline.
        room: Largest width and height of each in pixels.
    """
    shown = _resized(query, room), _resized(work, room)
    if covered is None:
        return shown
    corners = (
        covered.query_outline * _scale(shown[0], query),
        covered.work_outline * _scale(shown[1], work),
    )
    outlined = [_outlined(*pair, colour) for pair in zip(shown, corners, strict=True)]
    if all(np.ptp(outline, axis=0).min() > 8 * _BADGE for outline in corners):
        marked = _marked(corners[0])
        inner = [ends + 0.16 * (ends.mean(axis=0) - ends) for ends in corners]
        outlined = [_numbered(p, i[marked]) for p, i in zip(outlined, inner, strict=True)]
    return outlined[0], outlined[1]


def overlay(aligned: Alignment) -> Pixels:
    """Return a chequer of the query and the work over it: what is the same runs on unbroken."""
    rows, columns = aligned.inside.shape
    side = max(rows, columns) / _TILES
    across = (np.arange(columns) / side).astype(int)
    down = (np.arange(rows) / side).astype(int)
    tiles = (across[np.newaxis] + down[:, np.newaxis]) % 2 == 1
    pixels = _faded(aligned.query, aligned.inside, 0.3)
    shown = aligned.inside & tiles
    pixels[shown] = aligned.work[shown]
    edge = cv2.morphologyEx(shown.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((2, 2), np.uint8))
    seam = (edge > 0) & aligned.inside
    pixels[seam] = (pixels[seam] // 2 + 127).astype(np.uint8)
    return pixels


def mask(aligned: Alignment, colour: Colour) -> Pixels:
    """Return the query where it agrees with the work; disagreement tinted, the rest faded."""
    grey = _grey(aligned.query)
    pixels = _mixed(grey, PAPER, 0.22)
    differs = aligned.inside & ~aligned.agrees
    pixels[differs] = _mixed(grey[differs], colour, 0.45)
    pixels[aligned.agrees] = aligned.query[aligned.agrees]
    return pixels


def heat(aligned: Alignment) -> Pixels:
    """Return the difference as heat over a pale grey query."""
    grey = _grey(aligned.query)
    level = np.clip(aligned.difference / _FULL_HEAT, 0, 1)
    # The lowest tenth is what coding leaves in every copy.
    strength = np.clip(3 * (level - 0.1), 0, 1)[..., np.newaxis]
    pixels = strength * _heat(level) + (1 - strength) * _mixed(grey, PAPER, 0.35)
    outside = _mixed(grey, PAPER, 0.1)
    return np.where(aligned.inside[..., np.newaxis], pixels, outside).astype(np.uint8)


def heat_scale() -> Scale:
    """Return what the colours of heat stand for."""
    strip = _heat(np.tile(np.linspace(0, 1, 120), (14, 1)))
    return Scale(strip, "same", f"{_FULL_HEAT:.0%} off")


def lines(query: DecodedImage, work: DecodedImage, points: Places, room: tuple[int, int]) -> Pixels:
    """Return both pictures, paled, with lines between places that agree.

    They lie beside each other or one above the other, whichever shows them larger.

    Args:
        query: The checked picture.
        work: The registered picture.
        points: x and y in the query, x and y in the work, shape (n, 4).
        room: Largest width and height in pixels.
    """
    rooms = ((room[0] - _GAP) // 2, room[1]), (room[0], (room[1] - _GAP) // 2)
    areas = [
        sum(math.prod(fitted((image.width, image.height), half)) for image in (query, work))
        for half in rooms
    ]
    stacked = areas[1] > areas[0]
    left, right = (_mixed(_resized(image, rooms[stacked]), PAPER, 0.6) for image in (query, work))
    canvas, corners = _joined(left, right, stacked=stacked)
    chosen = points[spread(points[:, :2], MOST_LINES)]
    starts = chosen[:, :2] * _scale(left, query) + corners[0]
    ends = chosen[:, 2:] * _scale(right, work) + corners[1]
    for index, (start, end) in enumerate(zip(_fixed(starts), _fixed(ends), strict=True)):
        _connect(canvas, start.tolist(), end.tolist(), _LINES[index % len(_LINES)])
    return canvas


def spread(places: Places, most: int) -> NDArray[np.intp]:
    """Choose at most so many places that lie far from one another; return their rows.

    Farthest-point sampling (Gonzalez, 1985), from the place farthest from the middle.
    """
    distance = np.linalg.norm(places - places.mean(axis=0), axis=1)
    chosen = [int(distance.argmax())]
    distance[:] = np.inf
    while len(chosen) < min(most, len(places)):
        distance = np.minimum(distance, np.linalg.norm(places - places[chosen[-1]], axis=1))
        distance[chosen] = -1
        chosen.append(int(distance.argmax()))
    return np.array(chosen)


def _outlined(pixels: Pixels, corners: Places, colour: Colour) -> Pixels:
    part = np.zeros(pixels.shape[:2], np.uint8)
    cv2.fillPoly(part, [_fixed(corners)], 1, shift=_FRACTION)
    pixels = _faded(pixels, part > 0, 0.45)
    for ink, width in ((_CASING, 7), (colour, 4)):
        cv2.polylines(
            pixels,
            [_fixed(corners)],
            isClosed=True,
            color=ink,
            thickness=width,
            lineType=cv2.LINE_AA,
            shift=_FRACTION,
        )
    return pixels


def _numbered(pixels: Pixels, places: Places) -> Pixels:
    picture = Image.fromarray(pixels)
    draw = ImageDraw.Draw(picture)
    for number, (x, y) in enumerate(places, 1):
        box = (x - _BADGE, y - _BADGE, x + _BADGE, y + _BADGE)
        draw.ellipse(box, fill=PAPER, outline=INK, width=2)
        draw.text((x, y), str(number), INK, line_font(str(number), 17), anchor="mm")
    return np.array(picture)


def _marked(outline: Places) -> NDArray[np.intp]:
    """Choose up to four corners that lie apart, in their order, from the one at the upper left."""
    chosen = np.sort(spread(outline, _BADGES))
    return np.roll(chosen, -int(outline[chosen].sum(axis=1).argmin()))


def _connect(canvas: Pixels, start: Sequence[int], end: Sequence[int], ink: Colour) -> None:
    cv2.line(canvas, start, end, ink, 1, cv2.LINE_AA, _FRACTION)
    for place in (start, end):
        cv2.circle(canvas, place, 5 << _FRACTION, _CASING, -1, cv2.LINE_AA, _FRACTION)
        cv2.circle(canvas, place, 3 << _FRACTION, ink, -1, cv2.LINE_AA, _FRACTION)


def _joined(left: Pixels, right: Pixels, *, stacked: bool) -> tuple[Pixels, Places]:
    """Put two pictures on one canvas; return it and where they lie, as x and y of each."""
    along = 0 if stacked else 1
    sizes: NDArray[np.int64] = np.array((left.shape[:2], right.shape[:2]))
    shape = sizes.max(axis=0)
    shape[along] = sizes[:, along].sum() + _GAP
    corners = (shape - sizes) // 2
    corners[:, along] = 0, sizes[0, along] + _GAP
    canvas = np.full((*shape, 3), PAPER, np.uint8)
    for picture, (top, start), (rows, columns) in zip((left, right), corners, sizes, strict=True):
        canvas[top : top + rows, start : start + columns] = picture
    return canvas, corners[:, ::-1].astype(np.float64)


def _heat(level: NDArray[np.floating]) -> Pixels:
    channels = [np.interp(level, _HEAT_LEVELS, channel) for channel in zip(*_HEAT, strict=True)]
    return np.stack(channels, axis=-1).astype(np.uint8)


def _resized(image: DecodedImage, room: tuple[int, int]) -> Pixels:
    size = fitted((image.width, image.height), room)
    return np.array(Image.fromarray(image.pixels).resize(size, Image.Resampling.LANCZOS))


def _scale(pixels: Pixels, image: DecodedImage) -> NDArray[np.float64]:
    return np.array((pixels.shape[1] / image.width, pixels.shape[0] / image.height))


def _grey(pixels: Pixels) -> Pixels:
    return np.asarray(Image.fromarray(pixels).convert("L").convert("RGB"))


def _mixed(pixels: Pixels, colour: Colour, strength: float) -> Pixels:
    """Return pixels of which so much strength is left in a colour."""
    return (strength * pixels + (1 - strength) * np.array(colour)).astype(np.uint8)


def _faded(pixels: Pixels, kept: NDArray[np.bool_], strength: float) -> Pixels:
    return np.where(kept[..., np.newaxis], pixels, _mixed(pixels, PAPER, strength))


def _fixed(places: Places) -> NDArray[np.int32]:
    """Return places in OpenCV's fixed-point coordinates, which count from a pixel's middle."""
    return np.round((places - 0.5) * (1 << _FRACTION)).astype(np.int32)
