"""Rows of the versions of works' records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from raisonne.rights.statement_json import rights_from_json, rights_to_json
from raisonne.rights.work import Work, WorkState, WorkVersion
from raisonne.storage.columns import insert_rows
from raisonne.storage.tables import WorkRow, WorkVersionRow


def insert_version(session: Session, version: WorkVersion) -> None:
    """Add a version to those of its work."""
    insert_rows(session, WorkVersionRow, _values(version))


def cancel_scheduled(session: Session, work: Work) -> None:
    """Take back, by this revision of a work, what has not come into force by then."""
    session.exec(
        update(WorkVersionRow)
        .where(
            col(WorkVersionRow.tenant) == work.tenant,
            col(WorkVersionRow.work) == work.name,
            col(WorkVersionRow.effective_time) > work.update_time,
            col(WorkVersionRow.cancelled_by) == 0,
        )
        .values(cancelled_by=work.revision)
    )


def versions_of(session: Session, row: WorkRow) -> Sequence[WorkVersion]:
    """Return all versions of a work's record in the order in which they were recorded."""
    found = session.exec(
        select(WorkVersionRow)
        .where(
            col(WorkVersionRow.tenant) == row.tenant,
            col(WorkVersionRow.work) == row.name,
        )
        .order_by(col(WorkVersionRow.revision))
    )
    return tuple(_version(row, version) for version in found)


def next_time(versions: Sequence[WorkVersion], at: datetime) -> datetime | None:
    """Return when the next version comes into force after a time, or None."""
    times = [version.effective_time for version in versions if not version.cancelled_by]
    return min((time for time in times if time > at), default=None)


def _values(version: WorkVersion) -> dict[str, Any]:
    work = version.work
    return {
        "tenant": work.tenant,
        "work": work.name,
        "revision": work.revision,
        "effective_time": version.effective_time,
        "record_time": work.update_time,
        "actor": version.actor,
        "note": version.note,
        "cancelled_by": version.cancelled_by,
        "title": work.title,
        "holder": work.holder,
        "collection": work.collection,
        "external_id": work.external_id,
        "source": work.source,
        "state": work.state.value,
        "rights": rights_to_json(work.rights),
    }


def _version(row: WorkRow, version: WorkVersionRow) -> WorkVersion:
    work = Work(
        name=row.name,
        tenant=row.tenant,
        title=version.title,
        holder=version.holder,
        collection=version.collection,
        external_id=version.external_id,
        source=version.source,
        asset=row.asset,
        sha256=row.sha256,
        state=WorkState(version.state),
        rights=rights_from_json(version.rights),
        revision=version.revision,
        create_time=row.create_time,
        update_time=version.record_time,
    )
    return WorkVersion(
        work, version.effective_time, version.actor, version.note, version.cancelled_by
    )


def changed_works(
    session: Session, tenant: str, after: int, limit: int
) -> Sequence[tuple[int, str, datetime]]:
    """Return sequences above one, the works whose versions they are, and when these came."""
    rows = session.exec(
        select(WorkVersionRow.sequence, WorkVersionRow.work, WorkVersionRow.record_time)
        .where(col(WorkVersionRow.tenant) == tenant, col(WorkVersionRow.sequence) > after)
        .order_by(col(WorkVersionRow.sequence))
        .limit(limit)
    )
    return tuple((sequence, work, time) for sequence, work, time in rows)


def works_due(session: Session, tenant: str, since: datetime, until: datetime) -> Sequence[str]:
    """Return the works of which a version came into force after a time, up to another."""
    rows = session.exec(
        select(WorkVersionRow.work)
        .where(
            col(WorkVersionRow.tenant) == tenant,
            col(WorkVersionRow.effective_time) > since,
            col(WorkVersionRow.effective_time) <= until,
            # Versions that hold from when they were recorded are found by their sequence.
            col(WorkVersionRow.effective_time) > col(WorkVersionRow.record_time),
            col(WorkVersionRow.cancelled_by) == 0,
        )
        .distinct()
    )
    return tuple(rows)


def work_of(row: WorkRow) -> Work:
    """Return the work as its record stands."""
    return Work(
        name=row.name,
        tenant=row.tenant,
        title=row.title,
        holder=row.holder,
        collection=row.collection,
        external_id=row.external_id,
        source=row.source,
        asset=row.asset,
        sha256=row.sha256,
        state=WorkState(row.state),
        rights=rights_from_json(row.rights),
        revision=row.revision,
        create_time=row.create_time,
        update_time=row.update_time,
    )


def versions_of_many(
    session: Session, rows: Sequence[WorkRow]
) -> Mapping[str, Sequence[WorkVersion]]:
    """Return all versions of some works of one tenant, by work, in one SELECT."""
    by_name = {row.name: row for row in rows}
    if not by_name:
        return {}
    found = session.exec(
        select(WorkVersionRow)
        .where(
            col(WorkVersionRow.tenant) == rows[0].tenant,
            col(WorkVersionRow.work).in_(by_name.keys()),
        )
        .order_by(col(WorkVersionRow.revision))
    )
    versions: dict[str, list[WorkVersion]] = {name: [] for name in by_name}
    for version in found:
        versions[version.work].append(_version(by_name[version.work], version))
    return versions
