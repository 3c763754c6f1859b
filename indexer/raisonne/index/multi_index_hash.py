"""Hamming search by tables of parts of the codes, exactly.

A code is cut into m chunks. Two codes that differ in at most r bits differ in at most t_i bits of
chunk i for at least one i, whatever thresholds t_i with sum r - m + 1 are chosen: else they would
differ in at least sum (t_i + 1) = r + 1. So all that is near a query lies in the buckets near it in
one of m tables (Norouzi, Punjani, Fleet, "Fast Exact Search in Hamming Space with Multi-Index
Hashing", TPAMI 2014; thresholds of such a sum: Qin et al., "GPH: Similarity Search in Hamming
Space", ICDE 2018). The whole codes of these candidates are then compared.

The tables lie one after the other in one array of buckets: bucket b holds the positions
``value.bucket_positions[value.bucket_starts[b] : value.bucket_starts[b + 1]]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from raisonne.index import hamming
from raisonne.index.arrays import Arrays, Chunks, NewArrays
from raisonne.index.code_chunks import (
    Cut,
    bucket_numbers,
    first_buckets,
    near_keys,
    thresholds,
    widths_for,
)
from raisonne.index.hamming import Near, check_queries, is_live, joined

VALUE = "value"
WIDTHS = "value.chunk_widths"
CROWDS = "value.chunk_crowds"
STARTS = "value.bucket_starts"
POSITIONS = "value.bucket_positions"

ROWS_PER_LOOK = 48
"""Buckets and candidates lie anywhere in memory: in the time of a look, a scan compares so many
(measured at 1 and 10 million rows and radii of 31 to 56: 40 to 63)."""
CROWD_SAMPLE = 1 << 12
"""Rows whose buckets tell how crowded those of a chunk are."""
LOOKS_AT_ONCE = 1 << 15
"""Buckets, and candidates, of one step: what is computed of them stays in the cache."""


def build(chunks: Iterable[NDArray[np.uint8]], rows: int, value_bytes: int) -> NewArrays:
    """Return codes and their tables.

    Memory: all codes and bucket starts, which is 80 bytes a row of 256 bits, and 40 bytes a row
    more while the positions are written.

    Args:
        chunks: Packed bits in order of position, shape (any, value_bytes).
        rows: How many in all.
        value_bytes: Length of a code.

    Raises:
        ValueError: If there are fewer rows, or more.
    """
    codes = np.empty((rows, value_bytes), np.uint8)
    filled = 0
    for chunk in chunks:
        codes[filled : filled + len(chunk)] = chunk
        filled += len(chunk)
    if filled != rows:
        raise ValueError(f"{filled} codes, not {rows}.")
    widths = widths_for(8 * value_bytes, rows)
    starts, crowds = _bucket_starts(codes, widths)
    return {
        VALUE: codes,
        WIDTHS: np.array(widths, np.uint8),
        CROWDS: np.array(crowds, np.uint32),
        STARTS: starts,
        POSITIONS: Chunks(np.uint32, (rows * len(widths),), _PositionsByBucket(codes, widths)),
    }


def within(
    arrays: Arrays, queries: NDArray[np.uint8], radius: int, live: NDArray[np.uint8] | None = None
) -> Near:
    """Find all rows within a distance.

    A query whose buckets hold so many rows that a scan is faster is answered by a scan, and so is
    every query where the radius is too large for tables. Beside the answer, memory is used for a
    few megabytes.

    Args:
        arrays: From ``build``.
        queries: Packed bits, shape (q, bytes).
        radius: Bits, inclusive.
        live: Which rows may be found, a bit each, the lowest bit of a byte first; None for all.

    Raises:
        ValueError: If codes and queries differ in length, or ``live`` is too short.
        DamagedSegmentError: If an array is not as it was written.
    """
    codes = arrays.whole(VALUE)
    check_queries(codes.shape[1], len(codes), queries, live)
    cut = Cut(tuple(arrays.whole(WIDTHS).tolist()), tuple(arrays.whole(CROWDS).tolist()))
    if ROWS_PER_LOOK * cut.looks(radius) > len(codes):
        return hamming.within(codes, queries, radius, live)
    # A query touches thousands of places all over the arrays, so they are checked whole.
    tables = _Tables(codes, arrays.whole(STARTS), arrays.whole(POSITIONS), cut, radius)
    packed = np.ascontiguousarray(queries)
    step = max(1, LOOKS_AT_ONCE // max(1, cut.looks(radius)))
    parts, crowded = [], []
    for first in range(0, len(packed), step):
        near, left = tables.within(packed[first : first + step], live)
        parts.append(near.of_queries_from(first))
        crowded.append(left + first)
    number = np.concatenate([np.empty(0, np.intp), *crowded])
    scanned = hamming.within(codes, packed[number], radius, live)
    parts.append(Near(number[scanned.query], scanned.position, scanned.distance))
    return joined(parts)


@dataclass(frozen=True, slots=True)
class _PositionsByBucket:
    """The positions in each chunk's buckets, chunk by chunk, each time anew."""

    codes: NDArray[np.uint8]
    widths: tuple[int, ...]

    def __iter__(self) -> Iterator[NDArray[np.uint32]]:
        for number in range(len(self.widths)):
            # To sort pairs is faster than to sort positions by bucket, and keeps them in order.
            pairs = bucket_numbers(self.codes, self.widths, slice(number, number + 1))[:, 0]
            pairs <<= 32
            pairs |= np.arange(len(pairs))
            pairs.sort()
            yield pairs.astype(np.uint32)


def _bucket_starts(
    codes: NDArray[np.uint8], widths: tuple[int, ...]
) -> tuple[NDArray[np.unsignedinteger], list[int]]:
    """Return where each bucket's positions start, and the crowds of ``Cut``."""
    bounds = first_buckets(widths)
    # The last start is the number of all positions.
    kind = np.min_scalar_type(max(len(codes) * len(widths), 1 << 31))
    starts: NDArray[np.unsignedinteger] = np.zeros(bounds[-1] + 1, kind)
    crowds = []
    for number, (first, stop) in enumerate(pairwise(bounds)):
        buckets = bucket_numbers(codes, widths, slice(number, number + 1))[:, 0]
        buckets -= first
        sizes = np.bincount(buckets, minlength=stop - first)
        sample = buckets[:: len(buckets) // CROWD_SAMPLE + 1]
        # Works with very many copies do not make a chunk a bad one for all others.
        least = int(np.percentile(sizes[sample], 10)) - 1
        crowds.append(max(least, len(codes) // (stop - first)))
        sizes[0] += starts[first]
        np.cumsum(sizes, out=starts[first + 1 : stop + 1])
    return starts, crowds


@dataclass(frozen=True, slots=True, eq=False)
class _Tables:
    """Codes and tables that have been checked, for one radius."""

    codes: NDArray[np.uint8]
    starts: NDArray[np.unsignedinteger]
    positions: NDArray[np.uint32]
    cut: Cut
    radius: int

    def within(
        self, queries: NDArray[np.uint8], live: NDArray[np.uint8] | None
    ) -> tuple[Near, NDArray[np.intp]]:
        """Answer a few queries; also return which of them are left to a scan."""
        starts, sizes = self._buckets(queries)
        crowded = ROWS_PER_LOOK * sizes.sum(axis=1) > len(self.codes)
        sizes[crowded] = 0
        near = joined(list(self._compared(queries, starts, sizes)))
        return _once(near, live), np.flatnonzero(crowded)

    def _buckets(self, queries: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where the buckets near each query begin, and how many rows each holds."""
        chunk, flips = near_keys(self.cut.widths, thresholds(self.cut, self.radius))
        buckets = bucket_numbers(queries, self.cut.widths).take(chunk, axis=1)
        buckets ^= flips
        starts = self.starts.take(buckets).astype(np.int64)
        buckets += 1
        return starts, self.starts.take(buckets).astype(np.int64) - starts

    def _compared(
        self, queries: NDArray[np.uint8], starts: NDArray[np.int64], sizes: NDArray[np.int64]
    ) -> Iterator[Near]:
        """Find near rows in buckets; a row comes once for each bucket that holds it."""
        full = np.flatnonzero(sizes)
        first_places, counts = starts.take(full), sizes.take(full)
        ends = np.cumsum(counts)
        steps = np.flatnonzero(np.diff(ends // LOOKS_AT_ONCE, prepend=-1, append=-1))
        for first, stop in pairwise(steps):
            few = counts[first:stop]
            # Candidates are numbered through all buckets, places begin anew in each.
            place = np.repeat(first_places[first:stop] - ends[first:stop] + few, few)
            place += np.arange(ends[first] - few[0], ends[stop - 1])
            position = self.positions.take(place).astype(np.int64)
            query = np.repeat(full[first:stop] // sizes.shape[1], few)
            distance = _distances(self.codes, position, queries, query)
            yield Near(query, position, distance).at(distance <= self.radius)


def _distances(
    codes: NDArray[np.uint8],
    position: NDArray[np.int64],
    queries: NDArray[np.uint8],
    query: NDArray[np.intp],
) -> NDArray[np.int32]:
    """Return how many bits differ between rows and queries, pair by pair."""
    word = np.dtype(np.uint64 if codes.shape[1] % 8 == 0 else np.uint8)
    differing: NDArray[np.unsignedinteger] = codes.view(word).take(position, axis=0)
    differing ^= queries.view(word).take(query, axis=0)
    bits = np.bitwise_count(differing)
    # NumPy sums short rows much slower than it adds columns.
    distance: NDArray[np.int32] = bits[:, 0].astype(np.int32)
    for column in range(1, bits.shape[1]):
        distance += bits[:, column]
    return distance


def _once(near: Near, live: NDArray[np.uint8] | None) -> Near:
    """Return each live row once, in order of query and position."""
    if live is not None:
        near = near.at(is_live(live, near.position))
    near = near.at(np.lexsort((near.position, near.query)))
    new = np.diff(near.query, prepend=-1) != 0
    new |= np.diff(near.position, prepend=-1) != 0
    return near.at(new)
