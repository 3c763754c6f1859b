"""How often a stranger comes how near: the tail beyond what a sample can count.

Peaks over threshold: whatever a quantity's distribution, its excesses over a high threshold nearly
follow a generalised Pareto distribution (Pickands, "Statistical inference using extreme order
statistics", Annals of Statistics 3, 1975; Coles, "An Introduction to Statistical Modeling of
Extreme Values", 2001, chapter 4). Its shape is not fitted, because a few hundred pictures cannot
tell it, but taken to be zero: the exponential distribution. Similarities have a highest value, so
their true shape is zero at most, and the exponential says too much rather than too little far out.
What the sample leaves uncertain comes from drawing the pictures again (bootstrap; Efron, 1979).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TAIL_SHARE = 0.1
"""Share of the queries that the tail is fitted to, the nearest to any work."""
CONFIDENCE = 0.95
"""Of every interval."""
_ROUNDS = 2000
_BATCH = 100
_SEED = 1975


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and what the sample leaves possible."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Tail:
    """Excesses over a start, exponentially distributed.

    Attributes:
        start: Similarity above which the tail is fitted.
        share: Of all queries, above the start.
        scale: Mean excess.
        excesses: How many queries it is fitted to.
    """

    start: float
    share: float
    scale: float
    excesses: int


class TailEstimate:
    """A tail fitted to a sample, with what drawing the sample again makes of it.

    Args:
        nearest: For each query, the highest similarity to any work that it does not contain; minus
            infinity where none was near enough to be noticed. Shape (pictures, queries): those made
            of one picture have much in common, so pictures are drawn, not queries.
    """

    def __init__(self, nearest: NDArray[np.float64]) -> None:
        start, share, scale = (float(value[0]) for value in _fit(nearest[np.newaxis]))
        self.tail = Tail(start, share, scale, int((nearest > start).sum()))
        chance = np.random.default_rng(_SEED)
        drawn = [
            _fit(nearest[chance.integers(len(nearest), size=(_BATCH, len(nearest)))])
            for _ in range(_ROUNDS // _BATCH)
        ]
        self._starts, self._shares, self._scales = (
            np.concatenate(values) for values in zip(*drawn, strict=True)
        )

    def rate_at(self, similarity: float) -> Interval:
        """Return the share of queries beyond a similarity that is no less than the start."""
        tail = self.tail
        estimate = _rates(similarity, tail.start, tail.share, tail.scale)
        return _interval(float(estimate), self.drawn_rates(similarity))

    def drawn_rates(self, similarity: float) -> NDArray[np.float64]:
        """Return the share beyond a similarity in every drawing; shape (drawings,).

        Estimates from the same pictures in the same order were drawn alike, so their shares may be
        added drawing by drawing.
        """
        return _rates(similarity, self._starts, self._shares, self._scales)

    def similarity_at(self, rate: float) -> Interval:
        """Return the similarity that a share of queries exceeds, at least the start."""
        tail = self.tail
        estimate = _similarities(rate, tail.start, tail.share, tail.scale)
        drawn = _similarities(rate, self._starts, self._shares, self._scales)
        return _interval(float(estimate), drawn)


def interval_of_sum(estimate: float, drawn: NDArray[np.float64]) -> Interval:
    """Return the interval of rates that were added drawing by drawing."""
    return _interval(estimate, drawn)


def _fit(
    nearest: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Fit a tail to each sample, shape (samples, pictures, queries); return arrays of its parts.

    Where fewer were noticed than belong to the tail, it starts at the least near of those.
    """
    flat = nearest.reshape(len(nearest), -1)
    queries = flat.shape[1]
    place = queries - 1 - int(TAIL_SHARE * queries)
    least = np.min(flat, axis=1, initial=np.inf, where=np.isfinite(flat))
    start = np.maximum(np.partition(flat, place, axis=1)[:, place], least)
    above = flat > start[:, np.newaxis]
    count = above.sum(axis=1)
    excess = np.subtract(flat, start[:, np.newaxis], out=np.zeros_like(flat), where=above)
    excess = excess.sum(axis=1)
    return start, count / queries, excess / np.maximum(count, 1)


def _rates(
    similarity: float,
    start: NDArray[np.float64] | float,
    share: NDArray[np.float64] | float,
    scale: NDArray[np.float64] | float,
) -> NDArray[np.float64]:
    beyond = np.maximum(similarity - np.asarray(start), 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        fallen = np.where(beyond > 0, np.exp(-beyond / scale), 1)
    return np.asarray(share * fallen, np.float64)


def _similarities(
    rate: float,
    start: NDArray[np.float64] | float,
    share: NDArray[np.float64] | float,
    scale: NDArray[np.float64] | float,
) -> NDArray[np.float64]:
    steps = np.log(np.maximum(np.asarray(share) / rate, 1))
    return np.asarray(start + scale * steps, np.float64)


def _interval(estimate: float, drawn: NDArray[np.float64]) -> Interval:
    aside = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(drawn, [aside, 100 - aside])
    return Interval(estimate, float(low), float(high))
