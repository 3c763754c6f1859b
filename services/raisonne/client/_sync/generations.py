"""Making artworks."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import grpc

from raisonne.api.v1 import generation_service_pb2 as pb
from raisonne.api.v1.generation_service_pb2_grpc import GenerationServiceStub
from raisonne.client._sync.calls import unary
from raisonne.client._sync.operations import Operation, Operations
from raisonne.client.convert.generation import generation_from_message, snapshot_from_message
from raisonne.client.deadlines import Deadlines
from raisonne.rights.generation import Generation
from raisonne.rights.statement import WORLD


class Generations:
    """``client.generations``."""

    def __init__(self, channel: grpc.Channel, deadlines: Deadlines, operations: Operations) -> None:
        self._stub = GenerationServiceStub(channel)
        self._deadlines = deadlines
        self._operations = operations

    def generate(
        self,
        prompt: str,
        *,
        width: int,
        height: int,
        count: int = 1,
        seed: int | None = None,
        territory: str = WORLD,
        request_id: str | None = None,
    ) -> Operation:
        """Ask for artworks, and return a handle on the operation that makes them.

        Args:
            prompt: Words.
            width: Pixels.
            height: Pixels.
            count: How many, with seeds ``seed``, ``seed + 1``, …
            seed: First seed; None draws one.
            territory: Where they are to be used, ISO 3166-1 alpha-2 or ``*``.
            request_id: UUID4 to make the call repeatable across processes; None makes one, so
                that retries of this call ask once.

        Raises:
            InputError: If the order cannot be made.
            ConflictError: ``REQUEST_ID_REUSED`` if the id was used for another order.
        """
        request = pb.GenerateArtworkRequest(
            prompt=prompt,
            width=width,
            height=height,
            count=count,
            seed=seed,
            territory=territory,
            request_id=request_id or str(uuid.uuid4()),
        )
        message = unary(self._stub.GenerateArtwork, request, self._deadlines.compute)
        return Operation(self._operations, snapshot_from_message(message))

    def get(self, name: str) -> Generation:
        """Return the record of one artwork.

        Raises:
            NotFoundError: If there is no such artwork.
        """
        request = pb.GetGenerationRequest(name=name)
        message = unary(self._stub.GetGeneration, request, self._deadlines.read)
        return generation_from_message(message)

    def list(self) -> Iterator[Generation]:
        """Iterate over artworks in order of creation, page by page as they are needed."""
        request = pb.ListGenerationsRequest()
        while True:
            page = unary(self._stub.ListGenerations, request, self._deadlines.read)
            for message in page.generations:
                yield generation_from_message(message)
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token
