"""What a picture is made of, before there are pixels: layers of shapes, paint and soft light.

A scene knows nothing of size. The same scene is the same picture at 64 and at 4096 pixels; only
``raster`` turns it into pixels, tile by tile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from raisonne.generation.colour import Colour
from raisonne.generation.exact import Float32Array, FloatArray
from raisonne.generation.geometry import Frame


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the pixels of a region lie, in unit coordinates.

    Attributes:
        x: Centres across, shape (1, w).
        y: Centres down, shape (h, 1).
    """

    x: Float32Array
    y: Float32Array


Paint: TypeAlias = Callable[[Float32Array, Grid], Float32Array]
"""Turns the colours of a region, (h, w, 3) in 0 to 255, into others that broadcast to it."""

Coverage: TypeAlias = Callable[[Grid], Float32Array]
"""Gives how much of a soft layer covers each pixel, (h, w) in 0 to 1."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A flat polygon.

    Attributes:
        points: Corners, shape (n, 2), n >= 3, in unit coordinates.
        colour: Fill.
    """

    points: FloatArray
    colour: Colour


@dataclass(frozen=True, slots=True)
class Glaze:
    """Paint over the whole picture, in order; the first one may ignore what is below."""

    paints: tuple[Paint, ...]


class Shapes:
    """Shapes drawn over one another as one sheet, anti-aliased, then laid on the picture.

    Args:
        shapes: In painter's order.
        opacity: Of the whole sheet, so that overlaps within it do not show.
        paints: Applied to the sheet's colours, for gradients and texture within the shapes.
    """

    def __init__(
        self, shapes: Sequence[Shape], opacity: float = 1.0, paints: tuple[Paint, ...] = ()
    ) -> None:
        self.opacity = opacity
        self.paints = paints
        self.colours = [shape.colour for shape in shapes]
        self.points = np.concatenate([shape.points for shape in shapes])
        ends = np.cumsum([len(shape.points) for shape in shapes])
        starts = np.concatenate([[0], ends[:-1]])
        self.spans = list(zip(starts.tolist(), ends.tolist(), strict=True))
        self.lows = np.minimum.reduceat(self.points, starts)
        self.highs = np.maximum.reduceat(self.points, starts)


@dataclass(frozen=True, slots=True)
class Soft:
    """A colour laid on with a smooth edge.

    Attributes:
        colour: What is laid on.
        coverage: Where and how much.
        bounds: Left, top, right and bottom outside which coverage is zero.
    """

    colour: Colour
    coverage: Coverage
    bounds: tuple[float, float, float, float]


Layer: TypeAlias = Glaze | Shapes | Soft


@dataclass(slots=True)
class Scene:
    """A picture as layers, bottom first.

    Attributes:
        frame: Extent.
        layers: Bottom first.
    """

    frame: Frame
    layers: list[Layer] = field(default_factory=list)

    def glaze(self, *paints: Paint) -> None:
        """Add paint over everything so far."""
        self.layers.append(Glaze(paints))

    def shapes(
        self, shapes: Iterable[Shape], opacity: float = 1.0, paints: tuple[Paint, ...] = ()
    ) -> None:
        """Add a sheet of shapes; none is no layer."""
        listed = [shape for shape in shapes if len(shape.points) > 2]  # noqa: PLR2004 - a polygon
        if listed:
            self.layers.append(Shapes(listed, opacity, paints))

    def soft(
        self, colour: Colour, coverage: Coverage, bounds: tuple[float, float, float, float]
    ) -> None:
        """Add a soft-edged colour."""
        self.layers.append(Soft(colour, coverage, bounds))
