"""``raisonne holders``: who holds rights, by all the names that they are known by."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from raisonne.cli.output import emit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from raisonne.cli.state import GlobalFlags
    from raisonne.rights.identifier import IdentifierScheme

app = typer.Typer(
    help="Rights holders: names, aliases, transliterations and identifiers.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_MOST_STDIN = 10_000

Alias = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option("--alias", help="Another name or spelling; may be repeated."),
]
Isni = Annotated[Optional[str], typer.Option(help="International Standard Name Identifier.")]  # noqa: UP045
Ipi = Annotated[Optional[str], typer.Option(help="IPI name number.")]  # noqa: UP045
Ulan = Annotated[Optional[str], typer.Option(help="Getty ULAN.")]  # noqa: UP045
Orcid = Annotated[Optional[str], typer.Option(help="ORCID iD.")]  # noqa: UP045
Wikidata = Annotated[Optional[str], typer.Option(help="Wikidata item, for example Q467577.")]  # noqa: UP045
Contact = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(help="How to reach them, kept sealed; - reads it from stdin."),
]
Holder = Annotated[str, typer.Argument(help="holders/…, or one of the names.")]


@app.command("add")
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The name that is shown.")],
    alias: Alias = None,
    isni: Isni = None,
    ipi: Ipi = None,
    ulan: Ulan = None,
    orcid: Orcid = None,
    wikidata: Wikidata = None,
    contact: Contact = None,
    note: Annotated[str, typer.Option(help="For people.")] = "",
) -> None:
    """Record a rights holder; works by any of the names are theirs."""
    from raisonne.app.holders import HolderDraft
    from raisonne.cli.reservation_render import holder_fields, holder_words
    from raisonne.cli.reserving import open_reserving
    from raisonne.cli.usage import usage_errors

    flags: GlobalFlags = context.obj
    identifiers = _identifiers(isni=isni, ipi=ipi, ulan=ulan, orcid=orcid, wikidata=wikidata)
    draft = HolderDraft(name, tuple(alias or ()), identifiers, _contact(contact) or "", note)
    with open_reserving(flags) as gateway, usage_errors():
        file = gateway.add_holder(draft)
    emit(flags, holder_fields(file.holder), holder_words(file.holder))


@app.command("list")
def list_(context: typer.Context) -> None:
    """List rights holders, without how to reach them."""
    from raisonne.cli.reservation_render import holder_fields, holder_words
    from raisonne.cli.reserving import open_reserving

    flags: GlobalFlags = context.obj
    with open_reserving(flags) as gateway:
        for holder in gateway.holders():
            emit(flags, holder_fields(holder), holder_words(holder))


@app.command("show")
def show(context: typer.Context, holder: Holder) -> None:
    """Show a rights holder with how to reach them."""
    from raisonne.cli.reservation_render import holder_fields, holder_words
    from raisonne.cli.reserving import open_reserving

    flags: GlobalFlags = context.obj
    with open_reserving(flags) as gateway:
        file = gateway.holder(holder)
    words = "".join(
        f"\n        {label}: {text}"
        for label, text in (("contact", file.contact), ("note", file.holder.note))
        if text
    )
    fields = holder_fields(file.holder) | {"contact": file.contact}
    emit(flags, fields, holder_words(file.holder) + words)


@app.command("history")
def history(context: typer.Context, holder: Holder) -> None:
    """Show every version of a rights holder's record, with who changed it."""
    from raisonne.cli.reservation_render import version_fields, version_words
    from raisonne.cli.reserving import open_reserving

    flags: GlobalFlags = context.obj
    with open_reserving(flags) as gateway:
        for version in gateway.holder_versions(holder):
            emit(flags, version_fields(version), version_words(version))


@app.command("update")
def update(
    context: typer.Context,
    holder: Holder,
    name: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="The name that is shown; the one that was becomes an alias."),
    ] = None,
    alias: Alias = None,
    remove_alias: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--remove-alias", help="A name that is not theirs; may be repeated."),
    ] = None,
    isni: Isni = None,
    ipi: Ipi = None,
    ulan: Ulan = None,
    orcid: Orcid = None,
    wikidata: Wikidata = None,
    contact: Contact = None,
    note: Annotated[Optional[str], typer.Option(help="For people.")] = None,  # noqa: UP045
    revision: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(min=1, help="Change it only if it is at this revision."),
    ] = None,
) -> None:
    """Change a rights holder's record; an empty text takes an identifier or the contact out.

    Names hold for all times at once, also for checks as of an earlier day.
    """
    from raisonne.app.holders import HolderChange
    from raisonne.cli.reservation_render import holder_fields, holder_words
    from raisonne.cli.reserving import open_reserving
    from raisonne.cli.usage import usage_errors

    flags: GlobalFlags = context.obj
    change = HolderChange(
        display_name=name,
        add_aliases=tuple(alias or ()),
        remove_aliases=tuple(remove_alias or ()),
        identifiers=_identifiers(isni=isni, ipi=ipi, ulan=ulan, orcid=orcid, wikidata=wikidata),
        contact=_contact(contact),
        note=note,
    )
    with open_reserving(flags) as gateway, usage_errors():
        file = gateway.update_holder(holder, change, revision)
    emit(flags, holder_fields(file.holder), holder_words(file.holder))


def _identifiers(**given: str | None) -> Mapping[IdentifierScheme, str]:
    from raisonne.rights.identifier import IdentifierScheme

    return {IdentifierScheme(scheme): text for scheme, text in given.items() if text is not None}


def _contact(text: str | None) -> str | None:
    return sys.stdin.read(_MOST_STDIN).strip() if text == "-" else text
