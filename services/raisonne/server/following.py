"""Following one operation until it is done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from raisonne.app.operations import Operations
from raisonne.rights.job import Job
from raisonne.rights.principal import Principal


class Follower:
    """Reads an operation again and again, and yields it at each change.

    Args:
        operations: Reads jobs.
        interval_s: Seconds between two reads.
        stopping: Set when the server stops; followers then end without an error.
    """

    def __init__(self, operations: Operations, interval_s: float, stopping: asyncio.Event) -> None:
        self._operations = operations
        self._interval_s = interval_s
        self._stopping = stopping

    async def changes(self, principal: Principal, name: str) -> AsyncIterator[Job]:
        """Yield the job now, at each change, and last when it is done or the server stops.

        Raises:
            AccessError: If the principal may not read operations.
            NotFoundError: If the tenant has no such operation.
        """
        shown: Job | None = None
        while True:
            job = await asyncio.to_thread(self._operations.get, principal, name)
            if shown is None or _visible(job) != _visible(shown):
                shown = job
                yield job
            if job.state.done or await self._stopped_while_waiting():
                return

    async def _stopped_while_waiting(self) -> bool:
        try:
            async with asyncio.timeout(self._interval_s):
                await self._stopping.wait()
        except TimeoutError:
            return False
        return True


def _visible(job: Job) -> tuple[object, ...]:
    # A renewed lease is not a change that anybody outside sees.
    return job.state, job.done_units, job.cancel_requested
