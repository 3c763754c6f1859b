"""``raisonne index``: the similarity index, a cache of the catalogue in files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from raisonne.cli import index_bench_cmd
from raisonne.cli.exit_codes import ExitCode
from raisonne.cli.output import columns, counting, emit, say, write_line

if TYPE_CHECKING:
    from raisonne.cli.state import GlobalFlags
    from raisonne.runtime.wiring import Service

app = typer.Typer(
    help="The similarity index: a cache of the catalogue, in files.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(index_bench_cmd.app, name="bench")

Wait = Annotated[
    float,
    typer.Option("--wait", min=0, help="Seconds to wait for another process that makes files."),
]


@app.command("stat")
def stat(
    context: typer.Context,
    metrics: Annotated[
        bool, typer.Option("--metrics", help="Print metrics as Prometheus reads them.")
    ] = False,
) -> None:
    """Show what the index consists of.

    Opening it may make files of what is new, as any search does.
    """
    from raisonne.cli import index_render

    flags: GlobalFlags = context.obj
    if metrics and flags.json:
        raise typer.BadParameter("--metrics is a format of its own; leave out --json.")
    with _service(flags) as service:
        found = service.index_upkeep.statistics(service.principal)
    if metrics:
        write_line(index_render.metrics(found))
    else:
        fields = index_render.statistics_fields(found)
        emit(flags, fields, index_render.statistics_words(found, columns()))


@app.command("verify")
def verify(context: typer.Context) -> None:
    """Compare the index with the catalogue.

    Every row is compared, and every byte of the files read. Nothing is mended but what cannot be
    opened, as for every search, and that is a finding too.
    Exit code 1 when something is found.
    """
    from raisonne.cli import index_render

    flags: GlobalFlags = context.obj
    with _service(flags) as service, counting(flags, "verify"):
        found = service.index_upkeep.verify(service.principal)
    for state, details in (("REPAIRED", found.repaired), ("DIFFERENT", found.differences)):
        for detail in details:
            emit(flags, {"state": state, "detail": detail}, f"{state:<9}  {detail}")
    fields = index_render.verification_fields(found)
    emit(flags, fields, index_render.verification_words(found))
    if found.differences:
        say(flags, "'raisonne index rebuild' makes all files anew from the catalogue.")
    raise typer.Exit(ExitCode.CLEAN if found.clean else ExitCode.FINDINGS)


@app.command("compact")
def compact(context: typer.Context, wait: Wait = 60.0) -> None:
    """Erase the fingerprints of withdrawn works.

    One file of each kind remains, and the values of fingerprints that are out of force are
    overwritten in the catalogue; what may still hold them is named. Files of other machines on the
    same catalogue hold them until these compact too. Earlier revisions can then be looked at only
    in part. Searches go on meanwhile.
    """
    from raisonne.cli import index_render

    flags: GlobalFlags = context.obj
    with _service(flags) as service:
        with counting(flags, "compact") as told:
            done = service.index_upkeep.compact(service.principal, wait_seconds=wait, progress=told)
        service.ledger.integrate()
    emit(flags, index_render.compacted_fields(done), index_render.compacted_words(done))


@app.command("rebuild")
def rebuild(context: typer.Context, wait: Wait = 60.0) -> None:
    """Make all files anew from the catalogue.

    Needed only where the index differs from the catalogue. Searches go on meanwhile.
    """
    from raisonne.cli import index_render

    flags: GlobalFlags = context.obj
    with _service(flags) as service:
        with counting(flags, "rebuild") as told:
            made = service.index_upkeep.rebuild(service.principal, wait_seconds=wait, progress=told)
        service.ledger.integrate()
    emit(flags, index_render.rebuilt_fields(made), index_render.rebuilt_words(made))


@contextmanager
def _service(flags: GlobalFlags) -> Iterator[Service]:
    from raisonne.cli.embedded import load
    from raisonne.runtime.wiring import open_service

    with open_service(load(flags)) as service:
        yield service
