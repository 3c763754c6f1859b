"""How often a stranger comes how near: the tail beyond what a sample can count.

Peaks over threshold: whatever a quantity's distribution, its excesses over a high threshold nearly
follow a generalised Pareto distribution (Pickands, "Statistical inference using extreme order
statistics", Annals of Statistics 3, 1975; Coles, "An Introduction to Statistical Modeling of
Extreme Values", 2001, chapter 4). Its shape is not fitted, because a few hundred pictures cannot
tell it, but taken to be zero: the exponential distribution. Similarities have a highest value, so
their true shape is zero at most, and the exponential says too much rather than too little far out.
What the sample leaves uncertain comes from drawing the pictures again (bootstrap; Efron, 1979).

Inner products of descriptors come close to their end, which is 1, and there the exponential says
far too much. How near the nearest of many vectors lies follows a power law (Amsaleg and others,
"Estimating local intrinsic dimensionality", KDD 2015), whose logarithm is exponential: so the tail
is fitted to the logarithm of what is missing to 1.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

TAIL_SHARE = 0.1
"""Share of the queries that the tail is fitted to, the nearest to any work."""
CONFIDENCE = 0.95
"""Of every interval."""
_ROUNDS = 2000
_BATCH = 100
_SEED = 1975
_LEAST_MISSING = 1e-4


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
        scale: Mean excess; where similarities have an end, of the logarithm of what is missing.
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
        drawn: How many pictures say something of their own, and are drawn again each time; all
            unless said. Fewer do where two works are each the other's nearest.
        step: Between similarities that can occur, if that is large. Each then stands for all up to
            the next, so that what is said of a similarity holds for the one that occurs above it.
        ended: Whether the similarities come close to their end, which is 1.
    """

    def __init__(
        self,
        nearest: NDArray[np.float64],
        drawn: int | None = None,
        *,
        step: float = 0.0,
        ended: bool = False,
    ) -> None:
        self._ended = ended
        nearest = self._fitted(nearest + step)
        start, self._share, self._scale = (float(value[0]) for value in _fit(nearest[np.newaxis]))
        self._start, excesses = start, int((nearest > start).sum())
        self.tail = Tail(self._similarity(start), self._share, self._scale, excesses)
        chance = np.random.default_rng(_SEED)
        shape = (_BATCH, len(nearest) if drawn is None else drawn)
        samples = [
            _fit(nearest[chance.integers(len(nearest), size=shape)])
            for _ in range(_ROUNDS // _BATCH)
        ]
        self._starts, self._shares, self._scales = (
            np.concatenate(values) for values in zip(*samples, strict=True)
        )

    def rate_at(self, similarity: float) -> Interval:
        """Return the share of queries beyond a similarity that is no less than the start."""
        if self._ended and similarity > 1:
            return Interval(0.0, 0.0, 0.0)
        place = float(self._fitted(np.float64(similarity)))
        estimate = _rates(place, self._start, self._share, self._scale)
        drawn = _rates(place, self._starts, self._shares, self._scales)
        return _interval(float(estimate), drawn)

    def similarity_at(self, rate: float) -> Interval:
        """Return the similarity that a share of queries exceeds, at least the start."""
        estimate = _places(rate, self._start, self._share, self._scale)
        found = _interval(float(estimate), _places(rate, self._starts, self._shares, self._scales))
        return Interval(*(self._similarity(place) for place in astuple(found)))

    def _fitted(self, similarity: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
        """Put similarities on the scale that the tail is fitted on."""
        if not self._ended:
            return np.asarray(similarity)
        return np.asarray(-np.log(np.maximum(1 - similarity, _LEAST_MISSING)))

    def _similarity(self, place: float) -> float:
        return 1 - math.exp(-place) if self._ended else place


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
    place: float,
    start: NDArray[np.float64] | float,
    share: NDArray[np.float64] | float,
    scale: NDArray[np.float64] | float,
) -> NDArray[np.float64]:
    beyond = np.maximum(place - np.asarray(start), 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        fallen = np.where(beyond > 0, np.exp(-beyond / scale), 1)
    return np.asarray(share * fallen, np.float64)


def _places(
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
