"""Invoking a method: deadline and typed errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

import grpc

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
