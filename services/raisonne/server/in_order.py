"""A stream of requests that are worked on at once and answered in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")


async def in_order(
    requests: AsyncIterator[Q], work: Callable[[Q], Awaitable[A]], window: int
) -> AsyncIterator[A]:
    """Yield the answers to requests in their order.

    Whoever waits for an answer before sending on gets it, and whoever sends without waiting is held
    back: a further request is read only while fewer than ``window`` are unanswered.

    Args:
        requests: What to work on.
        work: Makes one answer.
        window: Most requests unanswered at once.

    Raises:
        Exception: What ``work`` or the reading of a request raised, in its place in the order. All
            other work is cancelled then, as it is when the iterator is closed.
    """
    begun: asyncio.Queue[asyncio.Task[Any]] = asyncio.Queue()
    free = asyncio.Semaphore(window)

    async def begin() -> None:
        await free.acquire()
        async for request in requests:
            begun.put_nowait(asyncio.ensure_future(work(request)))
            await free.acquire()

    beginning = asyncio.create_task(begin())
    # Its end, or its error, comes after all that it began.
    beginning.add_done_callback(begun.put_nowait)
    try:
        while (task := await begun.get()) is not beginning:
            yield await task
            free.release()
        await beginning
    finally:
        await _cancel([beginning, *_drained(begun)])


def _drained(tasks: asyncio.Queue[asyncio.Task[Any]]) -> list[asyncio.Task[Any]]:
    return [tasks.get_nowait() for _ in range(tasks.qsize())]


async def _cancel(tasks: list[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    # Waiting for their ends also marks their errors as seen.
    await asyncio.gather(*tasks, return_exceptions=True)
