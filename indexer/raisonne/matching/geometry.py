"""How one picture lies over another, from pairs of points that look alike.

Every pair of points proposes one similarity by itself, because points know their size and angle;
the proposal with which most pairs agree is refined by least squares (Philbin and others, "Object
retrieval with large vocabularies and fast spatial matching", CVPR 2007). Nothing is left to chance,
so the same pictures give the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from raisonne.fingerprint.local import LocalFeatures

_RATIO = 0.85
_FARTHEST = 384.0
_TOLERANCE = 0.03
_PROPOSALS = 3
_ROUNDS = 4
_FEWEST = 4
_FEWEST_PERSPECTIVE = 10
_SMALLEST, _LARGEST, _MOST_UNEVEN = 0.03, 40.0, 3.0
_OCTAVES, _DEGREES = 0.8, 35.0

Points = NDArray[np.float64]
Homography = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """A transform and the pairs of points that agree with it.

    Attributes:
        transform: Shape (3, 3), from query to work, in pixels of the canonical pictures.
        pairs: Shape (n,): rows of the paired points that agree.
    """

    transform: Homography
    pairs: NDArray[np.intp]


def similar_pairs(query: NDArray[np.float32], work: NDArray[np.float32]) -> NDArray[np.intp]:
    """Pair descriptors that are distinctly more alike than any other (Lowe's ratio test).

    Args:
        query: Shape (n, 128).
        work: Shape (m, 128).

    Returns:
        Shape (k, 2), rows of both; no row of the work twice.
    """
    if len(query) < _FEWEST or len(work) < _FEWEST:
        return np.empty((0, 2), np.intp)
    squares = (query**2).sum(axis=1)[:, None] + (work**2).sum(axis=1) - 2 * query @ work.T
    rows = np.arange(len(query))
    nearest = squares.argmin(axis=1)
    least = squares[rows, nearest]
    squares[rows, nearest] = np.inf
    distinct = (least < _RATIO**2 * squares.min(axis=1)) & (least < _FARTHEST**2)
    kept = np.flatnonzero(distinct)
    kept = kept[np.argsort(least[kept], kind="stable")]
    _, first = np.unique(nearest[kept], return_index=True)
    kept = np.sort(kept[first])
    return np.stack([kept, nearest[kept]], axis=1)


def align(
    query: NDArray[np.float32], work: NDArray[np.float32], size: tuple[int, int]
) -> Alignment | None:
    """Find the transform that most pairs of points agree with.

    Args:
        query: Points of the query, shape (n, 4), as in ``LocalFeatures``.
        work: The paired points of the work, shape (n, 4).
        size: Width and height of the work's canonical picture.

    Returns:
        The alignment; None if fewer than four pairs agree with any that is plausible.
    """
    if len(query) < _FEWEST:
        return None
    a, b = query.astype(np.float64), work.astype(np.float64)
    tolerance = _TOLERANCE * max(size)
    proposals = _proposals(a, b, tolerance)
    best: tuple[Homography, NDArray[np.bool_]] | None = None
    for support in proposals:
        refined = _refine(a, b, support, tolerance)
        if refined is not None and (best is None or refined[1].sum() > best[1].sum()):
            best = refined
    if best is None:
        return None
    return Alignment(best[0], np.flatnonzero(best[1]))


def correspondences(
    query: LocalFeatures, work: LocalFeatures, transform: Homography
) -> NDArray[np.float64]:
    """Return where points of two pictures look alike and lie as a transform says.

    Args:
        query: Points of one picture; for a mirrored or inverted match, as they would be there.
        work: Points of the other.
        transform: Shape (3, 3), from query to work, in pixels of the canonical pictures.

    Returns:
        Shape (n, 4): x and y in the query, x and y in the work.
    """
    pairs = similar_pairs(query.descriptors.astype(np.float32), work.descriptors.astype(np.float32))
    a, b = query.points[pairs[:, 0], :2], work.points[pairs[:, 1], :2]
    near = _distances(transform, a, b) < _TOLERANCE * max(work.size)
    return np.concatenate([a, b], axis=1)[near].astype(np.float64)


def project(transform: Homography, points: NDArray[Any]) -> Points:
    """Send points, shape (n, 2), through a homography; those behind the plane become NaN."""
    sent = np.column_stack([points, np.ones(len(points))]) @ transform.T
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(sent[:, 2:] > 0, sent[:, :2] / sent[:, 2:], np.nan))


def _proposals(a: Points, b: Points, tolerance: float) -> list[NDArray[np.bool_]]:
    """Return, for the best supported similarities, which pairs agree with them."""
    scale = b[:, 2] / a[:, 2]
    turn = np.deg2rad(b[:, 3] - a[:, 3])
    turning = scale * np.exp(1j * turn)
    from_, to = a[:, 0] + 1j * a[:, 1], b[:, 0] + 1j * b[:, 1]
    shift = to - turning * from_
    off = np.abs(turning[:, None] * from_ + shift[:, None] - to)
    octaves = np.abs(np.log2(scale)[:, None] - np.log2(scale))
    degrees = np.abs(np.rad2deg(np.angle(np.exp(1j * (turn[:, None] - turn)))))
    agree = (off < 1.5 * tolerance) & (octaves < _OCTAVES) & (degrees < _DEGREES)
    votes = agree.sum(axis=1)
    order = np.argsort(-votes, kind="stable")[:_PROPOSALS]
    return [agree[row] for row in order if votes[row] >= _FEWEST - 1]


def _refine(
    a: Points, b: Points, support: NDArray[np.bool_], tolerance: float
) -> tuple[Homography, NDArray[np.bool_]] | None:
    affine: Homography | None = None
    for step in range(_ROUNDS):
        affine = _affine(a[support], b[support])
        if affine is None:
            return None
        slack = 1.3 if step == 0 else 1.0
        widened = _distances(affine, a[:, :2], b[:, :2]) < slack * tolerance
        widened &= _alike_turned(a, b, affine)
        if (widened == support).all():
            break
        support = widened
    if affine is None or support.sum() < _FEWEST:
        return None
    return _perspective(a, b, affine, support, tolerance)


def _affine(a: Points, b: Points) -> Homography | None:
    """Fit an affine transform; None if the points cannot carry one or it is implausible."""
    if len(a) < _FEWEST - 1:
        return None
    centred = a[:, :2] - a[:, :2].mean(axis=0)
    spread = np.linalg.svd(centred, compute_uv=False)
    if spread[1] < 3 * np.sqrt(len(a)):
        return None
    solved, *_ = np.linalg.lstsq(np.column_stack([a[:, :2], np.ones(len(a))]), b[:, :2], rcond=None)
    linear = solved[:2].T
    large, small = np.linalg.svd(linear, compute_uv=False)
    plausible = small > _SMALLEST and large < _LARGEST and large < _MOST_UNEVEN * small
    if not plausible or np.linalg.det(linear) < 0:
        return None
    return np.vstack([solved.T, [0, 0, 1]])


def _alike_turned(a: Points, b: Points, affine: Homography) -> NDArray[np.bool_]:
    """Whether each pair's own scale and turn are near those of the transform."""
    linear = affine[:2, :2]
    scale = np.sqrt(np.linalg.det(linear))
    turn = np.arctan2(linear[1, 0] - linear[0, 1], linear[0, 0] + linear[1, 1])
    octaves = np.abs(np.log2(b[:, 2] / a[:, 2]) - np.log2(scale))
    degrees = np.abs((b[:, 3] - a[:, 3] - np.rad2deg(turn) + 180) % 360 - 180)
    return np.asarray((octaves < 1.5 * _OCTAVES) & (degrees < 1.3 * _DEGREES))


def _perspective(
    a: Points, b: Points, affine: Homography, support: NDArray[np.bool_], tolerance: float
) -> tuple[Homography, NDArray[np.bool_]]:
    """Let a homography take the affine transform's place where it explains clearly more."""
    if support.sum() < _FEWEST_PERSPECTIVE:
        return affine, support
    fitted, _ = cv2.findHomography(a[support, :2], b[support, :2], 0)
    if fitted is None:
        return affine, support
    homography = np.asarray(fitted, np.float64)
    if not _gentle(homography, a[:, :2]):
        return affine, support
    likely = _alike_turned(a, b, affine)
    closer = likely & (_distances(homography, a[:, :2], b[:, :2]) < 0.6 * tolerance)
    before = likely & (_distances(affine, a[:, :2], b[:, :2]) < 0.6 * tolerance)
    if closer.sum() > before.sum() + 2:
        return homography, closer
    return affine, support


def _gentle(transform: Homography, points: Points) -> bool:
    """Whether the perspective changes scale by less than a factor of five over the points."""
    depth = np.column_stack([points, np.ones(len(points))]) @ transform[2]
    return bool(depth.min() > 0 and depth.max() < 5 * depth.min())


def _distances(transform: Homography, a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.float64]:
    """Return how far points land from their partners; infinity behind the plane."""
    away = np.linalg.norm(project(transform, a) - b, axis=1)
    return np.asarray(np.nan_to_num(away, nan=np.inf), np.float64)
