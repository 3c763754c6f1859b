"""The points of two pictures that look alike and lie where a match puts them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from raisonne.app.coverage import Places
from raisonne.fingerprint.decoding import DecodedImage
from raisonne.fingerprint.local import inverted, local_features, mirrored
from raisonne.matching.geometry import correspondences
from raisonne.rights.match import Transform


def agreeing_points(
    query: DecodedImage, work: DecodedImage, transform: Transform, *, mirror: bool, negative: bool
) -> Places:
    """Look for points that agree with a transform.

    Args:
        query: The checked picture.
        work: The registered picture.
        transform: Query to work, in pixels at full resolution.
        mirror: Whether the query is mirrored.
        negative: Whether the query is a negative.

    Returns:
        Shape (n, 4): x and y in the query, x and y in the work, in pixels at full resolution.
    """
    features = local_features(query.pixels)
    path = _to_pixels(work) @ np.array(transform).reshape(3, 3) @ np.linalg.inv(_to_pixels(query))
    if negative:
        features = inverted(features)
    columns = query.pixels.shape[1]
    if mirror:
        features = mirrored(features)
        path = path @ np.array([(-1.0, 0, columns - 1), (0, 1, 0), (0, 0, 1)])
    found = correspondences(features, local_features(work.pixels), path)
    if mirror:
        found[:, 0] = columns - 1 - found[:, 0]
    return np.concatenate((_at_full(found[:, :2], query), _at_full(found[:, 2:], work)), axis=1)


def _to_pixels(image: DecodedImage) -> NDArray[np.float64]:
    """Return the way from full resolution to canonical pixels, counted from their middles."""
    rows, columns = image.pixels.shape[:2]
    return np.array(
        [(columns / image.width, 0, -0.5), (0, rows / image.height, -0.5), (0, 0, 1)], np.float64
    )


def _at_full(places: Places, image: DecodedImage) -> Places:
    rows, columns = image.pixels.shape[:2]
    return np.asarray((places + 0.5) * (image.width / columns, image.height / rows))
