"""Vector engines outside of this process: they propose candidates, and decide nothing.

An engine holds copies of the catalogue's float vectors and says which rows may be near a query.
Products, thresholds and rights are computed by our code from the catalogue's own values, see
``raisonne.index.engine_search``, so an engine may round, lag behind and be exchanged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from raisonne.index.ports import LogHead
from raisonne.rights.errors import Reason, StorageError
from raisonne.rights.fingerprint import ChangeOperation, FingerprintChange, FingerprintKind

NOTHING = LogHead(sequence=0, mark=0)
"""The position of an engine that knows nothing of a tenant."""

ROUNDING = 1e-3
"""How far an engine's product may be from the exact one of vectors of length one.

Rounding a query to float16 moves each component by 2^-11 of itself at most, so the product of two
unit vectors by less than 0.0005.
"""


class CandidateEngineError(StorageError):
    """A vector engine cannot serve, so nothing is known about what is near."""

    default_reason = Reason.ENGINE_UNAVAILABLE


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """What an engine proposes.

    Attributes:
        rows: Row ids for each query, int64, without order. They may hold rows that are no longer in
            force.
        watermark: Every change up to here is reflected in the rows; changes after it may be.
    """

    rows: Sequence[NDArray[np.int64]]
    watermark: LogHead


@dataclass(frozen=True, slots=True)
class ErasureReceipt:
    """What became of the bytes of erased vectors.

    Attributes:
        rows: How many rows the engine held of those to erase.
        rewritten: What held them and was written anew without them.
        pending: One sentence for each place that may still hold them, and until when.
    """

    rows: int
    rewritten: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()


class CandidateEngine(Protocol):
    """Float vectors by tenant and algorithm; safe to use from many threads.

    Every method raises ``CandidateEngineError`` if the engine cannot serve.
    """

    def apply(
        self, tenant: str, after: int, changes: Sequence[FingerprintChange], reached: LogHead
    ) -> LogHead:
        """Take a slice of a tenant's change log.

        Nothing is taken unless the slice begins where the engine stands. The new position is stored
        with the rows or after them, so what a crash leaves behind is applied once more and nothing
        is left out.

        Args:
            tenant: Whose.
            after: Position that the slice begins after.
            changes: All of the tenant's changes after it, up to ``reached``, in order. Those of
                other kinds than embeddings are passed over.
            reached: Position that the slice ends at.

        Returns:
            Where the engine stands: ``reached``, or where the next slice has to begin.

        Raises:
            StorageError: If a value is damaged. Nothing is taken then.
        """
        ...

    def candidates(
        self,
        tenant: str,
        algorithm: str,
        queries: NDArray[np.float32],
        k: int,
        minimum: float | None = None,
    ) -> Candidates:
        """Propose the rows with the largest inner products.

        Args:
            tenant: Whose works.
            algorithm: Fingerprint algorithm.
            queries: Unit vectors, shape (q, dimensions).
            k: How many for each query. Fewer are proposed only where the engine holds no more.
            minimum: Rows whose product, as the engine computes it, is less may be left out, and do
                not count as held then.

        Raises:
            InputError: If the queries do not have as many components as the vectors.
        """
        ...

    def watermark(self, tenant: str) -> LogHead:
        """Return where the engine stands in a tenant's log, ``NOTHING`` at first."""
        ...

    def erase(self, tenant: str, algorithm: str, rows: Sequence[int]) -> ErasureReceipt:
        """Take rows out at once and overwrite what can be overwritten, and say what cannot."""
        ...

    def rebuild(self, tenant: str) -> None:
        """Forget all of a tenant, so that its log is applied from the beginning."""
        ...

    def close(self) -> None:
        """Close connections."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class SpaceChange:
    """What a slice of a log comes to for one algorithm.

    Attributes:
        removed: Row ids that are out of force now, int64, shape (m,).
        added: Row ids that are in force now, int64, shape (n,).
        vectors: Theirs, float16, shape (n, dimensions).
    """

    removed: NDArray[np.int64]
    added: NDArray[np.int64]
    vectors: NDArray[np.float16]


def space_changes(changes: Sequence[FingerprintChange]) -> Mapping[str, SpaceChange]:
    """Return the last word on each embedding, by algorithm.

    An ADD without a value is of a fingerprint that was put out of force and erased since.

    Raises:
        StorageError: If a value is damaged.
    """
    latest = {c.entry.id: c for c in changes if c.entry.fingerprint.kind is _EMBEDDING}
    removed: dict[str, list[int]] = defaultdict(list)
    added: dict[str, list[int]] = defaultdict(list)
    values: dict[str, list[bytes]] = defaultdict(list)
    for row, change in latest.items():
        fingerprint = change.entry.fingerprint
        if change.operation is ChangeOperation.ADD and fingerprint.value:
            added[fingerprint.algorithm].append(row)
            values[fingerprint.algorithm].append(fingerprint.value)
        else:
            removed[fingerprint.algorithm].append(row)
    return {
        algorithm: SpaceChange(
            np.array(removed[algorithm], np.int64),
            np.array(added[algorithm], np.int64),
            _vectors(algorithm, added[algorithm], values[algorithm]),
        )
        for algorithm in sorted(removed.keys() | added.keys())
    }


_EMBEDDING = FingerprintKind.EMBEDDING


def _vectors(algorithm: str, rows: Sequence[int], values: Sequence[bytes]) -> NDArray[np.float16]:
    if not rows:
        return np.empty((0, 0), np.float16)
    length = len(values[0])
    odd = [row for row, value in zip(rows, values, strict=True) if len(value) != length]
    if odd or length % 2:
        raise StorageError(
            f"Fingerprint {(odd or rows)[0]} ({algorithm}) does not have the length of the others."
        )
    vectors = np.frombuffer(b"".join(values), "<f2").reshape(len(rows), -1).astype(np.float16)
    finite = np.isfinite(vectors).all(axis=1)
    if not finite.all():
        raise StorageError(
            f"Fingerprint {rows[int(np.argmin(finite))]} ({algorithm}) holds what is no number."
        )
    return vectors
