"""``raisonne signals``: read opt-outs in any dialect, and publish those of a work."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from raisonne.cli.exit_codes import ExitCode
from raisonne.cli.output import emit, say, write_line, writing

if TYPE_CHECKING:
    from raisonne.cli.state import GlobalFlags
    from raisonne.rights.signal import Signal
    from raisonne.rights.statement import RightsStatement
    from raisonne.signals.writing import Exported, Format, Target

app = typer.Typer(
    help="Opt-outs in every dialect, in and out.", no_args_is_help=True, rich_markup_mode=None
)
_DIALECTS = (
    "tdmrep, rsl, aipref, robots.txt, ai.txt, robots-meta, plus-data-mining, "
    "cawg.training-mining, c2pa.training-mining, spdx, odrl"
)
_FORMATS = (
    "tdmrep-json, tdmrep-headers, tdmrep-html, rsl, aipref, plus-xmp, cawg, robots.txt, ai.txt, "
    "robots-meta, odrl"
)


@app.command("read")
def read(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="What was found; - for stdin.")],
    dialect: Annotated[str, typer.Option(help=f"One of {_DIALECTS}.")],
    location: Annotated[
        str, typer.Option(help="URL or path of the work, where one file speaks of many.")
    ] = "",
    source: Annotated[str, typer.Option(help="Where it was found, if not in FILE.")] = "",
) -> None:
    """Read one signal and say what it permits, denies and reserves.

    Exit code 1 when it reserves or denies something, 4 when it could not be read, which reserves.
    """
    from datetime import UTC, datetime

    from raisonne.cli.usage import usage_errors
    from raisonne.rights.signal import Dialect
    from raisonne.signals.importing import read_signal

    flags: GlobalFlags = context.obj
    chosen = _choice(Dialect, dialect, "dialect")
    raw = _raw(file)
    found_in = source or ("stdin" if file == "-" else file)
    with usage_errors():
        signal = read_signal(chosen, raw, found_in, datetime.now(UTC), location=location or None)
    emit(flags, {"input": file, **_fields(chosen, signal)}, _words(chosen, signal))
    raise typer.Exit(_exit_code(signal))


@app.command("show")
def show(context: typer.Context, work: Annotated[str, typer.Argument(help="works/…")]) -> None:
    """Show what a work's file said about its rights when it was registered.

    Works on the embedded product.
    """
    from raisonne.cli.embedded import load
    from raisonne.runtime.wiring import open_service

    flags: GlobalFlags = context.obj
    with open_service(load(flags)) as service:
        service.works.get(service.principal, work)
        for signal in service.works.signals(service.principal, work):
            fields = {"work": work, **_fields(signal.dialect, signal)}
            emit(flags, fields, _words(signal.dialect, signal))


@app.command("export")
def export(
    context: typer.Context,
    work: Annotated[str, typer.Argument(help="works/…; or give --reserve or --licence.")] = "",
    form: Annotated[str, typer.Option("--format", help=f"One of {_FORMATS}.")] = "tdmrep-json",
    reserve: Annotated[
        str, typer.Option(help="Reservations: tdm, ai-training, ai-generation, style.")
    ] = "",
    licence: Annotated[str, typer.Option(help="SPDX id or LicenseRef-….")] = "",
    location: Annotated[
        str, typer.Option(help="URL or path of the work on your site; / for all of it.")
    ] = "/",
    policy: Annotated[str, typer.Option(help="URL where licences are offered.")] = "",
    output: Annotated[Path, typer.Option("-o", "--output", help="File; - for stdout.")] = Path("-"),
) -> None:
    """Write the rights of a work, or those given, in a dialect.

    What is written never permits more than the rights do. Reservations that the format has no words
    for are named on stderr, with exit code 1.
    """
    from raisonne.cli.usage import usage_errors
    from raisonne.signals.exporting import export as write
    from raisonne.signals.writing import Format, Target

    flags: GlobalFlags = context.obj
    chosen = _choice(Format, form, "format")
    if bool(work) == bool(reserve or licence):
        raise typer.BadParameter("Give either a work, or --reserve and --licence.")
    with usage_errors():
        uid = f"urn:raisonne:{work}" if work else "urn:raisonne:work"
        target = Target(location=location, uid=uid, policy=policy)
    statement = _statement(flags, work, reserve, licence)
    with usage_errors():
        exported = write(statement, chosen, target)
    _put(flags, output, exported, _export_fields(work, chosen, target, exported))
    if exported.unsaid:
        unsaid = ", ".join(sorted(kind.value for kind in exported.unsaid))
        say(flags, f"raisonne: {chosen.value} has no words for {unsaid}")
    raise typer.Exit(ExitCode.FINDINGS if exported.unsaid else ExitCode.CLEAN)


def _raw(file: str) -> bytes:
    """Return what is to be read; an empty file is a signal like any other."""
    from raisonne.cli.inputs import read_input
    from raisonne.rights.errors import InputError, Reason
    from raisonne.signals.reading import MAX_RAW_BYTES

    if file == "-":
        # One byte more than is read tells the reader that there was too much.
        return sys.stdin.buffer.read(MAX_RAW_BYTES + 1)
    try:
        return read_input(Path(file), MAX_RAW_BYTES)
    except InputError as error:
        if error.reason is Reason.EMPTY_INPUT:
            return b""
        raise


def _statement(flags: GlobalFlags, work: str, reserve: str, licence: str) -> RightsStatement:
    if work:
        from raisonne.cli.gateway import open_gateway

        with open_gateway(flags) as gateway:
            return gateway.work(work).rights
    from raisonne.app.statements import make_statement
    from raisonne.cli.usage import usage_errors

    with usage_errors():
        return make_statement(licence=licence, reservations=reserve.split(","))


def _put(flags: GlobalFlags, output: Path, exported: Exported, fields: dict[str, Any]) -> None:
    to_stdout = str(output) == "-"
    if not to_stdout:
        with writing(output) as file:
            file.write(exported.text.encode())
        fields |= {"output": str(output)}
    if flags.json:
        emit(flags, fields, "")
    elif to_stdout:
        write_line(exported.text.rstrip("\r\n"))


def _export_fields(work: str, form: Format, target: Target, exported: Exported) -> dict[str, Any]:
    return {
        "work": work or None,
        "format": form.value,
        "media_type": exported.media_type,
        "location": target.location,
        "text": exported.text,
        "unsaid": sorted(kind.value for kind in exported.unsaid),
        "output": None,
    }


def _fields(dialect: Any, signal: Signal | None) -> dict[str, Any]:
    from raisonne.cli.render_hints import signal_fields

    if signal is None:
        return {"dialect": dialect.value, "state": "ABSENT"}
    return signal_fields(signal)


def _words(dialect: Any, signal: Signal | None) -> str:
    if signal is None:
        return f"ABSENT      {dialect.value}: it says nothing, and nothing is permitted"
    reserved = ", ".join(sorted(kind.value for kind in signal.reserved)) or "nothing"
    return f"{signal.state.value:<11} {signal.dialect.value}: reserves {reserved}. {signal.note}"


def _exit_code(signal: Signal | None) -> ExitCode:
    from raisonne.rights.signal import SignalState

    if signal is None:
        return ExitCode.CLEAN
    if signal.state is SignalState.UNREADABLE:
        return ExitCode.UNREADABLE
    return ExitCode.FINDINGS if signal.reserved or signal.prohibited else ExitCode.CLEAN


def _choice(kind: Any, text: str, name: str) -> Any:
    try:
        return kind(text.strip().lower())
    except ValueError as error:
        known = ", ".join(member.value for member in kind)
        raise typer.BadParameter(f"{text!r} is no {name}; known are {known}.") from error
