"""Licences that were negotiated for works."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import grpc

from raisonne.api.v1 import licence_service_pb2 as pb
from raisonne.api.v1.licence_service_pb2_grpc import LicenceServiceStub
from raisonne.client._sync.calls import unary
from raisonne.client.convert.licence import licence_from_message, new_licence_to_message
from raisonne.client.convert.times import to_timestamp
from raisonne.client.deadlines import Deadlines
from raisonne.client.values import NewLicence
from raisonne.rights.recorded_licence import Licence


class Licences:
    """``client.licences``."""

    def __init__(self, channel: grpc.Channel, deadlines: Deadlines) -> None:
        self._stub = LicenceServiceStub(channel)
        self._deadlines = deadlines

    def create(self, works: Sequence[str], licence: NewLicence) -> Sequence[Licence]:
        """Record a licence for works, one record each; all of them or none.

        Args:
            works: ``works/{id}``, at most 500.
            licence: What was agreed.

        Returns:
            The records in the order of the works.

        Raises:
            InputError: If the licence grants nothing or something in it cannot be used.
            NotFoundError: If a work does not exist.
            ConflictError: If a work is withdrawn.
        """
        request = pb.CreateLicenceRequest(works=works, licence=new_licence_to_message(licence))
        created = unary(self._stub.CreateLicence, request, self._deadlines.read)
        return tuple(licence_from_message(message) for message in created.licences)

    def list(
        self,
        *,
        work: str = "",
        with_ended: bool = False,
        expiring_by: datetime | None = None,
    ) -> Iterator[Licence]:
        """Iterate over licences, those first that end first, page by page as they are needed.

        Args:
            work: Only those of this work; of all if empty.
            with_ended: Also those that have ended or were revoked.
            expiring_by: Only those that end by this time.

        Raises:
            NotFoundError: If there is no such work.
        """
        request = pb.ListLicencesRequest(
            work=work, with_ended=with_ended, expiring_by_time=to_timestamp(expiring_by)
        )
        while True:
            page = unary(self._stub.ListLicences, request, self._deadlines.read)
            for message in page.licences:
                yield licence_from_message(message)
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    def revoke(self, name: str, *, end_time: datetime | None = None, note: str = "") -> Licence:
        """Revoke a licence as of a time; what it permitted before stays permitted then.

        Args:
            name: ``licences/{id}``.
            end_time: From when on it counts no more, before or after now; now if None.
            note: Why.

        Raises:
            NotFoundError: If there is no such licence.
            ConflictError: If it is revoked already.
        """
        request = pb.RevokeLicenceRequest(name=name, end_time=to_timestamp(end_time), note=note)
        message = unary(self._stub.RevokeLicence, request, self._deadlines.read)
        return licence_from_message(message)
