"""One picture given the colours of another, so that only what was changed in it differs."""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_Real = TypeVar("_Real", np.float32, np.float64)

Levels = NDArray[np.float32]
"""Shape (h, w) or (h, w, 3), 0 to 1."""

_SAMPLES = 10_000
"""Pixels that colours are fitted to."""
_FEW = 32
_ROUNDS = 8
_CLIPPED = 0.015
"""Levels nearer to black or white may have been cut off there."""
_SMALLEST = 0.015
"""Difference in level below which all samples count alike."""
_RIDGE = 1e-4
_NEGATIVE = -0.5
"""Correlation of lightness below which a query counts as a negative."""
_LUMA = np.array((0.299, 0.587, 0.114))
"""ITU-R BT.601."""


def match_colours(query: Levels, work: Levels, inside: NDArray[np.bool_]) -> tuple[Levels, bool]:
    """Give the work the query's colours, by the one map of colours that fits most of the part.

    Each channel of the query is a quadratic in all channels of the work, which covers brightness,
    contrast, gamma, tint, greying, turned hues and negatives. It is fitted to the least sum of
    absolute differences (iteratively reweighted least squares), so that what was painted over, at
    less than half of the part, does not bend it. Clipped levels say only that the map is beyond.

    Returns:
        The matched work, and whether what is lighter in the work is darker in the query.
    """
    chosen = np.flatnonzero(inside)
    chosen = chosen[:: len(chosen) // _SAMPLES + 1]
    if len(chosen) < _FEW:
        return work, False
    target = query.reshape(-1, 3)[chosen].astype(np.float64)
    terms = _terms(work.reshape(-1, 3)[chosen].astype(np.float64))
    matched = np.empty_like(query)
    kept = np.zeros(len(chosen))
    for channel in range(3):
        fit, weights = _fit(terms, target[:, channel])
        kept += weights
        matched[..., channel] = np.einsum("hwi,i->hw", _terms(work), fit.astype(np.float32))
    darker = _correlation(target @ _LUMA, terms[:, :3] @ _LUMA, kept) < _NEGATIVE
    return np.clip(matched, 0, 1), darker


def _terms(colours: NDArray[_Real]) -> NDArray[_Real]:
    return np.concatenate((colours, np.square(colours), np.ones_like(colours[..., :1])), axis=-1)


def _fit(
    terms: NDArray[np.float64], target: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the coefficients of the robust fit, and how much each sample counts in the end."""
    open_ = (target > _CLIPPED) & (target < 1 - _CLIPPED)
    base = open_.astype(np.float64) if open_.sum() >= _FEW else np.ones_like(target)
    weights, fit = base, np.zeros(terms.shape[1])
    for _ in range(_ROUNDS):
        # Summed without BLAS, whose order of summation depends on the number of threads.
        weighted = terms * weights[:, np.newaxis]
        normal = np.einsum("ni,nj->ij", weighted, terms)
        normal += np.eye(len(fit)) * (_RIDGE * weights.sum())
        fit = np.linalg.solve(normal, np.einsum("ni,n->i", weighted, target))
        weights = base / np.maximum(np.abs(np.einsum("ni,i->n", terms, fit) - target), _SMALLEST)
    return fit, weights


def _correlation(
    one: NDArray[np.float64], other: NDArray[np.float64], weights: NDArray[np.float64]
) -> float:
    """Return the weighted correlation; 0 where one of the two is constant."""
    one = one - np.average(one, weights=weights)
    other = other - np.average(other, weights=weights)
    spread = math.sqrt(np.sum(weights * one * one) * np.sum(weights * other * other))
    return float(np.sum(weights * one * other) / spread) if spread > 0 else 0.0
