"""A fingerprint change log in memory."""

from __future__ import annotations

from collections.abc import Sequence

from raisonne.rights.fingerprint import (
    ChangeOperation,
    Fingerprint,
    FingerprintChange,
    WorkFingerprint,
)


class MemoryLog:
    """Numbers changes from 1 without gaps."""

    def __init__(self) -> None:
        self.rows: list[FingerprintChange] = []
        self.heads_asked = 0

    def head(self) -> int:
        self.heads_asked += 1
        return len(self.rows)

    def changes(self, after: int, limit: int) -> Sequence[FingerprintChange]:
        return self.rows[after : after + limit]

    def add(self, tenant: str, work: str, values: Sequence[Fingerprint]) -> list[WorkFingerprint]:
        entries = []
        for value in values:
            number = len(self.rows) + 1
            entry = WorkFingerprint(number, tenant, f"works/{work}", f"assets/{work}", value)
            self.append(ChangeOperation.ADD, entry)
            entries.append(entry)
        return entries

    def append(self, operation: ChangeOperation, entry: WorkFingerprint) -> None:
        self.rows.append(FingerprintChange(len(self.rows) + 1, operation, entry))

    def remove(self, entries: Sequence[WorkFingerprint]) -> None:
        for entry in entries:
            self.append(ChangeOperation.REMOVE, entry)
