"""``LicenceService``."""

# ruff: noqa: N802, ARG002 - method names and signatures are the protocol's.

from __future__ import annotations

import asyncio
from typing import Any

from raisonne.api.v1 import licence_pb2, licence_service_pb2_grpc
from raisonne.api.v1 import licence_service_pb2 as pb
from raisonne.app.licences import Licences
from raisonne.server.convert.licence import (
    draft_from_message,
    licence_to_message,
    query_from_message,
)
from raisonne.server.convert.times import from_timestamp
from raisonne.server.interceptors.principal import current_principal
from raisonne.server.paging import cut, next_token, read_page


class LicenceServicer(licence_service_pb2_grpc.LicenceServiceServicer):
    """Licences that were negotiated for works."""

    def __init__(self, licences: Licences) -> None:
        self._licences = licences

    async def CreateLicence(
        self, request: pb.CreateLicenceRequest, context: Any
    ) -> pb.CreateLicenceResponse:
        """Record a licence for works."""
        draft = draft_from_message(request.licence)
        recorded = await asyncio.to_thread(
            self._licences.record, current_principal(), list(request.works), draft
        )
        return pb.CreateLicenceResponse(licences=map(licence_to_message, recorded))

    async def ListLicences(
        self, request: pb.ListLicencesRequest, context: Any
    ) -> pb.ListLicencesResponse:
        """List licences."""
        page = read_page(request)
        found = await asyncio.to_thread(
            self._licences.list,
            current_principal(),
            query_from_message(request),
            limit=page.size + 1,
            after=page.after,
        )
        licences = cut(found, page)
        return pb.ListLicencesResponse(
            licences=map(licence_to_message, licences.items),
            next_page_token=next_token(request, licences.items[-1].name) if licences.more else "",
        )

    async def RevokeLicence(
        self, request: pb.RevokeLicenceRequest, context: Any
    ) -> licence_pb2.Licence:
        """Revoke a licence."""
        end = from_timestamp(request.end_time) if request.HasField("end_time") else None
        revoked = await asyncio.to_thread(
            self._licences.revoke,
            current_principal(),
            request.name,
            end_time=end,
            note=request.note,
        )
        return licence_to_message(revoked)
