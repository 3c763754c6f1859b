"""Rights of the works that something matched: every check waits for them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import Select, Text, bindparam, cast, exists, inspect, or_, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from raisonne.rights.recorded_licence import Grant
from raisonne.rights.reservation import ReservationInForce
from raisonne.rights.statement import RightsStatement
from raisonne.rights.statement_json import rights_from_json
from raisonne.rights.verdict import WorkRights
from raisonne.rights.work import WorkState, version_at
from raisonne.storage.document_tables import TitleDisputeRow
from raisonne.storage.licences import grants_at
from raisonne.storage.reservations_in_force import (
    read_reserved,
    reservations_of_works,
    reserved_column,
    works_with_reservations,
)
from raisonne.storage.tables import WorkRow
from raisonne.storage.work_versions import versions_of_many

_STATEMENTS_KEPT = 4_096

_Licences: TypeAlias = Mapping[str, tuple[Grant, ...]]

_WORK, _DISPUTE = inspect(WorkRow).local_table, inspect(TitleDisputeRow).local_table
_AT = bindparam("reserved_at", type_=_DISPUTE.c.create_time.type)
_COLUMNS = (
    _WORK.c.tenant,
    _WORK.c.name,
    _WORK.c.title,
    _WORK.c.holder,
    _WORK.c.source,
    _WORK.c.state,
    _WORK.c.version,
    _WORK.c.revision,
    _WORK.c.effective_time,
    _WORK.c.next_time,
    _WORK.c.licensed,
    cast(_WORK.c.rights, Text).label("statement"),
    exists()
    .where(
        _DISPUTE.c.tenant == _WORK.c.tenant,
        _DISPUTE.c.work == _WORK.c.name,
        _DISPUTE.c.create_time <= _AT,
        or_(_DISPUTE.c.settle_time.is_(None), _DISPUTE.c.settle_time > _AT),
    )
    .label("disputed"),
)
_NAMED = (
    _WORK.c.tenant == bindparam("of_tenant"),
    _WORK.c.name.in_(bindparam("names", expanding=True)),
)


def _looking_up(*, postgresql: bool) -> Select[Any]:
    reserved = reserved_column(postgresql=postgresql)
    return select(*_COLUMNS, reserved).select_from(works_with_reservations()).where(*_NAMED)


# Built once, and of those columns alone that count: it takes a third of the time.
_LOOK_UPS = {
    "sqlite": _looking_up(postgresql=False),
    "postgresql": _looking_up(postgresql=True),
}


def rights_as_of(
    session: Session, tenant: str, names: Sequence[str], at: datetime
) -> Mapping[str, WorkRights]:
    """Return the rights of many works as of a time; unknown names are left out.

    One SELECT, another for the licences of all works that have any, and four more for all works
    whose record was another then.
    """
    wanted = {"of_tenant": tenant, "names": sorted(set(names)), "reserved_at": at}
    connection = session.connection()
    rows = connection.execute(_LOOK_UPS[connection.dialect.name], wanted).all()
    reserved: dict[str, list[ReservationInForce]] = {}
    for row in rows:
        if row.reserved is not None:
            reserved.setdefault(row.name, []).append(read_reserved(row.reserved))
    licences = grants_at(session, tenant, [row.name for row in rows if row.licensed], at)
    found: dict[str, WorkRights] = {}
    others: dict[str, bool] = {}
    for row in rows:
        if row.name in found:
            continue  # A work has a row for each of its reservations.
        if _stands(row, at):
            found[row.name] = _standing(row, _in_order(reserved.get(row.name)), licences)
        else:
            others[row.name] = bool(row.disputed)
    return found | _versions(session, tenant, others, at, licences) if others else found


def _in_order(reservations: list[ReservationInForce] | None) -> tuple[ReservationInForce, ...]:
    return tuple(sorted(reservations, key=lambda each: each.name)) if reservations else ()


def _stands(row: Any, at: datetime) -> bool:
    """Say whether the record said at that time what it says now: its only version always did."""
    begun = row.effective_time is None or row.effective_time <= at or row.revision == 1
    return begun and (row.next_time is None or row.next_time > at)


def _standing(
    row: Any, reservations: tuple[ReservationInForce, ...], licences: _Licences
) -> WorkRights:
    return WorkRights(
        work=row.name,
        tenant=row.tenant,
        title=row.title,
        holder=row.holder,
        state=WorkState(row.state),
        revision=row.version,
        rights=_statement(row.statement),
        source=row.source,
        reservations=reservations,
        licences=licences.get(row.name, ()),
        disputed=bool(row.disputed),
    )


@lru_cache(_STATEMENTS_KEPT)
def _statement(text: str) -> RightsStatement:
    """Read a statement; most works share theirs with others."""
    return rights_from_json(json.loads(text))


def _versions(
    session: Session,
    tenant: str,
    disputed: Mapping[str, bool],
    at: datetime,
    licences: _Licences,
) -> dict[str, WorkRights]:
    rows = session.exec(
        select_rows(WorkRow).where(col(WorkRow.tenant) == tenant, col(WorkRow.name).in_(disputed))
    ).all()
    works = [version_at(each, at).work for each in versions_of_many(session, rows).values()]
    reserved = reservations_of_works(session, tenant, works, at)
    return {
        work.name: WorkRights(
            work=work.name,
            tenant=work.tenant,
            title=work.title,
            holder=work.holder,
            state=work.state,
            revision=work.revision,
            rights=work.rights,
            source=work.source,
            reservations=reserved.get(work.name, ()),
            licences=licences.get(work.name, ()),
            disputed=disputed[work.name],
        )
        for work in works
    }
