"""``HolderService``."""

# ruff: noqa: N802, ARG002 - method names and signatures are the protocol's.

from __future__ import annotations

import asyncio
from typing import Any

from raisonne.api.v1 import holder_service_pb2 as pb
from raisonne.api.v1 import holder_service_pb2_grpc
from raisonne.app.holders import Holders
from raisonne.server.convert.holder import (
    change_from_message,
    draft_from_message,
    file_to_message,
    holder_to_message,
    version_to_message,
)
from raisonne.server.interceptors.principal import current_principal
from raisonne.server.paging import cut, next_token, read_page


class HolderServicer(holder_service_pb2_grpc.HolderServiceServicer):
    """Rights holders."""

    def __init__(self, holders: Holders) -> None:
        self._holders = holders

    async def CreateHolder(self, request: pb.CreateHolderRequest, context: Any) -> pb.HolderFile:
        """Record a rights holder."""
        draft = draft_from_message(request)
        file = await asyncio.to_thread(self._holders.add, current_principal(), draft)
        return file_to_message(file)

    async def GetHolder(self, request: pb.GetHolderRequest, context: Any) -> pb.HolderFile:
        """Return a rights holder with how to reach them."""
        file = await asyncio.to_thread(self._holders.get, current_principal(), request.name)
        return file_to_message(file)

    async def ListHolders(
        self, request: pb.ListHoldersRequest, context: Any
    ) -> pb.ListHoldersResponse:
        """List rights holders."""
        page = read_page(request)
        found = await asyncio.to_thread(
            self._holders.list, current_principal(), limit=page.size + 1, after=page.after
        )
        holders = cut(found, page)
        return pb.ListHoldersResponse(
            holders=[holder_to_message(holder) for holder in holders.items],
            next_page_token=next_token(request, holders.items[-1].name) if holders.more else "",
        )

    async def UpdateHolder(self, request: pb.UpdateHolderRequest, context: Any) -> pb.HolderFile:
        """Change a rights holder's record."""
        change = change_from_message(request)
        file = await asyncio.to_thread(
            self._holders.update,
            current_principal(),
            request.name,
            change,
            revision=request.revision or None,
        )
        return file_to_message(file)

    async def ListHolderVersions(
        self, request: pb.ListHolderVersionsRequest, context: Any
    ) -> pb.ListHolderVersionsResponse:
        """List the versions of a rights holder's record."""
        found = await asyncio.to_thread(self._holders.history, current_principal(), request.name)
        return pb.ListHolderVersionsResponse(versions=map(version_to_message, found))
