from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc

from raisonne.client.ending import AsyncEnding
from raisonne.client.errors import TransportError
from raisonne.rights.errors import NotFoundError, Reason
from raisonne.server.statuses import status_of

NONE = grpc.aio.Metadata()
LOST = grpc.aio.AioRpcError(grpc.StatusCode.INTERNAL, NONE, NONE, "Internal error from Core")
STATUS = status_of(NotFoundError("Not here."))
SAID = grpc.aio.AioRpcError(
    grpc.StatusCode.NOT_FOUND,
    NONE,
    grpc.aio.Metadata(("grpc-status-details-bin", STATUS.SerializeToString())),
    "Not here.",
)


class Call:
    """A call as grpc.aio makes it: done callbacks run once, and later statuses replace earlier."""

    def __init__(self) -> None:
        self.status = LOST
        self.callbacks: list[Callable[[Any], None]] = []

    def add_done_callback(self, callback: Callable[[Any], None]) -> None:
        self.callbacks.append(callback)

    def end(self, status: grpc.aio.AioRpcError) -> None:
        self.status = status
        callbacks, self.callbacks = self.callbacks, []
        for callback in callbacks:
            callback(self)

    async def code(self) -> grpc.StatusCode:
        return self.status.code()

    async def details(self) -> str | None:
        return self.status.details()

    async def trailing_metadata(self) -> grpc.aio.Metadata:
        return self.status.trailing_metadata()


async def test_a_status_that_is_overwritten_is_remembered() -> None:
    call = Call()
    ending = AsyncEnding(call)  # type: ignore[arg-type] # all that is asked of a call
    call.end(SAID)
    call.end(LOST)
    error = await ending.error(LOST)
    assert isinstance(error, NotFoundError)
    assert error.message == "Not here."


async def test_a_status_that_comes_late_is_waited_for() -> None:
    class Late(Call):
        looks = 0

        async def details(self) -> str | None:
            self.looks += 1
            if self.looks > 3:
                self.status = SAID
            return self.status.details()

    call = Late()
    ending = AsyncEnding(call)  # type: ignore[arg-type] # all that is asked of a call
    call.end(LOST)
    assert isinstance(await ending.error(LOST), NotFoundError)


async def test_a_status_that_never_comes_is_what_grpc_said() -> None:
    call = Call()
    ending = AsyncEnding(call)  # type: ignore[arg-type] # all that is asked of a call
    call.end(LOST)
    error = await ending.error(LOST)
    assert isinstance(error, TransportError)
    assert error.reason is Reason.INTERNAL
