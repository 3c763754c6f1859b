"""``RegistrationService``."""

# ruff: noqa: N802, ARG002 - method names and signatures are the protocol's.

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from raisonne.api.v1 import registration_pb2, registration_service_pb2_grpc
from raisonne.api.v1 import registration_service_pb2 as pb
from raisonne.app.office_registrations import OfficeRegistrations
from raisonne.server.convert.registration import (
    due_to_message,
    entry_from_message,
    registration_to_message,
)
from raisonne.server.interceptors.principal import current_principal


class RegistrationServicer(registration_service_pb2_grpc.RegistrationServiceServicer):
    """Registrations with offices, and what falls due."""

    def __init__(self, registrations: OfficeRegistrations) -> None:
        self._registrations = registrations

    async def AddRegistration(
        self, request: pb.AddRegistrationRequest, context: Any
    ) -> registration_pb2.OfficeRegistration:
        """Record a registration."""
        entry = entry_from_message(request)
        made = await asyncio.to_thread(
            self._registrations.add, current_principal(), request.work, entry
        )
        return registration_to_message(made)

    async def ListRegistrations(
        self, request: pb.ListRegistrationsRequest, context: Any
    ) -> pb.ListRegistrationsResponse:
        """List the registrations of a work."""
        found = await asyncio.to_thread(self._registrations.list, current_principal(), request.work)
        return pb.ListRegistrationsResponse(
            registrations=[registration_to_message(one) for one in found]
        )

    async def RemoveRegistration(
        self, request: pb.RemoveRegistrationRequest, context: Any
    ) -> registration_pb2.OfficeRegistration:
        """Let a registration count no longer."""
        removed = await asyncio.to_thread(
            self._registrations.remove, current_principal(), request.name
        )
        return registration_to_message(removed)

    async def ListDue(
        self, request: pb.ListDueRequest, context: Any
    ) -> AsyncIterator[registration_pb2.Due]:
        """Send what falls due."""
        within = timedelta(days=request.within_days)
        found = await asyncio.to_thread(self._registrations.due, current_principal(), within)
        for due in found:
            yield due_to_message(due)
