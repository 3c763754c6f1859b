"""``GenerationService``."""

# ruff: noqa: N802, ARG002 - method names and signatures are the protocol's.

from __future__ import annotations

import asyncio
from typing import Any

from google.longrunning import operations_pb2

from raisonne.api.v1 import generation_pb2, generation_service_pb2_grpc
from raisonne.api.v1 import generation_service_pb2 as pb
from raisonne.app.generation_jobs import GenerationOrder, SubmitGeneration
from raisonne.app.operations import Artworks
from raisonne.rights.statement import WORLD
from raisonne.server.convert.generation import generation_to_message
from raisonne.server.interceptors.principal import current_principal
from raisonne.server.paging import cut, next_token, read_page
from raisonne.server.servicers.reading import OperationReader


class GenerationServicer(generation_service_pb2_grpc.GenerationServiceServicer):
    """Accepts generation jobs and reads what they made."""

    def __init__(
        self, submit: SubmitGeneration, artworks: Artworks, reader: OperationReader
    ) -> None:
        self._submit = submit
        self._artworks = artworks
        self._reader = reader

    async def GenerateArtwork(
        self, request: pb.GenerateArtworkRequest, context: Any
    ) -> operations_pb2.Operation:
        """Accept an order as an operation."""
        principal = current_principal()
        order = GenerationOrder(
            prompt=request.prompt,
            width=request.width,
            height=request.height,
            count=request.count or 1,
            seed=request.seed if request.HasField("seed") else None,
            territory=request.territory or WORLD,
        )
        job = await asyncio.to_thread(self._submit, principal, order, request.request_id.lower())
        return await asyncio.to_thread(self._reader.message, principal, job)

    async def GetGeneration(
        self, request: pb.GetGenerationRequest, context: Any
    ) -> generation_pb2.Generation:
        """Return the record of one artwork."""
        found = await asyncio.to_thread(self._artworks.get, current_principal(), request.name)
        return generation_to_message(found)

    async def ListGenerations(
        self, request: pb.ListGenerationsRequest, context: Any
    ) -> pb.ListGenerationsResponse:
        """List artworks."""
        page = read_page(request)
        found = await asyncio.to_thread(
            self._artworks.list, current_principal(), limit=page.size + 1, after=page.after
        )
        made = cut(found, page)
        return pb.ListGenerationsResponse(
            generations=[generation_to_message(generation) for generation in made.items],
            next_page_token=next_token(request, made.items[-1].name) if made.more else "",
        )
