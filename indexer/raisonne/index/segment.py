"""An open segment: immutable rows in a file, their marks, and what searches them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from raisonne.index.arrays import Arrays, NewArrays
from raisonne.index.binary_segment import BinarySegment, build_binary
from raisonne.index.device_products import HOST
from raisonne.index.device_segment import DeviceSegment
from raisonne.index.exact_segment import ExactSegment, build_exact
from raisonne.index.float_segment import FloatSegment, build_float
from raisonne.index.local_segment import LocalSegment, build_local
from raisonne.index.marks import IN_FORCE, Marks
from raisonne.index.ports import SegmentRecord
from raisonne.index.rows import Rows, Values
from raisonne.index.segment_columns import Columns, Summary, require_one_length, summary_of
from raisonne.index.segment_file import SegmentFile
from raisonne.rights.fingerprint import FingerprintKind, WorkFingerprint

Searcher = ExactSegment | BinarySegment | FloatSegment | LocalSegment


def segment_arrays(
    kind: FingerprintKind, algorithm: str, rows: Rows, folder: Path
) -> tuple[NewArrays, Summary]:
    """Return all arrays of a new segment, and what it holds.

    Args:
        kind: Of the fingerprints.
        algorithm: Of the fingerprints.
        rows: Read several times.
        folder: For temporary files, which hold points and names in the clear and have no names.

    Raises:
        StorageError: If a value cannot be one of this kind.
    """
    summary = summary_of(rows, folder)
    if not len(summary.ids):
        return {}, summary
    return {**summary.columns, **_searched(kind, algorithm, rows, summary, folder)}, summary


def _searched(
    kind: FingerprintKind, algorithm: str, rows: Rows, summary: Summary, folder: Path
) -> NewArrays:
    count = len(summary.ids)
    if kind is FingerprintKind.LOCAL:
        return build_local(_Pages(rows), count, folder)
    length = require_one_length(summary, algorithm)
    if kind is FingerprintKind.EXACT:
        return build_exact(Values(rows, np.uint8), count, length)
    if kind is FingerprintKind.PERCEPTUAL:
        return build_binary(Values(rows, np.uint8), count, length)
    return build_float(Values(rows, "<f2"), count, length // 2)


@dataclass(frozen=True, slots=True)
class _Pages:
    """Values of rows as they are, page by page, each time anew."""

    rows: Rows

    def __iter__(self) -> Iterator[list[bytes]]:
        for page in self.rows:
            if page:
                yield [entry.fingerprint.value for entry in page]


def searcher_of(kind: FingerprintKind, arrays: Arrays, device: str = HOST) -> Searcher:
    """Return what searches a segment.

    Args:
        kind: Of its fingerprints.
        arrays: Its arrays.
        device: Where products of float vectors are computed; see ``products_at``.
    """
    if kind is FingerprintKind.EXACT:
        return ExactSegment(arrays)
    if kind is FingerprintKind.PERCEPTUAL:
        return BinarySegment(arrays)
    if kind is FingerprintKind.LOCAL:
        return LocalSegment(arrays)
    return FloatSegment(arrays) if device == HOST else DeviceSegment(arrays, device)


class Segment:
    """An open segment.

    Args:
        record: As the catalogue lists it.
        tenant: Whose.
        file: Open.
        marks: Of its rows; changed as the index follows the log.
        searcher: What searches it.
    """

    def __init__(
        self,
        record: SegmentRecord,
        tenant: str,
        file: SegmentFile,
        marks: Marks,
        searcher: Searcher,
    ) -> None:
        self.record = record
        self.tenant = tenant
        self.file = file
        self.marks = marks
        self.searcher = searcher
        self._columns = Columns(file, tenant, record.kind, record.algorithm)

    def with_marks(self, record: SegmentRecord, marks: Marks) -> Segment:
        """Return the same rows with other marks, and what the catalogue says with them."""
        return Segment(record, self.tenant, self.file, marks, self.searcher)

    def __len__(self) -> int:
        return self.record.rows

    @property
    def value_bytes(self) -> int:
        """Length of each value; of local features, which differ in length, it is not that."""
        return self.file.places["value"].row_bytes

    def ids(self) -> NDArray[np.int64]:
        """Return all row ids, ascending, shape (rows,)."""
        return self._columns.ids()

    def in_force(self) -> NDArray[np.int64]:
        """Return the positions of all rows in force, ascending."""
        return np.flatnonzero(self.marks.values & IN_FORCE)

    def positions(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where rows lie, shape (n,); -1 for ids that are not here."""
        return self._columns.positions(ids)

    def of_asset(self, asset: str) -> WorkFingerprint | None:
        """Return an asset's entry in force, or None."""
        found = self._columns.of_asset(asset)
        found = found[self.marks.values[found] & IN_FORCE != 0]
        return self.entries(found[:1])[0] if len(found) else None

    def entries(self, positions: NDArray[np.int64]) -> Sequence[WorkFingerprint]:
        """Return the rows at positions, in the order asked for."""
        if not len(positions):
            return []
        if isinstance(self.searcher, LocalSegment):
            values = self.searcher.values(positions)
        else:
            values = [row.tobytes() for row in self.file.rows("value", positions)]
        return self._columns.entries(positions, values, self.marks.values[positions])
