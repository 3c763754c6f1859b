"""Rows of reservations, and of the works that are to be looked for because of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from raisonne.app.reservation_ports import FollowUp, ReservedName
from raisonne.rights.errors import ConflictError
from raisonne.rights.reservation import NAME_KINDS, Reservation, ReservationScope
from raisonne.rights.statement import reservation_bits, reservations_of_bits
from raisonne.rights.verdict import HolderRights
from raisonne.storage.columns import insert_rows
from raisonne.storage.engine import Lock, take_lock
from raisonne.storage.reservation_tables import (
    HolderNameRow,
    ReservationFollowUpRow,
    ReservationRow,
)
from raisonne.storage.reservations_in_force import (
    in_force_by_subject,
    read_subject,
    stored_subject,
)
from raisonne.storage.tables import WORK_IS_REGISTERED, WorkRow
from raisonne.storage.terms import mark_changed

_AT_ONCE = 400
"""Values of one statement; SQLite takes 999 at least."""
_NAME_BITS = reservation_bits(NAME_KINDS)


@dataclass(frozen=True, slots=True)
class SqlReservations:
    """``ReservationStore`` within one transaction."""

    session: Session

    def add(self, reservations: Sequence[Reservation]) -> None:
        """Insert reservations, and what is to be followed up for each.

        Raises:
            ConflictError: ``ALREADY_EXISTS``.
        """
        take_lock(self.session, Lock.RESERVATIONS)
        if not reservations:
            return
        insert_rows(self.session, ReservationRow, *map(_values, reservations))
        insert_rows(self.session, ReservationFollowUpRow, *map(_following, reservations))
        if any(not NAME_KINDS.isdisjoint(each.kinds) for each in reservations):
            mark_changed(self.session, reservations[0].tenant)

    def get(self, tenant: str, name: str) -> Reservation | None:
        """Return the reservation, or None."""
        found = self._found(select(ReservationRow).where(*_named(tenant, name)))
        return found[0] if found else None

    def list(self, tenant: str, *, limit: int, after: str = "") -> Sequence[Reservation]:
        """Return reservations in order of recording, at most ``limit``, after the given name."""
        statement = (
            select(ReservationRow)
            .where(col(ReservationRow.tenant) == tenant, col(ReservationRow.name) > after)
            .order_by(col(ReservationRow.name))
            .limit(limit)
        )
        return self._found(statement)

    def of_subjects(
        self, tenant: str, subjects: Sequence[tuple[ReservationScope, str]]
    ) -> Sequence[Reservation]:
        """Return all reservations for holders and collections by name, withdrawn or not."""
        wanted = sorted({stored_subject(*each) for each in subjects})
        found: list[Reservation] = []
        for first in range(0, len(wanted), _AT_ONCE):
            part = wanted[first : first + _AT_ONCE]
            statement = select(ReservationRow).where(
                col(ReservationRow.tenant) == tenant, col(ReservationRow.subject).in_(part)
            )
            found += self._found(statement)
        return tuple(sorted(found, key=lambda each: each.name))

    def withdraw(self, reservation: Reservation) -> None:
        """Write that a reservation was withdrawn, from when on, by whom and why.

        Raises:
            ConflictError: If it was withdrawn meanwhile.
        """
        take_lock(self.session, Lock.RESERVATIONS)
        changed = self.session.exec(
            update(ReservationRow)
            .where(
                *_named(reservation.tenant, reservation.name),
                col(ReservationRow.withdraw_time).is_(None),
            )
            .values(
                end_time=reservation.end_time,
                withdraw_time=reservation.withdraw_time,
                withdrawn_by=reservation.withdrawn_by,
                withdraw_note=reservation.withdraw_note,
            )
        )
        if changed.rowcount != 1:
            raise ConflictError(
                f"{reservation.name} is withdrawn already.", metadata={"name": reservation.name}
            )

    def count_works(self, reservation: Reservation) -> int:
        """Return how many registered works a reservation is for by now."""
        subject = stored_subject(reservation.scope, reservation.subject)
        return sum(
            self.session.exec(select(func.count()).select_from(WorkRow).where(*condition)).one()
            for condition in self._works_of(reservation.tenant, subject)
        )

    def names_of_reserved(self, tenant: str) -> Sequence[ReservedName]:
        """Return all names of holders who have, or had, or will have reserved style or generation.

        The time of a prompt is not known to whoever asks, so ``rights_of_holders`` is asked then.
        """
        reserving = (
            select(ReservationRow.subject)
            .where(
                col(ReservationRow.tenant) == tenant,
                col(ReservationRow.kinds).op("&")(_NAME_BITS) != 0,
            )
            .distinct()
        )
        rows = self.session.exec(
            select(HolderNameRow.spelling, HolderNameRow.holder)
            .where(col(HolderNameRow.tenant) == tenant, col(HolderNameRow.holder).in_(reserving))
            .order_by(col(HolderNameRow.holder), col(HolderNameRow.position))
        )
        return tuple(ReservedName(spelling, holder) for spelling, holder in rows)

    def rights_of_holders(
        self, tenant: str, holders: Sequence[str], at: datetime
    ) -> Mapping[str, HolderRights]:
        """Return what holders have reserved as of a time; those who have nothing are left out."""
        found = in_force_by_subject(self.session, tenant, holders, at)
        return {
            holder: HolderRights(holder, tenant, reservations[0].called, reservations)
            for holder, reservations in found.items()
        }

    def follow_up(self, tenant: str, holder: str, due_time: datetime) -> None:
        """Note that works of a holder may be reserved anew, as the holder's names have changed."""
        reserving = self.session.exec(
            select(ReservationRow.name)
            .where(col(ReservationRow.tenant) == tenant, col(ReservationRow.subject) == holder)
            .limit(1)
        )
        if reserving.first() is not None:
            row = {"tenant": tenant, "subject": holder, "due_time": due_time, "position": ""}
            insert_rows(self.session, ReservationFollowUpRow, row)

    def due(self, tenant: str, now: datetime, limit: int) -> Sequence[FollowUp]:
        """Return what is to be followed up first by now, at most ``limit``."""
        rows = self.session.exec(
            select(ReservationFollowUpRow)
            .where(
                col(ReservationFollowUpRow.tenant) == tenant,
                col(ReservationFollowUpRow.due_time) <= now,
            )
            .order_by(col(ReservationFollowUpRow.due_time), col(ReservationFollowUpRow.sequence))
            .limit(limit)
        )
        return tuple(FollowUp(row.sequence, row.due_time, row.position) for row in rows)

    def forget(self, tenant: str, until: datetime) -> None:
        """Forget what was due before a time."""
        self.session.exec(
            delete(ReservationFollowUpRow).where(
                col(ReservationFollowUpRow.tenant) == tenant,
                col(ReservationFollowUpRow.due_time) < until,
            )
        )

    def works_after(self, tenant: str, follow_up: FollowUp, limit: int) -> Sequence[str]:
        """Return registered works of a follow-up by name, after its position."""
        subject = self.session.exec(
            select(ReservationFollowUpRow.subject).where(*_this(tenant, follow_up))
        ).one_or_none()
        if subject is None:
            return ()
        found: set[str] = set()
        for condition in self._works_of(tenant, subject):
            found.update(
                self.session.exec(
                    select(WorkRow.name)
                    .where(*condition, col(WorkRow.name) > follow_up.position)
                    .order_by(col(WorkRow.name))
                    .limit(limit)
                )
            )
        return sorted(found)[:limit]

    def reach(self, tenant: str, follow_up: FollowUp) -> None:
        """Write how far a follow-up has come."""
        self.session.exec(
            update(ReservationFollowUpRow)
            .where(*_this(tenant, follow_up))
            .values(position=follow_up.position)
        )

    def finish(self, tenant: str, follow_up: FollowUp) -> None:
        """Forget a follow-up, as it is done."""
        self.session.exec(delete(ReservationFollowUpRow).where(*_this(tenant, follow_up)))

    def _works_of(self, tenant: str, subject: str) -> Sequence[tuple[Any, ...]]:
        """Return conditions on works, each served by an index, of which a subject's meet one."""
        scope, plain = read_subject(subject)
        shared = (col(WorkRow.tenant) == tenant, WORK_IS_REGISTERED)
        if scope is ReservationScope.COLLECTION:
            return ((*shared, col(WorkRow.collection) == plain),)
        keys = self.session.exec(
            select(HolderNameRow.key).where(
                col(HolderNameRow.tenant) == tenant, col(HolderNameRow.holder) == plain
            )
        )
        return tuple((*shared, col(WorkRow.holder_key) == key) for key in keys)

    def _found(self, statement: SelectOfScalar[ReservationRow]) -> Sequence[Reservation]:
        return tuple(map(_reservation, self.session.exec(statement)))


def _named(tenant: str, name: str) -> tuple[Any, ...]:
    return col(ReservationRow.tenant) == tenant, col(ReservationRow.name) == name


def _this(tenant: str, follow_up: FollowUp) -> tuple[Any, ...]:
    return (
        col(ReservationFollowUpRow.sequence) == follow_up.sequence,
        col(ReservationFollowUpRow.tenant) == tenant,
    )


def _following(reservation: Reservation) -> dict[str, Any]:
    return {
        "tenant": reservation.tenant,
        "subject": stored_subject(reservation.scope, reservation.subject),
        "due_time": max(reservation.effective_time, reservation.create_time),
        "position": "",
    }


def _values(reservation: Reservation) -> dict[str, Any]:
    return {
        "tenant": reservation.tenant,
        "name": reservation.name,
        "subject": stored_subject(reservation.scope, reservation.subject),
        "called": reservation.called,
        "kinds": reservation_bits(reservation.kinds),
        "effective_time": reservation.effective_time,
        "end_time": reservation.end_time,
        "create_time": reservation.create_time,
        "actor": reservation.actor,
        "note": reservation.note,
        "source": reservation.source,
        "evidence_sha256": reservation.evidence_sha256,
        "withdraw_time": reservation.withdraw_time,
        "withdrawn_by": reservation.withdrawn_by,
        "withdraw_note": reservation.withdraw_note,
    }


def _reservation(row: ReservationRow) -> Reservation:
    scope, subject = read_subject(row.subject)
    return Reservation(
        name=row.name,
        tenant=row.tenant,
        scope=scope,
        subject=subject,
        called=row.called,
        kinds=reservations_of_bits(row.kinds),
        effective_time=row.effective_time,
        end_time=row.end_time,
        create_time=row.create_time,
        actor=row.actor,
        note=row.note,
        source=row.source,
        evidence_sha256=row.evidence_sha256,
        withdraw_time=row.withdraw_time,
        withdrawn_by=row.withdrawn_by,
        withdraw_note=row.withdraw_note,
    )
