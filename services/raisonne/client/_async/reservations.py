"""Reservations that an artist or a collection makes once, for all works."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime

import grpc.aio

from raisonne.api.v1 import reservation_service_pb2 as pb
from raisonne.api.v1 import rights_pb2
from raisonne.api.v1.reservation_service_pb2_grpc import ReservationServiceStub
from raisonne.client._async.calls import unary
from raisonne.client.convert.enums import from_wire, to_wire
from raisonne.client.convert.reservation import reservation_from_message
from raisonne.client.convert.times import to_timestamp
from raisonne.client.deadlines import Deadlines
from raisonne.client.values import CountedReservation, RecordedReservation
from raisonne.rights.reservation import RecordedState, Reservation
from raisonne.rights.statement import ReservationKind


class AsyncReservations:
    """``client.reservations``."""

    def __init__(self, channel: grpc.aio.Channel, deadlines: Deadlines) -> None:
        self._stub = ReservationServiceStub(channel)
        self._deadlines = deadlines

    async def record(
        self,
        kinds: Iterable[ReservationKind],
        *,
        artist: str = "",
        aliases: Sequence[str] = (),
        collection: str = "",
        effective_time: datetime | None = None,
        note: str = "",
        source: str = "",
        evidence_sha256: str = "",
        only_new: bool = False,
    ) -> RecordedReservation:
        """Record a reservation; an artist who is no rights holder there yet becomes one.

        Args:
            kinds: What is reserved.
            artist: A name of the artist, or ``holders/{id}``.
            aliases: Further names of the artist.
            collection: The label of the collection, instead of an artist.
            effective_time: From when on; from now on if None.
            note: For people.
            source: Where it was said: an address or words.
            evidence_sha256: SHA-256 of what said it, in lower-case hex.
            only_new: Do not record again what was recorded before and withdrawn, by the same
                source.

        Raises:
            InputError: If it says too little, or something that cannot be used.
            ConflictError: If the names of the artist belong to different holders.
        """
        request = pb.RecordReservationRequest(
            kinds=[to_wire(rights_pb2.ReservationKind, kind) for kind in sorted(kinds)],
            artist=artist,
            aliases=aliases,
            collection=collection,
            effective_time=to_timestamp(effective_time),
            note=note,
            source=source,
            evidence_sha256=evidence_sha256,
            only_new=only_new,
        )
        message = await unary(self._stub.RecordReservation, request, self._deadlines.compute)
        return RecordedReservation(
            reservation_from_message(message.reservation),
            from_wire(pb.RecordReservationResponse.State, RecordedState, message.state),
        )

    async def get(self, name: str) -> CountedReservation:
        """Return a reservation with how many registered works it is for by now.

        Raises:
            NotFoundError: If there is no such reservation.
        """
        request = pb.GetReservationRequest(name=name)
        message = await unary(self._stub.GetReservation, request, self._deadlines.read)
        return CountedReservation(reservation_from_message(message.reservation), message.work_count)

    async def list(self) -> AsyncIterator[Reservation]:
        """Iterate over reservations in order of recording, withdrawn ones included."""
        request = pb.ListReservationsRequest()
        while True:
            page = await unary(self._stub.ListReservations, request, self._deadlines.read)
            for message in page.reservations:
                yield reservation_from_message(message)
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    async def withdraw(
        self, name: str, *, at: datetime | None = None, note: str = ""
    ) -> Reservation:
        """Withdraw a reservation from a time on; as of before then, it counts as it did.

        Args:
            name: ``reservations/{id}``.
            at: From when on, before or after now; from now on if None.
            note: Why.

        Raises:
            NotFoundError: If there is no such reservation.
            ConflictError: If it is withdrawn already.
        """
        request = pb.WithdrawReservationRequest(name=name, end_time=to_timestamp(at), note=note)
        message = await unary(self._stub.WithdrawReservation, request, self._deadlines.compute)
        return reservation_from_message(message)
