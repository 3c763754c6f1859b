"""Where a view shows a picture: crops, turns, mirrors, perspective, frames and pastes.

One perspective warp makes each view directly at its final size, from the stored level whose pixels
are nearest to the view's, so that a view costs a fraction of a millisecond.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from raisonne.fingerprint.training.pictures import SIDES, SourcePicture

Rectangle = tuple[float, float, float, float]
"""Left, top, right and bottom, as shares of a picture's width and height."""

WHOLE: Rectangle = (0.0, 0.0, 1.0, 1.0)
_LEAST_PIXELS = 4


@dataclass(frozen=True, slots=True)
class Geometry:
    """How the content of a view is placed on its canvas.

    Attributes:
        crop: Part of the picture that the view shows.
        turn: Degrees, anticlockwise, about the middle.
        mirrored: Whether left and right are swapped before turning.
        corners: How far the corners top-left, top-right, bottom-right, bottom-left are moved, as
            x, y shares of the content's size.
        scale: Size of the content over that of the canvas's side: above 1 the canvas cuts it.
        centre: Where on the canvas, in shares of its sides, the middle of the content lies.
        canvas_aspect: Width over height of the canvas; None for that of the upright content.
    """

    crop: Rectangle = WHOLE
    turn: float = 0.0
    mirrored: bool = False
    corners: tuple[tuple[float, float], ...] = ((0.0, 0.0),) * 4
    scale: float = 1.0
    centre: tuple[float, float] = (0.5, 0.5)
    canvas_aspect: float | None = None

    def visible_share(self) -> float:
        """Return the share of the canvas that the content covers, perspective left aside."""
        return min(1.0, self.scale) ** 2


def within(outer: Rectangle, inner: Rectangle) -> Rectangle:
    """Return the part of a picture that is the part ``inner`` of its part ``outer``."""
    left, top, right, bottom = outer
    width, height = right - left, bottom - top
    return (
        left + inner[0] * width,
        top + inner[1] * height,
        left + inner[2] * width,
        top + inner[3] * height,
    )


def place(picture: SourcePicture, geometry: Geometry, canvas: NDArray[np.uint8]) -> None:
    """Draw a picture onto a square canvas, shape (side, side, 3), in place."""
    side = canvas.shape[0]
    left, top, right, bottom = geometry.crop
    width, height = right - left, bottom - top
    aspect = picture.aspect * width / height
    wanted = side * geometry.scale / max(width, height)
    # The coarsest level that is still as fine as the view; the finest one where none is.
    index = next((i for i in reversed(range(len(SIDES))) if SIDES[i] >= wanted), 0)
    level = picture.levels[index]
    x0, y0 = int(left * SIDES[index]), int(top * SIDES[index])
    x1 = max(x0 + _LEAST_PIXELS, round(right * SIDES[index]))
    y1 = max(y0 + _LEAST_PIXELS, round(bottom * SIDES[index]))
    content = level[y0:y1, x0:x1]
    columns, rows = content.shape[1], content.shape[0]
    source = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
    matrix = cv2.getPerspectiveTransform(source - 0.5, _target(geometry, aspect, side) - 0.5)
    cv2.warpPerspective(
        content,
        matrix,
        (side, side),
        dst=canvas,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_TRANSPARENT,
    )


def _target(geometry: Geometry, aspect: float, side: int) -> NDArray[np.float32]:
    """Return where the content's corners come to lie on the canvas, shape (4, 2), in pixels."""
    canvas_aspect = geometry.canvas_aspect or aspect
    # Units are heights of the canvas. Content fits into the canvas at scale 1, whatever its shape.
    height = min(1.0, canvas_aspect / aspect) * geometry.scale
    size = np.array([height * aspect, height])
    quad = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) + geometry.corners
    if geometry.mirrored:
        quad[:, 0] *= -1
    angle = np.deg2rad(geometry.turn)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    points = (quad * size) @ turn.T / np.array([canvas_aspect, 1.0]) + geometry.centre
    return np.asarray(points * side, np.float32)
