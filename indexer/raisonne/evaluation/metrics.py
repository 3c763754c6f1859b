"""Measures of retrieval: how well scores rank true works above everything else.

Micro average precision is that of the Image Similarity Challenge 2021 (Douze et al., "The 2021
Image Similarity Dataset and Challenge"): all predictions of all queries are ranked together, so a
score must mean the same on every query.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_STEPS = 60
"""Halvings of the unit interval; beyond these a float64 does not change."""


def micro_average_precision(
    scores: Sequence[float], correct: Sequence[bool], positives: int
) -> float:
    """Return the area under the precision-recall steps of all predictions together.

    Equal scores are ranked worst first, so that nothing is gained by giving all the same.

    Args:
        scores: One for each predicted pair of query and work.
        correct: Whether that pair is true.
        positives: How many pairs are true, predicted or not.
    """
    if not positives:
        return 0.0
    truth = np.asarray(correct, bool)
    ranked = truth[np.lexsort((truth, -np.asarray(scores, np.float64)))]
    precision = np.cumsum(ranked) / np.arange(1, len(ranked) + 1)
    return float(precision[ranked].sum() / positives)


def threshold_at(negatives: Sequence[float], rate: float) -> float:
    """Return the lowest score above which at most a share of the negatives lies.

    Args:
        negatives: The highest score that each negative query was given; -inf for none.
        rate: The share, in [0, 1).
    """
    allowed = math.floor(rate * len(negatives))
    return sorted(negatives, reverse=True)[allowed] if negatives else -math.inf


def count_above(scores: Sequence[float], threshold: float) -> int:
    """Return how many queries are scored above a threshold.

    Args:
        scores: Of each copy's true work, or the highest of each other query; -inf for none.
        threshold: Exclusive.
    """
    return sum(score > threshold for score in scores)


def clopper_pearson(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact binomial interval of a share (Clopper and Pearson, 1934).

    Args:
        successes: At most ``trials``.
        trials: None leave the share unknown, from 0 to 1.
        confidence: That the interval holds the share, at least.
    """
    tail = (1 - confidence) / 2
    low = 0.0 if successes == 0 else _root(successes - 1, trials, 1 - tail)
    high = 1.0 if successes == trials else _root(successes, trials, tail)
    return low, high


@lru_cache(maxsize=4096)
def _root(count: int, trials: int, level: float) -> float:
    """Find the share at which at most ``count`` successes have a probability of ``level``."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _at_most(count, trials, middle) > level:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _at_most(count: int, trials: int, share: float) -> float:
    """Return the binomial probability of at most ``count`` successes; share in (0, 1)."""
    numbers: NDArray[np.float64] = np.arange(count + 1, dtype=np.float64)
    ways = _log_factorials(trials)
    logs = ways[trials] - ways[: count + 1] - ways[trials - count : trials + 1][::-1]
    logs = logs + numbers * math.log(share) + (trials - numbers) * math.log1p(-share)
    return float(np.exp(logs).sum())


@lru_cache(maxsize=128)
def _log_factorials(count: int) -> NDArray[np.float64]:
    return np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, count + 1)))))
