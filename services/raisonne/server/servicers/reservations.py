"""``ReservationService``."""

# ruff: noqa: N802, ARG002 - method names and signatures are the protocol's.

from __future__ import annotations

import asyncio
from typing import Any

from raisonne.api.v1 import reservation_pb2, reservation_service_pb2_grpc
from raisonne.api.v1 import reservation_service_pb2 as pb
from raisonne.app.reservations import Reservations
from raisonne.rights.principal import Principal
from raisonne.rights.reservation import Reservation
from raisonne.server.convert.reservation import (
    draft_from_message,
    recorded_to_message,
    reservation_to_message,
)
from raisonne.server.convert.times import from_timestamp
from raisonne.server.interceptors.principal import current_principal
from raisonne.server.paging import cut, next_token, read_page


class ReservationServicer(reservation_service_pb2_grpc.ReservationServiceServicer):
    """Reservations of artists and collections."""

    def __init__(self, reservations: Reservations) -> None:
        self._reservations = reservations

    async def RecordReservation(
        self, request: pb.RecordReservationRequest, context: Any
    ) -> pb.RecordReservationResponse:
        """Record a reservation."""
        draft = draft_from_message(request)
        recorded = await asyncio.to_thread(
            self._reservations.record, current_principal(), draft, only_new=request.only_new
        )
        return recorded_to_message(recorded)

    async def GetReservation(
        self, request: pb.GetReservationRequest, context: Any
    ) -> pb.GetReservationResponse:
        """Return a reservation with how many works it is for."""
        reservation, works = await asyncio.to_thread(self._read, current_principal(), request.name)
        return pb.GetReservationResponse(
            reservation=reservation_to_message(reservation), work_count=works
        )

    async def ListReservations(
        self, request: pb.ListReservationsRequest, context: Any
    ) -> pb.ListReservationsResponse:
        """List reservations."""
        page = read_page(request)
        found = await asyncio.to_thread(
            self._reservations.list, current_principal(), limit=page.size + 1, after=page.after
        )
        kept = cut(found, page)
        return pb.ListReservationsResponse(
            reservations=[reservation_to_message(each) for each in kept.items],
            next_page_token=next_token(request, kept.items[-1].name) if kept.more else "",
        )

    async def WithdrawReservation(
        self, request: pb.WithdrawReservationRequest, context: Any
    ) -> reservation_pb2.Reservation:
        """Withdraw a reservation."""
        withdrawn = await asyncio.to_thread(
            self._reservations.withdraw,
            current_principal(),
            request.name,
            at=from_timestamp(request.end_time) if request.HasField("end_time") else None,
            note=request.note,
        )
        return reservation_to_message(withdrawn)

    def _read(self, principal: Principal, name: str) -> tuple[Reservation, int]:
        reservation = self._reservations.get(principal, name)
        return reservation, self._reservations.count_works(principal, name)
