"""Long-running operations: replay, cancellation, watching, waiting."""

from __future__ import annotations

import asyncio
import uuid

import grpc
import pytest
from google.longrunning import operations_pb2, operations_pb2_grpc
from google.protobuf.duration_pb2 import Duration

from raisonne.client import AsyncClient
from raisonne.client.errors import error_from_call
from raisonne.rights.errors import (
    CancelledError,
    ConflictError,
    InputError,
    LimitError,
    NotFoundError,
    Reason,
)
from raisonne.rights.job import JobState
from raisonne.runtime.wiring import Service

SIZE = {"width": 128, "height": 128}


async def test_the_same_request_id_gives_the_same_operation(client: AsyncClient) -> None:
    request_id = str(uuid.uuid4())
    first = await client.generations.generate("waves", **SIZE, request_id=request_id)
    again = await client.generations.generate("waves", **SIZE, request_id=request_id.upper())
    assert again.name == first.name
    with pytest.raises(ConflictError) as refused:
        await client.generations.generate("hills", **SIZE, request_id=request_id)
    assert refused.value.reason is Reason.REQUEST_ID_REUSED
    await first.cancel()


async def test_a_waiting_operation_is_cancelled_at_once(client: AsyncClient) -> None:
    operation = await client.generations.generate("waves", **SIZE)
    assert operation.latest.state is JobState.PENDING
    with pytest.raises(LimitError) as late:
        await operation.wait(0.05)
    assert late.value.reason is Reason.DEADLINE_EXCEEDED
    await operation.cancel()
    await operation.cancel()
    with pytest.raises(CancelledError):
        await operation.wait(10)
    assert operation.latest.state is JobState.CANCELLED


async def test_a_running_operation_stops_when_asked(client: AsyncClient, service: Service) -> None:
    operation = await client.generations.generate("waves", **SIZE, count=200)
    workers = service.workers()
    workers.start()
    try:
        async for snapshot in operation.watch():
            if snapshot.done_units:
                await operation.cancel()
        assert operation.latest.state is JobState.CANCELLED
        assert operation.latest.cancel_requested
        assert 0 < operation.latest.done_units < 200
    finally:
        await asyncio.to_thread(workers.stop)


@pytest.mark.usefixtures("workers")
async def test_watching_shows_each_step_and_ends_with_the_result(client: AsyncClient) -> None:
    operation = await client.generations.generate("waves", **SIZE, count=3)
    seen = [snapshot async for snapshot in operation.watch()]
    assert [snapshot.done_units for snapshot in seen] == sorted(s.done_units for s in seen)
    assert [snapshot.state.done for snapshot in seen[:-1]] == [False] * (len(seen) - 1)
    assert seen[-1].state is JobState.SUCCEEDED
    assert len(seen[-1].generations) == 3


@pytest.mark.usefixtures("workers")
async def test_an_operation_that_fails_says_why(client: AsyncClient) -> None:
    operation = await client.generations.generate("waves", width=8192, height=8192)
    with pytest.raises((InputError, LimitError)):
        await operation.wait(30)
    assert operation.latest.state is JobState.FAILED


async def test_the_standard_service_answers_as_its_protos_say(
    address: str, client: AsyncClient
) -> None:
    operation = await client.generations.generate("waves", **SIZE)
    stub = operations_pb2_grpc.OperationsStub(client._channel)
    waited = await stub.WaitOperation(
        operations_pb2.WaitOperationRequest(name=operation.name, timeout=Duration(nanos=1))
    )
    assert (waited.name, waited.done) == (operation.name, False)
    for request, reason in (
        (operations_pb2.ListOperationsRequest(filter="done=true"), Reason.INVALID_ARGUMENT),
        (operations_pb2.ListOperationsRequest(name="works"), Reason.INVALID_ARGUMENT),
        (operations_pb2.ListOperationsRequest(page_size=-1), Reason.INVALID_ARGUMENT),
    ):
        with pytest.raises(grpc.RpcError) as refused:
            await stub.ListOperations(request)
        assert error_from_call(refused.value).reason is reason
    with pytest.raises(grpc.RpcError) as kept:
        await stub.DeleteOperation(operations_pb2.DeleteOperationRequest(name=operation.name))
    assert error_from_call(kept.value).reason is Reason.STATE_CONFLICT
    await operation.cancel()
    with pytest.raises(NotFoundError):
        await client.operations.cancel("operations/none")
