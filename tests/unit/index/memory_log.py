"""A fingerprint change log in memory that counts how often its head is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from raisonne.index.memory_log import MemoryLog as Log
from raisonne.index.ports import LogHead
from raisonne.rights.fingerprint import ChangeOperation, Fingerprint, WorkFingerprint


class MemoryLog(Log):
    def __init__(self) -> None:
        super().__init__()
        self.heads_asked = 0

    def head(self) -> LogHead:
        self.heads_asked += 1
        return super().head()

    def add(self, tenant: str, work: str, values: Sequence[Fingerprint]) -> list[WorkFingerprint]:
        """Put fingerprints of ``works/{work}`` and ``assets/{work}`` in force."""
        entries = []
        for value in values:
            number = len(self.rows) + 1
            entry = WorkFingerprint(number, tenant, f"works/{work}", f"assets/{work}", value)
            self.append(ChangeOperation.ADD, entry)
            entries.append(entry)
        return entries
