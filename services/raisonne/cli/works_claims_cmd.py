"""``raisonne works title|registrations|due``: whose works are, and what falls due for them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from raisonne.cli.output import emit, say

if TYPE_CHECKING:
    from raisonne.cli.state import GlobalFlags

registrations = typer.Typer(
    help="Registrations of works with offices and schemes elsewhere.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_SPAN = re.compile(r"([0-9]{1,6})([dwy]?)")
_DAYS = {"": 1, "d": 1, "w": 7, "y": 365}


def title(context: typer.Context, work: Annotated[str, typer.Argument(help="works/…")]) -> None:
    """Show the chain of title: who holds a work from when on, and by which version or dispute."""
    from raisonne.cli.claims_render import link_fields, link_words
    from raisonne.cli.gateway import open_gateway

    flags: GlobalFlags = context.obj
    with open_gateway(flags) as gateway:
        for link in gateway.claims.title(work):
            emit(flags, link_fields(work, link), link_words(link))


def due(
    context: typer.Context,
    within: Annotated[str, typer.Option(help="How far to look ahead: 90d, 12w, 1y.")] = "90d",
) -> None:
    """List what falls due, soonest first: renewals, ends of grants, ends of embargoes."""
    from raisonne.cli.claims_render import due_fields, due_words
    from raisonne.cli.gateway import open_gateway

    flags: GlobalFlags = context.obj
    span, count = _span(within), 0
    with open_gateway(flags) as gateway:
        for one in gateway.claims.due(span):
            count += 1
            emit(flags, due_fields(one), due_words(one))
    say(flags, f"{count} due within {span.days} days")


@registrations.command("add")
def add(
    context: typer.Context,
    work: Annotated[str, typer.Argument(help="works/…")],
    office: Annotated[str, typer.Option(help="For example us-copyright, euipo-rcd, ims.")],
    number: Annotated[str, typer.Option(help="As the office gave it.")],
    granted: Annotated[str, typer.Option(help="When it was registered there, YYYY-MM-DD.")] = "",
    renew: Annotated[str, typer.Option(help="When it is to be renewed by, YYYY-MM-DD.")] = "",
    document: Annotated[str, typer.Option(help="documents/… with the certificate.")] = "",
) -> None:
    """Record that a work is registered with an office."""
    from raisonne.app.office_registrations import OfficeEntry
    from raisonne.cli.claims_render import registration_fields, registration_words
    from raisonne.cli.gateway import open_gateway

    flags: GlobalFlags = context.obj
    entry = OfficeEntry(office, number, _date(granted), _date(renew), document)
    with open_gateway(flags) as gateway:
        made = gateway.claims.add_registration(work, entry)
    emit(flags, registration_fields(made), registration_words(made))


@registrations.command("list")
def list_(context: typer.Context, work: Annotated[str, typer.Argument(help="works/…")]) -> None:
    """List a work's registrations, with those that were removed."""
    from raisonne.cli.claims_render import registration_fields, registration_words
    from raisonne.cli.gateway import open_gateway

    flags: GlobalFlags = context.obj
    with open_gateway(flags) as gateway:
        for found in gateway.claims.registrations(work):
            emit(flags, registration_fields(found), registration_words(found))


@registrations.command("remove")
def remove(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(help="registrations/…")],
) -> None:
    """Let registrations count no longer; that they did stays known."""
    from raisonne.cli.claims_render import registration_fields, registration_words
    from raisonne.cli.gateway import open_gateway

    flags: GlobalFlags = context.obj
    with open_gateway(flags) as gateway:
        for name in names:
            removed = gateway.claims.remove_registration(name)
            emit(flags, registration_fields(removed), registration_words(removed))


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no date like 2027-01-31.") from error


def _span(text: str) -> timedelta:
    found = _SPAN.fullmatch(text.strip().lower())
    if found is None:
        raise typer.BadParameter(f"{text!r} is no span of time like 90d, 12w or 1y.")
    return timedelta(days=int(found[1]) * _DAYS[found[2]])
