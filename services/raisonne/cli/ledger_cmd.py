"""``raisonne ledger``: the audit log that outsiders can check."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from raisonne.cli.exit_codes import ExitCode
from raisonne.cli.output import emit

if TYPE_CHECKING:
    from raisonne.cli.state import GlobalFlags

app = typer.Typer(help="The audit ledger.", no_args_is_help=True, rich_markup_mode=None)


@app.command("head")
def head(context: typer.Context) -> None:
    """Show the newest signed checkpoint."""
    from raisonne.cli.gateway import open_gateway

    flags: GlobalFlags = context.obj
    with open_gateway(flags) as gateway:
        checkpoint = gateway.ledger_head()
    fields = {
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": checkpoint.root.hex(),
        "note": checkpoint.note,
    }
    emit(flags, fields, checkpoint.note.rstrip("\n"))


@app.command("verify")
def verify(context: typer.Context) -> None:
    """Recompute the whole ledger: exit 1 with the first bad position if anything was altered."""
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.render import error_fields
    from raisonne.rights.errors import LedgerError

    flags: GlobalFlags = context.obj
    with open_gateway(flags) as gateway:
        try:
            size = gateway.ledger_verify()
        except LedgerError as error:
            position = error.metadata.get("position")
            fields = {"intact": False, "position": position, "error": error_fields(error)}
            emit(flags, fields, f"ALTERED at {position}: {error.message}")
            raise typer.Exit(ExitCode.FINDINGS) from error
    emit(flags, {"intact": True, "size": size}, f"intact: {size} entries")
