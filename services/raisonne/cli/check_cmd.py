"""``raisonne check``: screen files against the registry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from raisonne.cli.exit_codes import ExitCode
from raisonne.cli.output import emit, json_line, progress, say, warn, write_file, writing
from raisonne.cli.state import GlobalFlags

if TYPE_CHECKING:
    from raisonne.app.check import CheckTerms
    from raisonne.cli.gateway import Answer, Gateway
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
    """One input and its answer: a verdict with what helps against it, or why there is none."""

    path: Path
    answer: Answer | None
    error: RaisonneError | None

    @property
    def verdict(self) -> Verdict | None:
        """The verdict, if there is one."""
        return self.answer.verdict if self.answer else None


@dataclass
class Report:
    """Counts of a run, and what a page of evidence needs.

    Attributes:
        counts: How many inputs ended how.
        flagged: Inputs that are not simply allowed, where a page was asked for.
        instead: What would be allowed instead, in a line, by name of the verdict.
    """

    counts: Counter[str] = field(default_factory=Counter)
    flagged: list[tuple[Path, Verdict]] = field(default_factory=list)
    instead: dict[str, str] = field(default_factory=dict)

    def add(self, checked: Checked, *, keep: bool) -> None:
        """Count one input; keep it for a page if it is flagged."""
        verdict = checked.verdict
        self.counts[verdict.outcome.value if verdict else "unreadable"] += 1
        if keep and verdict is not None and verdict.outcome.value != "ALLOW":
            self.flagged.append((checked.path, verdict))
            assert checked.answer is not None  # noqa: S101 - it holds the verdict
            self.instead[verdict.name] = checked.answer.alternatives.sentence

    def words(self) -> str:
        """Return the counts for a person."""
        return ", ".join(f"{count} {word}" for word, count in sorted(self.counts.items()))

    def exit_code(self, fail_on: FailOn) -> ExitCode:
        """Return how the command ends."""
        failing = {FailOn.REVIEW: ("REVIEW", "BLOCK"), FailOn.BLOCK: ("BLOCK",), FailOn.NEVER: ()}
        if any(self.counts[outcome] for outcome in failing[fail_on]):
            return ExitCode.FINDINGS
        return ExitCode.UNREADABLE if self.counts["unreadable"] else ExitCode.CLEAN


def check(
    context: typer.Context,
    paths: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Argument(help="Files, folders, or - for a list on stdin."),
    ] = None,
    prompt: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--prompt", metavar="TEXT", help="Words of a prompt; may be repeated."),
    ] = None,
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
    index_revision: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(
            min=0,
            max=(1 << 63) - 1,
            metavar="N",
            help="Compare with the works of this revision, which each verdict names as "
            "index_revision; rights, rules and policies are today's.",
        ),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Pictures checked at a time.")] = 2,
) -> None:
    """Screen files and prompts against the registry.

    Exit code 1 when something is found, 4 when some inputs were unreadable.
    """
    from raisonne.app.check import CheckTerms
    from raisonne.app.statements import parse_time
    from raisonne.app.territories import normal_territory
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.inputs import find_inputs
    from raisonne.cli.usage import parse_use, usage_errors

    flags: GlobalFlags = context.obj
    with usage_errors():
        terms = CheckTerms(
            parse_use(use),
            normal_territory(territory),
            parse_time(at or ""),
            index_revision=index_revision,
        )
    if not paths and not prompt:
        raise typer.BadParameter("There is nothing to check: name files, or give a --prompt.")
    targets = [_target(text) for text in output or []]
    pages = [path for kind, path in targets if kind == "html"]
    passed_over: list[Path] = []
    inputs = list(find_inputs(paths or [], passed_over))
    report = Report()
    with ExitStack() as stack:
        gateway = stack.enter_context(open_gateway(flags, decoder_workers=workers))
        files = [stack.enter_context(writing(path)) for kind, path in targets if kind == "json"]
        if inputs and next(gateway.works(), None) is None:
            warn("raisonne: the registry is empty, so nothing can match")
        shown = stack.enter_context(progress(flags, inputs, "check", len(inputs)))
        with usage_errors():
            prompts = (_check_prompt(gateway, text, terms) for text in prompt or ())
            for checked in chain(prompts, _check_all(gateway, shown, terms, workers)):
                _emit(flags, checked)
                report.add(checked, keep=bool(pages))
                for file in files:
                    line = json_line(_fields(checked))
                    file.write(line.encode(errors="backslashreplace") + b"\n")
        for path in pages:
            _write_page(path, report, gateway)
    say(flags, f"{sum(report.counts.values())} checked: {report.words()}")
    if passed_over:
        say(flags, f"{len(passed_over)} files are no pictures, for example {passed_over[0]}")
    raise typer.Exit(report.exit_code(fail_on))


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
    from raisonne.rights.errors import InputError, LimitError, Reason

    if item.error is not None:
        return Checked(item.path, None, item.error)
    try:
        return Checked(item.path, gateway.check(read_input(item.path), terms), None)
    except (InputError, LimitError) as error:
        if error.reason is Reason.REVISION_UNKNOWN:
            raise  # It holds for every picture.
        return Checked(item.path, None, error)


def _check_prompt(gateway: Gateway, text: str, terms: CheckTerms) -> Checked:
    from dataclasses import replace

    from raisonne.cli.render import PROMPT
    from raisonne.rights.verdict import Subject

    asked = replace(terms, subject=Subject.PROMPT)
    return Checked(Path(PROMPT), gateway.check_prompt(text, asked), None)


def _fields(checked: Checked) -> dict[str, Any]:
    from raisonne.cli.render import check_fields, unchecked_fields
    from raisonne.cli.render_hints import alternatives_fields

    head = {"input": str(checked.path)}
    if checked.answer is not None:
        return (
            head
            | check_fields(checked.answer.verdict)
            | alternatives_fields(checked.answer.alternatives)
        )
    assert checked.error is not None  # noqa: S101 - one of the two is always there
    return head | unchecked_fields(checked.error)


def _emit(flags: GlobalFlags, checked: Checked) -> None:
    from raisonne.cli.render import check_words

    if checked.answer is not None:
        instead = checked.answer.alternatives
        words = check_words(str(checked.path), checked.answer.verdict, instead)
    else:
        assert checked.error is not None  # noqa: S101
        words = f"ERROR   {checked.path}\n        {checked.error.reason}: {checked.error.message}"
    emit(flags, _fields(checked), words)


def _write_page(path: Path, report: Report, gateway: Gateway) -> None:
    from raisonne.cli.evidence_page import evidence_page

    page = evidence_page(
        report.words(), report.flagged, gateway.work, gateway.asset, report.instead
    )
    write_file(path, page.encode(errors="backslashreplace"))


def _target(text: str) -> tuple[str, Path]:
    kind, separator, path = text.partition("=")
    if not separator or kind not in {"json", "html"} or not path:
        raise typer.BadParameter(f"{text!r} is not json=FILE or html=FILE.")
    return kind, Path(path)
