"""``raisonne bench``: figures as JSON, ratios measured side by side."""

from __future__ import annotations

import json
import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from raisonne.cli.output import json_line, progress, say, write_line, writing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager
    from typing import BinaryIO

    from raisonne.cli.state import GlobalFlags
    from raisonne.evaluation.engines import Engine
    from raisonne.evaluation.measuring import Outcome

app = typer.Typer(help="Measure, and print figures.", no_args_is_help=True, rich_markup_mode=None)


@app.command("check")
def check(
    context: typer.Context,
    works: Annotated[int, typer.Option(min=1, help="Registry size.")] = 10_000,
    runs: Annotated[int, typer.Option(min=1, help="Counted runs.")] = 200,
) -> None:
    """Measure one check and its stages.

    Uses a home of its own, which is removed afterwards.
    """
    from raisonne.cli.embedded import load
    from raisonne.runtime.bench_check import bench_check
    from raisonne.runtime.settings import Settings
    from raisonne.runtime.wiring import open_service

    flags: GlobalFlags = context.obj
    say(flags, f"check: {works} works, {runs} runs; synthetic fingerprints")
    with tempfile.TemporaryDirectory(prefix="raisonne-bench-") as home:
        # Nothing but the embedder is taken over: a benchmark must never fill a real catalogue.
        settings = Settings(home=Path(home), embedder=load(flags).embedder)
        with open_service(settings) as service:
            figures = bench_check(service, works, runs)
    write_line(json_line(figures.fields()))


@app.command("detection")
def detection(
    context: typer.Context,
    images: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="Folder of different pictures.")
    ],
    table: Annotated[
        Optional[Path],  # noqa: UP045 - Typer reads it on every supported Python
        typer.Option(
            exists=True,
            dir_okay=False,
            help="CSV with the columns file and kind, and perhaps series and scene.",
        ),
    ] = None,
    limit: Annotated[
        float, typer.Option(min=0.01, max=1, help="Share of pictures and queries to use.")
    ] = 1.0,
    seed: Annotated[int, typer.Option(min=0, help="Decides every choice that is made.")] = 1,
    json_lines: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Also write every query with all its predictions here, one a line."),
    ] = None,
) -> None:
    """Attack pictures, and measure what finds them and what accuses honest ones.

    Every figure stands beside those of PDQ, ISCC and each mechanism alone. Nothing is written to a
    catalogue. Set OMP_NUM_THREADS=1 for times on one core.
    """
    from raisonne.evaluation.figures import figures
    from raisonne.evaluation.measuring import ask_all, on_one_core, register_all
    from raisonne.evaluation.pictures import read_pictures
    from raisonne.evaluation.suite import plan_suite
    from raisonne.evaluation.tables import figures_table

    flags: GlobalFlags = context.obj
    engines = _engines(flags)
    suite = plan_suite(read_pictures(images, table), seed, limit)
    say(flags, f"detection: {len(suite.works)} works, {len(suite.queries)} queries, seed {seed}")
    on_one_core()
    output: AbstractContextManager[BinaryIO | None] = (
        nullcontext() if json_lines is None else writing(json_lines)
    )
    with output as file:
        with progress(flags, suite.works, "Registering", len(suite.works)) as works:
            register_all(engines, works)
        with progress(flags, suite.queries, "Asking", len(suite.queries)) as queries:
            outcomes = list(_recorded(ask_all(engines, queries), file))
    measured = {
        "benchmark": "detection",
        "seed": seed,
        "limit": limit,
        "works": len(suite.works),
        **figures(outcomes),
    }
    if not flags.json:
        say(flags, figures_table(measured))
    write_line(json_line(measured))


@app.command("calibration")
def calibration(
    context: typer.Context,
    images: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="Folder of different pictures.")
    ],
    table: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            exists=True,
            dir_okay=False,
            help="CSV with the columns file and kind, and perhaps series and scene.",
        ),
    ] = None,
    limit: Annotated[
        float, typer.Option(min=0.01, max=1, help="Share of the pictures to use.")
    ] = 1.0,
    seed: Annotated[int, typer.Option(min=0, help="Decides every choice that is made.")] = 7,
    up_to: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(
            min=1, help="Works up to which the promises hold; ten times as many if unset."
        ),
    ] = None,
) -> None:
    """Fit scoring rules to one half of the pictures, and see whether they hold on the other.

    Beside every rate of false matches that one half states stands the one observed of the other.
    Then rules are fitted to both, and printed with what they follow from. Nothing is written to a
    catalogue.
    """
    from raisonne.cli.embedded import load
    from raisonne.evaluation.calibration_bench import CalibrationBench
    from raisonne.evaluation.calibration_tables import calibration_tables, fresh_table
    from raisonne.evaluation.measuring import on_one_core
    from raisonne.evaluation.pictures import read_pictures
    from raisonne.fingerprint.embedding import embedder_from_uri

    flags: GlobalFlags = context.obj
    pictures = read_pictures(images, table)
    bench = CalibrationBench(pictures, embedder_from_uri(load(flags).embedder), seed, limit)
    say(flags, f"calibration: {len(bench.steps) // 2} pictures, seed {seed}")
    on_one_core()
    with progress(flags, bench.steps, "Asking", len(bench.steps)) as steps:
        for step in steps:
            step()
    measured = {"benchmark": "calibration", "seed": seed, "limit": limit, **bench.figures(up_to)}
    if not flags.json:
        say(flags, calibration_tables(measured["calibration"]))
        say(flags, fresh_table(measured["fresh"]))
    write_line(json_line(measured))


def _engines(flags: GlobalFlags) -> list[Engine]:
    from raisonne.cli.embedded import load
    from raisonne.evaluation.engines import RaisonneEngine
    from raisonne.evaluation.hash_engines import iscc_engine, pdq_engines
    from raisonne.fingerprint.embedding import embedder_from_uri
    from raisonne.rights.errors import ConfigError

    engines: list[Engine] = [RaisonneEngine(embedder_from_uri(load(flags).embedder))]
    engines += pdq_engines()
    try:
        engines.append(iscc_engine())
    except ConfigError as error:
        say(flags, f"Without ISCC: {error.message}")
    return engines


def _recorded(outcomes: Iterable[Outcome], file: BinaryIO | None) -> Iterable[Outcome]:
    """Write each outcome down as it comes."""
    for outcome in outcomes:
        if file is not None:
            line = json.dumps(outcome.fields(), ensure_ascii=False)
            file.write(line.encode() + b"\n")
        yield outcome
