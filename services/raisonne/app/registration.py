"""The last few pixels: a picture moved a little so that it lies on another as well as it can."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from raisonne.app.colour_match import Levels

_SIDE = 320
"""Longest side, in pixels, at which pictures are moved."""
_STEPS = 40
_FARTHEST = 0.05
"""Most that a corner may move, as a share of the longer side: more is another alignment."""


def nudge(target: Levels, moving: Levels, inside: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """Return the small affine move that lays one picture on another.

    By enhanced correlation (Evangelidis and Psarakis, TPAMI 30, 2008).

    Args:
        target: Lightness, shape (h, w).
        moving: Lightness, shape (h, w), nearly in place already.
        inside: Where the moving picture is, bool (h, w).

    Returns:
        Shape (3, 3), from the target's pixels to the moving picture's; None where no move was
        found, or only one that goes too far.
    """
    rows, columns = target.shape
    scale = min(1.0, _SIDE / max(rows, columns))
    size = max(1, round(columns * scale)), max(1, round(rows * scale))
    small = [
        np.asarray(cv2.resize(levels, size, interpolation=cv2.INTER_AREA))
        for levels in (target, moving, inside.astype(np.uint8))
    ]
    stop = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, _STEPS, 1e-5)
    start = np.eye(2, 3, dtype=np.float32)
    try:
        _, found = cv2.findTransformECC(
            small[0], small[1], start, cv2.MOTION_AFFINE, stop, small[2], 3
        )
    except cv2.error:
        return None  # It does not converge where there is nothing to lay on one another.
    across, down = size[0] / columns, size[1] / rows
    # Pixels are counted from their middles at either scale.
    shrink = np.array(
        [(across, 0, (across - 1) / 2), (0, down, (down - 1) / 2), (0, 0, 1)], np.float64
    )
    move = np.linalg.inv(shrink) @ np.vstack((found, (0, 0, 1))) @ shrink
    corners = np.array([(0, 0, 1), (columns, 0, 1), (0, rows, 1), (columns, rows, 1)])
    moved = np.abs(corners @ move.T - corners).max()
    return move if moved <= _FARTHEST * max(rows, columns) else None
