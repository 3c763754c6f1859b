"""Finding rows by the bytes in a column: a sorted table of 64-bit hashes and the rows they are of.

A tenth of the memory of a dictionary, and it lies in the segment's file.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from raisonne.index.arrays import Arrays, NewArrays

_HASH_BYTES = 8


def hashes_of(keys: Iterable[bytes]) -> NDArray[np.uint64]:
    """Return a hash of each key, shape (n,)."""
    joined = b"".join(blake2b(key, digest_size=_HASH_BYTES).digest() for key in keys)
    return np.frombuffer(joined, "<u8").astype(np.uint64)


def key_table(column: str, hashes: NDArray[np.uint64]) -> NewArrays:
    """Return the table of a column.

    Args:
        column: Its name.
        hashes: From ``hashes_of``, in order of position.
    """
    order = np.argsort(hashes, kind="stable")
    return {f"{column}.hash": hashes[order], f"{column}.order": order.astype(np.uint32)}


def positions_of(arrays: Arrays, column: str, key: bytes) -> NDArray[np.int64]:
    """Return the positions of all rows that hold a key, ascending.

    Args:
        arrays: The segment.
        column: Rows of bytes, shape (rows, width); shorter keys are filled up with zeros.
        key: What to find.

    Raises:
        DamagedSegmentError: If what is looked at is not as it was written.
    """
    hashes = arrays.whole(f"{column}.hash")
    wanted = hashes_of([key])[0]
    start, stop = np.searchsorted(hashes, wanted, "left"), np.searchsorted(hashes, wanted, "right")
    if start == stop:
        return np.empty(0, np.int64)
    places = arrays.rows(f"{column}.order", np.arange(start, stop)).astype(np.int64)
    held = arrays.rows(column, places)
    filled = key.ljust(held.shape[1], b"\0")
    return np.sort(places[[row.tobytes() == filled for row in held]])
