"""Invoking a method: deadline and typed errors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

import grpc.aio

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
