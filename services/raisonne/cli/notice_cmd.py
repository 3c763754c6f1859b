"""``raisonne notice``: complaints about content, what they take down, and what restores it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from raisonne.cli.exit_codes import ExitCode
from raisonne.cli.output import emit, say

if TYPE_CHECKING:
    from raisonne.cli.state import GlobalFlags

app = typer.Typer(
    help="Notices against content, counter-notices, statements of reasons.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


class EventName(StrEnum):
    """What a notifier makes known later."""

    RETRACTED = "retracted"
    COURT_ACTION = "court-action"


@app.command("file")
def file(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="JSON file with the notice; - for stdin.")],
) -> None:
    """File a notice; a complete one opens a case on each thing that it is against.

    Fields: targets (generations/…, assets/… or works/…), work, basis, territory; explanation,
    location, work_description, work_url, holder, name, email, signature; good_faith, accuracy,
    authority (true or false). What people wrote is sealed. Ends with 1 if fields are missing.
    """
    from raisonne.cli import notice_render
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.notice_input import read_filing
    from raisonne.rights.notice import NoticeState

    flags: GlobalFlags = context.obj
    filing = read_filing(source)
    with open_gateway(flags) as gateway:
        filed = gateway.file_notice(filing)
    fields = notice_render.notice_file_fields(filed, words=False)
    emit(flags, fields, notice_render.notice_file_words(filed, words=False))
    if filed.notice.state is NoticeState.INCOMPLETE:
        say(flags, f"{filed.notice.name} lacks fields of every regime; no case was opened.")
        raise typer.Exit(ExitCode.FINDINGS)


@app.command("list")
def list_(
    context: typer.Context,
    incomplete: Annotated[bool, typer.Option("--incomplete", help="Only incomplete ones.")] = False,
) -> None:
    """List notices, without what was written."""
    from raisonne.cli import notice_render
    from raisonne.cli.gateway import open_gateway
    from raisonne.rights.notice import NoticeState

    flags: GlobalFlags = context.obj
    with open_gateway(flags) as gateway:
        for notice in gateway.notices(NoticeState.INCOMPLETE if incomplete else None):
            fields = notice_render.notice_fields(notice)
            emit(flags, fields, notice_render.notice_words(notice))


@app.command("show")
def show(context: typer.Context, notice: Annotated[str, typer.Argument(help="notices/…")]) -> None:
    """Show a notice with what was written and its cases."""
    from raisonne.cli import notice_render
    from raisonne.cli.gateway import open_gateway

    flags: GlobalFlags = context.obj
    with open_gateway(flags) as gateway:
        found = gateway.notice(notice)
    fields = notice_render.notice_file_fields(found, words=True)
    emit(flags, fields, notice_render.notice_file_words(found, words=True))


@app.command("declare")
def declare(
    context: typer.Context,
    notice: Annotated[str, typer.Argument(help="notices/…")],
    event: Annotated[EventName, typer.Argument(help="What the notifier makes known.")],
) -> None:
    """Record that a notifier took a notice back, or went to court over it."""
    from raisonne.cli import notice_render
    from raisonne.cli.gateway import open_gateway
    from raisonne.rights.notice import NoticeEvent

    flags: GlobalFlags = context.obj
    with open_gateway(flags) as gateway:
        declared = gateway.declare(notice, NoticeEvent[event.name])
    emit(flags, notice_render.notice_fields(declared), notice_render.notice_words(declared))


@app.command("counter")
def counter(
    context: typer.Context,
    case: Annotated[str, typer.Argument(help="cases/… that took the content down")],
    source: Annotated[
        str, typer.Argument(help="JSON file with the counter-notice; - for stdin; none shows it.")
    ] = "",
) -> None:
    """File a counter-notice, or show the one that a case has.

    Fields: name, address, telephone, location, signature, explanation; mistake, jurisdiction,
    service (true or false). All but the explanation are needed. What people wrote is sealed.
    """
    from raisonne.cli import notice_render
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.notice_input import read_counter

    flags: GlobalFlags = context.obj
    words = read_counter(source) if source else None
    with open_gateway(flags) as gateway:
        if words is not None:
            filed = gateway.counter(case, words)
            fields = notice_render.counter_fields(filed)
            emit(flags, fields, notice_render.counter_words(filed))
            return
        found = gateway.counter_notice(case)
    fields = notice_render.counter_file_fields(found)
    written = "".join(f"\n        {name}: {value}" for name, value in fields["words"].items())
    emit(flags, fields, notice_render.counter_words(found.counter) + written)


@app.command("restore")
def restore(context: typer.Context, case: Annotated[str, typer.Argument(help="cases/…")]) -> None:
    """Make available again what a notice took down, once that is allowed.

    That is when the notice was retracted, or ten business days after a counter-notice.
    """
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.render import case_fields
    from raisonne.cli.review_cmd import case_words

    flags: GlobalFlags = context.obj
    with open_gateway(flags) as gateway:
        restored = gateway.restore(case)
    emit(flags, case_fields(restored), case_words(restored))


@app.command("reasons")
def reasons(context: typer.Context, case: Annotated[str, typer.Argument(help="cases/…")]) -> None:
    """State the reasons of a ruling that restricts content (DSA Art. 17), from what is stored."""
    from raisonne.cli import notice_render
    from raisonne.cli.gateway import open_gateway
    from raisonne.rights.statement_of_reasons import statement_text

    flags: GlobalFlags = context.obj
    with open_gateway(flags) as gateway:
        statement = gateway.reasons(case)
    text = statement_text(statement)
    emit(flags, notice_render.reasons_fields(statement, text), text)
