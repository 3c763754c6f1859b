"""Invoking a method: deadline and typed errors."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable
from typing import TypeVar

import grpc.aio

from raisonne.client.ending import AsyncEnding
from raisonne.client.errors import error_from_call

Q = TypeVar("Q")
A = TypeVar("A")


async def unary(method: grpc.aio.UnaryUnaryMultiCallable[Q, A], request: Q, seconds: float) -> A:
    """Call a method that takes and answers one message.

    Args:
        method: The stub's method.
        request: The message.
        seconds: Deadline.

    Raises:
        RaisonneError: The typed error of a call that failed.
    """
    try:
        return await method(request, timeout=seconds)
    except grpc.RpcError as error:
        raise error_from_call(error) from error


async def sending(
    method: grpc.aio.StreamUnaryMultiCallable[Q, A], requests: Iterable[Q], seconds: float
) -> A:
    """Call a method that takes many messages and answers one.

    Raises:
        RaisonneError: The typed error of a call that failed.
    """
    try:
        return await method(iter(requests), timeout=seconds)
    except grpc.RpcError as error:
        raise error_from_call(error) from error


async def receiving(
    method: grpc.aio.UnaryStreamMultiCallable[Q, A], request: Q, seconds: float
) -> AsyncIterator[A]:
    """Call a method that takes one message and answers many.

    Raises:
        RaisonneError: The typed error of a call that failed, at its start or later.
    """
    try:
        async for answer in method(request, timeout=seconds):
            yield answer
    except grpc.RpcError as error:
        raise error_from_call(error) from error


async def exchanging(
    method: grpc.aio.StreamStreamMultiCallable[Q, A], requests: AsyncIterable[Q], seconds: float
) -> AsyncGenerator[A]:
    """Call a method that takes and answers many messages; closing the iterator ends the call.

    Raises:
        RaisonneError: The typed error of a call that failed, at its start or later.
        Exception: What ``requests`` raised.
    """
    raised: list[Exception] = []

    async def sent() -> AsyncIterator[Q]:
        # grpc would cancel the call and hide the reason, so the requests end in good order.
        try:
            async for request in requests:
                yield request
        except Exception as error:  # noqa: BLE001 - raised again below, where the caller is
            raised.append(error)

    call = method(sent(), timeout=seconds)
    ending = AsyncEnding(call)
    try:
        async for answer in call:
            if raised:
                break
            yield answer
    except grpc.RpcError as error:
        raise await ending.error(error) from error
    finally:
        call.cancel()
    if raised:
        raise raised[0]
