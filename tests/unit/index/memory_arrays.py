"""Arrays of a segment that lie in memory, for tests of those who search them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from raisonne.index.arrays import Chunks


class MemoryArrays:
    """Implements ``Arrays`` over what a segment would be written from.

    Attributes:
        checked: The ranges that were checked, in order: name, first row, row after the last.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any] | Chunks]) -> None:
        self.checked: list[tuple[str, int, int]] = []
        self._arrays = {name: _written(name, array) for name, array in arrays.items()}

    def whole(self, name: str) -> NDArray[Any]:
        array = self._arrays[name]
        self.checked.append((name, 0, len(array)))
        return array

    def rows(self, name: str, positions: NDArray[np.intp]) -> NDArray[Any]:
        self.check(name, positions, positions + 1)
        return self._arrays[name][positions]

    def unchecked(self, name: str) -> NDArray[Any]:
        return self._arrays[name]

    def check(self, name: str, starts: NDArray[np.int64], stops: NDArray[np.int64]) -> None:
        rows = len(self._arrays[name])
        for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
            assert 0 <= start <= stop <= rows, f"{name} has no rows {start} to {stop}"
            self.checked.append((name, start, stop))


def _written(name: str, array: NDArray[Any] | Chunks) -> NDArray[Any]:
    """Return the array as a reader of the segment would get it: whole, and read-only."""
    if isinstance(array, Chunks):
        written = np.empty(array.shape, array.dtype)
        filled = 0
        for part in array.parts:
            assert part.dtype == written.dtype, f"{name}: {part.dtype}, not {written.dtype}"
            written[filled : filled + len(part)] = part  # Raises if there are more than it said.
            filled += len(part)
        assert filled == len(written), f"{name}: {filled} of {len(written)} rows"
    else:
        written = np.array(array, order="C")
    written.flags.writeable = False
    return written
