"""``raisonne review``: what waits for a person, and the ruling."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from raisonne.cli.output import emit, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from raisonne.cli.gateway import Gateway
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
    pending: Annotated[
        bool, typer.Option("--pending", help="Those that wait for a second person.")
    ] = False,
) -> None:
    """List the open cases."""
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.render import case_fields
    from raisonne.rights.case import CaseState

    flags: GlobalFlags = context.obj
    with open_gateway(flags) as gateway:
        waiting = CaseState.PENDING_SECOND if pending else CaseState.OPEN
        for case in gateway.cases(None if every else waiting):
            emit(flags, case_fields(case), case_words(case))


@app.command("show")
def show(context: typer.Context, case: Annotated[str, typer.Argument(help="cases/…")]) -> None:
    """Show a case with the verdict that opened it."""
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.render import case_fields, check_fields, check_words

    flags: GlobalFlags = context.obj
    with open_gateway(flags) as gateway:
        file = gateway.case(case)
        grounds = gateway.grounds(case) if file.case.appeals else ""
    words, fields = case_words(file.case), case_fields(file.case)
    if file.verdict is not None:
        subject = f"{file.verdict.inputs.subject.value} {file.verdict.inputs.sha256}"
        words += f"\n{check_words(subject, file.verdict)}"
        fields["check"] = check_fields(file.verdict)
    if grounds:
        words += f"\n        contested: {grounds}"
        fields["grounds"] = grounds
    emit(flags, fields, words)


@app.command("decide")
def decide(
    context: typer.Context,
    case: Annotated[str, typer.Argument(help="cases/…")],
    ruling: Annotated[RulingName, typer.Option(help="What is ruled.")],
    reason: Annotated[str, typer.Option(help="A code of review codes, for example LICENSED.")],
    note: Annotated[str, typer.Option(help="Your words.")] = "",
    stay_down: Annotated[
        bool,
        typer.Option(
            "--stay-down", help="Register what a notice takes down, so that it is found again."
        ),
    ] = False,
) -> None:
    """Decide a case.

    A cleared artwork is signed and released at once. What a notice is against is recalled or
    withdrawn if it is refused. An appeal that is cleared undoes the ruling that it contests.
    """
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.render import case_fields
    from raisonne.rights.case import Ruling

    flags: GlobalFlags = context.obj
    with open_gateway(flags) as gateway:
        decided = gateway.decide(case, Ruling[ruling.name], reason, note, stay_down=stay_down)
    emit(flags, case_fields(decided), case_words(decided))


@app.command("rejudge")
def rejudge(context: typer.Context) -> None:
    """Judge again what was released or allowed, by works that were registered or changed since.

    A serving process does so by itself. An artwork that would not be allowed any more becomes a
    case; refusing it recalls the artwork. So does a checked file that was allowed, if a work that
    it matched has changed; the file itself was not kept. Exit code 1 when cases were opened.
    """
    from raisonne.app.retroactive import RejudgedState
    from raisonne.cli.embedded import load
    from raisonne.cli.exit_codes import ExitCode
    from raisonne.cli.render import check_words, rejudged_check_fields, rejudged_fields
    from raisonne.runtime.wiring import open_service

    flags: GlobalFlags = context.obj
    counts: Counter[RejudgedState] = Counter()
    with open_service(load(flags)) as service:
        try:
            for each in service.retroactive(service.principal):
                counts[each.state] += 1
                name = f"{each.generation.name}  {each.state.value} {each.case}"
                emit(flags, rejudged_fields(each), check_words(name, each.verdict))
            for check in service.retroactive_checks(service.principal):
                counts[RejudgedState.OPENED] += 1
                name = f"{check.before.name}  {RejudgedState.OPENED.value} {check.case}"
                emit(flags, rejudged_check_fields(check), check_words(name, check.verdict))
        finally:
            service.ledger.integrate()
    say(flags, ", ".join(f"{n} {state}" for state, n in sorted(counts.items())) or "nothing")
    raise typer.Exit(ExitCode.FINDINGS if counts[RejudgedState.OPENED] else ExitCode.CLEAN)


@app.command("confirm")
def confirm(
    context: typer.Context,
    case: Annotated[str, typer.Argument(help="cases/… that waits for a second person")],
    disagree: Annotated[
        bool, typer.Option("--disagree", help="Do not agree; the case is open again.")
    ] = False,
) -> None:
    """Agree with what another reviewer proposes, so that it takes effect."""
    _act(context.obj, lambda gateway: gateway.confirm(case, agree=not disagree))


@app.command("claim")
def claim(
    context: typer.Context,
    case: Annotated[str, typer.Argument(help="cases/…")],
    minutes: Annotated[int, typer.Option(min=1, max=1_440, help="How long.")] = 30,
) -> None:
    """Lease a case: until that ends, nobody else can decide it. Again extends it."""
    from datetime import timedelta

    _act(context.obj, lambda gateway: gateway.claim(case, timedelta(minutes=minutes)))


@app.command("release")
def release(context: typer.Context, case: Annotated[str, typer.Argument(help="cases/…")]) -> None:
    """End your lease of a case."""
    _act(context.obj, lambda gateway: gateway.release(case))


@app.command("undo")
def undo(context: typer.Context, case: Annotated[str, typer.Argument(help="cases/…")]) -> None:
    """Take your ruling back shortly after you made it, if it released nothing."""
    _act(context.obj, lambda gateway: gateway.undo(case))


@app.command("codes")
def codes(context: typer.Context) -> None:
    """List the reasons that a ruling can have."""
    from raisonne.rights.case_reason import REASON_TEXTS, RULINGS_OF

    flags: GlobalFlags = context.obj
    for reason, text in REASON_TEXTS.items():
        rulings = sorted(ruling.value for ruling in RULINGS_OF[reason])
        fields = {"reason": reason.value, "rulings": rulings, "text": text}
        emit(flags, fields, f"{reason.value:<18} {'|'.join(rulings):<13} {text}")


@app.command("appeal")
def appeal(
    context: typer.Context,
    case: Annotated[str, typer.Argument(help="cases/… that is decided")],
    reason: Annotated[str, typer.Option(help="Why, in your words; kept sealed.")],
) -> None:
    """Contest a ruling within six months; somebody else than who decided it will decide."""
    _act(context.obj, lambda gateway: gateway.appeal(case, reason))


def _act(flags: GlobalFlags, action: Callable[[Gateway], Case]) -> None:
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.render import case_fields

    with open_gateway(flags) as gateway:
        case = action(gateway)
    emit(flags, case_fields(case), case_words(case))


def case_words(case: Case) -> str:
    """Return a case for a person."""
    subject = case.generation or case.work or case.verdict
    line = f"{case.name}  {case.state.value:<8} {subject}  {case.create_time:%Y-%m-%d %H:%M}"
    leased = f"{case.leased_to} until {case.lease_until:%Y-%m-%d %H:%M}Z" if case.leased_to else ""
    named = {
        "notice": case.notice,
        "leased to": leased,
        "contests": case.appeals,
        "not judged": case.unjudged,
        "stays down as": case.stay_down,
        "restored": case.restore_time and f"{case.restore_time:%Y-%m-%d %H:%M}Z",
    }
    line += "".join(f"\n        {label}: {value}" for label, value in named.items() if value)
    if case.decision is None:
        return line
    decision = case.decision
    second = f", {case.confirmed_by}" if case.confirmed_by else ""
    by = f"by {decision.decided_by}{second}"
    return f"{line}\n        {decision.ruling.value} {decision.reason} {by}"
