"""Hamming distances to all codes of a segment, exactly, where they lie.

FAISS counts the bits (``hamming_range_search``, the kernel of ``IndexBinaryFlat``) but is handed
the memory itself: an index of its own would hold a second copy of every code. The codes are walked
in tiles that stay in the cache while all queries are compared with them, so the codes come from
memory once for a batch and not once for each query.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import faiss
import numpy as np
from numpy.typing import NDArray

TILE_ROWS = 1 << 17
"""4 MiB of codes of 256 bits; a multiple of 8, so that a tile's live bits begin with a byte."""


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """Rows that are near queries, in order of query and then of position.

    Attributes:
        query: intp, shape (m,): which query.
        position: int64, shape (m,): which row.
        distance: int32, shape (m,): bits that differ.
    """

    query: NDArray[np.intp]
    position: NDArray[np.int64]
    distance: NDArray[np.int32]

    def at(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> Near:
        """Return some of it.

        Args:
            chosen: Whether to keep each, or which to return in what order.
        """
        return Near(self.query[chosen], self.position[chosen], self.distance[chosen])

    def of_queries_from(self, first: int) -> Near:
        """Return it with the queries numbered from another number than 0."""
        return Near(self.query + first, self.position, self.distance)


def within(
    codes: NDArray[np.uint8],
    queries: NDArray[np.uint8],
    radius: int,
    live: NDArray[np.uint8] | None = None,
) -> Near:
    """Find all rows within a distance, by comparing with all.

    Beside the answer, memory is used for a tile at most.

    Args:
        codes: Packed bits, shape (n, bytes), contiguous; may be mapped.
        queries: Shape (q, bytes).
        radius: Bits, inclusive.
        live: Which rows may be found, a bit each, the lowest bit of a byte first; None for all.

    Raises:
        ValueError: If codes and queries differ in length, or ``live`` is too short.
    """
    check_queries(codes.shape[1], len(codes), queries, live)
    # The setting is one of the calling thread; a parallel region costs more than it gains here.
    faiss.omp_set_num_threads(1)
    packed = np.ascontiguousarray(queries)
    if len(queries) == 1 and live is None:
        return _scan(codes, packed, radius, 0)  # Nothing is compared twice.
    starts = range(0, len(codes), TILE_ROWS) if len(queries) else ()
    return joined([_within_tile(codes, packed, radius, live, start) for start in starts])


def check_queries(
    width: int, rows: int, queries: NDArray[np.uint8], live: NDArray[np.uint8] | None
) -> None:
    """Make sure that a search reads no memory but what it was given.

    Args:
        width: Bytes of a code.
        rows: How many codes there are.
        queries: As given to the search.
        live: As given to the search.

    Raises:
        ValueError: If the queries are not as long as the codes, or ``live`` is too short.
    """
    if queries.ndim != 2 or queries.shape[1] != width or queries.dtype != np.uint8:  # noqa: PLR2004
        raise ValueError(f"Queries of {queries.dtype} {queries.shape} for codes of {width} bytes.")
    if live is not None and 8 * len(live) < rows:
        raise ValueError(f"{8 * len(live)} live bits for {rows} rows.")


def is_live(live: NDArray[np.uint8], positions: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which of some positions may be found.

    Args:
        live: See ``within``.
        positions: Shape (m,).
    """
    bits: NDArray[np.uint8] = live[positions >> 3] >> (positions & 7).astype(np.uint8) & 1
    return bits.view(np.bool_)


def joined(parts: Sequence[Near]) -> Near:
    """Return one answer in order.

    Args:
        parts: Answers about different rows or different queries; a query's positions ascend from
            part to part.
    """
    if not parts:
        return Near(np.empty(0, np.intp), np.empty(0, np.int64), np.empty(0, np.int32))
    if len(parts) == 1:
        return parts[0]
    query = np.concatenate([part.query for part in parts])
    position = np.concatenate([part.position for part in parts])
    distance = np.concatenate([part.distance for part in parts])
    return Near(query, position, distance).at(np.argsort(query, kind="stable"))


def _within_tile(
    codes: NDArray[np.uint8],
    queries: NDArray[np.uint8],
    radius: int,
    live: NDArray[np.uint8] | None,
    start: int,
) -> Near:
    tile = codes[start : start + TILE_ROWS]
    if live is None:
        return _scan(tile, queries, radius, start)
    bits = live[start >> 3 : (start + len(tile) + 7) >> 3]
    alive = np.flatnonzero(np.unpackbits(bits, count=len(tile), bitorder="little"))
    # To skip rows inside the scan costs more than to compare them, unless there are many.
    if 2 * len(alive) < len(tile):
        near = _scan(tile[alive], queries, radius, 0)
        return Near(near.query, alive[near.position] + start, near.distance)
    near = _scan(tile, queries, radius, start)
    return near.at(is_live(live, near.position))


def _scan(codes: NDArray[np.uint8], queries: NDArray[np.uint8], radius: int, first: int) -> Near:
    found = faiss.RangeSearchResult(len(queries))
    faiss.hamming_range_search(  # type: ignore[attr-defined]  # FAISS's stubs leave it out.
        faiss.swig_ptr(queries),
        faiss.swig_ptr(codes),
        len(queries),
        len(codes),
        # FAISS reports distances strictly below its radius.
        radius + 1,
        codes.shape[1],
        found,
    )
    ends = faiss.rev_swig_ptr(found.lims, len(queries) + 1).astype(np.int64)
    count = int(ends[-1])
    return Near(
        query=np.repeat(np.arange(len(queries)), np.diff(ends)),
        position=faiss.rev_swig_ptr(found.labels, count) + first,
        distance=faiss.rev_swig_ptr(found.distances, count).astype(np.int32),
    )
