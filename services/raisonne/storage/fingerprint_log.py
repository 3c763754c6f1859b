"""The change log that fingerprint indexes follow."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlmodel import Session, col, func

from raisonne.rights.fingerprint import (
    ChangeOperation,
    Fingerprint,
    FingerprintChange,
    FingerprintKind,
    WorkFingerprint,
)
from raisonne.storage.columns import Characters
from raisonne.storage.engine import Database, Lock, take_lock
from raisonne.storage.tables import FingerprintChangeRow, FingerprintRow

_COLUMNS = ["tenant", "operation", "fingerprint"]
_OF_WORK = (
    select(col(FingerprintRow.tenant), bindparam("what", type_=Characters), col(FingerprintRow.id))
    .where(
        col(FingerprintRow.tenant) == bindparam("of_tenant"),
        col(FingerprintRow.work) == bindparam("of_work"),
    )
    .order_by(col(FingerprintRow.id))
)
_APPEND_ALL = insert(FingerprintChangeRow).from_select(_COLUMNS, _OF_WORK)
_APPEND = insert(FingerprintChangeRow).from_select(
    _COLUMNS,
    _OF_WORK.where(col(FingerprintRow.algorithm).in_(bindparam("algorithms", expanding=True))),
)


class SqlFingerprintLog:
    """``FingerprintLog``; each call is its own transaction.

    Args:
        database: Where it lies.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def head(self) -> int:
        """Return the highest committed sequence, 0 when empty."""
        with self._database.read() as session:
            return session.scalar(select(func.max(col(FingerprintChangeRow.sequence)))) or 0

    def changes(self, after: int, limit: int) -> Sequence[FingerprintChange]:
        """Return committed changes with ``sequence > after``, in order, at most ``limit``."""
        # Columns instead of rows: an index of millions is rebuilt through here.
        statement = (
            select(
                col(FingerprintChangeRow.sequence),
                col(FingerprintChangeRow.operation),
                col(FingerprintRow.id),
                col(FingerprintRow.tenant),
                col(FingerprintRow.work),
                col(FingerprintRow.asset),
                col(FingerprintRow.kind),
                col(FingerprintRow.algorithm),
                col(FingerprintRow.value),
                col(FingerprintRow.quality),
            )
            .join(FingerprintRow, col(FingerprintRow.id) == col(FingerprintChangeRow.fingerprint))
            .where(col(FingerprintChangeRow.sequence) > after)
            .order_by(col(FingerprintChangeRow.sequence))
            .limit(limit)
        )
        with self._database.read() as session:
            return tuple(_change(*found) for found in session.execute(statement))


def append_changes(
    session: Session,
    tenant: str,
    work: str,
    operation: ChangeOperation,
    algorithms: Collection[str] | None = None,
) -> None:
    """Append one change for each fingerprint of a work, or for each of some algorithms.

    The sequence is given by the database when a row is inserted, which may not be the order of
    the commits; with one such transaction at a time it is.
    """
    take_lock(session, Lock.CHANGE_LOG)
    values: dict[str, Any] = {"of_tenant": tenant, "of_work": work, "what": operation.value}
    if algorithms is None:
        session.connection().execute(_APPEND_ALL, values)
    else:
        session.connection().execute(_APPEND, values | {"algorithms": sorted(algorithms)})


def _change(
    sequence: int,
    operation: str,
    number: int,
    tenant: str,
    work: str,
    asset: str,
    kind: str,
    algorithm: str,
    value: bytes,
    quality: int | None,
) -> FingerprintChange:
    fingerprint = Fingerprint(FingerprintKind(kind), algorithm, value, quality)
    entry = WorkFingerprint(number, tenant, work, asset, fingerprint)
    return FingerprintChange(sequence, ChangeOperation(operation), entry)
