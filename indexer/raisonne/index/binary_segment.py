"""Binary codes of a segment: searched by tables where they are many, else by a scan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from raisonne.index import hamming, multi_index_hash
from raisonne.index.arrays import Arrays, Chunks, NewArrays
from raisonne.index.hamming import Near
from raisonne.index.multi_index_hash import VALUE, WIDTHS

TABLES_FROM_ROWS = 1 << 17
"""From here on, nine lookups of 256 bits are three times as fast with tables, and a single one is
not slower; they take five times the space of the codes."""


def build_binary(
    chunks: Iterable[NDArray[np.uint8]],
    rows: int,
    value_bytes: int,
    tables_from: int = TABLES_FROM_ROWS,
) -> NewArrays:
    """Return the arrays of a segment.

    Memory: see ``multi_index_hash.build``; without tables, a chunk.

    Args:
        chunks: Packed bits in order of position, shape (any, value_bytes).
        rows: How many in all.
        value_bytes: Length of a code.
        tables_from: From how many rows on there are tables.

    Raises:
        ValueError: If there are fewer rows, or more; without tables, whoever writes the arrays
            notices this.
    """
    if rows >= tables_from:
        return multi_index_hash.build(chunks, rows, value_bytes)
    codes = Chunks(np.uint8, (rows, value_bytes), chunks)
    return {VALUE: codes, WIDTHS: np.empty(0, np.uint8)}


@dataclass(frozen=True, slots=True)
class BinarySegment:
    """Binary codes of a segment, from ``build_binary``."""

    arrays: Arrays

    def within(
        self, queries: NDArray[np.uint8], radius: int, live: NDArray[np.uint8] | None = None
    ) -> Near:
        """Find all rows within a distance, exactly.

        Args:
            queries: Packed bits, shape (q, bytes).
            radius: Bits, inclusive.
            live: Which rows may be found, a bit each, the lowest bit of a byte first; None for all.

        Raises:
            ValueError: If codes and queries differ in length, or ``live`` is too short.
            DamagedSegmentError: If an array is not as it was written.
        """
        if len(self.arrays.whole(WIDTHS)):
            return multi_index_hash.within(self.arrays, queries, radius, live)
        return hamming.within(self.arrays.whole(VALUE), queries, radius, live)
