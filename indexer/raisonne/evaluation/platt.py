"""A logistic curve from similarity to probability, and one that keeps what was promised.

Fitted as by Platt, "Probabilistic outputs for support vector machines" (1999), with the safer
Newton steps of Lin, Lin and Weng, "A note on Platt's probabilistic outputs for support vector
machines" (Machine Learning 68, 2007).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from raisonne.matching.calibration import BLOCK, REVIEW, Calibration

_STEPS = 100
_RIDGE = 1e-12
_ENOUGH = 1e-5
_SMALLEST_STEP = 1e-10
_NO_SPREAD = 1e-9


def fit_curve(copies: NDArray[np.float64], strangers: NDArray[np.float64]) -> Calibration:
    """Fit a logistic curve by maximum likelihood to Platt's smoothed targets.

    Copies and strangers are taken to be as frequent as they are in the sample.

    Args:
        copies: Similarities of copies to their works; at least one.
        strangers: Similarities of pictures to works that they do not contain; at least one.

    Returns:
        The curve; its slope may be negative where likeness says nothing.
    """
    values = np.concatenate([copies, strangers])
    targets = np.concatenate(
        [
            np.full(len(copies), (len(copies) + 1) / (len(copies) + 2)),
            np.full(len(strangers), 1 / (len(strangers) + 2)),
        ]
    )
    centre, spread = float(values.mean()), float(values.std())
    spread = spread if spread > _NO_SPREAD else 1.0
    design = np.stack([np.ones_like(values), (values - centre) / spread], axis=1)
    odds = math.log((len(copies) + 1) / (len(strangers) + 1))
    weights = _newton(design, targets, np.array([odds, 0.0]))
    slope = float(weights[1]) / spread
    return Calibration(float(weights[0]) - slope * centre, slope)


def kept_promises(curve: Calibration, review: float, block: float) -> Calibration:
    """Return the curve, made stricter until it reaches two scores no sooner than allowed.

    Args:
        curve: Its slope is positive.
        review: Similarity at which the score may reach 0.5 at the earliest.
        block: Similarity at which it may reach 0.9 at the earliest; no less than ``review``.

    Returns:
        From ``review`` on nowhere above the given curve: through the two points where it was too
        high if that is flatter, else moved to the right.
    """
    at_review, at_block = (_log_odds(curve, similarity) for similarity in (review, block))
    low, high = min(at_review, _odds(REVIEW)), min(at_block, _odds(BLOCK))
    slope = (high - low) / (block - review) if block > review else math.inf
    if slope <= curve.slope:
        return Calibration(low - slope * review, slope)
    return Calibration(curve.intercept - max(at_review - low, at_block - high), curve.slope)


def similarity_of(curve: Calibration, score: float) -> float:
    """Return the similarity at which a curve reaches a score."""
    return (_odds(score) - curve.intercept) / curve.slope


def _odds(score: float) -> float:
    return math.log(score / (1 - score))


def _log_odds(curve: Calibration, similarity: float) -> float:
    return curve.intercept + curve.slope * similarity


def _newton(
    design: NDArray[np.float64], targets: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    loss = _loss(design, targets, weights)
    for _ in range(_STEPS):
        probability = np.exp(-np.logaddexp(0, -design @ weights))
        gradient = design.T @ (targets - probability)
        if np.abs(gradient).max() < _ENOUGH:
            break
        hessian = (design.T * (probability * (1 - probability))) @ design + _RIDGE * np.eye(2)
        step, share = np.linalg.solve(hessian, gradient), 1.0
        while share > _SMALLEST_STEP:
            moved = weights + share * step
            lower = _loss(design, targets, moved)
            if lower < loss - 1e-4 * share * float(gradient @ step):
                weights, loss = moved, lower
                break
            share /= 2
        else:
            break
    return weights


def _loss(
    design: NDArray[np.float64], targets: NDArray[np.float64], weights: NDArray[np.float64]
) -> float:
    """Return the cross entropy, in a form that does not overflow."""
    odds = design @ weights
    return float((np.logaddexp(0, odds) - targets * odds).sum())
