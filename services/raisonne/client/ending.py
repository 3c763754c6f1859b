"""Why a call ended.

Where a service ends a call while the client still sends, grpc.aio may put ``INTERNAL`` in place of
what the service said (https://github.com/grpc/grpc/issues/36066). ``AsyncEnding`` listens for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import grpc.aio

from raisonne.client.errors import error_from_call
from raisonne.rights.errors import RaisonneError

T = TypeVar("T")

_LOST = "Internal error from Core"
_LOOKS, _SECONDS_BETWEEN = 100, 0.01
"""How long the service's own words may be on their way when the failure is noticed first."""


class Ending:
    """The end of a synchronous call, which says itself what the service said.

    Args:
        call: The call.
    """

    def __init__(self, call: grpc.Call) -> None:
        del call

    def error(self, failure: grpc.RpcError) -> RaisonneError:
        """Return the typed error of the call that failed."""
        return error_from_call(failure)


class AsyncEnding:
    """The end of an asynchronous call.

    Args:
        call: The call, just begun.
    """

    def __init__(self, call: grpc.aio.Call) -> None:
        self._call = call
        self._said: grpc.RpcError | None = None
        call.add_done_callback(self._note)

    async def error(self, failure: grpc.RpcError) -> RaisonneError:
        """Return the typed error of the call that failed."""
        # Nothing tells when a status takes the place of a lost one, so the call is looked at.
        for _ in range(_LOOKS):
            if self._said is not None:
                return error_from_call(self._said)
            await asyncio.sleep(_SECONDS_BETWEEN)
            self._note(self._call)
        return error_from_call(failure)

    def _note(self, call: Any) -> None:
        details = _at_once(call.details())
        if details != _LOST and self._said is None:
            code, trailers = _at_once(call.code()), _at_once(call.trailing_metadata())
            self._said = grpc.aio.AioRpcError(code, grpc.aio.Metadata(), trailers, details)


def _at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return the result of a coroutine that has nothing to wait for."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    coroutine.close()
    raise asyncio.InvalidStateError("The call is not over.")
