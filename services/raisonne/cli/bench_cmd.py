"""``raisonne bench``: figures as JSON, ratios measured side by side."""

from __future__ import annotations

import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from raisonne.cli.output import say

if TYPE_CHECKING:
    from raisonne.cli.state import GlobalFlags


class Benchmark(StrEnum):
    """What can be measured."""

    CHECK = "check"


def bench(
    context: typer.Context,
    name: Annotated[Benchmark, typer.Argument(help="What to measure.")],
    works: Annotated[int, typer.Option(min=1, help="Registry size.")] = 10_000,
    runs: Annotated[int, typer.Option(min=1, help="Counted runs.")] = 200,
) -> None:
    """Measure, and print figures as JSON.

    Uses a home of its own, which is removed afterwards.
    """
    from raisonne.cli.embedded import load
    from raisonne.cli.output import json_line, write_line
    from raisonne.runtime.bench_check import bench_check
    from raisonne.runtime.settings import Settings
    from raisonne.runtime.wiring import open_service

    flags: GlobalFlags = context.obj
    say(flags, f"{name.value}: {works} works, {runs} runs; synthetic fingerprints")
    with tempfile.TemporaryDirectory(prefix="raisonne-bench-") as home:
        # Nothing but the embedder is taken over: a benchmark must never fill a real catalogue.
        settings = Settings(home=Path(home), embedder=load(flags).embedder)
        with open_service(settings) as service:
            figures = bench_check(service, works, runs)
    write_line(json_line(figures.fields()))
