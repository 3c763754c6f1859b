"""A catalogue's log and vectors, and the simplest engine over them, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from raisonne.index.candidate_engine import (
    NOTHING,
    Candidates,
    ErasureReceipt,
    space_changes,
)
from raisonne.index.engine_search import Neighbours
from raisonne.index.ports import LogHead
from raisonne.rights.errors import InputError, StorageError
from raisonne.rights.fingerprint import (
    ChangeOperation,
    Fingerprint,
    FingerprintChange,
    FingerprintKind,
    WorkFingerprint,
)


def unit(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    long = np.asarray(vectors, np.float64)
    return (long / np.linalg.norm(long, axis=-1, keepdims=True)).astype(np.float32)


class MemoryCatalogue:
    """What ``FingerprintLog`` and ``ExactValues`` say of one list of changes."""

    def __init__(self, seed: int = 0) -> None:
        self.rows: list[FingerprintChange] = []
        self.marks: list[int] = []
        self.asked: list[int] = []
        self._random = np.random.default_rng(seed)
        self._entries: dict[int, WorkFingerprint] = {}
        self._known: dict[tuple[str, str, int], dict[int, NDArray[np.float16]]] = {}

    def add(
        self,
        tenant: str,
        algorithm: str,
        vector: NDArray[np.floating],
        kind: FingerprintKind = FingerprintKind.EMBEDDING,
    ) -> int:
        number = len(self._entries) + 1
        value = np.asarray(vector).astype("<f2").tobytes()
        fingerprint = Fingerprint(kind, algorithm, value)
        entry = WorkFingerprint(number, tenant, f"works/{number}", f"assets/{number}", fingerprint)
        self._entries[number] = entry
        self.append(ChangeOperation.ADD, entry)
        return number

    def remove(self, row: int) -> None:
        self.append(ChangeOperation.REMOVE, self._entries[row])

    def restore(self, row: int) -> None:
        self.append(ChangeOperation.ADD, self._entries[row])

    def append(self, operation: ChangeOperation, entry: WorkFingerprint) -> None:
        if operation is ChangeOperation.REMOVE:
            old = entry.fingerprint
            empty = Fingerprint(old.kind, old.algorithm, b"", old.quality)
            entry = WorkFingerprint(entry.id, entry.tenant, entry.work, entry.asset, empty)
        self.rows.append(FingerprintChange(len(self.rows) + 1, operation, entry))
        self.marks.append(int(self._random.integers(1, 2**62)))

    def head(self) -> LogHead:
        return LogHead(len(self.rows), self.marks[-1] if self.marks else 0)

    def mark(self, sequence: int) -> int | None:
        if sequence == 0:
            return 0
        return self.marks[sequence - 1] if sequence <= len(self.rows) else None

    def changes(self, tenant: str, after: int, limit: int) -> Sequence[FingerprintChange]:
        self.asked.append(after)
        mine = [c for c in self.rows[after:] if c.entry.tenant == tenant]
        return mine[:limit]

    def in_force(self, tenant: str, algorithm: str) -> dict[int, NDArray[np.float16]]:
        key = (tenant, algorithm, len(self.rows))
        if key not in self._known:
            self._known[key] = self._in_force(tenant, algorithm)
        return self._known[key]

    def _in_force(self, tenant: str, algorithm: str) -> dict[int, NDArray[np.float16]]:
        last = {change.entry.id: change for change in self.rows}
        return {
            row: np.frombuffer(self._entries[row].fingerprint.value, "<f2")
            for row, change in sorted(last.items())
            if change.operation is ChangeOperation.ADD
            and (change.entry.tenant, change.entry.fingerprint.algorithm) == (tenant, algorithm)
        }

    def values(
        self, tenant: str, algorithm: str, rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
        held = self.in_force(tenant, algorithm)
        found = [int(row) for row in rows if int(row) in held]
        return np.array(found, np.int64), np.array([held[row] for row in found], np.float16)

    def exact(self, tenant: str, algorithm: str, query: NDArray[np.float32]) -> Neighbours:
        """Everything in force, best first."""
        held = self.in_force(tenant, algorithm)
        rows = np.array(list(held), np.int64)
        vectors = np.array(list(held.values()), np.float64).reshape(len(rows), len(query))
        products = (vectors @ query.astype(np.float64)).astype(np.float32)
        order = np.lexsort((rows, -products))
        return Neighbours(rows[order], products[order])


@dataclass(frozen=True)
class Held:
    """What an engine holds at one moment; replaced, never changed."""

    spaces: Mapping[tuple[str, str], Mapping[int, NDArray[np.float16]]]
    watermarks: Mapping[str, LogHead]

    def watermark(self, tenant: str) -> LogHead:
        return self.watermarks.get(tenant, NOTHING)


class MemoryEngine:
    """An exhaustive search over dictionaries; ``CandidateEngine`` as it is meant."""

    def __init__(self) -> None:
        self._held = Held({}, {})
        self.asked: list[int] = []

    def apply(
        self, tenant: str, after: int, changes: Sequence[FingerprintChange], reached: LogHead
    ) -> LogHead:
        if self.watermark(tenant).sequence != after:
            return self.watermark(tenant)
        spaces = dict(self._held.spaces)
        for algorithm, change in space_changes(changes).items():
            space = dict(spaces.get((tenant, algorithm), {}))
            added = dict(zip(change.added.tolist(), change.vectors, strict=True))
            for row, vector in added.items():
                length = len(next(iter(space.values()), vector))
                if len(vector) != length:
                    raise StorageError(
                        f"Fingerprint {row} has {len(vector)} components instead of {length}."
                    )
            gone = set(change.removed.tolist())
            space |= added
            spaces[tenant, algorithm] = {r: v for r, v in space.items() if r not in gone}
        self._held = Held(spaces, {**self._held.watermarks, tenant: reached})
        return reached

    def candidates(
        self,
        tenant: str,
        algorithm: str,
        queries: NDArray[np.float32],
        k: int,
        minimum: float | None = None,
    ) -> Candidates:
        self.asked.append(k)
        held = self._held
        space = held.spaces.get((tenant, algorithm), {})
        if not space:
            return Candidates([np.empty(0, np.int64)] * len(queries), held.watermark(tenant))
        rows, vectors = np.array(list(space), np.int64), np.array(list(space.values()), np.float32)
        if queries.shape[1] != vectors.shape[1]:
            raise InputError(f"A query has {queries.shape[1]} components.")
        found = []
        for products in queries @ vectors.T:
            order = np.argsort(-products)[:k]
            found.append(rows[order if minimum is None else order[products[order] >= minimum]])
        return Candidates(found, held.watermark(tenant))

    def watermark(self, tenant: str) -> LogHead:
        return self._held.watermark(tenant)

    def erase(self, tenant: str, algorithm: str, rows: Sequence[int]) -> ErasureReceipt:
        space = self._held.spaces.get((tenant, algorithm), {})
        kept = {row: vector for row, vector in space.items() if row not in rows}
        spaces = {**self._held.spaces, (tenant, algorithm): kept}
        self._held = Held(spaces, self._held.watermarks)
        return ErasureReceipt(len(space) - len(kept), rewritten=("memory",))

    def rebuild(self, tenant: str) -> None:
        spaces = {key: space for key, space in self._held.spaces.items() if key[0] != tenant}
        self._held = Held(spaces, {**self._held.watermarks, tenant: NOTHING})

    def close(self) -> None:
        pass
