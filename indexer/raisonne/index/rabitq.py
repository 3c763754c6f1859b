"""Nearest vectors among many: candidates by their codes in inverted lists, then exact products.

How many lists are probed was measured when the segment was built, see ``rabitq_effort``.
"""

from __future__ import annotations

from functools import cached_property

import faiss
import numpy as np
from numpy.typing import NDArray

from raisonne.index.arrays import Arrays
from raisonne.index.faiss_memory import float16_index
from raisonne.index.products import (
    Live,
    Nearest,
    exact,
    joined,
    nearest,
    positions_of,
    ranked,
    shifted,
)
from raisonne.index.rabitq_effort import WANTED, Effort
from raisonne.index.rabitq_lists import Closest, RabitqLists
from raisonne.index.rough_products import SPARE, proposed, slack_of

FEW_LIVE = 2000
"""So many rows are all multiplied, rather than looked for."""

QUERIES = 512
"""Queries that are answered at a time."""


class RabitqSegment:
    """Searches what ``build_rabitq`` made and the vectors, "value"; many threads may do so at once.

    Held in memory are some 24 bytes for each list; all else is read where it lies.

    Args:
        arrays: Of the segment.
        effort: Lists to probe and candidates to multiply; None for what was measured.
    """

    def __init__(self, arrays: Arrays, effort: Effort | None = None) -> None:
        self._arrays = arrays
        self._given = effort
        self._rows = len(arrays.unchecked("value"))

    @cached_property
    def effort(self) -> Effort:
        """What is made; what was measured when the lists were built, unless told otherwise."""
        if self._given:
            return self._given
        return Effort(
            probes=self._arrays.whole("probes"),
            threshold_probes=self._arrays.whole("threshold_probes"),
            candidates=int(self._arrays.whole("candidates")[0]),
            margin=float(self._arrays.whole("margin")[0]),
        )

    @cached_property
    def _lists(self) -> RabitqLists:
        arrays = self._arrays
        starts = arrays.whole("list_starts")
        return RabitqLists(arrays.whole("centroids"), arrays.unchecked("lists"), starts)

    def nearest(self, queries: NDArray[np.float32], k: int, live: Live = None) -> Nearest:
        """Find rows with large products, k for each query where so many are live.

        Args:
            queries: Shape (q, d), of length one.
            k: How many at most, for each query.
            live: Which rows may be found.

        Raises:
            DamagedSegmentError: If what is read is not as it was written.
        """
        queries = np.ascontiguousarray(queries, np.float32)
        alive = self._rows if live is None else _count(live, self._rows)
        wanted = min(k, alive)
        if wanted < 1:
            return joined([])
        if live is not None and alive <= FEW_LIVE:
            return self._all_of(positions_of(live, self._rows), queries, wanted)
        probes = self.effort.probes_for(wanted, alive, self._rows)
        return joined(
            [
                shifted(
                    self._nearest(queries[start : start + QUERIES], wanted, live, probes), start
                )
                for start in range(0, len(queries), QUERIES)
            ]
        )

    def within(self, queries: NDArray[np.float32], threshold: float, live: Live = None) -> Nearest:
        """Find the rows whose product is at least a threshold, nearly all of them.

        Args:
            queries: Shape (q, d), of length one.
            threshold: Smallest product.
            live: Which rows may be found.

        Raises:
            DamagedSegmentError: If what is read is not as it was written.
        """
        queries = np.ascontiguousarray(queries, np.float32)
        probes = self.effort.probes_within(threshold, len(self._lists))
        return joined(
            [
                shifted(
                    self._within(queries[start : start + QUERIES], threshold, live, probes), start
                )
                for start in range(0, len(queries), QUERIES)
            ]
        )

    def _nearest(self, queries: NDArray[np.float32], k: int, live: Live, probes: int) -> Nearest:
        closest = self._closest(queries, probes)
        count = min(self.effort.candidates * max(k, WANTED) // WANTED, self._rows)
        _, positions = self._lists.candidates(queries, closest, count, live)
        found = self._best(queries, positions, k)
        short = np.flatnonzero(np.bincount(found.query, minlength=len(queries)) < k)
        if not len(short) or probes >= len(self._lists):
            return found
        more = self._nearest(queries[short], k, live, 4 * probes)
        kept = ~np.isin(found.query, short)
        return ranked(
            np.concatenate([found.query[kept], short[more.query]]),
            np.concatenate([found.position[kept], more.position]),
            np.concatenate([found.product[kept], more.product]),
        )

    def _best(self, queries: NDArray[np.float32], candidates: NDArray[np.int64], k: int) -> Nearest:
        """Return the best of each query's candidates, shape (q, count); -1 for none."""
        candidates = np.sort(candidates, axis=1)
        starts = np.count_nonzero(candidates < 0, axis=1)
        every = candidates[candidates >= 0]
        self._arrays.check("value", every, every + 1)
        kept = min(k + SPARE, candidates.shape[1])
        rough = np.empty((len(queries), kept), np.float32)
        place = np.empty((len(queries), kept), np.int64)
        # One query's candidates at a time, in the same memory: new memory costs more than products.
        gathered = np.empty((candidates.shape[1], queries.shape[1]), np.float16)
        index = float16_index(gathered)
        for number, start in enumerate(starts.tolist()):
            own = candidates[number, start:]
            index.ntotal = len(own)
            self._value.take(own, axis=0, out=gathered[: len(own)], mode="clip")
            # FAISS's wrapper for Python takes as long as the products.
            index.search_c(
                1,
                faiss.swig_ptr(queries[number]),
                kept,
                faiss.swig_ptr(rough[number]),
                faiss.swig_ptr(place[number]),
            )
        positions = np.take_along_axis(candidates, np.maximum(place, 0) + starts[:, np.newaxis], 1)
        positions[place < 0] = -1
        pairs, doubtful = proposed(rough, positions, k, slack_of(queries))
        if len(doubtful) and kept < candidates.shape[1]:
            pairs = np.nonzero(candidates >= 0)[0], every
        return exact(self._value.__getitem__, queries, pairs, k=k)

    @cached_property
    def _value(self) -> NDArray[np.float16]:
        return np.asarray(self._arrays.unchecked("value"))

    def _within(
        self, queries: NDArray[np.float32], threshold: float, live: Live, probes: int
    ) -> Nearest:
        closest = self._closest(queries, probes)
        reached = threshold - self.effort.margin
        pairs = self._lists.candidates_within(queries, closest, reached, live)
        return exact(self._vectors, queries, pairs, threshold=threshold)

    def _closest(self, queries: NDArray[np.float32], probes: int) -> Closest:
        """Return the lists to probe, which have been checked."""
        closest = self._lists.closest(queries, probes)
        used, starts = np.unique(closest[1]), self._lists.starts
        self._arrays.check("lists", starts[used], starts[used + 1])
        return closest

    def _all_of(
        self, positions: NDArray[np.int64], queries: NDArray[np.float32], k: int
    ) -> Nearest:
        found = nearest(self._vectors(positions), queries, k)
        return Nearest(found.query, positions[found.position], found.product)

    def _vectors(self, positions: NDArray[np.int64]) -> NDArray[np.float16]:
        return self._arrays.rows("value", positions)


def _count(live: NDArray[np.uint8], rows: int) -> int:
    whole, rest = divmod(rows, 8)
    count = int(np.bitwise_count(live[:whole]).sum(dtype=np.int64))
    return count + (int(live[whole] & ((1 << rest) - 1)).bit_count() if rest else 0)
