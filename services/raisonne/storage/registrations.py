"""Rows of registrations with offices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, update
from sqlmodel import Session, col, select

from raisonne.rights.errors import ConflictError
from raisonne.rights.office import OfficeRegistration
from raisonne.rights.work import WorkState
from raisonne.storage.columns import insert_rows
from raisonne.storage.document_tables import REGISTRATION_FALLS_DUE, OfficeRegistrationRow
from raisonne.storage.tables import WorkRow


@dataclass(frozen=True, slots=True)
class SqlRegistrations:
    """``RegistrationStore`` within one transaction."""

    session: Session

    def add(self, registration: OfficeRegistration) -> None:
        """Insert.

        Raises:
            ConflictError: ``ALREADY_EXISTS``; also if the work has that number of that office.
        """
        row = {
            "tenant": registration.tenant,
            "name": registration.name,
            "work": registration.work,
            "office": registration.office,
            "number": registration.number,
            "grant_date": registration.grant_date,
            "renewal_date": registration.renewal_date,
            "document": registration.document or None,
            "actor": registration.actor,
            "record_time": registration.record_time,
            "remove_time": registration.remove_time,
            "removed_by": registration.removed_by,
        }
        insert_rows(self.session, OfficeRegistrationRow, row)

    def get(self, tenant: str, name: str) -> OfficeRegistration | None:
        """Return the registration, removed or not, or None."""
        row = self.session.exec(
            select(OfficeRegistrationRow).where(
                col(OfficeRegistrationRow.tenant) == tenant,
                col(OfficeRegistrationRow.name) == name,
            )
        ).one_or_none()
        return None if row is None else _registration(row)

    def of_work(self, tenant: str, work: str) -> Sequence[OfficeRegistration]:
        """Return all registrations of a work, removed ones included, as they were recorded."""
        rows = self.session.exec(
            select(OfficeRegistrationRow)
            .where(
                col(OfficeRegistrationRow.tenant) == tenant,
                col(OfficeRegistrationRow.work) == work,
            )
            .order_by(col(OfficeRegistrationRow.name))
        )
        return tuple(_registration(row) for row in rows)

    def remove(self, tenant: str, name: str, by: str, when: datetime) -> None:
        """End the time for which a registration counts.

        Raises:
            ConflictError: If there is no such registration, or it was removed before.
        """
        removed = self.session.exec(
            update(OfficeRegistrationRow)
            .where(
                col(OfficeRegistrationRow.tenant) == tenant,
                col(OfficeRegistrationRow.name) == name,
                col(OfficeRegistrationRow.remove_time).is_(None),
            )
            .values(remove_time=when, removed_by=by)
        )
        if removed.rowcount != 1:
            raise ConflictError(f"{name} is removed already.", metadata={"name": name})

    def due(self, tenant: str, until: date, *, limit: int) -> Sequence[OfficeRegistration]:
        """Return registrations of registered works to renew by a day, soonest first."""
        theirs = and_(
            col(WorkRow.tenant) == col(OfficeRegistrationRow.tenant),
            col(WorkRow.name) == col(OfficeRegistrationRow.work),
        )
        rows = self.session.exec(
            select(OfficeRegistrationRow)
            .join(WorkRow, theirs)
            .where(
                col(OfficeRegistrationRow.tenant) == tenant,
                REGISTRATION_FALLS_DUE,
                col(OfficeRegistrationRow.renewal_date) <= until,
                col(WorkRow.state) == WorkState.REGISTERED.value,
            )
            .order_by(col(OfficeRegistrationRow.renewal_date), col(OfficeRegistrationRow.name))
            .limit(limit)
        )
        return tuple(_registration(row) for row in rows)


def _registration(row: OfficeRegistrationRow) -> OfficeRegistration:
    return OfficeRegistration(
        name=row.name,
        tenant=row.tenant,
        work=row.work,
        office=row.office,
        number=row.number,
        grant_date=row.grant_date,
        renewal_date=row.renewal_date,
        document=row.document or "",
        actor=row.actor,
        record_time=row.record_time,
        remove_time=row.remove_time,
        removed_by=row.removed_by,
    )
