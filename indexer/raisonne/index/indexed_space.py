"""All that the index holds of one algorithm: segments, and what was registered since.

The newest rows lie in memory, in the ``delta``; those of segments are masked when they are put out
of force. A row lies in one place only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from raisonne.index.marks import mark_of
from raisonne.index.rows import MergedRows, Part, merged
from raisonne.index.segment import Segment
from raisonne.index.space import Space
from raisonne.index.spaces import SPACES
from raisonne.rights.fingerprint import FingerprintKind, WorkFingerprint

_OUT_OF_FORCE = 0


class IndexedSpace:
    """Segments and delta of one tenant and algorithm.

    Not safe for a change during a search; the index sees to that.

    Args:
        kind: Of the fingerprints.
        segments: The files.
        delta: What is in none of them.
    """

    def __init__(
        self, kind: FingerprintKind, segments: Sequence[Segment] = (), delta: Space | None = None
    ) -> None:
        self.kind = kind
        self.segments = tuple(segments)
        self.delta = delta

    def __len__(self) -> int:
        return sum(segment.marks.in_force for segment in self.segments) + self.delta_rows

    @property
    def delta_rows(self) -> int:
        """How many rows are in no segment."""
        return 0 if self.delta is None else len(self.delta)

    @property
    def masked_rows(self) -> int:
        """How many rows of segments are out of force."""
        return sum(len(segment) - segment.marks.in_force for segment in self.segments)

    def of_asset(self, asset: str) -> WorkFingerprint | None:
        """Return an asset's entry in force, or None."""
        found = None if self.delta is None else self.delta.of_asset(asset)
        for segment in self.segments:
            found = found or segment.of_asset(asset)
        return found

    def change(self, added: Sequence[WorkFingerprint], removed: Sequence[int]) -> None:
        """Put rows in force and others out of force.

        Args:
            added: New rows, or rows that are here already and whose reservations may have changed.
            removed: Row ids; unknown ones are ignored.

        Raises:
            StorageError: If a value cannot be one of this space.
        """
        marks = {entry.id: mark_of(entry.reserved) for entry in added}
        marks |= dict.fromkeys(removed, _OUT_OF_FORCE)
        here = self._mark(marks)
        new = [entry for entry in added if entry.id not in here]
        gone = [row for row in removed if row not in here]
        if new and self.delta is None:
            lengths = [segment.value_bytes for segment in self.segments]
            self.delta = delta_of(self.kind, new, *lengths[:1])
        elif self.delta is not None and (new or gone):
            self.delta.change(new, gone)

    def _mark(self, marks: dict[int, int]) -> set[int]:
        """Write the marks of rows that lie in segments, and return which these are."""
        found: set[int] = set()
        ids = np.array(sorted(marks), np.int64)
        for segment in self.segments:
            record = segment.record
            near = ids[(ids >= record.first) & (ids <= record.last)]
            if not len(near):
                continue
            positions = segment.positions(near)
            held = positions >= 0
            values = np.array([marks[row] for row in near[held].tolist()], np.uint16)
            segment.marks.change(positions[held], values)
            found |= set(near[held].tolist())
        return found

    def entries(self, rows: Sequence[int]) -> list[WorkFingerprint]:
        """Return those of some rows that are here, in no order."""
        ids = np.array(sorted(rows), np.int64)
        found: list[WorkFingerprint] = []
        for segment in self.segments:
            positions = segment.positions(ids)
            found += segment.entries(positions[positions >= 0])
        wanted = set(rows)
        delta = [] if self.delta is None else self.delta.entries()
        return found + [entry for entry in delta if entry.id in wanted]

    def rows(self) -> MergedRows:
        """Return all rows in force in order of row id; they stay as they are when this changes."""
        return rows_of(self.segments, () if self.delta is None else self.delta.entries())

    def searched_rows(self) -> MergedRows:
        """Return the same, with values of the delta as its search structure has them."""
        if self.delta is None:
            return self.rows()
        values = self.delta.contents()
        searched = [
            replace(entry, fingerprint=replace(entry.fingerprint, value=values[entry.id]))
            for entry in self.delta.entries()
            if entry.id in values
        ]
        return rows_of(self.segments, searched)


def delta_of(
    kind: FingerprintKind, entries: Sequence[WorkFingerprint], value_bytes: int = 0
) -> Space | None:
    """Return what holds rows in memory; None if there are none.

    Args:
        kind: Of the fingerprints.
        entries: The rows.
        value_bytes: Length of a value; 0 for that of the first one.

    Raises:
        StorageError: If a value has another length.
    """
    if not entries:
        return None
    delta = SPACES[kind](value_bytes or len(entries[0].fingerprint.value))
    delta.change(entries, ())
    return delta


@dataclass(frozen=True, slots=True)
class _Entries:
    """Rows in memory as a part of a merge."""

    rows: Sequence[WorkFingerprint]

    def entries(self, positions: NDArray[np.int64]) -> Sequence[WorkFingerprint]:
        return [self.rows[position] for position in positions.tolist()]


def rows_of(segments: Sequence[Segment], delta: Sequence[WorkFingerprint]) -> MergedRows:
    """Return the rows in force of segments, and others, in order of row id."""
    parts: list[Part] = [*segments, _Entries(delta)]
    positions = [*(segment.in_force() for segment in segments), np.arange(len(delta))]
    ids = [segment.ids()[held] for segment, held in zip(segments, positions, strict=False)]
    return merged(parts, [*ids, np.array([entry.id for entry in delta], np.int64)], positions)
