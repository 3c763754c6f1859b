"""Reservations, and the part of them that verdicts keep."""

from __future__ import annotations

from collections.abc import Iterable

from raisonne.api.v1 import reservation_pb2, rights_pb2
from raisonne.client.convert.enums import from_wire
from raisonne.client.convert.times import from_timestamp, optional_time
from raisonne.rights.reservation import Reservation, ReservationInForce, ReservationScope
from raisonne.rights.statement import ReservationKind


def reservation_from_message(message: reservation_pb2.Reservation) -> Reservation:
    """Return the reservation of a message."""
    return Reservation(
        name=message.name,
        tenant=message.tenant,
        scope=from_wire(reservation_pb2.Reservation.Scope, ReservationScope, message.scope),
        subject=message.subject,
        called=message.called,
        kinds=_kinds(message.kinds),
        effective_time=from_timestamp(message.effective_time),
        end_time=optional_time(message, "end_time", message.end_time),
        create_time=from_timestamp(message.create_time),
        actor=message.actor,
        note=message.note,
        source=message.source,
        evidence_sha256=message.evidence_sha256,
        withdraw_time=optional_time(message, "withdraw_time", message.withdraw_time),
        withdrawn_by=message.withdrawn_by,
        withdraw_note=message.withdraw_note,
    )


def in_force_from_message(message: reservation_pb2.ReservationInForce) -> ReservationInForce:
    """Return what a verdict keeps of a reservation."""
    return ReservationInForce(
        name=message.name,
        scope=from_wire(reservation_pb2.Reservation.Scope, ReservationScope, message.scope),
        subject=message.subject,
        called=message.called,
        kinds=_kinds(message.kinds),
        effective_time=from_timestamp(message.effective_time),
        source=message.source,
    )


def _kinds(kinds: Iterable[rights_pb2.ReservationKind.ValueType]) -> frozenset[ReservationKind]:
    return frozenset(from_wire(rights_pb2.ReservationKind, ReservationKind, each) for each in kinds)
