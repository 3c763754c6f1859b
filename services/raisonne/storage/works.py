"""Rows of registered works, their fingerprints and the change log of those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from raisonne.app.work_ports import ReservedTerm, WorksFound
from raisonne.policy.condition import NEVER, Condition
from raisonne.rights.errors import ConflictError, NotFoundError
from raisonne.rights.fingerprint import ChangeOperation, Fingerprint
from raisonne.rights.holder import holder_key
from raisonne.rights.statement import ReservationKind, reservation_bits
from raisonne.rights.statement_json import rights_to_json
from raisonne.rights.verdict import WorkRights
from raisonne.rights.work import Work, WorkState, WorkVersion, version_at
from raisonne.storage.change_log import append_changes, append_reserved
from raisonne.storage.columns import insert_rows
from raisonne.storage.engine import Lock, take_lock
from raisonne.storage.fingerprints import insert_fingerprints
from raisonne.storage.licences import licences_ending
from raisonne.storage.matched_rights import rights_as_of
from raisonne.storage.tables import (
    WORK_IS_REGISTERED,
    WORK_IS_SCHEDULED,
    WORK_RESERVES_HOLDER,
    WorkRow,
)
from raisonne.storage.terms import mark_changed
from raisonne.storage.work_versions import (
    cancel_scheduled,
    changed_works,
    insert_version,
    next_time,
    versions_of,
    work_of,
    works_due,
)
from raisonne.storage.works_at import Sought, list_works_at

_PROMPT_RESERVATIONS = {ReservationKind.STYLE, ReservationKind.AI_GENERATION}


@dataclass(frozen=True, slots=True)
class SqlWorks:
    """``WorkStore`` within one transaction."""

    session: Session

    def add(self, work: Work, fingerprints: Sequence[Fingerprint], *, actor: str = "") -> None:
        """Insert a work with its first version, its fingerprints and their change-log rows.

        Raises:
            ConflictError: ``ALREADY_EXISTS``; also if the same bytes are registered already.
        """
        version = WorkVersion(work, work.create_time, actor)
        insert_rows(self.session, WorkRow, _values(version, None))
        insert_version(self.session, version)
        if fingerprints:
            insert_fingerprints(self.session, work.tenant, work.name, work.asset, fingerprints)
            append_changes(self.session, work.tenant, work.name, ChangeOperation.ADD)
        if _reserves_holder(work):
            self._mark(work.tenant)

    def get(self, tenant: str, name: str) -> Work | None:
        """Return the work, or None."""
        row = self._row(tenant, name)
        return None if row is None else work_of(row)

    def find_by_sha256(self, tenant: str, sha256: str) -> Work | None:
        """Return the REGISTERED work whose primary asset has this digest, or None."""
        row = self.session.exec(
            select(WorkRow).where(
                col(WorkRow.tenant) == tenant,
                col(WorkRow.sha256) == sha256,
                WORK_IS_REGISTERED,
            )
        ).one_or_none()
        return None if row is None else work_of(row)

    def list(
        self, tenant: str, *, limit: int, after: str = "", state: WorkState | None = None
    ) -> Sequence[Work]:
        """Return works ordered by name, at most ``limit``, after the given name."""
        statement = select(WorkRow).where(col(WorkRow.tenant) == tenant, col(WorkRow.name) > after)
        if state is not None:
            statement = statement.where(col(WorkRow.state) == state.value)
        rows = self.session.exec(statement.order_by(col(WorkRow.name)).limit(limit))
        return tuple(work_of(row) for row in rows)

    def list_at(
        self,
        tenant: str,
        condition: Condition,
        *,
        at: datetime,
        state: WorkState,
        limit: int,
        after: str = "",
        licensed: Condition = NEVER,
        denied: bool = False,
    ) -> WorksFound:
        """Return works as they were at a time, by name, with their licences that counted then.

        Those in a state whose own statement met a condition, or one of whose licences came to a
        statement that met the other; or those of which neither is true.

        What stands in the records is looked up. The records that said something else then are read
        one by one, so that fewer than ``limit`` are returned where many have to be.
        """
        sought = Sought(condition, at, state, licensed, denied)
        return list_works_at(self.session, tenant, sought, limit=limit, after=after)

    def count(self, tenant: str, state: WorkState | None = None) -> int:
        """Return how many works there are."""
        statement = select(func.count()).where(col(WorkRow.tenant) == tenant)
        if state is not None:
            statement = statement.where(col(WorkRow.state) == state.value)
        return self.session.exec(statement).one()

    def replace(
        self,
        work: Work,
        *,
        effective_time: datetime | None = None,
        actor: str = "",
        note: str = "",
    ) -> None:
        """Add a version of a record; it stands in the record from its time on.

        When the record's state becomes WITHDRAWN, whatever was to come into force later is taken
        back, and REMOVE rows for its fingerprints are appended to the change log in the same
        transaction; when it becomes REGISTERED again, ADD rows, except for those whose values were
        erased. When it stays REGISTERED and what it reserves changes, ADD rows are appended for
        those that are in force.

        Args:
            work: The record by this version, recorded at its ``update_time``.
            effective_time: From when on it holds; from when it was recorded if None.
            actor: Who recorded it.
            note: Why.

        Raises:
            ConflictError: If the stored revision is not ``work.revision - 1``, or the same bytes
                were registered anew since it was withdrawn.
            NotFoundError: If there is no such work.
        """
        # Before the row's own lock and in every replacement, so that two cannot wait in a circle.
        take_lock(self.session, Lock.CHANGE_LOG)
        row = self._locked(work.tenant, work.name)
        if row is None:
            raise NotFoundError(f"There is no work {work.name!r}.", metadata={"name": work.name})
        if row.revision != work.revision - 1:
            raise ConflictError(
                f"{work.name} was changed meanwhile: it is at revision {row.revision}.",
                metadata={"name": work.name, "revision": str(row.revision)},
            )
        if work.state is WorkState.WITHDRAWN and row.next_time is not None:
            cancel_scheduled(self.session, work)
        since = effective_time or work.update_time
        insert_version(self.session, WorkVersion(work, since, actor, note))
        self._settle(row, work.update_time, revision=work.revision)

    def is_due(self, tenant: str, now: datetime) -> bool:
        """Whether a version waits that holds from by now on."""
        return self.session.exec(_due(tenant, now).limit(1)).first() is not None

    def apply_scheduled(self, tenant: str, now: datetime) -> None:
        """Bring into force what was recorded before and holds from by now on."""
        take_lock(self.session, Lock.CHANGE_LOG)
        for name in self.session.exec(_due(tenant, now)).all():
            row = self._locked(tenant, name)
            if row is not None:
                self._settle(row, now, revision=row.revision)

    def versions(self, tenant: str, name: str) -> Sequence[WorkVersion]:
        """Return all versions of a record in the order in which they were recorded."""
        row = self._row(tenant, name)
        return () if row is None else versions_of(self.session, row)

    def changed(self, tenant: str, after: int, limit: int) -> Sequence[tuple[int, str, datetime]]:
        """Return positions above one at which versions were recorded, of which works, and when."""
        return changed_works(self.session, tenant, after, limit)

    def came_into_force(self, tenant: str, since: datetime, until: datetime) -> Sequence[str]:
        """Return the works whose rights came to be others between two times, as was scheduled."""
        versions = works_due(self.session, tenant, since, until)
        return tuple(
            dict.fromkeys([*versions, *licences_ending(self.session, tenant, since, until)])
        )

    def rights_of(
        self, tenant: str, names: Sequence[str], at: datetime
    ) -> Mapping[str, WorkRights]:
        """Return the rights of many works as of a time; unknown names are left out."""
        return rights_as_of(self.session, tenant, names, at)

    def _row(self, tenant: str, name: str) -> WorkRow | None:
        return self.session.exec(
            select(WorkRow).where(col(WorkRow.tenant) == tenant, col(WorkRow.name) == name)
        ).one_or_none()

    def _locked(self, tenant: str, name: str) -> WorkRow | None:
        return self.session.exec(
            select(WorkRow)
            .where(col(WorkRow.tenant) == tenant, col(WorkRow.name) == name)
            .with_for_update()
        ).one_or_none()

    def _settle(self, row: WorkRow, now: datetime, *, revision: int) -> None:
        """Write the version that is in force into the record, and what follows for indexes."""
        versions = versions_of(self.session, row)
        holding = version_at(versions, now)
        values = _values(holding, next_time(versions, now)) | {"revision": revision}
        latest = next(one.work for one in versions if one.work.revision == revision)
        values["update_time"] = latest.update_time
        was, reserved, name = WorkState(row.state), row.reserved, row.name
        names_holder = row.reserves_generation or _reserves_holder(holding.work)
        self.session.expire(row)
        this = (col(WorkRow.tenant) == row.tenant, col(WorkRow.name) == name)
        self.session.exec(update(WorkRow).where(*this).values(**values))
        state = holding.work.state
        if state is not was:
            withdrawn = state is WorkState.WITHDRAWN
            operation = ChangeOperation.REMOVE if withdrawn else ChangeOperation.ADD
            append_changes(self.session, row.tenant, name, operation)
        elif state is WorkState.REGISTERED and values["reserved"] != reserved:
            append_reserved(self.session, row.tenant, name)
        if names_holder:
            self._mark(row.tenant)

    def _mark(self, tenant: str) -> None:
        # The log's lock first, in every transaction, so that two cannot wait in a circle.
        take_lock(self.session, Lock.CHANGE_LOG)
        mark_changed(self.session, tenant)

    def reserved_terms(self, tenant: str) -> Sequence[ReservedTerm]:
        """Return one term per holder that has a REGISTERED work reserving style or generation."""
        rows = self.session.exec(
            select(WorkRow.holder, func.min(WorkRow.name))
            .where(col(WorkRow.tenant) == tenant, WORK_RESERVES_HOLDER)
            .group_by(col(WorkRow.holder))
            .order_by(col(WorkRow.holder))
        )
        return tuple(ReservedTerm(holder, name) for holder, name in rows)


def _reserves_holder(work: Work) -> bool:
    return not _PROMPT_RESERVATIONS.isdisjoint(work.rights.reservations)


def _due(tenant: str, now: datetime) -> SelectOfScalar[str]:
    return select(WorkRow.name).where(
        col(WorkRow.tenant) == tenant, WORK_IS_SCHEDULED, col(WorkRow.next_time) <= now
    )


def _values(version: WorkVersion, following: datetime | None) -> dict[str, Any]:
    work = version.work
    return {
        "tenant": work.tenant,
        "name": work.name,
        "title": work.title,
        "holder": work.holder,
        "collection": work.collection,
        "external_id": work.external_id,
        "source": work.source,
        "asset": work.asset,
        "sha256": work.sha256,
        "state": work.state.value,
        "rights": rights_to_json(work.rights),
        "reserves_generation": _reserves_holder(work),
        "revision": work.revision,
        "create_time": work.create_time,
        "update_time": work.update_time,
        "reserved": reservation_bits(work.rights.reservations),
        "version": work.revision,
        "effective_time": version.effective_time,
        "next_time": following,
        "holder_key": holder_key(work.holder),
    }
