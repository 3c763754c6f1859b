"""Whether two aligned pictures show the same, place by place.

Points that agree prove that something is shared: a word, a frame, a logo, a building. Whether the
pictures are the same is asked of all the places that both show. The query is warped onto the work's
thumbnail and compared cell by cell by normalised correlation, which brightness, contrast and blur
hardly change.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from raisonne.fingerprint.vocabulary import THUMBNAIL_SIDE

_CELL = 8
_CELLS = THUMBNAIL_SIDE // _CELL
_COVERED = 0.75
_FLAT = 4.0
_AGREEING = 0.5
_HIGHEST = 0.98
_TENTH = 10
_STEPS = 12

Homography = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """How far a query and a work agree where both are seen.

    Attributes:
        transform: Shape (3, 3), from query to work, in pixels of the canonical pictures.
        correlation: Shape (8, 8): by cell of the work, in [-1, 1]; NaN where the query does not
            reach or the work is flat.
        detail: Shape (8, 8): the same of what is left of each cell once its slope of light is taken
            out; NaN where the query does not reach all of it or nothing is left of the work's.
        work_share: Share of the work's area that the query reaches.
        query_share: Share of the query's area that the work reaches.
    """

    transform: Homography
    correlation: NDArray[np.float32]
    detail: NDArray[np.float32]
    work_share: float
    query_share: float

    @property
    def cells(self) -> int:
        """How many cells were compared."""
        return int(np.isfinite(self.correlation).sum())

    @property
    def mean(self) -> float:
        """Mean correlation of the compared cells, negative for a negative; 0 if there are none."""
        return float(np.nanmean(self.correlation)) if self.cells else 0.0

    @property
    def agreeing(self) -> float:
        """Share of the compared cells that correlate, positively or negatively."""
        return float((np.abs(self.correlation) > _AGREEING).sum()) / max(1, self.cells)

    @property
    def weakest(self) -> float:
        """The correlation, positive or negative, that all but a tenth of the cells surpass."""
        values = np.abs(self.correlation[np.isfinite(self.correlation)])
        return float(np.percentile(values, _TENTH)) if len(values) else 0.0

    @property
    def strength(self) -> float:
        """How unlikely such agreement is by chance, in units of about one standard deviation.

        The lesser of what it is with the cells' slopes of light and without: any two skies and
        backdrops that grow lighter towards the same side agree with them, and where pictures are
        nothing else, any two frames agree without.
        """
        return min(_strength(self.correlation), _strength(self.detail))


def _strength(correlation: NDArray[np.float32]) -> float:
    """Weigh the agreement of cells.

    Fisher's transform of the mean correlation, which for n independent cells would be off by about
    one over the root of n, times the share of cells that agree.
    """
    told = correlation[np.isfinite(correlation)]
    if not len(told):
        return 0.0
    mean = min(abs(float(told.mean())), _HIGHEST)
    return math.atanh(mean) * math.sqrt(len(told)) * float((np.abs(told) > _AGREEING).mean())


class QueryLuma:
    """A query's luma at the scales at which it was asked for.

    Args:
        pixels: The canonical picture, shape (h, w, 3).
    """

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        full = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
        self._levels: list[NDArray[np.uint8]] = [np.asarray(full)]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the canonical picture."""
        height, width = self._levels[0].shape
        return width, height

    def at(self, zoom: float) -> tuple[NDArray[np.uint8], Homography]:
        """Return the luma halved until it is less than twice as fine as asked for.

        Args:
            zoom: Wanted pixels for each of the canonical picture's, at most 1.

        Returns:
            The luma, and the transform from its pixels to canonical ones.
        """
        level = int(max(0.0, min(6.0, np.floor(-np.log2(max(zoom, 1e-6))))))
        while len(self._levels) <= level:
            last = self._levels[-1]
            size = max(1, last.shape[1] // 2), max(1, last.shape[0] // 2)
            self._levels.append(np.asarray(cv2.resize(last, size, interpolation=cv2.INTER_AREA)))
        luma = self._levels[level]
        width, height = self.size
        return luma, _scaling(luma.shape[1] / width, luma.shape[0] / height, inverse=True)


def agreement(
    query: QueryLuma, transform: Homography, thumbnail: NDArray[np.uint8], size: tuple[int, int]
) -> Agreement:
    """Compare a query with a work under a transform.

    Args:
        query: The query.
        transform: Shape (3, 3), from query to work, in pixels of the canonical pictures.
        thumbnail: The work's luma, shape (64, 64).
        size: Width and height of the work's canonical picture.
    """
    to_thumbnail = _scaling(THUMBNAIL_SIDE / size[0], THUMBNAIL_SIDE / size[1]) @ transform
    luma, to_canonical = query.at(_zoom(to_thumbnail, query.size))
    warped, reached = _warp(luma, to_thumbnail @ to_canonical)
    return Agreement(
        transform=transform,
        correlation=_correlation(warped, reached, thumbnail),
        detail=_detail(warped, reached, thumbnail),
        work_share=float(reached.mean()),
        query_share=_query_share(transform, query.size, size),
    )


def refined(
    query: QueryLuma, found: Agreement, thumbnail: NDArray[np.uint8], size: tuple[int, int]
) -> Agreement:
    """Move the query a little so that it fits the thumbnail better, if it can.

    By enhanced correlation (Evangelidis and Psarakis, TPAMI 30, 2008), affine.
    """
    scaling = _scaling(THUMBNAIL_SIDE / size[0], THUMBNAIL_SIDE / size[1])
    to_thumbnail = scaling @ found.transform
    luma, to_canonical = query.at(_zoom(to_thumbnail, query.size))
    warped, reached = _warp(luma, to_thumbnail @ to_canonical)
    if found.mean < 0:
        warped = 255 - warped
    move: Any = np.eye(2, 3, dtype=np.float32)
    stop = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, _STEPS, 1e-3)
    try:
        _, move = cv2.findTransformECC(
            thumbnail,
            warped.clip(0, 255).astype(np.uint8),
            move,
            cv2.MOTION_AFFINE,
            stop,
            reached.astype(np.uint8),
            5,
        )
    except cv2.error:
        return found  # It does not converge where there is nothing to align.
    moved = np.vstack([move, [0, 0, 1]]).astype(np.float64)
    transform = np.linalg.inv(scaling) @ np.linalg.inv(moved) @ to_thumbnail
    better = agreement(query, transform, thumbnail, size)
    return better if better.strength > found.strength else found


def _correlation(
    warped: NDArray[np.float32], reached: NDArray[np.bool_], thumbnail: NDArray[np.uint8]
) -> NDArray[np.float32]:
    """Correlate cell by cell over the pixels that the query reaches."""
    query, inside, work = (
        _by_cell(values.astype(np.float32)) for values in (warped, reached, thumbnail)
    )
    count = inside.sum(axis=1)
    many = np.maximum(count, 1)
    query = (query - ((query * inside).sum(axis=1) / many)[:, None]) * inside
    work = (work - ((work * inside).sum(axis=1) / many)[:, None]) * inside
    query_spread, work_spread = (np.sqrt((x**2).sum(axis=1) / many) for x in (query, work))
    correlation = (query * work).sum(axis=1) / np.maximum(many * query_spread * work_spread, 1e-3)
    told = (count > _COVERED * _CELL**2) & (work_spread > _FLAT)
    return np.where(told, correlation, np.nan).reshape(_CELLS, _CELLS).astype(np.float32)


def _detail(
    warped: NDArray[np.float32], reached: NDArray[np.bool_], thumbnail: NDArray[np.uint8]
) -> NDArray[np.float32]:
    """Correlate cell by cell, without the cells' slopes, where the query reaches all of a cell."""
    query, inside, work = (
        _by_cell(values.astype(np.float32)) for values in (warped, reached, thumbnail)
    )
    query, work = query @ _LEVELLED, work @ _LEVELLED
    query_spread, work_spread = (np.sqrt((x**2).mean(axis=1)) for x in (query, work))
    correlation = (query * work).mean(axis=1) / np.maximum(query_spread * work_spread, 1e-3)
    told = inside.all(axis=1) & (work_spread > _FLAT)
    return np.where(told, correlation, np.nan).reshape(_CELLS, _CELLS).astype(np.float32)


def _levelling() -> NDArray[np.float32]:
    """Return the projection of a cell's 64 pixels onto what is no mean and no slope."""
    down, across = np.indices((_CELL, _CELL)).reshape(2, -1)
    slopes, _ = np.linalg.qr(np.stack([np.ones(_CELL**2), across, down], axis=1))
    return np.asarray(np.eye(_CELL**2) - slopes @ slopes.T, np.float32)


_LEVELLED = _levelling()


def _by_cell(values: NDArray[np.float32]) -> NDArray[np.float32]:
    cut = values.reshape(_CELLS, _CELL, _CELLS, _CELL).transpose(0, 2, 1, 3)
    return cut.reshape(_CELLS**2, _CELL**2)


def _warp(
    luma: NDArray[np.uint8], transform: Homography
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    size = (THUMBNAIL_SIDE, THUMBNAIL_SIDE)
    warped: Any = cv2.warpPerspective(
        luma.astype(np.float32), transform, size, borderMode=cv2.BORDER_REPLICATE
    )
    ones = np.ones(luma.shape, np.uint8)
    reached = cv2.warpPerspective(ones, transform, size, flags=cv2.INTER_NEAREST)
    return np.asarray(warped), np.asarray(reached > 0)


def _zoom(transform: Homography, size: tuple[int, int]) -> float:
    """Return thumbnail pixels for each of the query's, along a side, at the query's middle."""
    x, y = size[0] / 2, size[1] / 2
    depth = transform[2] @ (x, y, 1)
    determinant = np.linalg.det(transform)
    return float(np.sqrt(abs(determinant / depth**3))) if abs(depth) > 1e-9 else 1.0  # noqa: PLR2004


def _query_share(transform: Homography, query: tuple[int, int], work: tuple[int, int]) -> float:
    """Return how much of the query the work covers, sampled on a grid of 32 x 32."""
    across, down = np.meshgrid((np.arange(32) + 0.5) / 32, (np.arange(32) + 0.5) / 32)
    ones = np.ones(across.size)
    sent = np.stack([across.ravel() * query[0], down.ravel() * query[1], ones], axis=1)
    sent = sent @ transform.T
    with np.errstate(divide="ignore", invalid="ignore"):
        place = sent[:, :2] / sent[:, 2:]
    inside = (sent[:, 2] > 0) & (place >= 0).all(axis=1) & (place < work).all(axis=1)
    return float(inside.mean())


def _scaling(x: float, y: float, *, inverse: bool = False) -> Homography:
    """Return the scaling between pixel grids whose pixels are counted from their centres."""
    if inverse:
        x, y = 1 / x, 1 / y
    return np.array([[x, 0, (x - 1) / 2], [0, y, (y - 1) / 2], [0, 0, 1]], np.float64)
