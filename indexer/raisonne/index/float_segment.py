"""A segment of float16 vectors of length one, searched by inner product."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from raisonne.index import products
from raisonne.index.arrays import Arrays, Chunks, NewArrays
from raisonne.index.products import Live, Nearest
from raisonne.index.rabitq import RabitqSegment
from raisonne.index.rabitq_build import build_rabitq

MANY_ROWS = 20_000
"""From so many rows on, candidates are looked for in lists; fewer are all multiplied."""


def build_float(vectors: Iterable[NDArray[np.float16]], rows: int, dimensions: int) -> NewArrays:
    """Return the arrays of a segment of vectors.

    Memory is used as ``build_rabitq`` says from ``MANY_ROWS`` rows on, else none.

    Args:
        vectors: Pieces of shape (m, d), in order of positions; iterated up to three times, each
            time from the first.
        rows: How many in all.
        dimensions: Their d.

    Raises:
        ValueError: If there are more or fewer rows than said.
    """
    value: NewArrays = {"value": Chunks("<f2", (rows, dimensions), vectors)}
    if rows < MANY_ROWS:
        return value
    return {**value, **build_rabitq(vectors, rows, dimensions)}


@dataclass(frozen=True)
class FloatSegment:
    """Searches what ``build_float`` made; many threads may do so at once.

    Attributes:
        arrays: Of the segment.
    """

    arrays: Arrays

    @property
    def rows(self) -> int:
        """How many vectors there are."""
        return len(self.arrays.unchecked("value"))

    def nearest(self, queries: NDArray[np.float32], k: int, live: Live = None) -> Nearest:
        """Find the rows nearest to queries: exactly these if rows are few, else nearly always.

        Args:
            queries: Shape (q, d), of length one.
            k: How many for each query; fewer come back only if fewer are live.
            live: Which rows may be found.

        Raises:
            DamagedSegmentError: If what is read is not as it was written.
        """
        if self.rows >= MANY_ROWS:
            return self._lists.nearest(queries, k, live)
        return products.nearest(self.arrays.whole("value"), queries, k, live)

    def within(self, queries: NDArray[np.float32], threshold: float, live: Live = None) -> Nearest:
        """Find the rows whose product is at least a threshold: all if rows are few, else nearly.

        Args:
            queries: Shape (q, d), of length one.
            threshold: Smallest product.
            live: Which rows may be found.

        Raises:
            DamagedSegmentError: If what is read is not as it was written.
        """
        if self.rows >= MANY_ROWS:
            return self._lists.within(queries, threshold, live)
        return products.within(self.arrays.whole("value"), queries, threshold, live)

    def sample_products(
        self, query: NDArray[np.float32], count: int, live: Live = None
    ) -> NDArray[np.float32]:
        """Return a query's products with evenly spread rows: what is likely by chance.

        Args:
            query: Shape (d,).
            count: How many at most.
            live: Which rows may be among them.

        Returns:
            Shape (m,) in order of positions; m is count, or all live rows if these are fewer.

        Raises:
            DamagedSegmentError: If what is read is not as it was written.
        """
        among = None if live is None else products.positions_of(live, self.rows)
        rows = self.rows if among is None else len(among)
        count = min(count, rows)
        spread = np.arange(count) * rows // max(count, 1)
        positions = spread if among is None else among[spread]
        return products.multiply(self.arrays.rows("value", positions), query)

    @cached_property
    def _lists(self) -> RabitqSegment:
        return RabitqSegment(self.arrays)
