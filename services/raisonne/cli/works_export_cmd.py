"""``raisonne works export``: records as a manifest that an import reads back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from raisonne.cli.output import counting, emit, say, write_file, writing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from raisonne.cli.gateway import Gateway
    from raisonne.cli.state import GlobalFlags
    from raisonne.rights.work import Work, WorkState

_ALL = "all"
_STEP = 100
"""Rows between two moves of the bar."""


def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help=".csv, .jsonl or .parquet file.")],
    at: Annotated[str, typer.Option(help="As of this RFC 3339 time; now if not given.")] = "",
    state: Annotated[str, typer.Option(help="registered, withdrawn or all.")] = "registered",
    collection: Annotated[
        str | None, typer.Option(help="Only this collection; '' for works of none.")
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option(help="Also write the pictures into this folder.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write all records as a manifest that `works import --update` reads back as they are.

    A path is the file that the work was registered from, or with --pictures the file that is
    written there.
    """
    from raisonne.app.statements import parse_time
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.manifest_files import exported_row, manifest_writer, require_format
    from raisonne.cli.usage import usage_errors

    flags: GlobalFlags = context.obj
    with usage_errors():
        require_format(file)
        when, wanted = parse_time(at), _state(state)
    if file.exists() and not force:
        raise FileExistsError(17, "There is such a file; --force replaces it:", str(file))
    count, pathless = 0, 0
    with (
        open_gateway(flags) as gateway,
        writing(file, replace=force) as out,
        manifest_writer(file, out) as write,
    ):
        path_of = _paths(gateway, file, pictures)
        works = _told(flags, gateway, wanted, gateway.works_as_of(when, wanted))
        for work in works:
            if collection is not None and work.collection != collection:
                continue
            path = path_of(work)
            write(exported_row(work, path))
            count, pathless = count + 1, pathless + (not path)
    emit(flags, {"output": str(file), "works": count}, f"{count} works  {file}")
    if pathless:
        say(flags, f"{pathless} of them name no picture: --pictures writes those that are kept")


def _state(text: str) -> WorkState | None:
    from raisonne.rights.errors import InputError
    from raisonne.rights.work import WorkState

    if text.lower() == _ALL:
        return None
    try:
        return WorkState(text.upper())
    except ValueError as error:
        raise InputError(f"{text!r} is not registered, withdrawn or all.") from error


def _told(
    flags: GlobalFlags, gateway: Gateway, state: WorkState | None, works: Iterator[Work]
) -> Iterator[Work]:
    total = gateway.count_works(state) or 0
    with counting(flags, "export") as move:
        for done, work in enumerate(works, 1):
            yield work
            if done % _STEP == 0:
                move(done, max(total, done))


def _paths(gateway: Gateway, file: Path, pictures: Path | None) -> Callable[[Work], str]:
    if pictures is None:
        return _registered_from
    folder = pictures.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return lambda work: _written(gateway, work, file.absolute().parent, folder)


def _registered_from(work: Work) -> str:
    # What was given as a relative path was meant from where the command ran.
    source = Path(work.source)
    return str(source.absolute()) if work.source and source.exists() else work.source


def _written(gateway: Gateway, work: Work, beside: Path, folder: Path) -> str:
    from raisonne.cli.inputs import IMAGE_SUFFIXES
    from raisonne.rights.errors import NotFoundError

    suffix = Path(work.source).suffix.lower()
    path = folder / (work.sha256 + (suffix if suffix in IMAGE_SUFFIXES else ""))
    try:
        if not path.exists():
            write_file(path, gateway.asset(work.asset))
    except NotFoundError:
        return ""  # It was withdrawn, and perhaps erased.
    return str(path.relative_to(beside) if path.is_relative_to(beside) else path)
