"""Runs the server, and stops it without dropping running calls."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager

from raisonne.server.application import Application
from raisonne.server.limits import ServerLimits
from raisonne.server.rpc_server import build_server


async def serve(
    app: Application,
    listen: str,
    on_ready: Callable[[str], None] = lambda _: None,
    *,
    limits: ServerLimits | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then stop gracefully. For the main thread.

    Args:
        app: The use cases.
        listen: ``HOST:PORT`` on loopback; port 0 chooses one.
        on_ready: Told the address once it answers.
        limits: Bounds; the defaults if None.

    Raises:
        ConfigError: See ``build_server``.
    """
    told_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_stop.set)
    async with running(app, listen, limits=limits) as address:
        on_ready(address)
        await told_to_stop.wait()


@asynccontextmanager
async def running(
    app: Application, listen: str, *, limits: ServerLimits | None = None
) -> AsyncIterator[str]:
    """Serve while the context is entered; yield the address, and stop gracefully at its end.

    Raises:
        ConfigError: See ``build_server``.
    """
    server = build_server(app, listen, limits=limits)
    await server.start()
    try:
        yield server.address
    finally:
        await server.stop()


@contextmanager
def serving(
    app: Application, listen: str = "127.0.0.1:0", *, limits: ServerLimits | None = None
) -> Iterator[str]:
    """Serve from a thread of its own; for programs without an event loop.

    Raises:
        ConfigError: See ``build_server``.
    """
    address: Future[str] = Future()
    leave: Future[None] = Future()

    async def until_left() -> None:
        async with running(app, listen, limits=limits) as served:
            address.set_result(served)
            await asyncio.wrap_future(leave)

    def run() -> None:
        try:
            asyncio.run(until_left())
        except BaseException as error:
            if address.done():
                raise
            address.set_exception(error)

    thread = threading.Thread(target=run, name="raisonne-server")
    thread.start()
    try:
        yield address.result()
    finally:
        leave.set_result(None)
        thread.join()
