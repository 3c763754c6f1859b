"""How many lists have to be probed, and how many candidates multiplied, to find nearly all.

That differs with how vectors lie, so it is measured on the very vectors when lists are built: some
of them with noise are the queries, and the rows that these should find are known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from raisonne.index.rabitq_lists import RabitqLists

COPIES = 200
"""Queries of the trial."""

COPY_PRODUCTS = (0.75, 0.9)
"""Between what products with their originals those lie that look for the nearest rows."""

CLOSE_PRODUCTS = (0.75, 1.0)
"""Likewise those that look for rows within thresholds; close ones have the most of these."""

WANTED = 10
"""Rows that each of them should find."""

RECALL = 0.98
"""Share of these that has to be found."""

PROBED = 0.985
"""Share that has to lie in lists that are probed; codes may lose the rest."""

FRACTIONS = (1.0, 0.1, 0.01)
"""Shares of live rows for which that is measured."""

THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)
"""Thresholds for which all rows within them are looked for."""

CANDIDATES = (32, 48, 64, 96, 128, 192, 256, 384, 512)
"""Numbers of candidates that are tried."""

LEAST_MARGIN = 0.1
"""Codes of 512 bits are wrong by so much at most, nearly always."""


@dataclass(frozen=True, slots=True, eq=False)
class Effort:
    """What was measured.

    Attributes:
        probes: int64, shape (3,): lists to probe for ``FRACTIONS``.
        threshold_probes: int64, shape (5,): lists to probe for ``THRESHOLDS``.
        candidates: Rows to multiply exactly where ``WANTED`` are wanted.
        margin: By how much the product that codes tell may be too small.
    """

    probes: NDArray[np.int64]
    threshold_probes: NDArray[np.int64]
    candidates: int
    margin: float

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        """Return what is written of it."""
        return {
            "probes": self.probes,
            "threshold_probes": self.threshold_probes,
            "candidates": np.array([self.candidates], np.int64),
            "margin": np.array([self.margin], np.float32),
        }

    def probes_for(self, k: int, live: int, rows: int) -> int:
        """Return how many lists to probe for the k nearest of the live rows.

        The k nearest of a share of all rows lie about as far as the k / share nearest of all, so
        both mean the same. Between and beyond what was measured, powers are assumed.
        """
        share = math.log(live / rows * WANTED / max(k, WANTED))
        known, probes = np.log(FRACTIONS[::-1]), np.log(self.probes[::-1])
        slope = max((probes[0] - probes[1]) / (known[1] - known[0]), 0.5)
        beyond = max(known[0] - share, 0.0) * slope
        return math.ceil(math.exp(min(np.interp(share, known, probes) + beyond, 30.0)))

    def probes_within(self, threshold: float, lists: int) -> int:
        """Return how many of the lists to probe for all rows within a threshold."""
        measured = np.searchsorted(THRESHOLDS, threshold, side="right")
        return int(self.threshold_probes[measured - 1]) if measured else lists


def noisy(
    vectors: NDArray[np.float32],
    rng: np.random.Generator,
    products: tuple[float, float] = COPY_PRODUCTS,
) -> NDArray[np.float32]:
    """Return copies whose products with the vectors are spread over a range.

    Args:
        vectors: Shape (n, d), of length one.
        rng: Of the noise.
        products: The range.
    """
    noise = rng.standard_normal(vectors.shape, np.float32)
    noise -= np.vecdot(noise, vectors)[:, np.newaxis] * vectors
    noise /= np.maximum(np.linalg.norm(noise, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    product = rng.uniform(*products, (len(vectors), 1)).astype(np.float32)
    return np.asarray(product * vectors + np.sqrt(1 - product**2) * noise, np.float32)


class Trial:
    """Compares queries with all rows as these pass by.

    Args:
        originals: Vectors among these, shape (q, d), float32.
        centroids: Of the lists, shape (lists, d).
        rows: How many will pass.
        rng: Draws which of them are live.
    """

    def __init__(
        self,
        originals: NDArray[np.float32],
        centroids: NDArray[np.float32],
        rows: int,
        rng: np.random.Generator,
    ) -> None:
        self._queries = noisy(originals, rng)
        self._close = noisy(originals, rng, CLOSE_PRODUCTS)
        self._rank = _ranks(self._queries, centroids)
        self._close_rank = _ranks(self._close, centroids)
        self._best = [_Best(len(originals), rng.random(rows) < share) for share in FRACTIONS]
        self._within = np.zeros((len(THRESHOLDS), len(centroids)), np.int64)

    def compare(
        self, start: int, vectors: NDArray[np.float32], assigned: NDArray[np.int64]
    ) -> None:
        """Take the next rows.

        Args:
            start: Position of the first.
            vectors: Shape (m, d).
            assigned: Their lists, shape (m,).
        """
        products = self._queries @ vectors.T
        for best in self._best:
            best.add(start, products)
        products = self._close @ vectors.T
        query, row = np.nonzero(products >= THRESHOLDS[0])
        reached = np.searchsorted(THRESHOLDS, products[query, row], side="right") - 1
        rank = self._close_rank[query, assigned[row]]
        np.add.at(self._within, (reached, rank), 1)

    def effort(self, lists: RabitqLists, assigned: NDArray[np.int64]) -> Effort:
        """Return what is needed, after all rows have passed.

        Args:
            lists: Of these rows.
            assigned: The list of each, shape (rows,).
        """
        ranks = [
            np.take_along_axis(self._rank, assigned[best.position], axis=1)[best.found]
            for best in self._best
        ]
        probes = [_covering(np.bincount(rank, minlength=len(lists)), PROBED) for rank in ranks]
        # A row within one threshold is within all lower ones.
        within = np.cumsum(self._within[::-1], axis=0)[::-1]
        return Effort(
            probes=np.maximum.accumulate(np.array(probes, np.int64)),
            # Nothing may be within the highest ones, and needs no more than what is.
            threshold_probes=np.minimum.accumulate([_covering(row, PROBED) for row in within]),
            candidates=max(
                self._candidates(lists, best, count)
                for best, count in zip(self._best, probes, strict=True)
            ),
            margin=self._margin(lists),
        )

    def _candidates(self, lists: RabitqLists, best: _Best, probes: int) -> int:
        closest = lists.closest(self._queries, probes)
        _, positions = lists.candidates(self._queries, closest, CANDIDATES[-1], best.live)
        for count in CANDIDATES:
            hit = (best.position[:, :, np.newaxis] == positions[:, np.newaxis, :count]).any(axis=2)
            if hit[best.found].mean() >= RECALL:
                return count
        return CANDIDATES[-1]

    def _margin(self, lists: RabitqLists) -> float:
        """Return the margin that all but one in a thousand of the best rows need."""
        best = self._best[0]
        closest = lists.closest(self._queries, len(lists))
        estimates, positions = lists.candidates(self._queries, closest, CANDIDATES[-1], None)
        query, place, found = np.nonzero(
            best.position[:, :, np.newaxis] == positions[:, np.newaxis]
        )
        short = best.product[query, place] - estimates[query, found]
        return float(max(LEAST_MARGIN, np.quantile(short, 0.999))) if len(short) else LEAST_MARGIN


class _Best:
    """The best live rows of each query so far.

    Attributes:
        live: Which rows are; as searches take it.
        position: Shape (q, WANTED).
        product: Shape (q, WANTED).
    """

    def __init__(self, queries: int, live: NDArray[np.bool_]) -> None:
        self.live = np.packbits(live, bitorder="little")
        self._live = live
        self.position = np.zeros((queries, WANTED), np.int64)
        self.product = np.full((queries, WANTED), -np.inf, np.float32)

    @property
    def found(self) -> NDArray[np.bool_]:
        """Which places hold a row."""
        return self.product > -np.inf

    def add(self, start: int, products: NDArray[np.float32]) -> None:
        live = np.flatnonzero(self._live[start : start + products.shape[1]])
        better = products[:, live] > self.product.min(axis=1, keepdims=True)
        live = live[better.any(axis=0)]
        product = np.concatenate([self.product, products[:, live]], axis=1)
        position = np.broadcast_to(live + start, (len(products), len(live)))
        position = np.concatenate([self.position, position], axis=1)
        keep = np.argpartition(-product, WANTED - 1, axis=1)[:, :WANTED]
        self.product = np.take_along_axis(product, keep, axis=1)
        self.position = np.take_along_axis(position, keep, axis=1)


def _ranks(queries: NDArray[np.float32], centroids: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return how many lists are closer to a query than each, shape (q, lists)."""
    order = np.argsort(-(queries @ centroids.T), axis=1)
    ranks = np.empty(order.shape, np.int64)
    np.put_along_axis(ranks, order, np.arange(order.shape[1])[np.newaxis], axis=1)
    return ranks


def _covering(counts: NDArray[np.int64], share: float) -> int:
    """Return how many of the first places hold a share of what was counted; all if nothing was."""
    total = np.cumsum(counts)
    if not total[-1]:
        return len(counts)
    return int(np.searchsorted(total, share * total[-1])) + 1
