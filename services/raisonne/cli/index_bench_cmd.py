"""``raisonne index bench``: what the index promises, measured side by side in one run."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from raisonne.cli.output import json_line, require_writable, say, write_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from raisonne.cli.state import GlobalFlags
    from raisonne.evaluation.index_bench.lines import Line

app = typer.Typer(
    help="Measure what the index promises.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

LEAST_VECTORS = 20_000
"""Fewer are all multiplied, in no index."""
_LEAST_WORKS = 100


def _numbers(least: int) -> Callable[[str], str]:
    """Return a check of a list of numbers, which Typer keeps as it was written."""

    def check(text: str) -> str:
        if min(numbers(text)) < least:
            raise typer.BadParameter(f"Each number has to be at least {least:,}.")
        return text

    return check


def numbers(text: str) -> list[int]:
    """Return different numbers written with commas between them.

    Raises:
        typer.BadParameter: If they are not.
    """
    try:
        return list(dict.fromkeys(int(part) for part in text.split(",")))
    except ValueError:
        raise typer.BadParameter("Give whole numbers with commas between them.") from None


Folder = Annotated[
    Optional[Path],  # noqa: UP045 - Typer reads it on every supported Python
    typer.Option(file_okay=False, help="Where temporary files are made; removed afterwards."),
]


@app.command("vectors")
def vectors(
    context: typer.Context,
    rows: Annotated[
        str,
        typer.Option(
            callback=_numbers(LEAST_VECTORS),
            help="Numbers of vectors, with commas. In full: 100000,1000000 (an hour; 4 GB).",
        ),
    ] = "100000",
    queries: Annotated[int, typer.Option(min=1, max=10_000, help="Copies asked for.")] = 256,
    graph_rows: Annotated[
        int, typer.Option(min=0, help="Largest number for which IndexHNSWFlat is made as well.")
    ] = 100_000,
    folder: Folder = None,
) -> None:
    """Measure segments of 512-d vectors beside bare FAISS indexes tuned to find as much.

    The bar: 0.95 of the ten nearest, at 0.9 of the rate of a bare index or more, of all vectors and
    of shares of them. Processor time of one thread.
    """
    from raisonne.evaluation.index_bench.vectors import bench_vectors

    with _run(context, folder) as (where, tell):
        found = bench_vectors(
            numbers(rows), where, queries=queries, graph_rows=graph_rows, say=tell
        )
        _print(context, found)


@app.command("hashes")
def hashes(
    context: typer.Context,
    rows: Annotated[
        str,
        typer.Option(
            callback=_numbers(1000),
            help="Numbers of hashes, with commas. In full: 100000,1000000,10000000 (2 GB of disk).",
        ),
    ] = "100000,1000000",
    tables_from: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(
            min=1, help="From how many hashes on there are tables; its own choice if unset."
        ),
    ] = None,
    folder: Folder = None,
) -> None:
    """Measure segments of 256-bit hashes beside a bare IndexBinaryFlat.

    The bar, up to ten million: open within 5 s, at most 2 GB resident, 1,000 lookups a second in
    batches within 31 bits. Rates are of processor time, of one thread.
    """
    from raisonne.evaluation.index_bench.hashes import bench_hashes

    with _run(context, folder) as (where, tell):
        _print(context, bench_hashes(numbers(rows), where, tables_from=tables_from, say=tell))


@app.command("points")
def points(
    context: typer.Context,
    works: Annotated[
        str,
        typer.Option(
            callback=_numbers(_LEAST_WORKS),
            help="Numbers of works. In full: 1000,10000,100000,1000000 (an hour; 20 GB).",
        ),
    ] = "1000,10000",
    pictures: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Option(
            exists=True, file_okay=False, help="Folder of different pictures; drawn ones if unset."
        ),
    ] = None,
    queries: Annotated[
        int, typer.Option(min=1, max=200, help="Pictures asked, of each sort.")
    ] = 40,
    in_memory: Annotated[
        int, typer.Option(min=0, help="Largest number for which the index in memory is made.")
    ] = 100_000,
    values: Annotated[
        bool, typer.Option("--values", help="Write packed features too, which no lookup reads.")
    ] = False,
    folder: Folder = None,
) -> None:
    """Measure lookups of local features in segments, beside the index in memory.

    Changed copies are looked up, and pictures that are not registered.
    Times are of the processor, in one thread.
    """
    from raisonne.evaluation.index_bench.points import bench_points

    with _run(context, folder) as (where, tell):
        found = bench_points(
            numbers(works),
            where,
            pictures=pictures or [],
            queries=queries,
            in_memory=in_memory,
            values=values,
            say=tell,
        )
        _print(context, found)


@app.command("growth")
def growth(
    context: typer.Context,
    works: Annotated[
        str,
        typer.Option(
            callback=_numbers(_LEAST_WORKS),
            help="Sizes of registries, with commas. In full: 10000,1000000 (an hour; 35 GB).",
        ),
    ] = "10000,100000",
    pictures: Annotated[
        int, typer.Option(min=1, max=50, help="Pictures asked, and as many altered copies.")
    ] = 8,
    rounds: Annotated[int, typer.Option(min=1, help="How often each is asked.")] = 5,
    folder: Folder = None,
) -> None:
    """Measure how the time of a check grows with the registry.

    All mechanisms look a picture up in files of synthetic works, in registries of several sizes in
    turns. The bar: a picture that is not registered takes at most 1.5 times as long with a million
    works as with 10,000.
    """
    from raisonne.evaluation.index_bench.growth import bench_growth

    with _run(context, folder) as (where, tell):
        sizes = numbers(works)
        found = bench_growth(sizes, where, pictures=pictures, rounds=rounds, say=tell)
        _print(context, found)


@contextmanager
def _run(
    context: typer.Context, folder: Path | None
) -> Iterator[tuple[Path, Callable[[str], None]]]:
    """Give a folder of temporary files, which is removed at the end, and whom to tell."""
    flags: GlobalFlags = context.obj
    if folder is not None:
        require_writable(folder)
    for number in (signal.SIGTERM, signal.SIGHUP):
        # Like Ctrl-C, these would otherwise leave files, and a process that goes on for a while.
        signal.signal(number, _stop)
    with tempfile.TemporaryDirectory(prefix="raisonne-bench-", dir=folder) as made:
        yield Path(made), lambda words: say(flags, words)


def _stop(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def _print(context: typer.Context, found: Iterable[list[Line]]) -> None:
    """Print what was measured as it comes."""
    from raisonne.evaluation.index_bench.lines import tables

    flags: GlobalFlags = context.obj
    for lines in found:
        if flags.json:
            for line in lines:
                write_line(json_line(line.fields()))
        else:
            write_line(tables(lines) + "\n")
