"""Opening a tenant's files, and making anew from the catalogue what of them is damaged."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from raisonne.index.block_file import DamagedSegmentError
from raisonne.index.ports import Checkpoint, FingerprintLog, SegmentRecord
from raisonne.index.rows import LoggedRows
from raisonne.index.segment import Segment
from raisonne.index.segment_store import IndexBusyError, SegmentStore
from raisonne.index.tenant_state import TenantState, state_at
from raisonne.rights.errors import StorageError

_TRIES = 10
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opener:
    """Opens what the catalogue lists for a tenant.

    Attributes:
        tenant: Whose.
        log: The catalogue's.
        store: The files.
        repairs: Gets a sentence for each file that is made anew.
    """

    tenant: str
    log: FingerprintLog
    store: SegmentStore
    repairs: list[str] = field(default_factory=list)

    def open(self, known: Mapping[str, Segment], *, thorough: bool = False) -> TenantState:
        """Return the state of the newest checkpoint; damaged files are made anew first.

        Args:
            known: Segments that are open already, by name.
            thorough: Whether to read every byte of every file, because one is known to be damaged.

        Raises:
            IndexBusyError: If damaged files cannot be made anew at this moment.
            StorageError: If they cannot at all.
        """
        for _ in range(_TRIES):
            checkpoint = self.store.checkpoint(self.tenant)
            segments, damaged = self._open_all(
                checkpoint, {} if thorough else known, thorough=thorough
            )
            mark = self.log.mark(checkpoint.revision)
            if not damaged and mark is not None:
                return state_at(checkpoint, mark, segments)
            if mark is None:  # Of another catalogue, or of a future that was taken back.
                checkpoint = replace(checkpoint, revision=0, segments=())
                segments, damaged = {}, {}
            # Another process may have put new files in their place meanwhile.
            if self.store.checkpoint(self.tenant).generation == checkpoint.generation:
                self._repair(checkpoint, segments, damaged)
        raise StorageError(f"The index of tenant {self.tenant} is damaged again and again.")

    def _open_all(
        self, checkpoint: Checkpoint, known: Mapping[str, Segment], *, thorough: bool
    ) -> tuple[dict[str, Segment], dict[SegmentRecord, str]]:
        """Return open segments by name, and what is wrong with the others."""
        segments: dict[str, Segment] = {}
        damaged: dict[SegmentRecord, str] = {}
        for record in checkpoint.segments:
            try:
                segments[record.name] = self._open_one(
                    record, known.get(record.name), thorough=thorough
                )
            except DamagedSegmentError as error:
                damaged[record] = error.message
        return segments, damaged

    def _open_one(self, record: SegmentRecord, known: Segment | None, *, thorough: bool) -> Segment:
        if known is not None:
            return known.with_marks(record, self.store.marks_of(record))
        segment = self.store.open(self.tenant, record)
        if thorough:
            segment.file.verify_all()
        return segment

    def _repair(
        self,
        checkpoint: Checkpoint,
        segments: dict[str, Segment],
        damaged: Mapping[SegmentRecord, str],
    ) -> None:
        with self.store.maintaining() as held:
            if not held:
                raise IndexBusyError(
                    "The index is damaged, and another process is making files of it; try again."
                )
            if self.store.checkpoint(self.tenant).generation != checkpoint.generation:
                return
            for record in damaged:
                new = self._remade(checkpoint, segments, record)
                if new is not None:
                    segments[new.name] = self.store.open(self.tenant, new)
            records = sorted((segment.record for segment in segments.values()), key=order_of)
            following = replace(
                checkpoint, generation=checkpoint.generation + 1, segments=tuple(records)
            )
            if self.store.commit(self.tenant, following):
                self.store.sweep()
                for record, problem in damaged.items():
                    self._tell(
                        f"{problem} It was made anew from the catalogue: up to {record.rows} rows "
                        f"of {record.algorithm}."
                    )

    def _tell(self, sentence: str) -> None:
        _log.warning("%s", sentence)
        self.repairs.append(sentence)

    def _remade(
        self, checkpoint: Checkpoint, segments: Mapping[str, Segment], record: SegmentRecord
    ) -> SegmentRecord | None:
        """Write what a lost file held that is still in force as of the checkpoint."""
        rows = LoggedRows(
            self.log,
            self.tenant,
            record.algorithm,
            checkpoint.revision,
            after=record.first - 1,
            until=record.last,
            omitted=_ids_of(segments.values(), record),
        )
        return self.store.write(self.tenant, record.kind, record.algorithm, rows)


def order_of(record: SegmentRecord) -> tuple[str, int, str]:
    """Sort by algorithm, then first row, then name."""
    return record.algorithm, record.first, record.name


def _ids_of(segments: Collection[Segment], lost: SegmentRecord) -> NDArray[np.int64]:
    """Return the rows within a lost segment's range that other segments hold."""
    ids = [np.empty(0, np.int64)]
    for segment in segments:
        if segment.record.algorithm == lost.algorithm:
            held = segment.ids()
            ids.append(held[(held >= lost.first) & (held <= lost.last)])
    return np.concatenate(ids)
