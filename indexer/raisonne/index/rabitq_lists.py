"""Inverted lists of one bit a dimension, which propose candidates.

The codes are RaBitQ's (Gao and Long, SIGMOD 2024, sections 3.1 to 3.3) of what a vector differs
from its list's centroid.
"""

from __future__ import annotations

from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from raisonne.index.faiss_memory import MappedLists, flat_index, selecting_in_lists
from raisonne.index.products import Live
from raisonne.index.rough_products import Pairs

Closest = tuple[NDArray[np.float32], NDArray[np.int64]]
"""Products with the closest lists and their numbers, each shape (q, probes), best first."""


class RabitqLists:
    """The lists alone: proposes candidates by their codes.

    Args:
        centroids: float32, shape (lists, d).
        lists: As for ``MappedLists``.
        starts: As for ``MappedLists``.
    """

    def __init__(
        self,
        centroids: NDArray[np.float32],
        lists: NDArray[np.uint8],
        starts: NDArray[np.int64],
    ) -> None:
        self.starts = starts
        self._centroids = centroids  # Both are read by what follows.
        self._mapped = MappedLists(lists, starts)
        self._coarse = flat_index(centroids)
        self._index = encoder(self._coarse)
        self._index.replace_invlists(self._mapped.faiss, False)  # noqa: FBT003
        self._index.ntotal = len(lists)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def closest(self, queries: NDArray[np.float32], probes: int) -> Closest:
        """Return products with and numbers of the closest lists, each shape (q, probes)."""
        faiss.omp_set_num_threads(1)  # The setting is one of the calling thread.
        closeness, numbers = self._coarse.search(queries, min(probes, len(self)))
        return closeness, numbers

    def candidates(
        self,
        queries: NDArray[np.float32],
        closest: Closest,
        count: int,
        live: Live,
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return what seem the best rows: estimated products and positions, -1 for none.

        Args:
            queries: Shape (q, d).
            closest: As ``closest`` returned.
            count: How many for each query.
            live: Which rows may be found.
        """
        estimates = np.empty((len(queries), count), np.float32)
        positions = np.empty((len(queries), count), np.int64)
        asked, *lists = self._pointers(queries, closest)
        found = faiss.swig_ptr(estimates), faiss.swig_ptr(positions)
        parameters = selecting_in_lists(live, closest[1].shape[1])
        # Python's form of this method takes no parameters.
        self._index.search_preassigned_c(
            len(queries),
            asked,
            count,
            *lists,
            *found,
            False,  # noqa: FBT003 -- positions are wanted, not places in lists.
            parameters,
        )
        return estimates, positions

    def candidates_within(
        self, queries: NDArray[np.float32], closest: Closest, threshold: float, live: Live
    ) -> Pairs:
        """Return queries and positions of the rows that seem to be within a threshold."""
        result: Any = faiss.RangeSearchResult(len(queries))
        asked, *lists = self._pointers(queries, closest)
        parameters = selecting_in_lists(live, closest[1].shape[1])
        self._index.range_search_preassigned_c(
            len(queries),
            asked,
            threshold,
            *lists,
            result,
            False,  # noqa: FBT003 -- see above.
            parameters,
        )
        starts = faiss.rev_swig_ptr(result.lims, len(queries) + 1).astype(np.int64)
        positions = faiss.rev_swig_ptr(result.labels, int(starts[-1])).copy()
        return np.repeat(np.arange(len(queries)), np.diff(starts)), positions

    def _pointers(self, queries: NDArray[np.float32], closest: Closest) -> tuple[Any, Any, Any]:
        closeness, numbers = closest
        shapes = queries.shape[1] == self._index.d, len(queries) == len(numbers)
        if not all(shapes) or closeness.shape != numbers.shape:
            raise ValueError("Queries, lists and their closeness do not belong together.")
        return faiss.swig_ptr(queries), faiss.swig_ptr(numbers), faiss.swig_ptr(closeness)


def encoder(coarse: Any) -> Any:
    """Return an empty index that codes vectors by what they differ from their list's centroid."""
    index: Any = faiss.IndexIVFRaBitQ(
        coarse,
        coarse.d,
        coarse.ntotal,
        faiss.METRIC_INNER_PRODUCT,
        False,  # noqa: FBT003 -- it owns no lists.
    )
    index.is_trained = True
    return index
