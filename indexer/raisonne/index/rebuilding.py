"""Making all files of a tenant anew from the catalogue, without a look at the old ones."""

from __future__ import annotations

from collections.abc import Iterator

from raisonne.index.opening import order_of
from raisonne.index.ports import Checkpoint, FingerprintLog, SegmentRecord
from raisonne.index.rows import LoggedRows
from raisonne.index.segment_store import SegmentStore
from raisonne.index.upkeep import MOST_ROWS, Progress


def rebuild(
    tenant: str, log: FingerprintLog, store: SegmentStore, progress: Progress | None = None
) -> bool:
    """Put new files in the place of a tenant's; call it while maintaining.

    Memory is bounded however many rows there are.

    Args:
        tenant: Whose.
        log: The catalogue's.
        store: Where files lie.
        progress: Told how many of how many rows are written, the latter as the old files say.

    Returns:
        Whether they count now; not if another one came first.

    Raises:
        StorageError: If the disk is full, or the catalogue holds a damaged value.
    """
    old = store.checkpoint(tenant)
    expected = sum(record.rows for record in old.segments)
    revision = log.head().sequence
    records: list[SegmentRecord] = []
    for record in _written(tenant, log, store, revision):
        records.append(record)
        if progress is not None:
            done = sum(each.rows for each in records)
            progress(done, max(done, expected))
    new = Checkpoint(revision, old.generation + 1, tuple(sorted(records, key=order_of)))
    return store.commit(tenant, new)


def _written(
    tenant: str, log: FingerprintLog, store: SegmentStore, revision: int
) -> Iterator[SegmentRecord]:
    for algorithm, kind in log.algorithms(tenant):
        after = 0
        while True:
            rows = LoggedRows(log, tenant, algorithm, revision, after=after, most=MOST_ROWS[kind])
            record = store.write(tenant, kind, algorithm, rows)
            if record is None:
                break
            yield record
            after = record.last
