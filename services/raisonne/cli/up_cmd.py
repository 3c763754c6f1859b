"""``raisonne up``: serve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Optional

import typer

from raisonne.cli.output import emit, say

if TYPE_CHECKING:
    from raisonne.cli.state import GlobalFlags


def up(
    context: typer.Context,
    listen: Annotated[Optional[str], typer.Option(help="gRPC address, HOST:PORT.")] = None,  # noqa: UP045
) -> None:
    """Serve gRPC until interrupted.

    Prints the addresses. Policies in folders are watched; SIGHUP loads them at once.
    """
    import asyncio
    import logging
    import signal
    import sys
    from dataclasses import replace

    from raisonne.cli.embedded import load
    from raisonne.cli.serving import application
    from raisonne.rights.errors import ConfigError, Reason
    from raisonne.runtime.settings import Profile
    from raisonne.runtime.wiring import open_service, sweep_orphans
    from raisonne.server.serve import serve

    flags: GlobalFlags = context.obj
    logging.basicConfig(level=logging.WARNING if flags.quiet else logging.INFO)
    # Migrations of a new home are no news to whoever starts the server.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    settings = load(flags)
    if settings.profile is Profile.PRODUCTION:
        raise ConfigError(
            "profile=production refuses to serve: callers have no identities yet.",
            reason=Reason.UNSAFE_IN_PRODUCTION,
        )
    if listen is not None:
        settings = replace(settings, listen=listen)

    def announce(address: str) -> None:
        emit(flags, {"grpc": address}, f"gRPC {address}")
        say(flags, "Development mode: local callers only, everyone is the local operator.")

    with open_service(settings) as service:
        sweep_orphans(service)
        if hasattr(signal, "SIGHUP") and not sys.stdin.isatty():
            # A terminal that is closed sends the same signal, and that is to end the server.
            signal.signal(signal.SIGHUP, lambda _number, _frame: service.policies.demand())
        workers = service.workers()
        workers.start()
        try:
            asyncio.run(serve(application(service), settings.listen, announce))
        finally:
            workers.stop()
