"""Segment files: named arrays in one immutable file, verified or decrypted as they are touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from raisonne.index.arrays import Chunks, NewArrays
from raisonne.index.block_file import (
    BlockFile,
    BlockFileDigest,
    DamagedSegmentError,
    Progress,
)
from raisonne.index.block_file_writer import BlockFileWriter
from raisonne.index.segment_header import (
    LENGTH_BYTES,
    MAX_HEADER_BYTES,
    ArrayPlace,
    Metadata,
    SegmentHeader,
    decode,
    encode,
)

__all__ = [
    "SMALL_BYTES",
    "DamagedSegmentError",
    "SegmentFile",
    "open_segment",
    "write_segment",
]

SMALL_BYTES = 4 * 1024 * 1024
"""Segments up to this size are verified wholly when they are opened, in some milliseconds."""


def write_segment(
    path: Path, arrays: NewArrays, metadata: Metadata, key: bytes | None = None
) -> BlockFileDigest:
    """Write arrays, in the mapping's order, durably or not at all.

    Memory is taken for one block, for what ``Chunks`` yield, and for a copy of an array that is not
    contiguous.

    Args:
        path: The name that the file gets.
        arrays: Whole numbers or floats in the machine's order, of at least one axis each.
        metadata: What ``SegmentFile.metadata`` gives back.
        key: 32 random bytes to seal the file with, made for this attempt; None for a plain file.

    Returns:
        What opens it again.

    Raises:
        ValueError: If a segment cannot hold such arrays, or chunks are not what they were said to
            be.
        StorageError: If the file cannot be written, for example because the disk is full.
    """
    kinds = {name: (np.dtype(array.dtype), array.shape) for name, array in arrays.items()}
    lead = encode(kinds, metadata)
    places = decode(lead[LENGTH_BYTES:]).places
    with BlockFileWriter(path, key) as writer:
        writer.write(lead)
        end = len(lead)
        for name, place in places.items():
            writer.write(bytes(place.offset - end))
            for part in _parts(name, arrays[name]):
                writer.write(np.ascontiguousarray(part).reshape(-1).view(np.uint8).data)
            end = place.stop
        return writer.commit()


def open_segment(path: Path, size: int, digest: bytes, key: bytes | None = None) -> SegmentFile:
    """Open a segment for reading.

    Args:
        path: Where it lies.
        size: Bytes of the file, as ``write_segment`` returned them.
        digest: SHA-256, likewise.
        key: What it was sealed with; None for a plain file.

    Raises:
        DamagedSegmentError: If it is not the file that was written.
        StorageError: If it cannot be opened for another reason.
    """
    file = BlockFile(path, BlockFileDigest(size, digest), key)
    try:
        if len(file.contents) <= SMALL_BYTES:
            _check_bytes(file, 0, len(file.contents))
        return SegmentFile(file, _header(path, file))
    except BaseException:
        file.close()
        raise


class SegmentFile:
    """Arrays of an open segment; implements ``Arrays``. Made by ``open_segment``.

    Many threads may share it. It may be unlinked while it is open, and is closed when the last
    reference is gone or by ``close``.
    """

    def __init__(self, file: BlockFile, header: SegmentHeader) -> None:
        self._file = file
        self._places = header.places
        self._metadata = MappingProxyType(dict(header.metadata))
        contents = file.contents
        self._arrays = {
            name: contents[place.offset : place.stop].view(place.dtype).reshape(place.shape)
            for name, place in header.places.items()
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def metadata(self) -> Metadata:
        """What the writer said of the segment."""
        return self._metadata

    @property
    def places(self) -> Mapping[str, ArrayPlace]:
        """Dtype and shape of the arrays, by name, in the order in which they were written."""
        return self._places

    def whole(self, name: str) -> NDArray[Any]:
        """See ``Arrays.whole``; an unknown name is a ``KeyError`` here and below."""
        place = self._places[name]
        _check_bytes(self._file, place.offset, place.stop)
        return self._arrays[name]

    def rows(self, name: str, positions: NDArray[np.intp]) -> NDArray[Any]:
        """See ``Arrays.rows``.

        Raises:
            IndexError: If there is no such row; also for those below zero.
        """
        self.check(name, positions, positions + 1)
        return self._arrays[name][positions]

    def unchecked(self, name: str) -> NDArray[Any]:
        """See ``Arrays.unchecked``; of a sealed segment, what was not checked reads as zeros."""
        return self._arrays[name]

    def check(self, name: str, starts: NDArray[np.int64], stops: NDArray[np.int64]) -> None:
        """See ``Arrays.check``.

        Raises:
            IndexError: If there are no such rows.
        """
        place = self._places[name]
        # Row numbers may be of a narrower type, in which a place in the file would not fit.
        first, stop = np.asarray(starts, np.int64), np.asarray(stops, np.int64)
        # One of these is below zero, and then all their bits together are, if a range is wrong.
        if np.bitwise_or.reduce(first | (stop - first) | (place.shape[0] - stop)) < 0:
            raise IndexError(f"{name!r} has {place.shape[0]} rows, and others were asked for.")
        self._file.check(
            place.offset + first * place.row_bytes, place.offset + stop * place.row_bytes
        )

    def verify_all(self, progress: Progress | None = None) -> None:
        """See ``BlockFile.verify_all``."""
        self._file.verify_all(progress)

    def close(self) -> None:
        """Let go of the file. Arrays that were given out stay, and keep its memory."""
        self._file.close()


def _parts(name: str, array: NDArray[Any] | Chunks) -> Iterable[NDArray[Any]]:
    if not isinstance(array, Chunks):
        yield array
        return
    rows = 0
    for part in array.parts:
        rows += len(part)
        if part.dtype != array.dtype or part.shape[1:] != array.shape[1:] or rows > array.shape[0]:
            raise ValueError(
                f"Chunks of {name!r} come to {rows} rows of {part.shape[1:]} {part.dtype}, "
                f"not to {array.shape} {np.dtype(array.dtype)}."
            )
        yield part
    if rows != array.shape[0]:
        raise ValueError(f"Chunks of {name!r} come to {rows} rows, not to {array.shape[0]}.")


def _header(path: Path, file: BlockFile) -> SegmentHeader:
    contents = file.contents
    if len(contents) < LENGTH_BYTES:
        raise DamagedSegmentError(path, "has no header")
    _check_bytes(file, 0, LENGTH_BYTES)
    stop = LENGTH_BYTES + int.from_bytes(contents[:LENGTH_BYTES].tobytes(), "little")
    if stop > min(len(contents), LENGTH_BYTES + MAX_HEADER_BYTES):
        raise DamagedSegmentError(path, "has a header that is too long")
    _check_bytes(file, 0, stop)
    try:
        header = decode(contents[LENGTH_BYTES:stop].tobytes())
    except ValueError as error:
        raise DamagedSegmentError(path, f"has a wrong header: {error}") from error
    if header.stop != len(contents):
        raise DamagedSegmentError(path, "does not have the length that its header gives")
    return header


def _check_bytes(file: BlockFile, start: int, stop: int) -> None:
    file.check(np.array([start]), np.array([stop]))
