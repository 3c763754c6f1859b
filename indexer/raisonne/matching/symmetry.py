"""Placing a query over a work when one is a mirrored or turned copy of the other."""

from __future__ import annotations

from collections.abc import Mapping

from raisonne.fingerprint.perceptual import Dihedral
from raisonne.rights.match import Transform

# Rows of an affine map of the unit square, as (x, y, 1) coefficients, y pointing down.
_X, _Y = (1, 0, 0), (0, 1, 0)
_BACK_X, _BACK_Y = (-1, 0, 1), (0, -1, 1)
_MAPS: Mapping[Dihedral, tuple[tuple[int, int, int], tuple[int, int, int]]] = {
    Dihedral.IDENTITY: (_X, _Y),
    Dihedral.ROTATE_90: (_Y, _BACK_X),
    Dihedral.ROTATE_180: (_BACK_X, _BACK_Y),
    Dihedral.ROTATE_270: (_BACK_Y, _X),
    Dihedral.FLIP_VERTICAL: (_X, _BACK_Y),
    Dihedral.FLIP_HORIZONTAL: (_BACK_X, _Y),
    Dihedral.TRANSPOSE: (_Y, _X),
    Dihedral.TRANSVERSE: (_BACK_Y, _BACK_X),
}


def placement(symmetry: Dihedral, query: tuple[int, int], work: tuple[int, int]) -> Transform:
    """Return the homography that lays the whole query over the whole work.

    Args:
        symmetry: What is done to the query to make it like the work; rotations are
            counter-clockwise as seen.
        query: Width and height in pixels.
        work: Width and height in pixels.

    Returns:
        Row-major, for continuous coordinates: a picture spans [0, width] x [0, height].
    """
    (a, b, c), (d, e, f) = _MAPS[symmetry]
    (width, height), (across, down) = query, work
    return (
        *(across * a / width, across * b / height, float(across * c)),
        *(down * d / width, down * e / height, float(down * f)),
        *(0.0, 0.0, 1.0),
    )
