"""Invoking a method: deadline and typed errors."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from typing import TypeVar

import grpc

from raisonne.client.ending import Ending
from raisonne.client.errors import error_from_call

Q = TypeVar("Q")
A = TypeVar("A")


def unary(method: grpc.UnaryUnaryMultiCallable[Q, A], request: Q, seconds: float) -> A:
    """Call a method that takes and answers one message.

    Args:
        method: The stub's method.
        request: The message.
        seconds: Deadline.

    Raises:
        RaisonneError: The typed error of a call that failed.
    """
    try:
        return method(request, timeout=seconds)
    except grpc.RpcError as error:
        raise error_from_call(error) from error


def sending(
    method: grpc.StreamUnaryMultiCallable[Q, A], requests: Iterable[Q], seconds: float
) -> A:
    """Call a method that takes many messages and answers one.

    Raises:
        RaisonneError: The typed error of a call that failed.
    """
    try:
        return method(iter(requests), timeout=seconds)
    except grpc.RpcError as error:
        raise error_from_call(error) from error


def receiving(
    method: grpc.UnaryStreamMultiCallable[Q, A], request: Q, seconds: float
) -> Iterator[A]:
    """Call a method that takes one message and answers many.

    Raises:
        RaisonneError: The typed error of a call that failed, at its start or later.
    """
    try:
        yield from method(request, timeout=seconds)
    except grpc.RpcError as error:
        raise error_from_call(error) from error


def exchanging(
    method: grpc.StreamStreamMultiCallable[Q, A], requests: Iterable[Q], seconds: float
) -> Generator[A]:
    """Call a method that takes and answers many messages; closing the iterator ends the call.

    Raises:
        RaisonneError: The typed error of a call that failed, at its start or later.
        Exception: What ``requests`` raised.
    """
    raised: list[Exception] = []

    def sent() -> Iterator[Q]:
        # grpc would cancel the call and hide the reason, so the requests end in good order.
        try:
            yield from requests
        except Exception as error:  # noqa: BLE001 - raised again below, where the caller is
            raised.append(error)

    call = method(sent(), timeout=seconds)
    ending = Ending(call)
    try:
        for answer in call:
            if raised:
                break
            yield answer
    except grpc.RpcError as error:
        raise ending.error(error) from error
    finally:
        call.cancel()
    if raised:
        raise raised[0]
