"""``OperationService``."""

# ruff: noqa: N802, ARG002 - method names and signatures are the protocol's.

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from raisonne.api.v1 import operation_service_pb2 as pb
from raisonne.api.v1 import operation_service_pb2_grpc
from raisonne.server.following import Follower
from raisonne.server.interceptors.principal import current_principal
from raisonne.server.servicers.reading import OperationReader


class OperationServicer(operation_service_pb2_grpc.OperationServiceServicer):
    """Streams the changes of an operation."""

    def __init__(self, reader: OperationReader, follower: Follower) -> None:
        self._reader = reader
        self._follower = follower

    async def WatchOperation(
        self, request: pb.WatchOperationRequest, context: Any
    ) -> AsyncIterator[pb.OperationEvent]:
        """Send the operation at each change until it is done."""
        principal = current_principal()
        async for job in self._follower.changes(principal, request.name):
            operation = await asyncio.to_thread(self._reader.message, principal, job)
            yield pb.OperationEvent(operation=operation)
