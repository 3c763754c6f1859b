"""A change log in memory, for the index to follow."""

from __future__ import annotations

from collections.abc import Sequence

from raisonne.rights.fingerprint import (
    ChangeOperation,
    Fingerprint,
    FingerprintChange,
    WorkFingerprint,
)


class MemoryLog:
    """Holds what was added, numbered from 1; see ``raisonne.index``'s ``FingerprintLog``."""

    def __init__(self) -> None:
        self._changes: list[FingerprintChange] = []

    def head(self) -> int:
        """Return the highest sequence, 0 when empty."""
        return len(self._changes)

    def changes(self, after: int, limit: int) -> Sequence[FingerprintChange]:
        """Return at most ``limit`` changes with ``sequence > after``, in order."""
        return self._changes[after : after + limit]

    def add(self, tenant: str, work: str, values: Sequence[Fingerprint]) -> None:
        """Add a work's fingerprints; its one asset bears its name."""
        for value in values:
            number = len(self._changes) + 1
            entry = WorkFingerprint(number, tenant, work, work, value)
            self._changes.append(FingerprintChange(number, ChangeOperation.ADD, entry))
