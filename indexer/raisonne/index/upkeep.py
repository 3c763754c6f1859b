"""Making files of what lies in memory, and fewer files of many.

Segments of like size are merged when there are four, so that each row is written again about once
whenever the registry has grown fourfold, and a registry of a million works has a dozen files of
each kind. The plan is made as of one revision; while files are written, the index goes on following
the log, and what changed meanwhile is carried over when they take the place of the old ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from raisonne.index.indexed_space import IndexedSpace, delta_of, rows_of
from raisonne.index.marks import IN_FORCE, Marks, mark_of
from raisonne.index.opening import order_of
from raisonne.index.ports import Checkpoint, LogHead, SegmentRecord
from raisonne.index.rows import MergedRows
from raisonne.index.segment import Segment
from raisonne.index.segment_store import SegmentStore
from raisonne.index.tenant_state import TenantState
from raisonne.rights.fingerprint import FingerprintKind, WorkFingerprint

SEAL_ROWS = 4_000
"""Rows in memory from which files are made of them."""
MOST_ROWS = {
    FingerprintKind.EXACT: 1 << 24,
    FingerprintKind.PERCEPTUAL: 1 << 24,
    FingerprintKind.EMBEDDING: 1 << 21,
    FingerprintKind.LOCAL: 1 << 20,
}
"""Rows of a file: what is needed beside them while it is written is bounded by it."""
_FANOUT = 4
_MASKED_SHARE = 0.2

Progress = Callable[[int, int], None]
"""Told how many of how many rows are written."""


@dataclass(frozen=True, slots=True, eq=False)
class Replacement:
    """Rows of one space that move into new files.

    Attributes:
        algorithm: Of the space.
        kind: Of the space.
        sources: Segments that are given up.
        rows: Those of them in force, and those in memory.
    """

    algorithm: str
    kind: FingerprintKind
    sources: tuple[Segment, ...]
    rows: MergedRows


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What is to be done, as of one revision.

    Attributes:
        reached: The revision.
        generation: Of the checkpoint that is replaced.
        kept: Segments that stay, with their marks as of the revision.
        replacements: What moves.
    """

    reached: LogHead
    generation: int
    kept: tuple[SegmentRecord, ...]
    replacements: tuple[Replacement, ...]

    @property
    def rows(self) -> int:
        """How many rows have to be written."""
        return sum(len(each.rows) for each in self.replacements)


def plan_for(
    state: TenantState, *, seal_rows: int = SEAL_ROWS, compact: bool = False
) -> Plan | None:
    """Return what there is to do for a tenant, or None; call it while nothing changes.

    Args:
        state: The tenant's.
        seal_rows: Rows in memory from which files are made of them.
        compact: Whether to leave one file of each kind, without rows that are out of force, and
            nothing in memory.
    """
    chosen = {
        algorithm: tuple(space.segments if _loose(space) else ()) if compact else _due(space)
        for algorithm, space in state.spaces.items()
    }
    full = compact and any(space.delta_rows for space in state.spaces.values())
    if not (full or state.delta_rows >= seal_rows or any(chosen.values())):
        return None
    # A checkpoint says that nothing up to its revision lies in memory only, so all of that moves.
    moving = [
        _replacement(algorithm, space, chosen[algorithm])
        for algorithm, space in state.spaces.items()
        if chosen[algorithm] or space.delta_rows
    ]
    gone = {segment.record.name for each in moving for segment in each.sources}
    kept = [_as_of_now(segment) for name, segment in state.segments().items() if name not in gone]
    return Plan(state.reached, state.generation, tuple(kept), tuple(moving))


def _loose(space: IndexedSpace) -> bool:
    """Whether a space could be packed into fewer files or fewer rows."""
    fewest = -(-len(space) // MOST_ROWS[space.kind])
    return bool(space.masked_rows or space.delta_rows or len(space.segments) > fewest)


def _due(space: IndexedSpace) -> tuple[Segment, ...]:
    """Return the segments that are to be merged with the delta, or rewritten."""
    masked = [s for s in space.segments if s.marks.in_force < (1 - _MASKED_SHARE) * len(s)]
    rest = [s for s in space.segments if s not in masked]
    chosen, rows = masked, space.delta_rows + sum(s.marks.in_force for s in masked)
    while True:
        like = [s for s in rest if _tier(s.marks.in_force) <= _tier(rows)]
        more = sum(s.marks.in_force for s in like)
        if len(like) < _FANOUT - bool(rows) or rows + more > MOST_ROWS[space.kind]:
            return tuple(chosen)
        chosen = [*chosen, *like]
        rest = [s for s in rest if s not in like]
        rows += more


def _tier(rows: int) -> int:
    tier = 0
    while rows >= SEAL_ROWS * _FANOUT:
        rows //= _FANOUT
        tier += 1
    return tier


def _replacement(algorithm: str, space: IndexedSpace, sources: tuple[Segment, ...]) -> Replacement:
    delta = () if space.delta is None else space.delta.entries()
    return Replacement(algorithm, space.kind, sources, rows_of(sources, delta))


def _as_of_now(segment: Segment) -> SegmentRecord:
    return replace(segment.record, marks=segment.marks.stored())


def write_plan(
    store: SegmentStore, tenant: str, plan: Plan, progress: Progress | None
) -> Checkpoint:
    """Write the files of a plan; nothing counts yet.

    Returns:
        The checkpoint that makes them count.

    Raises:
        StorageError: If the disk is full.
        DamagedSegmentError: If a segment that is given up is damaged.
    """
    written: list[SegmentRecord] = []
    for each in plan.replacements:
        for rows in each.rows.split(MOST_ROWS[each.kind]):
            record = store.write(tenant, each.kind, each.algorithm, rows)
            written += [record] if record is not None else []
            if progress is not None:
                progress(sum(made.rows for made in written), plan.rows)
    records = sorted([*plan.kept, *written], key=order_of)
    return Checkpoint(plan.reached.sequence, plan.generation + 1, tuple(records))


def put_in_place(state: TenantState, plan: Plan, made: Sequence[Segment]) -> None:
    """Let new segments take the place of what they were made from; call it while nothing reads.

    Args:
        state: The tenant's, which may have gone on since the plan was made.
        plan: What was done.
        made: The new segments, open.
    """
    for each in plan.replacements:
        space = state.spaces[each.algorithm]
        new = [segment for segment in made if segment.record.algorithm == each.algorithm]
        kept = [segment for segment in space.segments if segment not in each.sources]
        left = _carry_over(space, each.sources, new)
        delta = delta_of(space.kind, left)
        state.spaces[each.algorithm] = IndexedSpace(space.kind, [*kept, *new], delta)
    state.sealed, state.generation = plan.reached.sequence, plan.generation + 1


def _carry_over(
    space: IndexedSpace, sources: Sequence[Segment], new: Sequence[Segment]
) -> list[WorkFingerprint]:
    """Give new segments the marks of today, and return what has to lie in memory."""
    for segment in new:
        segment.marks = Marks(np.zeros(len(segment), np.uint16))
    left: list[WorkFingerprint] = []
    for source in sources:
        marks = source.marks.values
        missing = _assign(new, source.ids(), marks)
        # Out of force when the plan was made, and back in force since.
        left += source.entries(np.flatnonzero(missing & (marks & IN_FORCE != 0)))
    entries = [] if space.delta is None else space.delta.entries()
    ids = np.array([entry.id for entry in entries], np.int64)
    marks = np.array([mark_of(entry.reserved) for entry in entries], np.uint16)
    missing = _assign(new, ids, marks)
    return left + [entry for entry, lacks in zip(entries, missing, strict=True) if lacks]


def _assign(
    segments: Sequence[Segment], ids: NDArray[np.int64], marks: NDArray[np.uint16]
) -> NDArray[np.bool_]:
    """Write marks where rows lie, and return which rows lie nowhere, shape (n,)."""
    missing = np.ones(len(ids), np.bool_)
    for segment in segments:
        positions = segment.positions(ids)
        held = positions >= 0
        segment.marks.change(positions[held], marks[held])
        missing &= ~held
    return missing
