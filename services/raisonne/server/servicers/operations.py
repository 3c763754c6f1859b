"""``google.longrunning.Operations`` over the jobs table."""

# ruff: noqa: N802, ARG002 - method names and signatures are the protocol's.

from __future__ import annotations

import asyncio
from typing import Any

from google.longrunning import operations_pb2 as pb
from google.longrunning import operations_pb2_grpc
from google.protobuf import empty_pb2

from raisonne.rights.errors import ConflictError, InputError
from raisonne.rights.job import Job
from raisonne.server.following import Follower
from raisonne.server.interceptors.principal import current_principal
from raisonne.server.paging import cut, next_token, read_page
from raisonne.server.servicers.reading import OperationReader

_COLLECTION = "operations"


class OperationsServicer(operations_pb2_grpc.OperationsServicer):  # type: ignore[misc] # untyped
    """Lists, reads, cancels and waits for operations."""

    def __init__(self, reader: OperationReader, follower: Follower) -> None:
        self._reader = reader
        self._follower = follower

    async def ListOperations(
        self, request: pb.ListOperationsRequest, context: Any
    ) -> pb.ListOperationsResponse:
        """List operations in order of creation."""
        if request.name not in {"", _COLLECTION}:
            raise InputError(
                f"Operations are listed under {_COLLECTION!r}.", metadata={"field": "name"}
            )
        if request.filter:
            raise InputError("Operations cannot be filtered.", metadata={"field": "filter"})
        page = read_page(request)
        principal = current_principal()
        found = await asyncio.to_thread(
            self._reader.operations.list, principal, limit=page.size + 1, after=page.after
        )
        jobs = cut(found, page)
        messages = await asyncio.gather(
            *(asyncio.to_thread(self._reader.message, principal, job) for job in jobs.items)
        )
        return pb.ListOperationsResponse(
            operations=messages,
            next_page_token=next_token(request, jobs.items[-1].name) if jobs.more else "",
        )

    async def GetOperation(self, request: pb.GetOperationRequest, context: Any) -> pb.Operation:
        """Return one operation."""
        return await asyncio.to_thread(self._reader.read, current_principal(), request.name)

    async def CancelOperation(
        self, request: pb.CancelOperationRequest, context: Any
    ) -> empty_pb2.Empty:
        """Ask an operation to stop."""
        await asyncio.to_thread(self._reader.operations.cancel, current_principal(), request.name)
        return empty_pb2.Empty()

    async def DeleteOperation(
        self, request: pb.DeleteOperationRequest, context: Any
    ) -> empty_pb2.Empty:
        """Refuse: an operation is also the record of its request id."""
        await asyncio.to_thread(self._reader.operations.get, current_principal(), request.name)
        raise ConflictError(
            f"{request.name} is kept: it is the record of what was asked.",
            metadata={"name": request.name},
        )

    async def WaitOperation(self, request: pb.WaitOperationRequest, context: Any) -> pb.Operation:
        """Return the operation when it is done, or as it stands when the timeout passes."""
        principal = current_principal()
        latest: Job | None = None
        try:
            async with asyncio.timeout(_patience(request)):
                async for job in self._follower.changes(principal, request.name):
                    latest = job
        except TimeoutError:
            pass
        if latest is None:
            return await asyncio.to_thread(self._reader.read, principal, request.name)
        return await asyncio.to_thread(self._reader.message, principal, latest)


def _patience(request: pb.WaitOperationRequest) -> float | None:
    if not request.HasField("timeout"):
        return None
    seconds: float = request.timeout.ToTimedelta().total_seconds()
    return max(seconds, 0.0)
