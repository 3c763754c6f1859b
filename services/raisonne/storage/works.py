"""Rows of registered works, their fingerprints and the change log of those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from raisonne.app.ports import ReservedTerm
from raisonne.rights.errors import ConflictError, NotFoundError
from raisonne.rights.fingerprint import ChangeOperation, Fingerprint
from raisonne.rights.statement import ReservationKind, reservation_bits
from raisonne.rights.verdict import WorkRights
from raisonne.rights.work import Work, WorkState
from raisonne.storage.change_log import append_changes, append_reserved
from raisonne.storage.columns import insert_rows
from raisonne.storage.engine import Lock, take_lock
from raisonne.storage.fingerprints import insert_fingerprints
from raisonne.storage.rights_json import rights_from_json, rights_to_json
from raisonne.storage.tables import (
    WORK_IS_REGISTERED,
    WORK_RESERVES_HOLDER,
    WorkRow,
)

_PROMPT_RESERVATIONS = {ReservationKind.STYLE, ReservationKind.AI_GENERATION}


@dataclass(frozen=True, slots=True)
class SqlWorks:
    """``WorkStore`` within one transaction."""

    session: Session

    def add(self, work: Work, fingerprints: Sequence[Fingerprint]) -> None:
        """Insert a work with its fingerprints and their change-log rows.

        Raises:
            ConflictError: ``ALREADY_EXISTS``; also if the same bytes are registered already.
        """
        insert_rows(self.session, WorkRow, _values(work))
        if not fingerprints:
            return
        insert_fingerprints(self.session, work.tenant, work.name, work.asset, fingerprints)
        append_changes(self.session, work.tenant, work.name, ChangeOperation.ADD)

    def get(self, tenant: str, name: str) -> Work | None:
        """Return the work, or None."""
        row = self.session.exec(
            select(WorkRow).where(col(WorkRow.tenant) == tenant, col(WorkRow.name) == name)
        ).one_or_none()
        return None if row is None else _work(row)

    def find_by_sha256(self, tenant: str, sha256: str) -> Work | None:
        """Return the REGISTERED work whose primary asset has this digest, or None."""
        row = self.session.exec(
            select(WorkRow).where(
                col(WorkRow.tenant) == tenant,
                col(WorkRow.sha256) == sha256,
                WORK_IS_REGISTERED,
            )
        ).one_or_none()
        return None if row is None else _work(row)

    def list(
        self, tenant: str, *, limit: int, after: str = "", state: WorkState | None = None
    ) -> Sequence[Work]:
        """Return works ordered by name, at most ``limit``, after the given name."""
        statement = select(WorkRow).where(col(WorkRow.tenant) == tenant, col(WorkRow.name) > after)
        if state is not None:
            statement = statement.where(col(WorkRow.state) == state.value)
        rows = self.session.exec(statement.order_by(col(WorkRow.name)).limit(limit))
        return tuple(_work(row) for row in rows)

    def count(self, tenant: str, state: WorkState | None = None) -> int:
        """Return how many works there are."""
        statement = select(func.count()).where(col(WorkRow.tenant) == tenant)
        if state is not None:
            statement = statement.where(col(WorkRow.state) == state.value)
        return self.session.exec(statement).one()

    def replace(self, work: Work) -> None:
        """Write a changed record.

        When its state becomes WITHDRAWN, REMOVE rows for its fingerprints are appended to the
        change log in the same transaction; when it becomes REGISTERED again, ADD rows, except for
        those whose values were erased. When it stays REGISTERED and what it reserves changes, ADD
        rows are appended for those that are in force.

        Raises:
            ConflictError: If the stored revision is not ``work.revision - 1``, or the same bytes
                were registered anew since it was withdrawn.
            NotFoundError: If there is no such work.
        """
        # Before the row's own lock and in every replacement, so that two cannot wait in a circle.
        take_lock(self.session, Lock.CHANGE_LOG)
        this = (col(WorkRow.tenant) == work.tenant, col(WorkRow.name) == work.name)
        stored = self.session.exec(
            select(WorkRow.state, WorkRow.reserved, WorkRow.revision).where(*this).with_for_update()
        ).one_or_none()
        if stored is None:
            raise NotFoundError(f"There is no work {work.name!r}.", metadata={"name": work.name})
        state, reserved, revision = stored
        if revision != work.revision - 1:
            raise ConflictError(
                f"{work.name} was changed meanwhile: it is at revision {revision}.",
                metadata={"name": work.name, "revision": str(revision)},
            )
        values = _values(work)
        self.session.exec(update(WorkRow).where(*this).values(**values))
        if work.state is not WorkState(state):
            withdrawn = work.state is WorkState.WITHDRAWN
            operation = ChangeOperation.REMOVE if withdrawn else ChangeOperation.ADD
            append_changes(self.session, work.tenant, work.name, operation)
        elif work.state is WorkState.REGISTERED and values["reserved"] != reserved:
            append_reserved(self.session, work.tenant, work.name)

    def rights_of(self, tenant: str, names: Sequence[str]) -> Mapping[str, WorkRights]:
        """Return the rights of many works in one SELECT; unknown names are left out."""
        rows = self.session.exec(
            select(WorkRow).where(col(WorkRow.tenant) == tenant, col(WorkRow.name).in_(set(names)))
        )
        return {row.name: _work_rights(row) for row in rows}

    def reserved_terms(self, tenant: str) -> Sequence[ReservedTerm]:
        """Return one term per holder that has a REGISTERED work reserving style or generation."""
        rows = self.session.exec(
            select(WorkRow.holder, func.min(WorkRow.name))
            .where(col(WorkRow.tenant) == tenant, WORK_RESERVES_HOLDER)
            .group_by(col(WorkRow.holder))
            .order_by(col(WorkRow.holder))
        )
        return tuple(ReservedTerm(holder, name) for holder, name in rows)


def _values(work: Work) -> dict[str, Any]:
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
        "reserves_generation": not _PROMPT_RESERVATIONS.isdisjoint(work.rights.reservations),
        "revision": work.revision,
        "create_time": work.create_time,
        "update_time": work.update_time,
        "reserved": reservation_bits(work.rights.reservations),
    }


def _work(row: WorkRow) -> Work:
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


def _work_rights(row: WorkRow) -> WorkRights:
    return WorkRights(
        work=row.name,
        tenant=row.tenant,
        title=row.title,
        holder=row.holder,
        state=WorkState(row.state),
        revision=row.revision,
        rights=rights_from_json(row.rights),
        source=row.source,
    )
