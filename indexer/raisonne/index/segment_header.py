"""What stands at the start of a segment file: which arrays follow, and what they are for.

Eight bytes give the length of a JSON text; the arrays follow it in the text's order, each at the
next multiple of 64 bytes, or of 4096 if it has 64 KiB or more: rows whose length is a power of two
then lie in no more blocks and pages than they must. Offsets are not written, so that arrays cannot
overlap.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

LENGTH_BYTES = 8
MAX_HEADER_BYTES = 1024 * 1024
VERSION = 1
_DTYPES = {np.dtype(kind).str: np.dtype(kind) for kind in "bBhHiIqQefd"}
_ALIGNMENT = 64
_LARGE_ALIGNMENT = 4096
_LARGE_BYTES = 64 * 1024
_MAX_ARRAY_BYTES = 2**60
_MAX_AXES = 8

Metadata = Mapping[str, str | int]
"""What the caller says of a segment: its kind, algorithm, tenant and the like."""


@dataclass(frozen=True, slots=True)
class ArrayPlace:
    """Where an array lies.

    Attributes:
        dtype: Of its elements, little endian.
        shape: At least one axis.
        offset: Of its first byte in the contents.
    """

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    offset: int

    @property
    def row_bytes(self) -> int:
        """Bytes between rows along the first axis."""
        return prod(self.shape[1:]) * self.dtype.itemsize

    @property
    def stop(self) -> int:
        """The byte after the last one."""
        return self.offset + self.shape[0] * self.row_bytes


@dataclass(frozen=True, slots=True)
class SegmentHeader:
    """Attributes are what a header says.

    Attributes:
        metadata: The caller's.
        places: Arrays by name, in the order in which they lie.
        stop: The byte after the last array.
    """

    metadata: Metadata
    places: Mapping[str, ArrayPlace]
    stop: int


def encode(
    arrays: Mapping[str, tuple[np.dtype[Any], tuple[int, ...]]], metadata: Metadata
) -> bytes:
    """Return the header with its length.

    Args:
        arrays: Dtype and shape by name.
        metadata: The caller's.

    Raises:
        ValueError: If a segment cannot hold this; object arrays, for example.
    """
    entries = [
        {"name": name, "dtype": dtype.str, "shape": shape}
        for name, (dtype, shape) in arrays.items()
    ]
    header = {"version": VERSION, "metadata": dict(metadata), "arrays": entries}
    text = json.dumps(header, separators=(",", ":")).encode()
    decode(text)
    return len(text).to_bytes(LENGTH_BYTES, "little") + text


def decode(text: bytes) -> SegmentHeader:
    """Read a header that may be anything.

    Args:
        text: The JSON text, without its length.

    Raises:
        ValueError: Says what is wrong.
    """
    if len(text) > MAX_HEADER_BYTES:
        raise ValueError(f"the header has more than {MAX_HEADER_BYTES} bytes")
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError("the header is not JSON") from error
    if not _has_keys(header, {"version", "metadata", "arrays"}) or header["version"] != VERSION:
        raise ValueError(f"the header is not one of version {VERSION}")
    metadata, entries = header["metadata"], header["arrays"]
    if not isinstance(metadata, dict) or not all(type(v) in {str, int} for v in metadata.values()):
        raise ValueError("the metadata are not texts and whole numbers by name")
    if not isinstance(entries, list):
        raise ValueError("the arrays are not a list")  # noqa: TRY004
    places: dict[str, ArrayPlace] = {}
    stop = LENGTH_BYTES + len(text)
    for entry in entries:
        if not _has_keys(entry, {"name", "dtype", "shape"}):
            raise ValueError("an array is not described by name, dtype and shape")
        name = entry["name"]
        if not isinstance(name, str) or not name or name in places:
            raise ValueError(f"{name!r} is not the name of one array")
        places[name] = _place(entry, stop)
        stop = places[name].stop
    return SegmentHeader(metadata, places, stop)


def _place(entry: Mapping[str, Any], after: int) -> ArrayPlace:
    name, dtype, shape = entry["name"], entry["dtype"], entry["shape"]
    if not isinstance(dtype, str) or dtype not in _DTYPES:
        raise ValueError(f"{name!r} has elements of a kind that segments do not hold: {dtype!r}")
    if not isinstance(shape, list) or not 1 <= len(shape) <= _MAX_AXES:
        raise ValueError(f"{name!r} does not have 1 to {_MAX_AXES} axes")
    if not all(type(length) is int and length >= 0 for length in shape):
        raise ValueError(f"{name!r} has an axis without a length")
    # An empty array takes no bytes, and numpy still multiplies its other axes.
    if prod(max(length, 1) for length in shape) * _DTYPES[dtype].itemsize > _MAX_ARRAY_BYTES:
        raise ValueError(f"{name!r} is too large")
    large = prod(shape) * _DTYPES[dtype].itemsize >= _LARGE_BYTES
    alignment = _LARGE_ALIGNMENT if large else _ALIGNMENT
    return ArrayPlace(_DTYPES[dtype], tuple(shape), -(-after // alignment) * alignment)


def _has_keys(value: object, keys: set[str]) -> bool:
    return isinstance(value, dict) and value.keys() == keys
