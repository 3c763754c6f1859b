"""Search through a vector engine, answered from the catalogue.

The engine proposes rows. What it has not heard of yet is looked up in the change log and compared
wholly; what it has not forgotten yet is dropped, because its value is no longer in force. So a
search sees every change that was committed before it began, however far the engine lags behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from raisonne.index.candidate_engine import (
    NOTHING,
    ROUNDING,
    CandidateEngine,
    CandidateEngineError,
    Candidates,
)
from raisonne.index.ports import FingerprintLog, LogHead
from raisonne.rights.errors import InputError, RaisonneError
from raisonne.rights.fingerprint import ChangeOperation

_PAGE = 5000
_FIRST = 64
_GROWTH = 4
# Among rows of equal product any may be proposed; past so many it is not worth asking for the rest.
_TIES = 4096
_VALUES_AT_ONCE = 16_384


class ExactValues(Protocol):
    """The catalogue's own vectors."""

    def values(
        self, tenant: str, algorithm: str, rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
        """Return those of some rows that are in force, and their values.

        Args:
            tenant: Whose; rows of other tenants are left out.
            algorithm: Rows of other algorithms are left out.
            rows: Row ids, ascending, each once, shape (n,).

        Returns:
            Row ids, ascending, shape (m,), and vectors, shape (m, dimensions).
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """What is near one query, best first, and by row id where products are equal.

    Attributes:
        rows: Row ids, int64, shape (n,).
        products: Inner products, float32, shape (n,).
    """

    rows: NDArray[np.int64]
    products: NDArray[np.float32]


class EngineSearch:
    """Exact products of what an engine proposes and of what it does not know yet.

    Args:
        engine: Proposes candidates.
        log: The catalogue's change log.
        values: The catalogue's vectors.
    """

    def __init__(self, engine: CandidateEngine, log: FingerprintLog, values: ExactValues) -> None:
        self._engine = engine
        self._log = log
        self._values = values

    def nearest(
        self, tenant: str, algorithm: str, queries: NDArray[np.float32], k: int
    ) -> list[Neighbours]:
        """Return the rows in force with the largest inner products, for each query.

        Args:
            tenant: Whose works.
            algorithm: Fingerprint algorithm.
            queries: Unit vectors, shape (q, dimensions).
            k: How many at most, for each query.

        Raises:
            CandidateEngineError: If the engine does not serve; never an empty answer instead.
            InputError: If the queries do not fit.
            StorageError: If the catalogue cannot be read.
        """
        if k < 1:
            raise InputError("At least one neighbour must be asked for.")
        return self._search(tenant, algorithm, queries, k, None)

    def within(
        self, tenant: str, algorithm: str, queries: NDArray[np.float32], minimum: float
    ) -> list[Neighbours]:
        """Return the rows in force whose inner product is a minimum or more, for each query.

        Args:
            tenant: Whose works.
            algorithm: Fingerprint algorithm.
            queries: Unit vectors, shape (q, dimensions).
            minimum: Inclusive.

        Raises:
            CandidateEngineError: See ``nearest``.
            InputError: See ``nearest``.
            StorageError: See ``nearest``.
        """
        return self._search(tenant, algorithm, queries, None, minimum)

    def _search(
        self,
        tenant: str,
        algorithm: str,
        queries: NDArray[np.float32],
        k: int | None,
        minimum: float | None,
    ) -> list[Neighbours]:
        if queries.ndim != 2 or not np.isfinite(queries).all():  # noqa: PLR2004
            raise InputError("Queries are rows of finite components.")
        answers: dict[int, Neighbours] = {}
        unheard: dict[LogHead, NDArray[np.int64]] = {}
        open_queries = np.arange(len(queries))
        asked = max(_FIRST, 2 * (k or 0))
        while len(open_queries):
            asking = queries[open_queries]
            proposed = self._propose(tenant, algorithm, asking, asked, minimum)
            if proposed.watermark not in unheard:
                unheard[proposed.watermark] = self._newer(tenant, algorithm, proposed.watermark)
            newer = unheard[proposed.watermark]
            found = self._score(tenant, algorithm, asking, proposed.rows, newer)
            unsure = []
            for query, rows, near in zip(open_queries, proposed.rows, found, strict=True):
                answers[int(query)] = _cut(near, k, minimum)
                if len(rows) >= asked and _may_miss(near, rows, k, asked):
                    unsure.append(query)
            open_queries = np.array(unsure, np.intp)
            asked *= _GROWTH
        return [answers[query] for query in range(len(queries))]

    def _propose(
        self,
        tenant: str,
        algorithm: str,
        queries: NDArray[np.float32],
        asked: int,
        minimum: float | None,
    ) -> Candidates:
        floor = None if minimum is None else minimum - ROUNDING
        try:
            proposed = self._engine.candidates(tenant, algorithm, queries, asked, floor)
        except RaisonneError:
            raise
        except Exception as error:
            raise CandidateEngineError(
                f"The vector engine failed ({type(error).__name__})."
            ) from error
        if len(proposed.rows) != len(queries):
            raise CandidateEngineError("The vector engine did not answer every query.")
        distinct = [np.unique(np.asarray(rows, np.int64)) for rows in proposed.rows]
        return Candidates(distinct, proposed.watermark)

    def _newer(self, tenant: str, algorithm: str, watermark: LogHead) -> NDArray[np.int64]:
        """Return the rows that were put in force where the engine may not have heard of it."""
        # A catalogue that was restored from a copy is not the one that the engine has followed.
        known = self._log.mark(watermark.sequence) == watermark.mark
        after = (watermark if known else NOTHING).sequence
        rows: set[int] = set()
        while True:
            changes = self._log.changes(tenant, after, _PAGE)
            rows |= {
                change.entry.id
                for change in changes
                if change.operation is ChangeOperation.ADD
                and change.entry.fingerprint.algorithm == algorithm
            }
            if len(changes) < _PAGE:
                return np.array(sorted(rows), np.int64)
            after = changes[-1].sequence

    def _score(
        self,
        tenant: str,
        algorithm: str,
        queries: NDArray[np.float32],
        proposed: Sequence[NDArray[np.int64]],
        newer: NDArray[np.int64],
    ) -> list[Neighbours]:
        """Return everything proposed or newer that is in force, with exact products."""
        wanted = np.unique(np.concatenate([newer, *proposed]))
        pieces: list[list[Neighbours]] = [[] for _ in queries]
        for start in range(0, len(wanted), _VALUES_AT_ONCE):
            some = wanted[start : start + _VALUES_AT_ONCE]
            rows, vectors = self._values.values(tenant, algorithm, some)
            if not len(rows):
                continue
            if vectors.shape[1] != queries.shape[1]:
                raise InputError(
                    f"A query has {queries.shape[1]} components, {algorithm} {vectors.shape[1]}."
                )
            exact, unknown = vectors.astype(np.float64), np.isin(rows, newer)
            for query, candidates, piece in zip(queries, proposed, pieces, strict=True):
                mine = unknown | np.isin(rows, candidates)
                # Sums in float64 are rounded once, so a product does not depend on what else was
                # computed beside it.
                products = (exact[mine] @ query.astype(np.float64)).astype(np.float32)
                piece.append(Neighbours(rows[mine], products))
        return [_joined(piece) for piece in pieces]


def follow(engine: CandidateEngine, log: FingerprintLog, tenant: str) -> LogHead:
    """Bring an engine up to what is in a tenant's log now.

    Only one process at a time should do so for a tenant.

    Returns:
        Where the engine stands.

    Raises:
        CandidateEngineError: If the engine cannot serve.
        StorageError: If the log cannot be read or holds a damaged value.
    """
    head = log.head()
    position = engine.watermark(tenant)
    if log.mark(position.sequence) != position.mark:
        engine.rebuild(tenant)
        position = engine.watermark(tenant)
    while position.sequence < head.sequence:
        changes = log.changes(tenant, position.sequence, _PAGE)
        reached = head
        if len(changes) == _PAGE:
            last = changes[-1].sequence
            reached = LogHead(last, log.mark(last) or 0)
        changes = [change for change in changes if change.sequence <= reached.sequence]
        position = engine.apply(tenant, position.sequence, changes, reached)
    return position


def _may_miss(near: Neighbours, proposed: NDArray[np.int64], k: int | None, asked: int) -> bool:
    """Whether rows that were not proposed, though there may be some, could belong to the answer."""
    if k is None or len(near.rows) < k:
        return True
    worst = near.products[np.isin(near.rows, proposed)].min(initial=np.inf)
    return asked < _TIES and bool(worst >= near.products[k - 1] - ROUNDING)


def _joined(pieces: Sequence[Neighbours]) -> Neighbours:
    rows = np.concatenate([np.empty(0, np.int64), *(piece.rows for piece in pieces)])
    products = np.concatenate([np.empty(0, np.float32), *(piece.products for piece in pieces)])
    order = np.lexsort((rows, -products))
    return Neighbours(rows[order], products[order])


def _cut(near: Neighbours, k: int | None, minimum: float | None) -> Neighbours:
    if minimum is not None:
        near = Neighbours(
            near.rows[near.products >= minimum], near.products[near.products >= minimum]
        )
    return Neighbours(near.rows[:k], near.products[:k])
