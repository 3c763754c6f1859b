"""The command ``raisonne``: one file a command; commands import their work when they run."""

from __future__ import annotations

import logging
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Optional

import typer

from raisonne.cli import (
    bench_cmd,
    calibrate_cmd,
    check_cmd,
    demo_cmd,
    disputes_cmd,
    doctor_cmd,
    documents_cmd,
    generate_cmd,
    holders_cmd,
    index_cmd,
    ledger_cmd,
    licences_cmd,
    notice_cmd,
    policy_cmd,
    reservations_cmd,
    review_cmd,
    signals_cmd,
    terms_cmd,
    up_cmd,
    verify_cmd,
    works_cmd,
)
from raisonne.cli.exit_codes import ExitCode
from raisonne.cli.output import warn
from raisonne.cli.state import GlobalFlags, hoist_global_flags

app = typer.Typer(
    name="raisonne",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Generate, check, judge, sign and prove artwork. Global flags may stand anywhere.",
)
app.add_typer(works_cmd.app, name="works")
app.add_typer(licences_cmd.app, name="licences")
app.add_typer(ledger_cmd.app, name="ledger")
app.add_typer(index_cmd.app, name="index")
app.add_typer(signals_cmd.app, name="signals")
app.add_typer(policy_cmd.app, name="policy")
app.add_typer(review_cmd.app, name="review")
app.add_typer(notice_cmd.app, name="notice")
app.add_typer(documents_cmd.app, name="documents")
app.add_typer(disputes_cmd.app, name="disputes")
app.add_typer(terms_cmd.app, name="terms")
app.add_typer(holders_cmd.app, name="holders")
app.add_typer(reservations_cmd.app, name="reservations")
app.add_typer(bench_cmd.app, name="bench")
app.command("check")(check_cmd.check)
app.command("generate")(generate_cmd.generate)
app.command("verify")(verify_cmd.verify)
app.command("calibrate")(calibrate_cmd.calibrate)
app.command("doctor")(doctor_cmd.doctor)
app.command("up")(up_cmd.up)
app.command("demo")(demo_cmd.demo)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        sys.stdout.write(f"raisonne {version('raisonne')}\n")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    home: Annotated[
        Optional[Path],  # noqa: UP045 - Typer reads it on every supported Python
        typer.Option(help="State directory; created when missing. Also RAISONNE_HOME."),
    ] = None,
    config: Annotated[Optional[Path], typer.Option(help="Configuration file.")] = None,  # noqa: UP045
    server: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="HOST:PORT of a running service, instead of the embedded one."),
    ] = None,
    tenant: Annotated[Optional[str], typer.Option(help="Tenant to act in.")] = None,  # noqa: UP045
    json: Annotated[bool, typer.Option("--json", help="JSON lines on stdout.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No words on stderr but errors.")] = False,
    version: Annotated[  # noqa: ARG001 - acted on by its callback
        bool, typer.Option("--version", help="Show the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Keep the global flags for the command."""
    context.obj = GlobalFlags(home, config, server, tenant, json, quiet)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    from raisonne.rights.errors import RaisonneError

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A file name need not be text; it is shown escaped rather than ending the run.
            stream.reconfigure(errors="backslashreplace")
    if logging.lastResort is not None:
        # What is logged as a warning, a person reads as one; a server sets up logs of its own.
        logging.lastResort.setFormatter(logging.Formatter("raisonne: %(message)s"))
    try:
        app(hoist_global_flags(sys.argv[1:]))
    except RaisonneError as error:
        warn(f"raisonne: {error.message} [{error.reason.value}]")
        sys.exit(ExitCode.RUNTIME)
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        warn(f"raisonne: {error.strerror or error}{where}")
        sys.exit(ExitCode.RUNTIME)
