"""A work laid over a query, and the match that follows from it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from raisonne.fingerprint.exact import PIXELS_ALGORITHM, picture_size
from raisonne.fingerprint.local import ALGORITHM
from raisonne.fingerprint.perceptual import Dihedral
from raisonne.fingerprint.vocabulary import RegisteredFeatures, unpack
from raisonne.matching.agreement import Agreement, QueryLuma, agreement, refined
from raisonne.matching.calibration import COMMON, DISTINCTIVE
from raisonne.matching.geometry import Homography, project
from raisonne.matching.lookup import Lookup
from raisonne.matching.symmetry import placement
from raisonne.rights.fingerprint import WorkFingerprint
from raisonne.rights.match import Region, Transform

_WORTH_REFINING = (0.2, 0.95)
_POINT_WEIGHT = 0.35
_ASSURED, _ALIKE = 0.9, 0.8
_WHOLE = 0.97
_MANY_CELLS = 16
_CLOSE, _CLOSE_EVERYWHERE = 0.95, 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Proof:
    """A work laid over the query.

    Attributes:
        entry: The work's local fingerprint.
        features: What it holds.
        agreement: How far the two agree.
        points: How many places have points that agree.
    """

    entry: WorkFingerprint
    features: RegisteredFeatures
    agreement: Agreement
    points: int

    @property
    def strength(self) -> float:
        """What the agreement and the points are worth together."""
        return self.agreement.strength + _POINT_WEIGHT * math.sqrt(self.points)

    @property
    def assured(self) -> bool:
        """Whether a likeness that this bears out can decide alone.

        Nearly all places must agree. A work made of what many pictures share (a calendar, a chart,
        a pattern) agrees with pictures that are no copies, but there is always a place where it
        does not: there even the weakest must agree closely.
        """
        found, quality = self.agreement, self.entry.fingerprint.quality or 0
        if found.agreeing < _ASSURED or abs(found.mean) < _ALIKE or quality < COMMON:
            return False
        close = (
            found.cells >= _MANY_CELLS
            and abs(found.mean) >= _CLOSE
            and found.weakest >= _CLOSE_EVERYWHERE
        )
        return quality >= DISTINCTIVE or close

    @property
    def whole(self) -> bool:
        """Whether the work accounts for everything in the query."""
        found = self.agreement
        return (
            self.assured
            and found.cells >= _MANY_CELLS
            and min(found.agreeing, found.query_share) >= _WHOLE
        )


def lay_over(
    luma: QueryLuma, entry: WorkFingerprint, transform: Homography, points: int = 0
) -> Proof:
    """Compare a query with a work under a transform, moving it a little if that helps.

    Args:
        luma: The query.
        entry: The work's local fingerprint.
        transform: Shape (3, 3), from query to work, in pixels of the canonical pictures.
        points: How many places have points that agree.
    """
    features = unpack(entry.fingerprint.value)
    found = agreement(luma, transform, features.thumbnail, features.size)
    least, most = _WORTH_REFINING
    if least < abs(found.mean) < most:
        found = refined(luma, found, features.thumbnail, features.size)
    return Proof(entry, features, found, points)


def lay_whole_over(lookup: Lookup, asset: str, symmetry: Dihedral) -> Proof | None:
    """Lay all of the query over all of a work; None if the work has no local features."""
    entry = lookup.view.of_asset(ALGORITHM, asset)
    if entry is None:
        return None
    size = unpack(entry.fingerprint.value).size
    transform = placement(symmetry, lookup.luma.size, size)
    return lay_over(lookup.luma, entry, np.array(transform, np.float64).reshape(3, 3))


def region_of(lookup: Lookup, proof: Proof) -> Region:
    """Return the box around the part of the query that the work covers, in its full pixels."""
    width, height = lookup.luma.size
    scale = lookup.query.width / width, lookup.query.height / height
    outline = outline_of(lookup, proof) * scale
    left, top = outline.min(axis=0)
    far, low = outline.max(axis=0)
    return Region(float(left), float(top), float(far - left), float(low - top))


def outline_of(lookup: Lookup, proof: Proof) -> NDArray[np.float64]:
    """Return the corners of the part of the query that the work covers.

    Returns:
        Shape (n, 2), in pixels of the canonical picture; the whole query where the work reaches
        behind the horizon, or covers nothing.
    """
    width, height = lookup.luma.size
    right, bottom = proof.features.size
    corners = np.array([[0, 0], [right, 0], [right, bottom], [0, bottom]], np.float64)
    back = np.asarray(np.linalg.inv(proof.agreement.transform), np.float64)
    corners = project(back, corners)
    frame = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    if np.isfinite(corners).all():
        area, shared = cv2.intersectConvexConvex(corners.astype(np.float32), frame)
        if area > 0:
            return np.asarray(shared, np.float64).reshape(-1, 2)
    return frame.astype(np.float64)


def transform_of(lookup: Lookup, proof: Proof) -> Transform:
    """Return the transform between the pictures in their full pixels."""
    query, entry, size = lookup.query, proof.entry, proof.features.size
    pixels = lookup.view.of_asset(PIXELS_ALGORITHM, entry.asset)
    full = size if pixels is None else picture_size(pixels.fingerprint)
    width, height = lookup.luma.size
    shrink = np.diag([width / query.width, height / query.height, 1.0])
    grow = np.diag([full[0] / size[0], full[1] / size[1], 1.0])
    matrix = grow @ proof.agreement.transform @ shrink
    a, b, c, d, e, f, g, h, i = (float(value) for value in (matrix / matrix[2, 2]).ravel())
    return (a, b, c, d, e, f, g, h, i)
