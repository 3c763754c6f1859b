"""Writing the change log that fingerprint indexes follow, and what it says of a fingerprint."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Insert, bindparam, insert, select
from sqlmodel import Session, col, func

from raisonne.rights.fingerprint import ChangeOperation
from raisonne.storage.columns import Characters
from raisonne.storage.engine import Lock, take_lock
from raisonne.storage.tables import FingerprintChangeRow, FingerprintRow

_MARK_BITS = 63

NOT_ERASED: ColumnElement[bool] = func.length(col(FingerprintRow.value)) > 0
"""Condition on a fingerprint; no algorithm makes an empty value."""


def is_in_force(*until: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition on a fingerprint that its last change is an ADD.

    Args:
        *until: Conditions on the changes that count.
    """
    last = (
        select(col(FingerprintChangeRow.operation))
        .where(col(FingerprintChangeRow.fingerprint) == col(FingerprintRow.id), *until)
        .order_by(col(FingerprintChangeRow.sequence).desc())
        .limit(1)
        .correlate(FingerprintRow)
        .scalar_subquery()
    )
    return last == ChangeOperation.ADD.value


def _append(*conditions: ColumnElement[bool]) -> Insert:
    rows = (
        select(
            col(FingerprintRow.tenant),
            bindparam("what", type_=Characters),
            col(FingerprintRow.id),
            bindparam("drawn", type_=BigInteger),
        )
        .where(
            col(FingerprintRow.tenant) == bindparam("of_tenant"),
            col(FingerprintRow.work) == bindparam("of_work"),
            NOT_ERASED,
            *conditions,
        )
        .order_by(col(FingerprintRow.id))
    )
    columns = ["tenant", "operation", "fingerprint", "mark"]
    return insert(FingerprintChangeRow).from_select(columns, rows)


_APPEND_ALL = _append()
_APPEND = _append(col(FingerprintRow.algorithm).in_(bindparam("algorithms", expanding=True)))
_APPEND_IN_FORCE = _append(is_in_force())


def append_changes(
    session: Session,
    tenant: str,
    work: str,
    operation: ChangeOperation,
    algorithms: Collection[str] | None = None,
) -> None:
    """Append one change for each fingerprint of a work, or for each of some algorithms.

    Erased ones are left out. The sequence is given by the database when a row is inserted, which
    may not be the order of the commits; with one such transaction at a time it is.
    """
    values: dict[str, Any] = {"of_tenant": tenant, "of_work": work, "what": operation.value}
    if algorithms is None:
        _execute(session, _APPEND_ALL, values)
    else:
        _execute(session, _APPEND, values | {"algorithms": sorted(algorithms)})


def append_reserved(session: Session, tenant: str, work: str) -> None:
    """Append an ADD for each fingerprint in force of a work: what it reserves has changed."""
    values = {"of_tenant": tenant, "of_work": work, "what": ChangeOperation.ADD.value}
    _execute(session, _APPEND_IN_FORCE, values)


def _execute(session: Session, statement: Insert, values: dict[str, Any]) -> None:
    take_lock(session, Lock.CHANGE_LOG)
    session.connection().execute(statement, values | {"drawn": secrets.randbits(_MARK_BITS)})
