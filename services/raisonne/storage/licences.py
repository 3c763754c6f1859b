"""Rows of recorded licences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, inspect, or_, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from raisonne.rights.errors import ConflictError
from raisonne.rights.recorded_licence import Grant, Licence
from raisonne.rights.statement import ReservationKind, Use
from raisonne.storage.columns import insert_rows
from raisonne.storage.licence_tables import LICENCE_ENDS, LicenceRow
from raisonne.storage.tables import WorkRow

_LICENCE = inspect(LicenceRow).local_table


def counts_at(at: Any) -> ColumnElement[bool]:
    """Return whether a licence's record counts at a time."""
    begins, ends = col(LicenceRow.effective_time), col(LicenceRow.end_time)
    return and_(begins <= at, or_(ends.is_(None), ends > at))


# Those of the columns alone that policies need: neither the parties nor what was noted of them.
_GRANTS = (
    select(
        _LICENCE.c.work,
        _LICENCE.c.name,
        _LICENCE.c.identifier,
        _LICENCE.c.uses,
        _LICENCE.c.territories,
        _LICENCE.c.valid_from,
        _LICENCE.c.valid_until,
        _LICENCE.c.attribution,
        _LICENCE.c.fee,
        _LICENCE.c.releases,
        _LICENCE.c.effective_time,
        _LICENCE.c.end_time,
    )
    .where(
        _LICENCE.c.tenant == bindparam("of_tenant"),
        _LICENCE.c.work.in_(bindparam("works", expanding=True)),
        counts_at(bindparam("at", type_=_LICENCE.c.effective_time.type)),
    )
    .order_by(_LICENCE.c.name)
)


def grants_at(
    session: Session, tenant: str, works: Sequence[str], at: datetime
) -> dict[str, tuple[Grant, ...]]:
    """Return what the licences of works grant that count at a time, by work; one SELECT at most."""
    if not works:
        return {}
    wanted = {"of_tenant": tenant, "works": list(works), "at": at}
    found: dict[str, list[Grant]] = {}
    for row in session.connection().execute(_GRANTS, wanted):
        found.setdefault(row.work, []).append(_grant(row))
    return {work: tuple(grants) for work, grants in found.items()}


def licences_ending(
    session: Session, tenant: str, since: datetime, until: datetime
) -> Sequence[str]:
    """Return the works of which a licence ended between two times, as was said before it did."""
    ends = col(LicenceRow.end_time)
    rows = session.exec(
        select_rows(LicenceRow.work)
        .where(
            col(LicenceRow.tenant) == tenant,
            LICENCE_ENDS,
            ends > since,
            ends <= until,
            ends > col(LicenceRow.revoke_time),
        )
        .distinct()
    )
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class SqlLicences:
    """``LicenceStore`` within one transaction."""

    session: Session

    def add(self, licences: Sequence[Licence]) -> None:
        """Insert licences of one tenant and mark their works."""
        if not licences:
            return
        insert_rows(self.session, LicenceRow, *(_values(licence) for licence in licences))
        self.session.exec(
            update(WorkRow)
            .where(
                col(WorkRow.tenant) == licences[0].tenant,
                col(WorkRow.name).in_({licence.work for licence in licences}),
            )
            .values(licensed=True)
        )

    def get(self, tenant: str, name: str) -> Licence | None:
        """Return the licence, or None."""
        row = self._row(tenant, name)
        return None if row is None else _licence(row)

    def list(
        self,
        tenant: str,
        *,
        limit: int,
        after: str = "",
        work: str = "",
        ended_by: datetime | None = None,
        expiring_by: datetime | None = None,
    ) -> Sequence[Licence]:
        """Return licences, those first that end first, at most ``limit`` after the given name."""
        until = col(LicenceRow.valid_until)
        statement = select_rows(LicenceRow).where(col(LicenceRow.tenant) == tenant)
        if after:
            statement = statement.where(_later(self._row(tenant, after), after))
        if work:
            statement = statement.where(col(LicenceRow.work) == work)
        if ended_by is not None:
            ends = col(LicenceRow.end_time)
            statement = statement.where(
                or_(until.is_(None), until > ended_by), or_(ends.is_(None), ends > ended_by)
            )
        if expiring_by is not None:
            statement = statement.where(until <= expiring_by)
        ordered = statement.order_by(until.asc().nulls_last(), col(LicenceRow.name))
        return tuple(_licence(row) for row in self.session.exec(ordered.limit(limit)))

    def revoke(self, licence: Licence) -> None:
        """Write the end of a licence and when it was recorded.

        Raises:
            ConflictError: If it was revoked meanwhile.
        """
        written = self.session.exec(
            update(LicenceRow)
            .where(
                col(LicenceRow.tenant) == licence.tenant,
                col(LicenceRow.name) == licence.name,
                col(LicenceRow.revoke_time).is_(None),
            )
            .values(end_time=licence.grant.end_time, revoke_time=licence.revoke_time)
        )
        if written.rowcount != 1:
            raise ConflictError(
                f"{licence.name} is revoked already.", metadata={"name": licence.name}
            )

    def _row(self, tenant: str, name: str) -> LicenceRow | None:
        return self.session.exec(
            select_rows(LicenceRow).where(
                col(LicenceRow.tenant) == tenant, col(LicenceRow.name) == name
            )
        ).one_or_none()


def _later(row: LicenceRow | None, after: str) -> ColumnElement[bool]:
    """Return whether a licence stands behind another one in the list."""
    until, later = col(LicenceRow.valid_until), col(LicenceRow.name) > after
    if row is None or row.valid_until is None:
        return and_(until.is_(None), later)
    same = and_(until == row.valid_until, later)
    return or_(until > row.valid_until, same, until.is_(None))


def _values(licence: Licence) -> Mapping[str, Any]:
    grant = licence.grant
    return {
        "tenant": licence.tenant,
        "name": licence.name,
        "work": licence.work,
        "identifier": grant.identifier,
        "licensor": licence.licensor,
        "licensee": licence.licensee,
        "document": licence.document,
        "document_sha256": licence.document_sha256,
        "uses": sorted(grant.uses),
        "territories": sorted(grant.territories),
        "valid_from": grant.valid_from,
        "valid_until": grant.valid_until,
        "attribution": grant.attribution,
        "fee": grant.fee,
        "releases": sorted(grant.releases),
        "note": licence.note,
        "actor": licence.actor,
        "create_time": licence.create_time,
        "effective_time": grant.effective_time,
        "end_time": grant.end_time,
        "revoke_time": licence.revoke_time,
    }


def _grant(row: Any) -> Grant:
    return Grant(
        licence=row.name,
        identifier=row.identifier,
        uses=frozenset(map(Use, row.uses)),
        territories=frozenset(row.territories),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        attribution=row.attribution,
        fee=row.fee,
        releases=frozenset(map(ReservationKind, row.releases)),
        effective_time=row.effective_time,
        end_time=row.end_time,
    )


def _licence(row: LicenceRow) -> Licence:
    return Licence(
        tenant=row.tenant,
        work=row.work,
        grant=_grant(row),
        licensor=row.licensor,
        licensee=row.licensee,
        document=row.document,
        document_sha256=row.document_sha256,
        note=row.note,
        actor=row.actor,
        create_time=row.create_time,
        revoke_time=row.revoke_time,
    )
