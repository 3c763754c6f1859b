"""``raisonne review``: what waits for a person, and the ruling."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from raisonne.cli.output import emit, say

if TYPE_CHECKING:
    from raisonne.cli.state import GlobalFlags
    from raisonne.rights.case import Case

app = typer.Typer(help="Cases that wait for a person.", no_args_is_help=True, rich_markup_mode=None)


class RulingName(StrEnum):
    """What can be ruled."""

    CLEAR = "clear"
    REFUSE = "refuse"


@app.command("list")
def list_(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Decided cases too.")] = False,
) -> None:
    """List the open cases."""
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.render import case_fields
    from raisonne.rights.case import CaseState

    flags: GlobalFlags = context.obj
    with open_gateway(flags) as gateway:
        for case in gateway.cases(None if every else CaseState.OPEN):
            emit(flags, case_fields(case), _words(case))


@app.command("show")
def show(context: typer.Context, case: Annotated[str, typer.Argument(help="cases/…")]) -> None:
    """Show a case with the verdict that opened it."""
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.render import case_fields, check_fields, check_words

    flags: GlobalFlags = context.obj
    with open_gateway(flags) as gateway:
        file = gateway.case(case)
    subject = f"{file.verdict.inputs.subject.value} {file.verdict.inputs.sha256}"
    words = f"{_words(file.case)}\n{check_words(subject, file.verdict)}"
    emit(flags, case_fields(file.case) | {"check": check_fields(file.verdict)}, words)


@app.command("decide")
def decide(
    context: typer.Context,
    case: Annotated[str, typer.Argument(help="cases/…")],
    ruling: Annotated[RulingName, typer.Option(help="What is ruled.")],
    reason: Annotated[str, typer.Option(help="Code: letters, digits, _; for example LICENSED.")],
    note: Annotated[str, typer.Option(help="Your words.")] = "",
) -> None:
    """Decide a case; a cleared artwork is signed and released at once."""
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.render import case_fields
    from raisonne.rights.case import Ruling

    flags: GlobalFlags = context.obj
    with open_gateway(flags) as gateway:
        decided = gateway.decide(case, Ruling[ruling.name], reason, note)
    emit(flags, case_fields(decided), _words(decided))


@app.command("rejudge")
def rejudge(context: typer.Context) -> None:
    """Judge released artworks again, by works that were registered or changed since.

    A serving process does so by itself. An artwork that would not be allowed any more becomes a
    case; refusing it recalls the artwork. Exit code 1 when cases were opened.
    """
    from raisonne.app.retroactive import RejudgedState
    from raisonne.cli.embedded import load
    from raisonne.cli.exit_codes import ExitCode
    from raisonne.cli.render import check_words, rejudged_fields
    from raisonne.runtime.wiring import open_service

    flags: GlobalFlags = context.obj
    counts: Counter[RejudgedState] = Counter()
    with open_service(load(flags)) as service:
        try:
            for each in service.retroactive(service.principal):
                counts[each.state] += 1
                name = f"{each.generation.name}  {each.state.value} {each.case}"
                emit(flags, rejudged_fields(each), check_words(name, each.verdict))
        finally:
            service.ledger.integrate()
    say(flags, ", ".join(f"{n} {state}" for state, n in sorted(counts.items())) or "nothing")
    raise typer.Exit(ExitCode.FINDINGS if counts[RejudgedState.OPENED] else ExitCode.CLEAN)


def _words(case: Case) -> str:
    subject = case.generation or case.verdict
    line = f"{case.name}  {case.state.value:<8} {subject}  {case.create_time:%Y-%m-%d %H:%M}"
    if case.decision is None:
        return line
    decision = case.decision
    return f"{line}\n        {decision.ruling.value} {decision.reason} by {decision.decided_by}"
