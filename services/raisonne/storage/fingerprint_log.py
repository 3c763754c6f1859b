"""The change log that fingerprint indexes follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import LargeBinary, bindparam, case, literal, select
from sqlmodel import col

from raisonne.index.ports import Erasure, LogHead
from raisonne.rights.fingerprint import (
    ChangeOperation,
    Fingerprint,
    FingerprintChange,
    FingerprintKind,
    WorkFingerprint,
)
from raisonne.storage.change_log import NOT_ERASED, is_in_force
from raisonne.storage.engine import Database
from raisonne.storage.erasure import erase
from raisonne.storage.tables import FingerprintChangeRow, FingerprintRow, WorkRow

_HEAD = (
    select(col(FingerprintChangeRow.sequence), col(FingerprintChangeRow.mark))
    .order_by(col(FingerprintChangeRow.sequence).desc())
    .limit(1)
)
# A subquery instead of a join: PostgreSQL could choose to read all works for one page.
_RESERVED = (
    select(col(WorkRow.reserved))
    .where(
        col(WorkRow.tenant) == col(FingerprintRow.tenant),
        col(WorkRow.name) == col(FingerprintRow.work),
    )
    .correlate(FingerprintRow)
    .scalar_subquery()
)
_ADDED_VALUE = case(
    (col(FingerprintChangeRow.operation) == ChangeOperation.ADD.value, col(FingerprintRow.value)),
    else_=literal(b"", LargeBinary),
)
# An index of millions is made through these two: columns instead of rows, executed below the
# session, and members of enumerations looked up in a third of the time that their calls take.
_KINDS = {kind.value: kind for kind in FingerprintKind}
_OPERATIONS = {operation.value: operation for operation in ChangeOperation}
_CHANGES = (
    select(
        col(FingerprintChangeRow.sequence),
        col(FingerprintChangeRow.operation),
        col(FingerprintRow.id),
        col(FingerprintRow.work),
        col(FingerprintRow.asset),
        col(FingerprintRow.kind),
        col(FingerprintRow.algorithm),
        _ADDED_VALUE,
        col(FingerprintRow.quality),
        _RESERVED,
    )
    .join(FingerprintRow, col(FingerprintRow.id) == col(FingerprintChangeRow.fingerprint))
    .where(
        col(FingerprintChangeRow.tenant) == bindparam("of_tenant"),
        col(FingerprintChangeRow.sequence) > bindparam("after"),
    )
    .order_by(col(FingerprintChangeRow.sequence))
    .limit(bindparam("at_most"))
)
_IN_FORCE = (
    select(
        col(FingerprintRow.id),
        col(FingerprintRow.work),
        col(FingerprintRow.asset),
        col(FingerprintRow.kind),
        col(FingerprintRow.value),
        col(FingerprintRow.quality),
        _RESERVED,
    )
    .where(
        col(FingerprintRow.tenant) == bindparam("of_tenant"),
        col(FingerprintRow.algorithm) == bindparam("of_algorithm"),
        col(FingerprintRow.id) > bindparam("after"),
        col(FingerprintRow.id) <= bindparam("until"),
        NOT_ERASED,
        is_in_force(col(FingerprintChangeRow.sequence) <= bindparam("revision")),
    )
    .order_by(col(FingerprintRow.id))
    .limit(bindparam("at_most"))
)
_AT = (
    select(
        col(FingerprintRow.id),
        col(FingerprintRow.work),
        col(FingerprintRow.asset),
        col(FingerprintRow.kind),
        col(FingerprintRow.algorithm),
        col(FingerprintRow.value),
        col(FingerprintRow.quality),
        _RESERVED,
    )
    .where(
        col(FingerprintRow.tenant) == bindparam("of_tenant"),
        col(FingerprintRow.id).in_(bindparam("rows", expanding=True)),
        is_in_force(col(FingerprintChangeRow.sequence) <= bindparam("revision")),
    )
    .order_by(col(FingerprintRow.id))
)
_ROWS_ASKED = 500


class SqlFingerprintLog:
    """``FingerprintLog``; each call is its own transaction.

    Args:
        database: Where it lies.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def head(self) -> LogHead:
        """Return where the log ends."""
        with self._database.read() as session:
            found = session.connection().execute(_HEAD).one_or_none()
        return LogHead(0, 0) if found is None else LogHead(*found)

    def mark(self, sequence: int) -> int | None:
        """Return the mark of the row at a sequence; 0 at sequence 0, None if there is no row."""
        if sequence == 0:
            return 0
        statement = select(col(FingerprintChangeRow.mark)).where(
            col(FingerprintChangeRow.sequence) == sequence
        )
        with self._database.read() as session:
            mark: int | None = session.connection().scalar(statement)
        return mark

    def changes(self, tenant: str, after: int, limit: int) -> Sequence[FingerprintChange]:
        """Return a tenant's committed changes with ``sequence > after``, in order.

        Values of REMOVE changes are empty, and so are those that were erased since.

        Args:
            tenant: Whose.
            after: Change-log position.
            limit: How many at most.
        """
        values = {"of_tenant": tenant, "after": after, "at_most": limit}
        with self._database.read() as session:
            return tuple(_changes(tenant, session.connection().execute(_CHANGES, values)))

    def algorithms(self, tenant: str) -> Sequence[tuple[str, FingerprintKind]]:
        """Return the algorithms that a tenant ever had a fingerprint of, in order of name."""
        found: list[tuple[str, FingerprintKind]] = []
        statement = (
            select(col(FingerprintRow.algorithm), col(FingerprintRow.kind))
            .where(
                col(FingerprintRow.tenant) == tenant,
                col(FingerprintRow.algorithm) > bindparam("after"),
            )
            .order_by(col(FingerprintRow.algorithm), col(FingerprintRow.id))
            .limit(1)
        )
        after = ""
        with self._database.read() as session:
            connection = session.connection()
            while row := connection.execute(statement, {"after": after}).one_or_none():
                after = row.algorithm
                found.append((after, FingerprintKind(row.kind)))
        return tuple(found)

    def in_force(
        self, tenant: str, algorithm: str, revision: int, *, after: int, until: int, limit: int
    ) -> Sequence[WorkFingerprint]:
        """Return the fingerprints that were in force at a revision, in order of id.

        Erased ones are left out: they were put out of force after that revision. What is reserved
        is what is now: a change of it after that revision is in the log.

        Args:
            tenant: Whose.
            algorithm: Of which algorithm.
            revision: Change-log position.
            after: Only ids above this.
            until: Only ids up to this.
            limit: How many at most.
        """
        values = {
            "of_tenant": tenant,
            "of_algorithm": algorithm,
            "revision": revision,
            "after": after,
            "until": until,
            "at_most": limit,
        }
        with self._database.read() as session:
            rows = session.connection().execute(_IN_FORCE, values)
            return tuple(_fingerprints(tenant, algorithm, rows))

    def at(self, tenant: str, rows: Sequence[int], revision: int) -> Sequence[WorkFingerprint]:
        """Return those of some fingerprints that were in force at a revision, in order of id.

        Values that were erased since are empty.

        Args:
            tenant: Whose.
            rows: Their ids.
            revision: Change-log position.
        """
        found: list[WorkFingerprint] = []
        asked, values = sorted(set(rows)), {"of_tenant": tenant, "revision": revision}
        with self._database.read() as session:
            for start in range(0, len(asked), _ROWS_ASKED):
                page = {**values, "rows": asked[start : start + _ROWS_ASKED]}
                found += _fingerprints_at(tenant, session.connection().execute(_AT, page))
        return tuple(found)

    def erase(self, tenant: str, until: int) -> Erasure:
        """Empty the values of fingerprints whose last change is a REMOVE up to a position.

        See ``raisonne.storage.erasure.erase``.
        """
        return erase(self._database, tenant, until)


def _changes(tenant: str, rows: Iterable[Any]) -> Iterator[FingerprintChange]:
    for sequence, operation, number, work, asset, kind, algorithm, value, quality, reserved in rows:
        fingerprint = Fingerprint(_KINDS[kind], algorithm, value, quality)
        entry = WorkFingerprint(number, tenant, work, asset, fingerprint, reserved)
        yield FingerprintChange(sequence, _OPERATIONS[operation], entry)


def _fingerprints(tenant: str, algorithm: str, rows: Iterable[Any]) -> Iterator[WorkFingerprint]:
    for number, work, asset, kind, value, quality, reserved in rows:
        fingerprint = Fingerprint(_KINDS[kind], algorithm, value, quality)
        yield WorkFingerprint(number, tenant, work, asset, fingerprint, reserved)


def _fingerprints_at(tenant: str, rows: Iterable[Any]) -> Iterator[WorkFingerprint]:
    for number, work, asset, kind, algorithm, value, quality, reserved in rows:
        fingerprint = Fingerprint(_KINDS[kind], algorithm, value, quality)
        yield WorkFingerprint(number, tenant, work, asset, fingerprint, reserved)
