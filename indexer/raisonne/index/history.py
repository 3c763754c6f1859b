"""The index as it was at an earlier revision, so that a decision can be looked at again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from raisonne.index.indexed_space import IndexedSpace, delta_of
from raisonne.index.marks import Marks, mark_of
from raisonne.index.ports import FingerprintLog, LogHead
from raisonne.index.tenant_state import TenantState
from raisonne.rights.errors import InputError, Reason, StorageError
from raisonne.rights.fingerprint import FingerprintKind, WorkFingerprint

_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Past:
    """A state of the past.

    Attributes:
        state: What was in force; it shares files with the present one, and nothing that changes.
        erased: Fingerprints that were in force and whose values were erased since.
    """

    state: TenantState
    erased: int


def state_as_of(state: TenantState, tenant: str, log: FingerprintLog, revision: int) -> Past:
    """Return what was in force at a revision; call it while nothing changes.

    Time and memory grow with what has changed since. What is reserved is told as of today.

    Args:
        state: The present.
        tenant: Whose.
        log: The catalogue's.
        revision: Change-log position.

    Raises:
        InputError: If the revision is not one of the past.
    """
    if not 0 <= revision <= state.reached.sequence:
        raise InputError(
            f"There is no revision {revision}; the newest is {state.reached.sequence}.",
            reason=Reason.REVISION_UNKNOWN,
            metadata={"revision": str(state.reached.sequence)},
        )
    touched = _touched(state, tenant, log, revision)
    held = {
        entry.id: entry
        for start in range(0, len(touched), _BATCH)
        for entry in log.at(tenant, sorted(touched)[start : start + _BATCH], revision)
    }
    by_algorithm: dict[str, dict[int, WorkFingerprint | None]] = defaultdict(dict)
    # Of what was withdrawn and compacted wholly, there is no space any more.
    present = dict(state.spaces)
    for row, (algorithm, kind) in touched.items():
        by_algorithm[algorithm][row] = held.get(row)
        present.setdefault(algorithm, IndexedSpace(kind))
    spaces, erased = {}, 0
    for algorithm, space in present.items():
        spaces[algorithm], gone = _space_as_of(space, by_algorithm[algorithm])
        erased += gone
    mark = log.mark(revision)
    if mark is None:
        raise StorageError(f"The change log holds nothing at revision {revision}.")
    return Past(TenantState(LogHead(revision, mark), spaces=spaces), erased)


def _touched(
    state: TenantState, tenant: str, log: FingerprintLog, revision: int
) -> dict[int, tuple[str, FingerprintKind]]:
    """Return the algorithms and kinds of all rows that changed since, by row."""
    found: dict[int, tuple[str, FingerprintKind]] = {}
    while revision < state.reached.sequence:
        changes = log.changes(tenant, revision, _BATCH)
        changes = [change for change in changes if change.sequence <= state.reached.sequence]
        if not changes:
            break
        revision = changes[-1].sequence
        for change in changes:
            fingerprint = change.entry.fingerprint
            found[change.entry.id] = fingerprint.algorithm, fingerprint.kind
    return found


def _space_as_of(
    space: IndexedSpace, then: Mapping[int, WorkFingerprint | None]
) -> tuple[IndexedSpace, int]:
    """Return a space with some rows as they were then, and how many cannot be had any more."""
    ids = np.array(sorted(then), np.int64)
    marks = np.array([_mark(then[row]) for row in ids.tolist()], np.uint16)
    segments, filed = [], set()
    for segment in space.segments:
        positions = segment.positions(ids)
        here = positions >= 0
        past = Marks(segment.marks.values.copy())
        past.change(positions[here], marks[here])
        segments.append(segment.with_marks(segment.record, past))
        filed |= set(ids[here].tolist())
    present = [] if space.delta is None else space.delta.entries()
    lying = [entry for entry in present if entry.id not in then]
    lost = 0
    for row, entry in then.items():
        if entry is None or row in filed:
            continue
        if entry.fingerprint.value:
            lying.append(entry)
        else:
            lost += 1
    return IndexedSpace(space.kind, segments, delta_of(space.kind, lying)), lost


def _mark(entry: WorkFingerprint | None) -> int:
    return 0 if entry is None else mark_of(entry.reserved)
