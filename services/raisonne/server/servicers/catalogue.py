"""``CatalogueService``."""

# ruff: noqa: N802, ARG002 - method names and signatures are the protocol's.

from __future__ import annotations

import asyncio
from typing import Any

from raisonne.api.v1 import catalogue_service_pb2 as pb
from raisonne.api.v1 import catalogue_service_pb2_grpc, work_pb2
from raisonne.app.work_changes import WorkChanges
from raisonne.app.works import WorkDraft, Works
from raisonne.server.convert.statement import statement_from_message, statement_to_message
from raisonne.server.convert.times import from_timestamp
from raisonne.server.convert.work import (
    change_from_message,
    state_from_wire,
    version_to_message,
    work_to_message,
)
from raisonne.server.interceptors.principal import current_principal
from raisonne.server.paging import cut, next_token, read_page
from raisonne.server.servicers.sources import source_bytes
from raisonne.server.uploads import StagedUploads
from raisonne.server.use_listing import read_use_page, require_no_use, use_page_to_message


class CatalogueServicer(catalogue_service_pb2_grpc.CatalogueServiceServicer):
    """The registry of protected works."""

    def __init__(self, works: Works, changes: WorkChanges, uploads: StagedUploads) -> None:
        self._works = works
        self._changes = changes
        self._uploads = uploads

    async def RegisterWork(
        self, request: pb.RegisterWorkRequest, context: Any
    ) -> pb.RegisterWorkResponse:
        """Register a work."""
        principal = current_principal()
        draft = WorkDraft(
            data=source_bytes(self._uploads, principal, request.asset),
            title=request.title,
            holder=request.holder,
            collection=request.collection,
            external_id=request.external_id,
            source=request.source,
            rights=statement_from_message(request.rights),
        )
        registration = await asyncio.to_thread(self._works.register, principal, draft)
        return pb.RegisterWorkResponse(
            work=work_to_message(registration.work),
            created=registration.created,
            rights=statement_to_message(registration.rights),
        )

    async def GetWork(self, request: pb.GetWorkRequest, context: Any) -> work_pb2.Work:
        """Return one work."""
        work = await asyncio.to_thread(self._works.get, current_principal(), request.name)
        return work_to_message(work)

    async def ListWorks(self, request: pb.ListWorksRequest, context: Any) -> pb.ListWorksResponse:
        """List works: all, or those that may be used in some way."""
        if request.use:
            return await self._list_by_use(request)
        require_no_use(request)
        page = read_page(request)
        found = await asyncio.to_thread(
            self._works.list,
            current_principal(),
            limit=page.size + 1,
            after=page.after,
            state=state_from_wire(request.state),
        )
        works = cut(found, page)
        return pb.ListWorksResponse(
            works=[work_to_message(work) for work in works.items],
            next_page_token=next_token(request, works.items[-1].name) if works.more else "",
        )

    async def UpdateWork(self, request: pb.UpdateWorkRequest, context: Any) -> work_pb2.WorkVersion:
        """Change a record from a time on."""
        since = request.effective_time
        version = await asyncio.to_thread(
            self._changes.update,
            current_principal(),
            request.name,
            change_from_message(request),
            effective_time=from_timestamp(since) if request.HasField("effective_time") else None,
            note=request.note,
            revision=request.revision or None,
        )
        return version_to_message(version)

    async def ListWorkVersions(
        self, request: pb.ListWorkVersionsRequest, context: Any
    ) -> pb.ListWorkVersionsResponse:
        """List the versions of a record."""
        found = await asyncio.to_thread(self._changes.history, current_principal(), request.name)
        return pb.ListWorkVersionsResponse(versions=map(version_to_message, found))

    async def _list_by_use(self, request: pb.ListWorksRequest) -> pb.ListWorksResponse:
        page, terms = read_use_page(request)
        found = await asyncio.to_thread(
            self._works.list_by_use, current_principal(), terms, limit=page.size, after=page.after
        )
        return use_page_to_message(request, found)

    async def WithdrawWork(self, request: pb.WithdrawWorkRequest, context: Any) -> work_pb2.Work:
        """Withdraw a work."""
        work = await asyncio.to_thread(self._works.withdraw, current_principal(), request.name)
        return work_to_message(work)
