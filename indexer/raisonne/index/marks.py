"""What holds for each row of a segment now, beside what was written into it once.

A mark is a number of 16 bits: the lowest says whether the fingerprint is in force, the others what
the work's holder has reserved (``raisonne.rights.statement.reservation_bits``). Withdrawing a work
or changing its reservations changes marks; files stay as they are.
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from raisonne.rights.errors import StorageError

IN_FORCE = 1
_RESERVED_SHIFT = 1
_MOST_RESERVED = 0x7FFF


def mark_of(reserved: int) -> int:
    """Return the mark of a row in force."""
    return (reserved & _MOST_RESERVED) << _RESERVED_SHIFT | IN_FORCE


class Marks:
    """The marks of a segment's rows.

    Not safe for a change during a search; the index sees to that.

    Args:
        values: uint16, shape (rows,); changed in place.
    """

    def __init__(self, values: NDArray[np.uint16]) -> None:
        self.values = values
        self.in_force = int(np.count_nonzero(values & IN_FORCE))
        self._selections: dict[int, NDArray[np.uint8]] = {}

    def __len__(self) -> int:
        return len(self.values)

    @classmethod
    def read(cls, stored: bytes, rows: int) -> Marks:
        """Return what ``stored`` wrote.

        Raises:
            StorageError: If it was damaged or is of another number of rows.
        """
        unpacker = zlib.decompressobj()
        try:
            raw = unpacker.decompress(stored, 2 * rows + 1)
        except zlib.error as error:
            raise StorageError("The marks of an index segment are damaged.") from error
        if len(raw) != 2 * rows or not unpacker.eof:
            raise StorageError("The marks of an index segment are those of another one.")
        return cls(np.frombuffer(raw, "<u2").astype(np.uint16))

    def stored(self) -> bytes:
        """Return the marks in few bytes: mostly they are all the same."""
        return zlib.compress(self.values.astype("<u2").tobytes(), 1)

    def change(self, positions: NDArray[np.int64], values: NDArray[np.uint16]) -> None:
        """Write new marks.

        Args:
            positions: Shape (n,), no two alike.
            values: Shape (n,).
        """
        before = np.count_nonzero(self.values[positions] & IN_FORCE)
        self.values[positions] = values
        self.in_force += int(np.count_nonzero(values & IN_FORCE) - before)
        self._selections.clear()

    def selection(self, reserving: int = 0) -> NDArray[np.uint8] | None:
        """Return which rows a search may find.

        Args:
            reserving: Only works whose holders have reserved any of these.

        Returns:
            Packed bits, lowest first, as ``faiss.IDSelectorBitmap`` takes them; None for all rows.
        """
        if not reserving and self.in_force == len(self.values):
            return None
        packed = self._selections.get(reserving)
        if packed is None:
            chosen = self.values & IN_FORCE != 0
            if reserving:
                chosen &= self.values & (mark_of(reserving) ^ IN_FORCE) != 0
            packed = np.packbits(chosen, bitorder="little")
            self._selections[reserving] = packed
        return packed
