"""Inner products that were summed in float32, and what they prove about exact ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SPARE = 8
"""More rows than wanted that are asked for, to see whether the order of the last is in doubt."""

Pairs = tuple[NDArray[np.intp], NDArray[np.int64]]
"""Queries and positions, each shape (m,)."""


def proposed(
    products: NDArray[np.float32],
    positions: NDArray[np.int64],
    k: int,
    slack: NDArray[np.float32],
) -> tuple[Pairs, NDArray[np.intp]]:
    """Return which pairs may be among the best, given those with the largest rough products.

    Args:
        products: Rough ones, best first, shape (q, m) with m at least k.
        positions: Of these, shape (q, m); -1 for none.
        k: How many are wanted for each query.
        slack: As ``slack_of`` returns it.

    Returns:
        The pairs, and the queries for which others might be among the best as well, were there
        more than m.
    """
    limit = products[:, k - 1] - 2 * slack
    near = (products >= limit[:, np.newaxis]) & (positions >= 0)
    query, place = np.nonzero(near)
    return (query, positions[query, place]), np.flatnonzero(near[:, -1])


def slack_of(queries: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return by how much a product may be wrong that was summed in float32, shape (q,).

    The error is at most d times half a unit in the last place times both lengths (Higham, Accuracy
    and Stability of Numerical Algorithms, section 3.1); this is twice that for vectors of length
    one.
    """
    lengths = np.linalg.norm(queries, axis=1)
    return np.asarray(lengths * queries.shape[1] * 2.0**-23, np.float32)
