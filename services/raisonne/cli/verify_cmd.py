"""``raisonne verify``: read and validate content credentials."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from raisonne.cli.exit_codes import ExitCode
from raisonne.cli.output import emit
from raisonne.cli.state import GlobalFlags

if TYPE_CHECKING:
    from raisonne.rights.provenance import CredentialReport


def verify(
    context: typer.Context,
    files: Annotated[list[str], typer.Argument(help="Files to read.")],
    trust: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="own, or a folder with *trust-list.pem, *roots.pem, *tsa*.pem, …"),
    ] = None,
) -> None:
    """Read content credentials.

    Exit code 0 only if every file is intact and trusted.
    """
    from raisonne.app.provenance import MAX_VERIFY_BYTES
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.inputs import read_input
    from raisonne.rights.errors import InputError, LimitError
    from raisonne.rights.provenance import CredentialVerdict

    flags: GlobalFlags = context.obj
    worst = ExitCode.CLEAN
    with open_gateway(flags, trust=trust) as gateway:
        for path in map(Path, files):
            try:
                report = gateway.verify(read_input(path, MAX_VERIFY_BYTES))
            except (InputError, LimitError) as error:
                _emit_error(flags, path, error)
                worst = worst or ExitCode.UNREADABLE
                continue
            emit(flags, _fields(path, report), _words(path, report))
            if report.verdict is not CredentialVerdict.INTACT_TRUSTED:
                worst = ExitCode.FINDINGS
    raise typer.Exit(worst)


def _fields(path: Path, report: CredentialReport) -> dict[str, Any]:
    from raisonne.cli.render import credential_fields

    return {"input": str(path), **credential_fields(report)}


def _emit_error(flags: GlobalFlags, path: Path, error: Any) -> None:
    from raisonne.cli.render import error_fields

    fields = {"input": str(path), "verdict": None, "error": error_fields(error)}
    emit(flags, fields, f"ERROR   {path}\n        {error.reason}: {error.message}")


def _words(path: Path, report: CredentialReport) -> str:
    lines = [f"{report.verdict.value:<18} {path}"]
    facts = {
        "signer": report.signer,
        "made by": report.claim_generator,
        "actions": ", ".join(report.actions),
        "source": ", ".join(uri.rsplit("/", 1)[-1] for uri in report.digital_source_types),
        "training": ", ".join(f"{key}={value}" for key, value in report.training_mining.items()),
        "reasons": ", ".join(report.reasons),
    }
    lines += [f"        {name}: {value}" for name, value in facts.items() if value]
    return "\n".join(lines)
