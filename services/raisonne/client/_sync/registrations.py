"""Registrations of works with offices elsewhere, and what falls due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import grpc

from raisonne.api.v1 import registration_service_pb2 as pb
from raisonne.api.v1.registration_service_pb2_grpc import RegistrationServiceStub
from raisonne.client._sync.calls import receiving, unary
from raisonne.client.convert.registration import (
    date_to_message,
    due_from_message,
    registration_from_message,
)
from raisonne.client.deadlines import Deadlines
from raisonne.rights.office import Due, OfficeRegistration


class Registrations:
    """``client.registrations``."""

    def __init__(self, channel: grpc.Channel, deadlines: Deadlines) -> None:
        self._stub = RegistrationServiceStub(channel)
        self._deadlines = deadlines

    def add(
        self,
        work: str,
        office: str,
        number: str,
        *,
        grant_date: date | None = None,
        renewal_date: date | None = None,
        document: str = "",
    ) -> OfficeRegistration:
        """Record that a work is registered with an office.

        Args:
            work: ``works/{id}``.
            office: As a slug, for example ``us-copyright``.
            number: As the office gave it.
            grant_date: When the office registered it.
            renewal_date: When it is to be renewed by.
            document: ``documents/{id}`` of the certificate.

        Raises:
            InputError: If the office is no slug or the number is missing.
            NotFoundError: If there is no such work or document.
            ConflictError: If the work is withdrawn, or has that number of that office.
        """
        request = pb.AddRegistrationRequest(
            work=work,
            office=office,
            number=number,
            grant_date=date_to_message(grant_date),
            renewal_date=date_to_message(renewal_date),
            document=document,
        )
        message = unary(self._stub.AddRegistration, request, self._deadlines.read)
        return registration_from_message(message)

    def list(self, work: str) -> Sequence[OfficeRegistration]:
        """Return all registrations of a work, removed ones included.

        Raises:
            NotFoundError: If there is no such work.
        """
        request = pb.ListRegistrationsRequest(work=work)
        found = unary(self._stub.ListRegistrations, request, self._deadlines.read)
        return tuple(registration_from_message(message) for message in found.registrations)

    def remove(self, name: str) -> OfficeRegistration:
        """Let a registration count no longer; that it did stays known.

        Raises:
            NotFoundError: If there is no such registration.
            ConflictError: If it is removed already.
        """
        request = pb.RemoveRegistrationRequest(name=name)
        message = unary(self._stub.RemoveRegistration, request, self._deadlines.read)
        return registration_from_message(message)

    def due(self, within: timedelta = timedelta(days=90)) -> Iterator[Due]:
        """Iterate over what falls due, soonest first.

        Args:
            within: How far to look ahead, in whole days.
        """
        request = pb.ListDueRequest(within_days=within.days)
        for message in receiving(self._stub.ListDue, request, self._deadlines.transfer):
            yield due_from_message(message)
