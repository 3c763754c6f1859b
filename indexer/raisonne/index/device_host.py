"""The host's part in products that are computed on a device."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from raisonne.index import products
from raisonne.index.products import Live, Nearest, exact, joined, ranked
from raisonne.index.rough_products import Pairs

ROUNDING = 2.0**-9
"""By how much a product of unit vectors may be wrong if both are rounded to eleven bits."""


class DeviceProducts(Protocol):
    """Vectors that are searched exactly."""

    def nearest(self, queries: NDArray[np.float32], k: int, live: Live = None) -> Nearest:
        """See ``products.nearest``."""
        ...

    def within(self, queries: NDArray[np.float32], threshold: float, live: Live = None) -> Nearest:
        """See ``products.within``."""
        ...


class HostProducts:
    """The host itself.

    Args:
        vectors: Shape (n, d); may be mapped.
    """

    def __init__(self, vectors: NDArray[np.float16]) -> None:
        self._vectors = vectors

    def nearest(self, queries: NDArray[np.float32], k: int, live: Live = None) -> Nearest:
        """See ``products.nearest``."""
        return products.nearest(self._vectors, queries, k, live)

    def within(self, queries: NDArray[np.float32], threshold: float, live: Live = None) -> Nearest:
        """See ``products.within``."""
        return products.within(self._vectors, queries, threshold, live)


def decided(
    vectors: NDArray[np.float16],
    queries: NDArray[np.float32],
    k: int,
    live: Live,
    pairs: Pairs,
    doubtful: NDArray[np.intp],
) -> Nearest:
    """Multiply what a device proposed; the host answers the queries that it left in doubt."""
    query, position = pairs
    sure = ~np.isin(query, doubtful)
    found = exact(vectors.__getitem__, queries, (query[sure], position[sure]), k=k)
    return with_answers(found, doubtful, products.nearest(vectors, queries[doubtful], k, live))


def with_answers(found: Nearest, queries: NDArray[np.intp], more: Nearest) -> Nearest:
    """Add the answers to other queries, whose numbers are given."""
    if not len(queries):
        return found
    both = joined([found, Nearest(queries[more.query], more.position, more.product)])
    return ranked(both.query, both.position, both.product)
