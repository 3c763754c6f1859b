"""Local features ``rootsift-v1``: what a picture looks like around its distinctive points.

Points and descriptors are SIFT (Lowe, IJCV 60, 2004) as OpenCV computes it, on the luma of the
canonical picture scaled to 400 pixels; descriptors are RootSIFT (Arandjelovic and Zisserman, CVPR
2012). They survive crops, turns, scaling and pasting, because each tells of its own surroundings
only. Descriptors are whole numbers (512 times the square root, at most 255), so that all later
arithmetic on them is exact whatever the order of summation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

ALGORITHM = "rootsift-v1"
REGISTERED_POINTS = 300
QUERY_POINTS = 450

_SIDE = 400
_DETECTED = 800
_CONTRAST, _FAINT = 0.02, 0.005
_EDGE = 12
_SCALE = 512
_CROWDING = 0.9
_GRID = 8


@dataclass(frozen=True, slots=True, eq=False)
class LocalFeatures:
    """The distinctive points of one picture.

    Attributes:
        points: float32, shape (n, 4): x and y of the centre, diameter, and angle in degrees, all
            but the last in pixels of the canonical picture.
        descriptors: uint8, shape (n, 128): four by four cells, row by row, of eight directions.
        size: Width and height of the canonical picture.
    """

    points: NDArray[np.float32]
    descriptors: NDArray[np.uint8]
    size: tuple[int, int]

    def __len__(self) -> int:
        return len(self.points)


def local_features(
    pixels: NDArray[np.uint8],
    limit: int = QUERY_POINTS,
    where: NDArray[np.bool_] | None = None,
    size_power: float = 0.0,
) -> LocalFeatures:
    """Find the distinctive points of a canonical picture.

    Args:
        pixels: Shape (h, w, 3).
        limit: How many points at most; the strongest that are not crowded.
        where: Part of the picture to look at, shape (h, w), and at its full size rather than at 400
            pixels; all of it if None.
        size_power: What power of its diameter a point's strength is multiplied by.

    Returns:
        The points in falling order of importance; none for a picture without structure.
    """
    size = pixels.shape[1], pixels.shape[0]
    luma, zoom = _scaled_luma(pixels, _SIDE if where is None else max(size))
    most = _DETECTED if where is None else 0
    found, described = _sift(most, _CONTRAST).detectAndCompute(luma, None)
    if len(found) < REGISTERED_POINTS:
        # Flat pictures have faint points only, which elsewhere would be noise.
        found, described = _sift(most, _FAINT).detectAndCompute(luma, None)
    points = np.array([(*p.pt, p.size, p.angle) for p in found], np.float32).reshape(-1, 4)
    responses = np.array([p.response for p in found])
    if described is None:
        described = np.empty((0, 128), np.float32)
    strengths = responses * points[:, 2] ** size_power
    order = _by_importance(points, strengths, luma.shape)
    points[:, :2] = (points[:, :2] + 0.5) / zoom - 0.5
    points[:, 2] /= zoom.mean()
    if where is not None:
        across, down = points[order, :2].round().astype(int).T
        order = order[where[down.clip(0, size[1] - 1), across.clip(0, size[0] - 1)]]
    order = order[:limit]
    return LocalFeatures(points[order], _root(described[order]), size)


def mirrored(features: LocalFeatures) -> LocalFeatures:
    """Return the features that the picture's mirror image would have, without looking again."""
    points = features.points.copy()
    points[:, 0] = features.size[0] - 1 - points[:, 0]
    points[:, 3] = (180 - points[:, 3]) % 360
    cells = features.descriptors.reshape(-1, 4, 4, 8)[:, ::-1]
    turned = np.roll(cells[..., ::-1], 1, axis=-1)
    return LocalFeatures(points, np.ascontiguousarray(turned.reshape(-1, 128)), features.size)


def inverted(features: LocalFeatures) -> LocalFeatures:
    """Return the features that the picture would have in inverted colours.

    Every gradient turns by half a turn, and with it the direction that a descriptor is aligned to:
    the directions stay and the cells are read from the other end.
    """
    points = features.points.copy()
    points[:, 3] = (points[:, 3] + 180) % 360
    cells = features.descriptors.reshape(-1, 4, 4, 8)[:, ::-1, ::-1]
    return LocalFeatures(points, np.ascontiguousarray(cells.reshape(-1, 128)), features.size)


def _scaled_luma(
    pixels: NDArray[np.uint8], side: int
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return the luma with its longer side at ``side`` pixels, and the zoom in x and y."""
    luma = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    height, width = luma.shape
    zoom = side / max(height, width)
    size = max(16, round(width * zoom)), max(16, round(height * zoom))
    way = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(luma, size, interpolation=way)
    return np.asarray(scaled), np.array([size[0] / width, size[1] / height], np.float32)


def _sift(most: int, contrast: float) -> Any:
    cv2.setNumThreads(1)
    return cv2.SIFT.create(
        nfeatures=most,
        nOctaveLayers=3,
        contrastThreshold=contrast,
        edgeThreshold=_EDGE,
        sigma=1.6,
        # Without it points lie a quarter of a pixel off, and elsewhere in a mirror image.
        enable_precise_upscale=True,
    )


def _by_importance(
    points: NDArray[np.float32], strengths: NDArray[np.float64], shape: tuple[int, ...]
) -> NDArray[np.int64]:
    """Order points by strength, each discounted by the stronger ones in its cell of a grid."""
    cells = (points[:, :2] / (np.array(shape[::-1], np.float32) / _GRID)).astype(int)
    cell = cells.clip(0, _GRID - 1) @ (1, _GRID)
    strongest = np.lexsort((points[:, 3], points[:, 1], points[:, 0], -strengths))
    rank = np.empty(len(points))
    for place in np.unique(cell):
        members = strongest[cell[strongest] == place]
        rank[members] = np.arange(len(members))
    weights = strengths * _CROWDING**rank
    return np.lexsort((points[:, 3], points[:, 1], points[:, 0], -weights))


def _root(described: NDArray[np.float32]) -> NDArray[np.uint8]:
    share = described / (described.sum(axis=1, keepdims=True) + 1e-9)
    whole = (np.sqrt(share) * _SCALE).round().clip(0, 255)
    return np.asarray(whole, np.uint8)
