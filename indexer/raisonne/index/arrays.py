"""The arrays that a part of the index consists of, as those who search them see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray


class Arrays(Protocol):
    """Named arrays of a segment; what is given out has been checked, or is checked on request.

    All arrays are read-only and lie where the segment lies, mostly in a mapped file: nothing is
    copied unless it says so, and memory is used for what is touched.
    """

    def whole(self, name: str) -> NDArray[Any]:
        """Return an array, all of it checked.

        Raises:
            DamagedSegmentError: If it is not as it was written.
        """
        ...

    def rows(self, name: str, positions: NDArray[np.intp]) -> NDArray[Any]:
        """Return a copy of some rows, only these checked.

        Args:
            name: Which array.
            positions: Along the first axis, shape (n,), in any order.

        Raises:
            DamagedSegmentError: If they are not as they were written.
        """
        ...

    def unchecked(self, name: str) -> NDArray[Any]:
        """Return an array of which nothing was checked; ``check`` comes before a row is read."""
        ...

    def check(self, name: str, starts: NDArray[np.int64], stops: NDArray[np.int64]) -> None:
        """Make sure that ranges of rows are as they were written; what was checked once is quick.

        Args:
            name: Which array.
            starts: First rows along the first axis, shape (n,).
            stops: Rows after the last ones, shape (n,).

        Raises:
            DamagedSegmentError: If one is not.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Chunks:
    """An array that is too large to be made at once.

    Attributes:
        dtype: Of its elements.
        shape: Of all of it.
        parts: Pieces along the first axis, in order.
    """

    dtype: DTypeLike
    shape: tuple[int, ...]
    parts: Iterable[NDArray[Any]]


NewArrays = Mapping[str, "NDArray[Any] | Chunks"]
"""What a segment is written from, by name."""
