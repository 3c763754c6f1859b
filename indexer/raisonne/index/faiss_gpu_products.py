"""Exact inner products of many vectors by FAISS on a GPU.

What needs no GPU of this is tested with an index on the host; the rest was never run by us.
"""

from __future__ import annotations

from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from raisonne.index import products
from raisonne.index.device_host import ROUNDING, decided, with_answers
from raisonne.index.products import Live, Nearest, exact, joined
from raisonne.index.rough_products import SPARE, proposed
from raisonne.rights.errors import ConfigError, Reason

MOST = 2048
"""FAISS returns no more rows of a query on a GPU."""

ADDED_ROWS = 1 << 16
"""Rows that are converted to float32 at a time."""

_faiss: Any = faiss  # Its stubs know the CPU only.


def gpu_index(vectors: NDArray[np.float16], number: int) -> Any:
    """Return FAISS's exhaustive index with a copy of the vectors on a GPU.

    Args:
        vectors: Shape (n, d).
        number: Of the GPU.

    Raises:
        ConfigError: If FAISS sees no such GPU (``ENGINE_UNAVAILABLE``).
    """
    require_gpu(number)
    settings = _faiss.GpuIndexFlatConfig()
    settings.device, settings.useFloat16 = number, True
    index = _faiss.GpuIndexFlatIP(_faiss.StandardGpuResources(), vectors.shape[1], settings)
    for start in range(0, len(vectors), ADDED_ROWS):
        index.add(vectors[start : start + ADDED_ROWS].astype(np.float32))
    return index


def require_gpu(number: int) -> None:
    """Raise an error if FAISS sees no such GPU.

    Raises:
        ConfigError: ``ENGINE_UNAVAILABLE``.
    """
    count = _faiss.get_num_gpus()
    if number >= count:
        raise ConfigError(
            f"FAISS sees {count} GPUs, so there is no GPU {number}; GPUs need the 'gpu' extra.",
            reason=Reason.ENGINE_UNAVAILABLE,
        )


class FaissProducts:
    """Vectors that a FAISS index searches exhaustively, but for its rounding.

    On a GPU, FAISS can neither leave out rows nor return all within a threshold, so it is asked
    for more rows; where these do not suffice, the host answers.

    Args:
        vectors: Shape (n, d); may be mapped, and has to stay.
        index: Of the same vectors, such as ``gpu_index`` returns.
    """

    def __init__(self, vectors: NDArray[np.float16], index: Any) -> None:
        self._vectors = vectors
        self._index = index

    def nearest(self, queries: NDArray[np.float32], k: int, live: Live = None) -> Nearest:
        """See ``products.nearest``."""
        wanted = min(k, len(self._vectors))
        if wanted < 1 or not len(queries):
            return joined([])
        if wanted + SPARE > MOST:
            return products.nearest(self._vectors, queries, k, live)
        asked = wanted + SPARE if live is None else MOST
        queries = np.ascontiguousarray(queries, np.float32)
        slack = self._slack(queries)
        rough, positions, last = self._rough(queries, min(asked, len(self._vectors)), live)
        pairs, _ = proposed(rough, positions, wanted, slack)
        doubtful = np.flatnonzero(last >= rough[:, wanted - 1] - 2 * slack)
        return decided(self._vectors, queries, wanted, live, pairs, doubtful)

    def within(self, queries: NDArray[np.float32], threshold: float, live: Live = None) -> Nearest:
        """See ``products.within``."""
        if not len(queries) or not len(self._vectors):
            return joined([])
        queries = np.ascontiguousarray(queries, np.float32)
        limit = threshold - self._slack(queries)
        asked = min(MOST, len(self._vectors))
        rough, positions, last = self._rough(queries, asked, live)
        sure = last < limit
        near = (rough >= limit[:, np.newaxis]) & (positions >= 0) & sure[:, np.newaxis]
        query, place = np.nonzero(near)
        pairs = query, positions[query, place]
        found = exact(self._vectors.__getitem__, queries, pairs, threshold=threshold)
        rest = np.flatnonzero(~sure)
        return with_answers(
            found, rest, products.within(self._vectors, queries[rest], threshold, live)
        )

    def _rough(
        self, queries: NDArray[np.float32], count: int, live: Live
    ) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]]:
        """Return rough products, best first, and positions; and what any other row is below."""
        rough, positions = self._index.search(queries, count)
        last = rough[:, -1] if count < len(self._vectors) else np.full(len(queries), -np.inf)
        if live is not None:
            alive = live[positions >> 3] >> (positions & 7) & 1
            rough = np.where(alive, rough, -np.inf)
            positions = np.where(alive, positions, -1)
            order = np.argsort(-rough, axis=1, kind="stable")
            rough = np.take_along_axis(rough, order, axis=1)
            positions = np.take_along_axis(positions, order, axis=1)
        return rough, positions, last

    def _slack(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        lengths = np.linalg.norm(queries, axis=1)
        return np.asarray(lengths * ROUNDING, np.float32)
