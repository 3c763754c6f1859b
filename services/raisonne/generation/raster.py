"""Scenes to pixels, in tiles, so that memory does not grow with the picture.

Shapes are drawn by Pillow's integer polygon filler on a supersampled sheet and averaged down with
its integer box filter; paint is evaluated at the final resolution in single precision.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from raisonne.generation.exact import Float32Array
from raisonne.generation.scene import Glaze, Grid, Scene, Shapes, Soft
from raisonne.rights.errors import CancelledError

_TILE: Final = 512
_SMALL_PIXELS: Final = 640 * 640
_MEDIUM_PIXELS: Final = 2048 * 2048


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of pixels: left and top inclusive, right and bottom exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.right - self.left, self.bottom - self.top

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it."""
        return self.right <= self.left or self.bottom <= self.top

    def within(self, bounds: tuple[float, float, float, float], scale: float) -> Region:
        """Return the part that bounds in unit coordinates touch."""
        left, top, right, bottom = bounds
        return Region(
            max(self.left, math.floor(left * scale) - 1),
            max(self.top, math.floor(top * scale) - 1),
            min(self.right, math.ceil(right * scale) + 1),
            min(self.bottom, math.ceil(bottom * scale) + 1),
        )

    def grid(self, scale: float) -> Grid:
        """Return the pixel centres in unit coordinates."""
        x = (np.arange(self.left, self.right, dtype=np.float32) + np.float32(0.5)) / scale
        y = (np.arange(self.top, self.bottom, dtype=np.float32) + np.float32(0.5)) / scale
        return Grid(x.astype(np.float32)[None, :], y.astype(np.float32)[:, None])


def supersampling(width: int, height: int) -> int:
    """Return samples per pixel side: fewer for large pictures, whose pixels are finer."""
    if width * height <= _SMALL_PIXELS:
        return 4
    return 3 if width * height <= _MEDIUM_PIXELS else 2


def rasterise(
    scene: Scene, width: int, height: int, cancelled: Callable[[], bool] = lambda: False
) -> npt.NDArray[np.uint8]:
    """Draw a scene.

    Args:
        scene: What to draw; its frame has the aspect ratio of ``width`` and ``height``.
        width: Pixels.
        height: Pixels.
        cancelled: Asked before each layer of each tile.

    Returns:
        Pixels, shape (height, width, 3), sRGB.

    Raises:
        CancelledError: If ``cancelled`` became true.
    """
    picture = np.empty((height, width, 3), dtype=np.uint8)
    for top in range(0, height, _TILE):
        for left in range(0, width, _TILE):
            region = Region(left, top, min(left + _TILE, width), min(top + _TILE, height))
            tile = _draw_tile(scene, region, _Scale(width, height), cancelled)
            picture[region.top : region.bottom, region.left : region.right] = tile
    return picture


class _Scale:
    """Pixels per unit, and samples per pixel."""

    def __init__(self, width: int, height: int) -> None:
        self.unit = float(min(width, height))
        self.samples = supersampling(width, height)


def _draw_tile(
    scene: Scene, region: Region, scale: _Scale, cancelled: Callable[[], bool]
) -> npt.NDArray[np.uint8]:
    width, height = region.size
    pixels = np.zeros((height, width, 3), dtype=np.float32)
    for layer in scene.layers:
        if cancelled():
            raise CancelledError("The picture was cancelled while it was drawn.")
        if isinstance(layer, Glaze):
            grid = region.grid(scale.unit)
            for paint in layer.paints:
                pixels[:] = paint(pixels, grid)
        elif isinstance(layer, Shapes):
            _lay_shapes(pixels, region, layer, scale)
        else:
            _lay_soft(pixels, region, layer, scale)
    return (np.clip(pixels, 0.0, 255.0) + np.float32(0.5)).astype(np.uint8)


def _part(pixels: Float32Array, region: Region, part: Region) -> Float32Array:
    """Return the view of ``part`` in the pixels of ``region``."""
    return pixels[
        part.top - region.top : part.bottom - region.top,
        part.left - region.left : part.right - region.left,
    ]


def _lay_shapes(pixels: Float32Array, region: Region, layer: Shapes, scale: _Scale) -> None:
    low, high = layer.lows.min(axis=0), layer.highs.max(axis=0)
    part = region.within((low[0], low[1], high[0], high[1]), scale.unit)
    if part.empty:
        return
    sheet = _draw_sheet(layer, part, scale)
    if sheet is None:
        return
    below = _part(pixels, region, part)
    alpha = sheet[:, :, 3:] * np.float32(layer.opacity / 255.0)
    if layer.paints:
        cover = np.maximum(sheet[:, :, 3:], np.float32(1.0)) * np.float32(1.0 / 255.0)
        colours, grid = sheet[:, :, :3] / cover, part.grid(scale.unit)
        for paint in layer.paints:
            colours = paint(colours, grid)
        below += alpha * (colours - below)
    else:
        below *= np.float32(1.0) - alpha
        below += sheet[:, :, :3] * np.float32(layer.opacity)


def _draw_sheet(layer: Shapes, part: Region, scale: _Scale) -> Float32Array | None:
    """Return the shapes over a region as premultiplied RGBA, (h, w, 4), or None if none is."""
    fine = scale.unit * scale.samples
    origin = (part.left * scale.samples, part.top * scale.samples)
    width, height = part.size
    touches = np.all(
        (layer.lows * scale.unit < (part.right + 1, part.bottom + 1))
        & (layer.highs * scale.unit > (part.left - 1, part.top - 1)),
        axis=1,
    )
    if not touches.any():
        return None
    # "RGBa" is premultiplied: transparent samples are all zero and add no colour to an average.
    sheet = Image.new("RGBa", (width * scale.samples, height * scale.samples))
    pen = ImageDraw.Draw(sheet)
    # Flooring here keeps a tile's samples where its neighbour expects them; Pillow truncates.
    corners = np.floor(layer.points * fine - origin).astype(np.int32)
    for index in np.flatnonzero(touches):
        start, end = layer.spans[index]
        outline = corners[start:end].ravel().tolist()
        if _is_upright(outline):
            left, top, right, bottom = outline[0], outline[1], outline[4], outline[5]
            # Pillow counts the far edges in, which would show as hairlines between tiles.
            box = (left, top, max(left, right - 1), max(top, bottom - 1))
            pen.rectangle(box, fill=layer.colours[index])
        else:
            pen.polygon(outline, fill=layer.colours[index])
    return np.asarray(sheet.reduce(scale.samples), dtype=np.float32)


def _is_upright(outline: list[int]) -> bool:
    """Return whether the corners are those of ``geometry.rectangle``, left top first."""
    return (
        len(outline) == 8  # noqa: PLR2004 - four corners
        and outline[0] == outline[6] <= outline[2] == outline[4]
        and outline[1] == outline[3] <= outline[5] == outline[7]
    )


def _lay_soft(pixels: Float32Array, region: Region, layer: Soft, scale: _Scale) -> None:
    part = region.within(layer.bounds, scale.unit)
    if part.empty:
        return
    below = _part(pixels, region, part)
    cover = layer.coverage(part.grid(scale.unit))[:, :, None]
    below += cover * (np.array(layer.colour, dtype=np.float32) - below)
