"""A change log in memory, for registries that are measured and then forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from raisonne.index.ports import Erasure, LogHead
from raisonne.rights.fingerprint import (
    ChangeOperation,
    Fingerprint,
    FingerprintChange,
    FingerprintKind,
    WorkFingerprint,
)


class MemoryLog:
    """``FingerprintLog``, numbered from 1 without gaps.

    Attributes:
        rows: All changes.
    """

    def __init__(self) -> None:
        self.rows: list[FingerprintChange] = []

    def head(self) -> LogHead:
        """See ``FingerprintLog``."""
        return LogHead(len(self.rows), len(self.rows))

    def mark(self, sequence: int) -> int | None:
        """See ``FingerprintLog``."""
        return sequence if 0 <= sequence <= len(self.rows) else None

    def changes(self, tenant: str, after: int, limit: int) -> Sequence[FingerprintChange]:
        """See ``FingerprintLog``."""
        found = (change for change in self.rows[after:] if change.entry.tenant == tenant)
        return [_without_removed_value(change) for change in islice(found, limit)]

    def algorithms(self, tenant: str) -> Sequence[tuple[str, FingerprintKind]]:
        """See ``FingerprintLog``."""
        values = (c.entry.fingerprint for c in self.rows if c.entry.tenant == tenant)
        return sorted({(value.algorithm, value.kind) for value in values})

    def in_force(
        self, tenant: str, algorithm: str, revision: int, *, after: int, until: int, limit: int
    ) -> Sequence[WorkFingerprint]:
        """See ``FingerprintLog``."""
        latest = {change.entry.id: change for change in self.rows[:revision]}
        found = sorted(
            (
                change.entry
                for change in latest.values()
                if change.operation is ChangeOperation.ADD
                and (change.entry.tenant, change.entry.fingerprint.algorithm) == (tenant, algorithm)
                and after < change.entry.id <= until
                and change.entry.fingerprint.value
            ),
            key=lambda entry: entry.id,
        )
        return found[:limit]

    def at(self, tenant: str, rows: Sequence[int], revision: int) -> Sequence[WorkFingerprint]:
        """See ``FingerprintLog``."""
        wanted = set(rows)
        latest = {c.entry.id: c for c in self.rows[:revision] if c.entry.id in wanted}
        return [
            change.entry
            for _, change in sorted(latest.items())
            if change.operation is ChangeOperation.ADD and change.entry.tenant == tenant
        ]

    def erase(self, tenant: str, until: int) -> Erasure:
        """See ``FingerprintLog``."""
        latest = {change.entry.id: change for change in self.rows}
        gone = {
            row
            for row, change in latest.items()
            if change.operation is ChangeOperation.REMOVE
            and change.entry.tenant == tenant
            and change.sequence <= until
            and change.entry.fingerprint.value
        }
        self.rows = [_erased(c) if c.entry.id in gone else c for c in self.rows]
        return Erasure(len(gone), "")

    def append(self, operation: ChangeOperation, entry: WorkFingerprint) -> None:
        """Append a change."""
        self.rows.append(FingerprintChange(len(self.rows) + 1, operation, entry))

    def add(self, tenant: str, work: str, values: Sequence[Fingerprint]) -> list[WorkFingerprint]:
        """Put new fingerprints of a work, whose one asset bears its name, in force; return them."""
        entries = []
        for value in values:
            number = len(self.rows) + 1
            entry = WorkFingerprint(number, tenant, work, work, value)
            self.append(ChangeOperation.ADD, entry)
            entries.append(entry)
        return entries

    def remove(self, entries: Iterable[WorkFingerprint]) -> None:
        """Put fingerprints out of force."""
        for entry in entries:
            self.append(ChangeOperation.REMOVE, entry)


def _erased(change: FingerprintChange) -> FingerprintChange:
    fingerprint = replace(change.entry.fingerprint, value=b"")
    return replace(change, entry=replace(change.entry, fingerprint=fingerprint))


def _without_removed_value(change: FingerprintChange) -> FingerprintChange:
    return change if change.operation is ChangeOperation.ADD else _erased(change)
