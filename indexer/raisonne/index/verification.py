"""Comparing the index with the catalogue, row by row, and reading every byte of its files."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from raisonne.index.block_file import DamagedSegmentError
from raisonne.index.ports import FingerprintLog
from raisonne.index.rows import LoggedRows, Rows
from raisonne.index.segment import Segment
from raisonne.index.tenant_index import TenantIndex
from raisonne.rights.fingerprint import WorkFingerprint

_BATCH = 5_000
_NOT_IN_FORCE = "in the index but not in force"
_MISSING = "missing from the index"
_DIFFERENT = "is another in the index"


def differences(index: TenantIndex, log: FingerprintLog) -> list[str]:
    """Compare a tenant's index with the catalogue as of the same revision.

    Searches and changes go on meanwhile: the rows are noted first and read then, and what is read
    never changes.

    Returns:
        One sentence for each difference.
    """
    with index.read() as state:
        revision = state.reached.sequence
        files = list(state.segments().values())
        held = {name: (space.kind, space.searched_rows()) for name, space in state.spaces.items()}
    damage = [sentence for segment in files for sentence in _damage(segment)]
    if damage:
        return damage
    kinds = dict(log.algorithms(index.tenant)) | {name: kind for name, (kind, _) in held.items()}
    found = []
    for algorithm in sorted(kinds):
        rows: Rows = held[algorithm][1] if algorithm in held else ()
        expected = LoggedRows(log, index.tenant, algorithm, revision)
        compared = list(_compared(_each(rows), _each(expected)))
        # What is reserved is told as of now, which may be another now on either side.
        later = _changed_since(log, index.tenant, revision) if compared else set()
        found += [
            f"Fingerprint {row} of {index.tenant}, {algorithm}: {difference}."
            for row, difference in compared
            if difference != _DIFFERENT or row not in later
        ]
    return found


def _changed_since(log: FingerprintLog, tenant: str, revision: int) -> set[int]:
    rows: set[int] = set()
    while changes := log.changes(tenant, revision, _BATCH):
        rows |= {change.entry.id for change in changes}
        revision = changes[-1].sequence
    return rows


def _damage(segment: Segment) -> Iterator[str]:
    try:
        segment.file.verify_all()
    except DamagedSegmentError as error:
        yield error.message


def _each(rows: Rows) -> Iterator[WorkFingerprint]:
    return (entry for page in rows for entry in page)


def _compared(
    served: Iterator[WorkFingerprint], expected: Iterator[WorkFingerprint]
) -> Iterator[tuple[int, str]]:
    """Walk two lists in order of row id side by side."""
    one, other = next(served, None), next(expected, None)
    while one is not None and other is not None:
        if one.id < other.id:
            yield one.id, _NOT_IN_FORCE
            one = next(served, None)
        elif other.id < one.id:
            yield other.id, _MISSING
            other = next(expected, None)
        else:
            if one != other:
                yield one.id, _DIFFERENT
            one, other = next(served, None), next(expected, None)
    for entry in () if one is None else chain([one], served):
        yield entry.id, _NOT_IN_FORCE
    for entry in () if other is None else chain([other], expected):
        yield entry.id, _MISSING
