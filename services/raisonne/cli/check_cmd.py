"""``raisonne check``: screen files against the registry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from raisonne.cli.exit_codes import ExitCode
from raisonne.cli.output import emit, json_line, progress, say, write_file
from raisonne.cli.state import GlobalFlags

if TYPE_CHECKING:
    from raisonne.app.check import CheckTerms
    from raisonne.cli.gateway import Gateway
    from raisonne.cli.inputs import Input
    from raisonne.rights.errors import RaisonneError
    from raisonne.rights.verdict import Verdict

_WINDOW = 8
"""Pictures in flight for each worker: enough to keep it busy, few enough to stay small."""


class FailOn(StrEnum):
    """From which outcome on the exit code is 1."""

    REVIEW = "review"
    BLOCK = "block"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Checked:
    """One input and its answer: a verdict, or why there is none."""

    path: Path
    verdict: Verdict | None
    error: RaisonneError | None


def check(
    context: typer.Context,
    paths: Annotated[list[str], typer.Argument(help="Files, folders, or - for a list on stdin.")],
    use: Annotated[str, typer.Option(help="display, commercial, derive, train, …")] = "display",
    territory: Annotated[str, typer.Option(help="ISO 3166-1 code, or * for everywhere.")] = "*",
    at: Annotated[Optional[str], typer.Option(help="Judge as of this RFC 3339 time.")] = None,  # noqa: UP045
    fail_on: Annotated[FailOn, typer.Option(help="Outcome from which the exit code is 1.")] = (
        FailOn.REVIEW
    ),
    output: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("-o", "--output", help="FORMAT=FILE, repeatable; json or html."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Pictures checked at a time.")] = 2,
) -> None:
    """Screen files against the registry.

    Exit code 1 when something is found, 4 when some inputs were unreadable.
    """
    from raisonne.app.check import CheckTerms
    from raisonne.app.statements import parse_time
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.inputs import find_inputs

    flags: GlobalFlags = context.obj
    terms = CheckTerms(use=_use(use), territory=territory, at=parse_time(at or ""))
    targets = [_target(text) for text in output or []]
    inputs = list(find_inputs(paths))
    with open_gateway(flags) as gateway, progress(flags, inputs, "check", len(inputs)) as shown:
        results: list[Checked] = []
        for checked in _check_all(gateway, shown, terms, workers):
            _emit(flags, checked)
            results.append(checked)
        for kind, path in targets:
            _write(kind, path, results, gateway)
    _summary(flags, results)
    raise typer.Exit(_exit_code(results, fail_on))


def _check_all(
    gateway: Gateway, inputs: Iterable[Input], terms: CheckTerms, workers: int
) -> Iterator[Checked]:
    """Check several pictures at a time and yield the answers in order of input."""
    with ThreadPoolExecutor(workers) as pool:
        waiting: list[Future[Checked]] = []
        for item in inputs:
            waiting.append(pool.submit(_check_one, gateway, item, terms))
            if len(waiting) >= workers * _WINDOW:
                yield waiting.pop(0).result()
        for future in waiting:
            yield future.result()


def _check_one(gateway: Gateway, item: Input, terms: CheckTerms) -> Checked:
    from raisonne.cli.inputs import read_input
    from raisonne.rights.errors import InputError, LimitError

    if item.error is not None:
        return Checked(item.path, None, item.error)
    try:
        return Checked(item.path, gateway.check(read_input(item.path), terms), None)
    except (InputError, LimitError) as error:
        return Checked(item.path, None, error)


def _fields(checked: Checked) -> dict[str, Any]:
    from raisonne.cli.render import check_fields, unchecked_fields

    head = {"input": str(checked.path)}
    if checked.verdict is not None:
        return head | check_fields(checked.verdict)
    assert checked.error is not None  # noqa: S101 - one of the two is always there
    return head | unchecked_fields(checked.error)


def _emit(flags: GlobalFlags, checked: Checked) -> None:
    from raisonne.cli.render import check_words

    if checked.verdict is not None:
        words = check_words(str(checked.path), checked.verdict)
    else:
        assert checked.error is not None  # noqa: S101
        words = f"ERROR   {checked.path}\n        {checked.error.reason}: {checked.error.message}"
    emit(flags, _fields(checked), words)


def _write(kind: str, path: Path, results: list[Checked], gateway: Gateway) -> None:
    if kind == "json":
        lines = "".join(json_line(_fields(checked)) + "\n" for checked in results)
        write_file(path, lines.encode())
        return
    from raisonne.cli.evidence_page import evidence_page

    pairs = [(checked.path, checked.verdict) for checked in results if checked.verdict]
    write_file(path, evidence_page(pairs, gateway.work, gateway.asset).encode())


def _summary(flags: GlobalFlags, results: list[Checked]) -> None:
    counts: dict[str, int] = {}
    for checked in results:
        word = checked.verdict.outcome.value if checked.verdict else "unreadable"
        counts[word] = counts.get(word, 0) + 1
    shown = ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))
    say(flags, f"{len(results)} checked: {shown}")


def _exit_code(results: list[Checked], fail_on: FailOn) -> ExitCode:
    outcomes = {checked.verdict.outcome.value for checked in results if checked.verdict}
    failing = {FailOn.REVIEW: {"REVIEW", "BLOCK"}, FailOn.BLOCK: {"BLOCK"}, FailOn.NEVER: set()}
    if outcomes & failing[fail_on]:
        return ExitCode.FINDINGS
    if any(checked.error for checked in results):
        return ExitCode.UNREADABLE
    return ExitCode.CLEAN


def _use(text: str) -> Any:
    from raisonne.rights.statement import Use

    try:
        return Use(text)
    except ValueError as error:
        known = ", ".join(use.value for use in Use)
        raise typer.BadParameter(f"{text!r} is no use; known are {known}.") from error


def _target(text: str) -> tuple[str, Path]:
    kind, separator, path = text.partition("=")
    if not separator or kind not in {"json", "html"} or not path:
        raise typer.BadParameter(f"{text!r} is not json=FILE or html=FILE.")
    return kind, Path(path)
