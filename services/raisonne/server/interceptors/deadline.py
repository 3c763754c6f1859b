"""No call runs for ever: a default deadline, and a longest one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeVar

from raisonne.rights.errors import LimitError, Reason
from raisonne.server.interceptors.calls import Call, CallInterceptor
from raisonne.server.limits import ServerLimits

T = TypeVar("T")


class DeadlineInterceptor(CallInterceptor):
    """Bounds each call by the caller's deadline or the default, and by the longest allowed.

    The bound is kept on each message pulled, not on the call as a whole: a timeout that struck
    while a message is being sent would cancel the transport instead of the servicer.
    """

    def __init__(self, limits: ServerLimits) -> None:
        self._limits = limits

    @asynccontextmanager
    async def around(self, call: Call) -> AsyncIterator[None]:
        """Fix the time at which the call must end."""
        seconds = self._granted(call).total_seconds()
        call.expires = asyncio.get_running_loop().time() + seconds
        yield

    async def pull(self, call: Call, item: Awaitable[T]) -> T:
        """Await one message, no longer than the call may take.

        Raises:
            LimitError: ``DEADLINE_EXCEEDED``.
        """
        bound = asyncio.timeout_at(call.expires)
        try:
            async with bound:
                return await item
        except TimeoutError as error:
            if not bound.expired():
                raise
            raise LimitError(
                "The call took longer than its deadline.", reason=Reason.DEADLINE_EXCEEDED
            ) from error

    def _granted(self, call: Call) -> timedelta:
        if call.streams_answer:
            default = longest = self._limits.longest_stream
        else:
            default, longest = self._limits.default_deadline, self._limits.longest_deadline
        remaining = call.context.time_remaining()
        if remaining is None:
            return default
        return min(timedelta(seconds=max(remaining, 0.0)), longest)
