"""Which works met a condition at some time? Their records say, or versions of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Dialect, and_, not_, or_
from sqlmodel import Session, col, select

from raisonne.app.work_ports import WorksFound
from raisonne.policy.condition import NEVER, Condition, holds
from raisonne.rights.recorded_licence import Grant
from raisonne.rights.reservation import ReservationInForce, with_reservations
from raisonne.rights.work import Work, WorkState, version_at
from raisonne.storage.licence_filter import LicenceFilter, licensed_at
from raisonne.storage.licences import grants_at
from raisonne.storage.reservations_in_force import reservations_of_works
from raisonne.storage.rights_filter import RightsFilter
from raisonne.storage.tables import WorkRow
from raisonne.storage.work_versions import versions_of_many, work_of

_BATCH = 500
MOST_READ = 5_000
"""Rows read for one part of a list; where more are needed, the part is shorter."""


@dataclass(frozen=True, slots=True)
class Sought:
    """Which works are wanted.

    Attributes:
        condition: What their own statements are like.
        at: At which time.
        state: The state that they are in then.
        licensed: What one of their licences comes to, where their own statement is not so.
        denied: Those of which neither is so, instead.
    """

    condition: Condition
    at: datetime
    state: WorkState
    licensed: Condition = NEVER
    denied: bool = False

    def admits(
        self, work: Work, reservations: Sequence[ReservationInForce], grants: Sequence[Grant]
    ) -> bool:
        """Say whether a work as it was then, with all that counted beside it, is wanted."""
        own = with_reservations(work.rights, reservations)
        meets = holds(self.condition, own) or any(
            holds(self.licensed, grant.statement(own), fee=grant.fee) for grant in grants
        )
        return work.state is self.state and meets is not self.denied


def list_works_at(
    session: Session,
    tenant: str,
    sought: Sought,
    *,
    limit: int,
    after: str,
    most_read: int = MOST_READ,
) -> WorksFound:
    """Return works as they were at a time, by name after the given one.

    Args:
        session: An open transaction.
        tenant: Whose works.
        sought: Which ones.
        limit: Most works to return.
        after: Name after which they begin.
        most_read: Rows to read, and up to a batch more.
    """
    found: list[Work] = []
    reservations: dict[str, tuple[ReservationInForce, ...]] = {}
    licences: dict[str, tuple[Grant, ...]] = {}
    read, batch = 0, limit + 1
    while read < most_read:
        rows = _rows(session, tenant, sought, batch, after)
        works = _as_they_were(session, rows, sought.at)
        reservations |= reservations_of_works(session, tenant, works, sought.at)
        marked = [row.name for row in rows if row.licensed]
        licences |= grants_at(session, tenant, marked, sought.at)
        found += [
            work
            for row, work in zip(rows, works, strict=True)
            # Of those the condition was put to the row.
            if _row_stands(row, sought.at)
            or sought.admits(work, reservations.get(work.name, ()), licences.get(work.name, ()))
        ]
        if len(found) > limit:
            last = found[limit - 1].name
            return WorksFound(tuple(found[:limit]), last, reservations, licences)
        if len(rows) < batch:
            return WorksFound(tuple(found), "", reservations, licences)
        after, read, batch = rows[-1].name, read + len(rows), _BATCH
    return WorksFound(tuple(found), after, reservations, licences)


def _rows(
    session: Session, tenant: str, sought: Sought, batch: int, after: str
) -> Sequence[WorkRow]:
    """Return rows of works that are wanted, and of those of which the row does not tell."""
    stands = _stands(sought.at)
    meets = permitted_at(session.get_bind().dialect, sought)
    if sought.denied:
        meets = not_(meets)
    wanted = and_(stands, col(WorkRow.state) == sought.state.value, meets)
    statement = (
        select(WorkRow)
        .where(col(WorkRow.tenant) == tenant, col(WorkRow.name) > after, or_(wanted, not_(stands)))
        .order_by(col(WorkRow.name))
        .limit(batch)
    )
    return session.exec(statement).all()


def permitted_at(dialect: Dialect, sought: Sought) -> ColumnElement[bool]:
    """Return whether a work whose record stands has a statement, or a licence, that is so."""
    own = RightsFilter.of(dialect, sought.at).where(sought.condition)
    return or_(own, licensed_at(sought.licensed, LicenceFilter.of(dialect, sought.at)))


def _stands(at: datetime) -> ColumnElement[bool]:
    """Return whether a record said at a time what its row says: its only version always did."""
    since, until = col(WorkRow.effective_time), col(WorkRow.next_time)
    begun, going_on = or_(since.is_(None), since <= at), or_(until.is_(None), until > at)
    return or_(col(WorkRow.revision) == 1, and_(begun, going_on))


def _as_they_were(session: Session, rows: Sequence[WorkRow], at: datetime) -> list[Work]:
    versions = versions_of_many(session, [row for row in rows if not _row_stands(row, at)])
    return [
        version_at(versions[row.name], at).work if row.name in versions else work_of(row)
        for row in rows
    ]


def _row_stands(row: WorkRow, at: datetime) -> bool:
    begun = row.effective_time is None or row.effective_time <= at
    return row.revision == 1 or (begun and (row.next_time is None or row.next_time > at))
