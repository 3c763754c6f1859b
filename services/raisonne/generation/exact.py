"""Arithmetic that gives the same bits on every machine.

``math.sin``, ``numpy.sin`` and their kin differ in the last bits between libraries and processors,
and a last bit can move an edge by a pixel. Everything here, and everything that is drawn, uses
only operations that IEEE 754 rounds correctly: ``+ - * /``, square root and floor, never fused.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
Float32Array: TypeAlias = npt.NDArray[np.float32]

# Taylor coefficients of sin(x), highest power first; |x| <= pi/2 leaves an error below 1e-11.
_SINE_SERIES = tuple((-1.0 if k % 2 else 1.0) / math.factorial(2 * k + 1) for k in range(7, -1, -1))
_TAU = 6.283185307179586


def sine(turns: float) -> float:
    """Return the sine of an angle given in turns (1 is a full circle)."""
    reduced = turns - math.floor(turns + 0.5)
    if reduced > 0.25:  # noqa: PLR2004 - a quarter turn
        reduced = 0.5 - reduced
    elif reduced < -0.25:  # noqa: PLR2004 - a quarter turn
        reduced = -0.5 - reduced
    x = reduced * _TAU
    square = x * x
    total = 0.0
    for coefficient in _SINE_SERIES:
        total = total * square + coefficient
    return total * x


def cosine(turns: float) -> float:
    """Return the cosine of an angle given in turns."""
    return sine(turns + 0.25)


def sines(turns: FloatArray) -> FloatArray:
    """Return the sines of an array of angles given in turns."""
    reduced = turns - np.floor(turns + 0.5)
    reduced = np.where(reduced > 0.25, 0.5 - reduced, reduced)  # noqa: PLR2004 - a quarter turn
    reduced = np.where(reduced < -0.25, -0.5 - reduced, reduced)  # noqa: PLR2004 - a quarter turn
    x = reduced * _TAU
    square = x * x
    total = np.zeros_like(x)
    for coefficient in _SINE_SERIES:
        total = total * square + coefficient
    return total * x


def cosines(turns: FloatArray) -> FloatArray:
    """Return the cosines of an array of angles given in turns."""
    return sines(turns + 0.25)


def interpolate(x: FloatArray, knots: FloatArray, values: FloatArray) -> FloatArray:
    """Return linear interpolation of ``values`` at ``x``, constant beyond the ends.

    Args:
        x: Where to read.
        knots: Strictly increasing positions, shape (n,), at least two.
        values: Heights at the knots, shape (n,).
    """
    right = np.clip(np.searchsorted(knots, x), 1, len(knots) - 1)
    left = right - 1
    share = np.clip((x - knots[left]) / (knots[right] - knots[left]), 0.0, 1.0)
    return values[left] + share * (values[right] - values[left])


def smooth(share: FloatArray) -> FloatArray:
    """Return the cubic smoothstep of values clipped to [0, 1]."""
    clipped = np.clip(share, 0.0, 1.0)
    return clipped * clipped * (3.0 - 2.0 * clipped)
