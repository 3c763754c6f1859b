"""Equality of values in a segment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from raisonne.index.arrays import Arrays, Chunks, NewArrays
from raisonne.index.key_table import hashes_of, key_table, positions_of


def build_exact(chunks: Iterable[NDArray[np.uint8]], rows: int, value_bytes: int) -> NewArrays:
    """Return the arrays of a segment.

    Args:
        chunks: Values in order of position, shape (n, value_bytes); iterated twice.
        rows: How many in all.
        value_bytes: Length of a value.
    """
    hashes = [hashes_of(row.tobytes() for row in chunk) for chunk in chunks]
    return {
        "value": Chunks(np.uint8, (rows, value_bytes), chunks),
        **key_table("value", np.concatenate(hashes)),
    }


@dataclass(frozen=True, slots=True)
class ExactSegment:
    """Values of a segment by hash."""

    arrays: Arrays

    def find(self, value: bytes, live: NDArray[np.uint8] | None) -> NDArray[np.int64]:
        """Return the positions of all rows with a value, ascending.

        Args:
            value: The value.
            live: Packed bits of the rows that count; None for all.
        """
        found = positions_of(self.arrays, "value", value)
        return found[selected(found, live)]


def selected(positions: NDArray[np.int64], live: NDArray[np.uint8] | None) -> NDArray[np.bool_]:
    """Return which positions count, shape (n,).

    Args:
        positions: Shape (n,).
        live: Packed bits, lowest first; None for all.
    """
    if live is None:
        return np.ones(len(positions), np.bool_)
    return np.asarray(live[positions >> 3] >> (positions & 7) & 1, np.bool_)
