"""Exact inner products between queries and vectors that are stored as float16.

Matrix products and FAISS sum in whatever order is fast, so they only say which rows may matter;
what is returned is summed in float64 and rounded once. The product of a row and a query is
therefore one number, whatever else was asked with it and wherever it was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import faiss
import numpy as np
from numpy.typing import NDArray

from raisonne.index.faiss_memory import converted, float16_index, selecting
from raisonne.index.rough_products import SPARE, Pairs, proposed, slack_of

TILE_ROWS = 4096
"""Rows that are converted at a time."""

TILE_QUERIES = 256
"""Queries that a tile is multiplied with at a time."""

PAIRS = 64
"""Pairs that are multiplied exactly at a time; more would cost new memory each time."""

SCANNED_QUERIES = 8
"""Up to so many queries FAISS reads float16 in place, which is faster than converting it."""

Live = NDArray[np.uint8] | None
"""Which rows may be found: bit ``i & 7`` of byte ``i >> 3`` for row i; None for all."""


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """Rows near queries: in order of queries, best first, the lower position of equal ones first.

    Attributes:
        query: intp, shape (m,): which query.
        position: int64, shape (m,): which row.
        product: float32, shape (m,): their inner product.
    """

    query: NDArray[np.intp]
    position: NDArray[np.int64]
    product: NDArray[np.float32]


Rows = Callable[[NDArray[np.int64]], NDArray[np.float16]]


def nearest(
    vectors: NDArray[np.float16], queries: NDArray[np.float32], k: int, live: Live = None
) -> Nearest:
    """Find the rows with the largest products, k for each query where so many are live.

    Args:
        vectors: Shape (n, d), of length one within what float16 can say; may be mapped. Memory is
            used for some tiles of ``TILE_ROWS`` rows.
        queries: Shape (q, d).
        k: How many at most, for each query.
        live: Which rows may be found.
    """
    queries = np.ascontiguousarray(queries, np.float32)
    wanted = min(k, len(vectors))
    found = joined([])
    if wanted < 1 or not len(queries):
        return found
    if len(queries) <= SCANNED_QUERIES:
        scanned = _scan(vectors, queries, wanted, live)
        if scanned is not None:
            return exact(vectors.__getitem__, queries, scanned, k=wanted)
    slack = slack_of(queries)
    floor = np.full(len(queries), -np.inf, np.float32)
    for asked, start, products in _tiles(vectors, queries, live):
        limit = floor[asked]
        if products.shape[1] > wanted and np.isneginf(limit).any():
            kth = -np.partition(-products, wanted - 1, axis=1)[:, wanted - 1]
            limit = np.maximum(limit, kth - 2 * slack[asked])
        pairs = _above(products, limit, asked.start, start)
        found = _merged(found, exact(vectors.__getitem__, queries, pairs), wanted)
        full = np.flatnonzero(np.bincount(found.query, minlength=len(queries)) == wanted)
        last = np.searchsorted(found.query, full, side="right") - 1
        floor[full] = found.product[last] - slack[full]
    return found


def within(
    vectors: NDArray[np.float16], queries: NDArray[np.float32], threshold: float, live: Live = None
) -> Nearest:
    """Find all rows whose product is at least a threshold.

    Args:
        vectors: As for ``nearest``.
        queries: Shape (q, d).
        threshold: Smallest product.
        live: Which rows may be found.
    """
    queries = np.ascontiguousarray(queries, np.float32)
    if not len(queries) or not len(vectors):
        return joined([])
    if len(queries) <= SCANNED_QUERIES:
        pairs = [_scan_within(vectors, queries, threshold, live)]
    else:
        limit = threshold - slack_of(queries)
        pairs = [
            _above(products, limit[asked], asked.start, start)
            for asked, start, products in _tiles(vectors, queries, live)
        ]
    if not pairs:
        return joined([])
    query, position = (np.concatenate(part) for part in zip(*pairs, strict=True))
    return exact(vectors.__getitem__, queries, (query, position), threshold=threshold)


def exact(
    rows: Rows,
    queries: NDArray[np.float32],
    pairs: Pairs,
    *,
    k: int | None = None,
    threshold: float = -np.inf,
) -> Nearest:
    """Multiply pairs exactly and put them in order.

    Args:
        rows: Gives the vectors at positions, shape (m,) to (m, d).
        queries: Shape (q, d).
        pairs: Queries and positions, each shape (m,), no pair twice.
        k: How many to keep of each query at most; None for all.
        threshold: Smallest product that is kept.
    """
    query, position = pairs
    product = np.empty(len(query), np.float32)
    for start in range(0, len(query), PAIRS):
        part = slice(start, start + PAIRS)
        asked = queries[0] if len(queries) == 1 else queries[query[part]]
        product[part] = multiply(rows(position[part]), asked)
    keep = product >= threshold
    return ranked(query[keep], position[keep], product[keep], k)


def multiply(vectors: NDArray[np.float16], queries: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the products of vectors and queries row by row, rounded once.

    Args:
        vectors: Shape (m, d).
        queries: Shape (m, d), or (d,) for one with all.
    """
    wide = converted(vectors).astype(np.float64)
    product: NDArray[np.float64] = np.vecdot(wide, queries.astype(np.float64))
    return product.astype(np.float32)


def ranked(
    query: NDArray[np.intp],
    position: NDArray[np.int64],
    product: NDArray[np.float32],
    k: int | None = None,
) -> Nearest:
    """Put pairs in the order of ``Nearest`` and keep the best k of each query."""
    order = np.lexsort((position, -product, query))
    if k is not None and len(order):
        by_query = query[order]
        order = order[np.arange(len(order)) - np.searchsorted(by_query, by_query) < k]
    return Nearest(query[order].astype(np.intp), position[order].astype(np.int64), product[order])


def joined(parts: Sequence[Nearest]) -> Nearest:
    """Return parts one after the other; these are answers to queries in ascending order."""
    if not parts:
        return Nearest(np.empty(0, np.intp), np.empty(0, np.int64), np.empty(0, np.float32))
    return Nearest(
        np.concatenate([part.query for part in parts]),
        np.concatenate([part.position for part in parts]),
        np.concatenate([part.product for part in parts]),
    )


def shifted(found: Nearest, queries: int) -> Nearest:
    """Return answers to queries that had others before them."""
    return Nearest(found.query + queries, found.position, found.product)


def positions_of(live: NDArray[np.uint8], rows: int) -> NDArray[np.int64]:
    """Return where live rows lie, ascending."""
    used = np.flatnonzero(live)
    byte, bit = np.nonzero(np.unpackbits(live[used, np.newaxis], axis=1, bitorder="little"))
    positions = used[byte] * 8 + bit
    return positions[positions < rows]


def _scan(
    vectors: NDArray[np.float16], queries: NDArray[np.float32], k: int, live: Live
) -> Pairs | None:
    """Propose rows for few queries; None where more rows than spare ones are as good."""
    asked = min(k + SPARE, len(vectors))
    faiss.omp_set_num_threads(1)  # The setting is one of the calling thread.
    index = float16_index(vectors)
    products, positions = index.search(queries, asked, params=selecting(live))
    pairs, doubtful = proposed(products, positions, k, slack_of(queries))
    return None if asked < len(vectors) and len(doubtful) else pairs


def _scan_within(
    vectors: NDArray[np.float16], queries: NDArray[np.float32], threshold: float, live: Live
) -> Pairs:
    radius = float(threshold - 2 * slack_of(queries).max())
    faiss.omp_set_num_threads(1)  # See _scan.
    index = float16_index(vectors)
    starts, _, positions = index.range_search(queries, radius, params=selecting(live))
    return np.repeat(np.arange(len(queries)), np.diff(starts.astype(np.int64))), positions


def _tiles(
    vectors: NDArray[np.float16], queries: NDArray[np.float32], live: Live
) -> Iterator[tuple[slice, int, NDArray[np.float32]]]:
    """Give queries, first row and products; -infinity where a row is not live or no number."""
    for start in range(0, len(vectors), TILE_ROWS):
        tile = converted(vectors[start : start + TILE_ROWS])
        dead = None
        if live is not None:  # Tiles start at whole bytes.
            bits = np.unpackbits(live[start // 8 :], count=len(tile), bitorder="little")
            if not bits.any():
                continue
            dead = bits == 0
        for first in range(0, len(queries), TILE_QUERIES):
            asked = slice(first, min(first + TILE_QUERIES, len(queries)))
            products = np.fmax(queries[asked] @ tile.T, -np.inf)
            if dead is not None:
                products[:, dead] = -np.inf
            yield asked, start, products


def _above(
    products: NDArray[np.float32], limit: NDArray[np.float32], query: int, row: int
) -> Pairs:
    limit = np.fmax(limit, np.finfo(np.float32).min)  # What may not be found stays below.
    near, place = np.nonzero(products >= limit[:, np.newaxis])
    return near + query, place + row


def _merged(found: Nearest, more: Nearest, k: int) -> Nearest:
    if not len(more.query):
        return found
    both = joined([found, more])
    return ranked(both.query, both.position, both.product, k)
