"""Reservations, and the part of them that verdicts keep."""

from __future__ import annotations

from raisonne.api.v1 import reservation_pb2, reservation_service_pb2, rights_pb2
from raisonne.app.reservation_drafts import Recorded, ReservationDraft
from raisonne.rights.reservation import Reservation, ReservationInForce
from raisonne.rights.statement import ReservationKind
from raisonne.server.convert.enums import from_wire, to_wire
from raisonne.server.convert.times import from_timestamp, to_timestamp


def draft_from_message(
    request: reservation_service_pb2.RecordReservationRequest,
) -> ReservationDraft:
    """Return the draft of a validated request."""
    since = from_timestamp(request.effective_time) if request.HasField("effective_time") else None
    return ReservationDraft(
        kinds=frozenset(
            from_wire(rights_pb2.ReservationKind, ReservationKind, kind) for kind in request.kinds
        ),
        artist=request.artist,
        aliases=tuple(request.aliases),
        collection=request.collection,
        effective_time=since,
        note=request.note,
        source=request.source,
        evidence_sha256=request.evidence_sha256,
    )


def reservation_to_message(reservation: Reservation) -> reservation_pb2.Reservation:
    """Return the message of a reservation; kinds come out sorted."""
    return reservation_pb2.Reservation(
        name=reservation.name,
        tenant=reservation.tenant,
        scope=to_wire(reservation_pb2.Reservation.Scope, reservation.scope),
        subject=reservation.subject,
        called=reservation.called,
        kinds=[to_wire(rights_pb2.ReservationKind, kind) for kind in sorted(reservation.kinds)],
        effective_time=to_timestamp(reservation.effective_time),
        end_time=to_timestamp(reservation.end_time),
        create_time=to_timestamp(reservation.create_time),
        actor=reservation.actor,
        note=reservation.note,
        source=reservation.source,
        evidence_sha256=reservation.evidence_sha256,
        withdraw_time=to_timestamp(reservation.withdraw_time),
        withdrawn_by=reservation.withdrawn_by,
        withdraw_note=reservation.withdraw_note,
    )


def recorded_to_message(recorded: Recorded) -> reservation_service_pb2.RecordReservationResponse:
    """Return the message of what recording did."""
    wire = reservation_service_pb2.RecordReservationResponse
    reservation = recorded.reservation
    return wire(
        reservation=reservation_to_message(reservation) if reservation else None,
        state=to_wire(wire.State, recorded.state) if recorded.state else wire.STATE_UNSPECIFIED,
    )


def in_force_to_message(reservation: ReservationInForce) -> reservation_pb2.ReservationInForce:
    """Return the message of what a verdict keeps of a reservation."""
    return reservation_pb2.ReservationInForce(
        name=reservation.name,
        scope=to_wire(reservation_pb2.Reservation.Scope, reservation.scope),
        subject=reservation.subject,
        called=reservation.called,
        kinds=[to_wire(rights_pb2.ReservationKind, kind) for kind in sorted(reservation.kinds)],
        effective_time=to_timestamp(reservation.effective_time),
        source=reservation.source,
    )
