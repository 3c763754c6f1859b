"""Reservations that a holder makes once, for all works: those of an artist, or of a collection.

A work's own statement may reserve things as well; what is reserved is what any of them reserves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from raisonne.rights.statement import ReservationKind, RightsStatement

NAME_KINDS = frozenset({ReservationKind.STYLE, ReservationKind.AI_GENERATION})
"""Reservations that keep prompts from naming their holder."""


class ReservationScope(StrEnum):
    """Whose works are meant."""

    HOLDER = "HOLDER"
    """All works of a rights holder, by all names."""
    COLLECTION = "COLLECTION"
    """All works with a collection's label."""


class RecordedState(StrEnum):
    """What recording a reservation did."""

    RECORDED = "RECORDED"
    EXISTS = "EXISTS"
    """Something that stands reserves all of it."""
    WITHDRAWN = "WITHDRAWN"
    """It was recorded before and withdrawn, and is not recorded again."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """A reservation as it was recorded; it never changes, but it can be withdrawn.

    Attributes:
        name: Resource name, ``reservations/{id}``.
        tenant: Owner of the record.
        scope: Whose works.
        subject: ``holders/{id}``, or the label of the collection, to the letter.
        called: The holder's shown name when it was recorded, or the label.
        kinds: What is reserved; never empty.
        effective_time: From when on (UTC).
        end_time: From when on it was withdrawn (UTC), if so.
        create_time: When it was recorded (UTC).
        actor: Principal id of who recorded it.
        note: For people; may be empty.
        source: Where it was said: an address or words; may be empty.
        evidence_sha256: SHA-256 of what said it, in lower-case hex; may be empty.
        withdraw_time: When the withdrawal was recorded (UTC), if so.
        withdrawn_by: Principal id of who recorded that.
        withdraw_note: Why.
    """

    name: str
    tenant: str
    scope: ReservationScope
    subject: str
    called: str
    kinds: frozenset[ReservationKind]
    effective_time: datetime
    end_time: datetime | None
    create_time: datetime
    actor: str
    note: str = ""
    source: str = ""
    evidence_sha256: str = ""
    withdraw_time: datetime | None = None
    withdrawn_by: str = ""
    withdraw_note: str = ""

    def counts_at(self, when: datetime) -> bool:
        """Return whether it is in force at a time."""
        return self.effective_time <= when and (self.end_time is None or when < self.end_time)


@dataclass(frozen=True, slots=True)
class ReservationInForce:
    """The part of a reservation that a verdict keeps: which one it was, of whom, and what of.

    Attributes:
        name: ``reservations/{id}``.
        scope: Whose works.
        subject: ``holders/{id}``, or the label of the collection.
        called: The holder's shown name when it was recorded, or the label.
        kinds: What is reserved.
        effective_time: From when on (UTC).
        source: Where it was said; may be empty.
    """

    name: str
    scope: ReservationScope
    subject: str
    called: str
    kinds: frozenset[ReservationKind]
    effective_time: datetime
    source: str = ""


def in_force(reservation: Reservation) -> ReservationInForce:
    """Return the part of a reservation that a verdict keeps."""
    return ReservationInForce(
        name=reservation.name,
        scope=reservation.scope,
        subject=reservation.subject,
        called=reservation.called,
        kinds=reservation.kinds,
        effective_time=reservation.effective_time,
        source=reservation.source,
    )


def reserved_kinds(reservations: Iterable[ReservationInForce]) -> frozenset[ReservationKind]:
    """Return what several reservations reserve together."""
    return frozenset[ReservationKind]().union(*(each.kinds for each in reservations))


def with_reservations(
    statement: RightsStatement, reservations: Iterable[ReservationInForce]
) -> RightsStatement:
    """Return a statement that reserves what it reserves itself, and what these do as well."""
    kinds = reserved_kinds(reservations)
    if kinds <= statement.reservations:
        return statement
    return replace(statement, reservations=statement.reservations | kinds)
