"""What the index knows of one tenant: its spaces, and the revision they have reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from raisonne.index.indexed_space import IndexedSpace
from raisonne.index.ports import Checkpoint, LogHead
from raisonne.index.segment import Segment
from raisonne.rights.fingerprint import ChangeOperation, FingerprintChange, WorkFingerprint

START = LogHead(0, 0)


@dataclass(slots=True, eq=False)
class TenantState:
    """Spaces of a tenant as of one position of the change log.

    Attributes:
        reached: The position.
        sealed: The position up to which everything lies in files.
        generation: Of the checkpoint that lists the segments.
        spaces: By algorithm.
    """

    reached: LogHead = START
    sealed: int = 0
    generation: int = 0
    spaces: dict[str, IndexedSpace] = field(default_factory=dict)

    @property
    def delta_rows(self) -> int:
        """How many rows of the largest delta are in no segment."""
        return max((space.delta_rows for space in self.spaces.values()), default=0)

    def apply(self, changes: Sequence[FingerprintChange]) -> None:
        """Apply the last word on each row, all rows of a space at once.

        Raises:
            StorageError: If a value is damaged.
        """
        latest = {change.entry.id: change for change in changes}
        added: dict[str, list[WorkFingerprint]] = defaultdict(list)
        removed: dict[str, list[int]] = defaultdict(list)
        for change in latest.values():
            fingerprint = change.entry.fingerprint
            if fingerprint.algorithm not in self.spaces:
                self.spaces[fingerprint.algorithm] = IndexedSpace(fingerprint.kind)
            # A value that was erased since was put out of force further on in the log.
            if change.operation is ChangeOperation.ADD and fingerprint.value:
                added[fingerprint.algorithm].append(change.entry)
            else:
                removed[fingerprint.algorithm].append(change.entry.id)
        for algorithm in added.keys() | removed.keys():
            self.spaces[algorithm].change(added[algorithm], removed[algorithm])

    def segments(self) -> dict[str, Segment]:
        """Return all segments by name."""
        return {
            segment.record.name: segment
            for space in self.spaces.values()
            for segment in space.segments
        }


def state_at(checkpoint: Checkpoint, mark: int, segments: Mapping[str, Segment]) -> TenantState:
    """Return what a checkpoint says.

    Args:
        checkpoint: Which.
        mark: Of the log at its revision.
        segments: Its files, open, by name.
    """
    by_algorithm: dict[str, list[Segment]] = defaultdict(list)
    for record in checkpoint.segments:
        by_algorithm[record.algorithm].append(segments[record.name])
    spaces = {
        algorithm: IndexedSpace(held[0].record.kind, held)
        for algorithm, held in by_algorithm.items()
    }
    return TenantState(
        LogHead(checkpoint.revision, mark), checkpoint.revision, checkpoint.generation, spaces
    )
