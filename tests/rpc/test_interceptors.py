"""What surrounds every call, proven on a small service of all four kinds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.wrappers_pb2 import StringValue

from raisonne.client.errors import error_from_call
from raisonne.rights.errors import LimitError, NotFoundError, RaisonneError, Reason
from raisonne.server.interceptors.access_log import AccessLogInterceptor, current_request_id
from raisonne.server.interceptors.deadline import DeadlineInterceptor
from raisonne.server.interceptors.errors import ErrorInterceptor
from raisonne.server.interceptors.principal import (
    UnsafeLocalOperatorInterceptor,
    current_principal,
)
from raisonne.server.limits import ServerLimits

KINDS = ("unary_unary", "unary_stream", "stream_unary", "stream_stream")
LIMITS = ServerLimits(
    default_deadline=timedelta(milliseconds=100),
    longest_deadline=timedelta(milliseconds=200),
    longest_stream=timedelta(milliseconds=200),
)
Call = Callable[..., Any]


async def act(word: str) -> StringValue:
    match word:
        case "refuse":
            raise NotFoundError("Not here.")
        case "break":
            raise ValueError("secret")
        case "time out":
            raise TimeoutError("a socket's, not the call's")
        case "hang":
            await asyncio.sleep(30)
    return StringValue(value=f"{current_principal().id} {current_request_id()}")


async def unary_unary(request: StringValue, _: Any) -> StringValue:
    return await act(request.value)


async def unary_stream(request: StringValue, _: Any) -> AsyncIterator[StringValue]:
    yield StringValue(value="first")
    yield await act(request.value)


async def stream_unary(requests: AsyncIterator[StringValue], _: Any) -> StringValue:
    answer = StringValue()
    async for request in requests:
        answer = await act(request.value)
    return answer


async def stream_stream(requests: AsyncIterator[StringValue], _: Any) -> AsyncIterator[StringValue]:
    async for request in requests:
        yield await act(request.value)


@pytest.fixture
async def calls() -> AsyncIterator[dict[str, Call]]:
    """For each kind, a function that calls it and returns the last answer."""
    codec = {
        "request_deserializer": StringValue.FromString,
        "response_serializer": StringValue.SerializeToString,
    }
    behaviours = {kind: globals()[kind] for kind in KINDS}
    handlers = {
        kind: getattr(grpc, f"{kind}_rpc_method_handler")(behaviour, **codec)
        for kind, behaviour in behaviours.items()
    }
    server = grpc.aio.server(
        interceptors=[
            AccessLogInterceptor(),
            ErrorInterceptor(),
            DeadlineInterceptor(LIMITS),
            UnsafeLocalOperatorInterceptor("tenant"),
        ]
    )
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("test.Kinds", handlers)])
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield {kind: caller(channel, kind) for kind in KINDS}
    await server.stop(None)


def caller(channel: grpc.aio.Channel, kind: str) -> Call:
    method = getattr(channel, kind)(
        f"/test.Kinds/{kind}",
        request_serializer=StringValue.SerializeToString,
        response_deserializer=StringValue.FromString,
    )

    async def call(*words: str, **options: Any) -> tuple[StringValue, Any]:
        requests = [StringValue(value=word) for word in words]
        started = method(iter(requests) if kind.startswith("stream") else requests[0], **options)
        if kind.endswith("unary"):
            return await started, started
        answer = StringValue()
        async for answer in started:  # noqa: B007 - the last one is wanted
            pass
        return answer, started

    return call


async def failure(call: Call, *words: str, **options: Any) -> RaisonneError:
    with pytest.raises(grpc.RpcError) as failed:
        await call(*words, **options)
    return error_from_call(failed.value)


@pytest.mark.parametrize("kind", KINDS)
async def test_an_error_of_any_kind_of_call_is_rich(calls: dict[str, Call], kind: str) -> None:
    error = await failure(calls[kind], "refuse")
    assert isinstance(error, NotFoundError)
    assert error.message == "Not here."


async def test_an_error_late_in_a_stream_is_rich_too(calls: dict[str, Call]) -> None:
    # unary_stream fails after its first answer, stream_stream after its second request.
    assert isinstance(await failure(calls["unary_stream"], "refuse"), NotFoundError)
    assert isinstance(await failure(calls["stream_stream"], "go", "refuse"), NotFoundError)


@pytest.mark.parametrize("kind", KINDS)
async def test_the_unexpected_is_logged_under_an_id_and_not_told(
    calls: dict[str, Call], kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    error = await failure(calls[kind], "break")
    assert error.reason is Reason.INTERNAL
    assert "secret" not in error.message
    assert error.metadata["error_id"] in caplog.text
    assert "secret" in caplog.text


async def test_a_timeout_of_something_else_is_not_taken_for_the_deadline(
    calls: dict[str, Call],
) -> None:
    assert (await failure(calls["unary_unary"], "time out")).reason is Reason.INTERNAL


@pytest.mark.parametrize("kind", KINDS)
async def test_a_call_without_a_deadline_gets_one(calls: dict[str, Call], kind: str) -> None:
    error = await failure(calls[kind], "hang")
    assert isinstance(error, LimitError)
    assert error.reason is Reason.DEADLINE_EXCEEDED


@pytest.mark.parametrize("kind", KINDS)
async def test_a_long_deadline_is_cut(calls: dict[str, Call], kind: str) -> None:
    error = await failure(calls[kind], "hang", timeout=600)
    assert error.reason is Reason.DEADLINE_EXCEEDED


@pytest.mark.parametrize("kind", KINDS)
async def test_the_callers_request_id_comes_back(
    calls: dict[str, Call], kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="raisonne.server.access")
    answer, call = await calls[kind]("go", metadata=(("x-request-id", "mine-1"),))
    assert answer.value == "local:operator mine-1"
    assert dict(await call.trailing_metadata())["x-request-id"] == "mine-1"
    assert {record.__dict__["request_id"] for record in caplog.records} == {"mine-1"}


async def test_a_request_id_that_could_forge_a_log_line_is_replaced(
    calls: dict[str, Call],
) -> None:
    answer, _ = await calls["unary_unary"]("go", metadata=(("x-request-id", "a b=c"),))
    assert "a b=c" not in answer.value
