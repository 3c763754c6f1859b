"""What every segment holds of its rows beside what is searched, and how it is made."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from raisonne.index.arrays import Arrays, Chunks, NewArrays
from raisonne.index.key_table import hashes_of, key_table, positions_of
from raisonne.index.marks import mark_of
from raisonne.index.rows import Rows
from raisonne.rights.errors import StorageError
from raisonne.rights.fingerprint import Fingerprint, FingerprintKind, WorkFingerprint

_NO_QUALITY = -1


class _Names:
    """Names that are many: kept in a temporary file without a name, and given back filled up.

    Args:
        folder: Where the file lies.
    """

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - held while it is written
        weakref.finalize(self, self._file.close)
        self._lengths: list[NDArray[np.int32]] = []
        self.rows = 0
        self.width = 1

    def add(self, names: Sequence[bytes]) -> None:
        """Take a page of names."""
        self._file.write(b"".join(names))
        self._lengths.append(np.fromiter(map(len, names), np.int32, len(names)))
        self.rows += len(names)
        self.width = max(self.width, *map(len, names), 1)

    def __iter__(self) -> Iterator[NDArray[np.uint8]]:
        """Give the names page by page, each filled up with zeros, shape (n, width)."""
        self._file.seek(0)
        for lengths in self._lengths:
            filled = b"".join(
                self._file.read(length).ljust(self.width, b"\0") for length in lengths.tolist()
            )
            yield np.frombuffer(filled, np.uint8).reshape(len(lengths), self.width)

    def chunks(self) -> Chunks:
        """Return the names as an array to be written."""
        return Chunks(np.uint8, (self.rows, self.width), self)


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """What is known of rows after they were read once.

    Attributes:
        ids: int64, shape (n,), ascending.
        marks: uint16, shape (n,).
        value_bytes: Length of the values; None if they differ.
        columns: Arrays of the segment that all kinds have.
    """

    ids: NDArray[np.int64]
    marks: NDArray[np.uint16]
    value_bytes: int | None
    columns: NewArrays


def summary_of(rows: Rows, folder: Path) -> Summary:
    """Read rows once; takes some 40 bytes of memory for each.

    Args:
        rows: Which.
        folder: For a temporary file of their names.
    """
    ids, marks, qualities, hashes = [], [], [], []
    works, assets = _Names(folder), _Names(folder)
    lengths: set[int] = set()
    for page in filter(None, rows):
        names = [entry.asset.encode() for entry in page]
        assets.add(names)
        works.add([entry.work.encode() for entry in page])
        hashes.append(hashes_of(names))
        ids.append(np.array([entry.id for entry in page], np.int64))
        marks.append(np.array([mark_of(entry.reserved) for entry in page], np.uint16))
        qualities.append(np.array([_quality(entry) for entry in page], np.int8))
        lengths |= {len(entry.fingerprint.value) for entry in page}
    every = _joined(ids, np.int64)
    columns: Mapping[str, Any] = {
        "id": every,
        "quality": _joined(qualities, np.int8),
        **key_table("asset", _joined(hashes, np.uint64)),
        "work": works.chunks(),
        "asset": assets.chunks(),
    }
    value_bytes = lengths.pop() if len(lengths) == 1 else None
    return Summary(every, _joined(marks, np.uint16), value_bytes, columns)


def _quality(entry: WorkFingerprint) -> int:
    quality = entry.fingerprint.quality
    return _NO_QUALITY if quality is None else quality


def _joined(parts: list[Any], dtype: Any) -> Any:
    return np.concatenate([np.empty(0, dtype), *parts])


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of an open segment.

    Attributes:
        arrays: Where they lie.
        tenant: Whose fingerprints.
        kind: Of them.
        algorithm: Of them.
    """

    arrays: Arrays
    tenant: str
    kind: FingerprintKind
    algorithm: str

    def ids(self) -> NDArray[np.int64]:
        """Return all row ids, ascending, shape (rows,)."""
        return self.arrays.whole("id")

    def positions(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where rows lie, shape (n,); -1 for ids that are not here."""
        every = self.ids()
        places = np.searchsorted(every, ids)
        held = every[np.minimum(places, len(every) - 1)] == ids
        return np.where(held, places, -1).astype(np.int64)

    def of_asset(self, asset: str) -> NDArray[np.int64]:
        """Return the positions of an asset's fingerprints."""
        return positions_of(self.arrays, "asset", asset.encode())

    def entries(
        self, positions: NDArray[np.int64], values: list[bytes], marks: NDArray[np.uint16]
    ) -> list[WorkFingerprint]:
        """Return rows as the catalogue has them.

        Args:
            positions: Shape (n,).
            values: Their values.
            marks: Their marks, shape (n,).
        """
        read = self.arrays.rows
        columns = zip(
            read("id", positions).tolist(),
            _texts(read("work", positions)),
            _texts(read("asset", positions)),
            read("quality", positions).tolist(),
            (marks >> 1).tolist(),
            values,
            strict=True,
        )
        return [
            WorkFingerprint(
                number,
                self.tenant,
                work,
                asset,
                Fingerprint(
                    self.kind, self.algorithm, value, None if quality == _NO_QUALITY else quality
                ),
                reserved,
            )
            for number, work, asset, quality, reserved, value in columns
        ]


def _texts(column: NDArray[np.uint8]) -> list[str]:
    return [row.tobytes().rstrip(b"\0").decode() for row in column]


def require_one_length(summary: Summary, algorithm: str) -> int:
    """Return the length that all values have.

    Raises:
        StorageError: If they differ.
    """
    if summary.value_bytes is None:
        raise StorageError(f"The catalogue's fingerprints of {algorithm} differ in length.")
    return summary.value_bytes
