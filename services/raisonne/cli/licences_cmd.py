"""``raisonne licences``: what was negotiated for works, beside their own statements."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from raisonne.cli.output import emit, progress, say, write_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from raisonne.app.licence_drafts import LicenceDraft
    from raisonne.cli.gateway import Gateway
    from raisonne.cli.state import GlobalFlags

app = typer.Typer(
    help="Licences that were negotiated for works, several for a work. Where a work's own record "
    "denies a use, one of its licences may permit it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("add")
def add(
    context: typer.Context,
    works: Annotated[Optional[list[str]], typer.Argument(help="works/…")] = None,  # noqa: UP045
    collection: Annotated[
        str, typer.Option(help="All registered works of this collection, instead.")
    ] = "",
    licence: Annotated[str, typer.Option(help="SPDX id or LicenseRef-….")] = "",
    uses: Annotated[
        str,
        typer.Option(
            help="display, commercial, derive, train, …; what the SPDX id grants if blank."
        ),
    ] = "",
    territory: Annotated[
        str, typer.Option(help="ISO 3166-1 codes with commas; everywhere if blank.")
    ] = "",
    valid_from: Annotated[str, typer.Option("--from", help="It begins, RFC 3339.")] = "",
    valid_until: Annotated[str, typer.Option("--until", help="It ends before, RFC 3339.")] = "",
    licensor: Annotated[str, typer.Option(help="Who grants it.")] = "",
    licensee: Annotated[str, typer.Option(help="Who may use the works.")] = "",
    document: Annotated[
        str, typer.Option(help="The contract: a file, which is kept sealed, or documents/….")
    ] = "",
    fee: Annotated[bool, typer.Option("--fee", help="Money is due for a use.")] = False,
    attribution: Annotated[
        bool, typer.Option("--attribution", help="The holder must be credited.")
    ] = False,
    release: Annotated[
        str,
        typer.Option(
            help="Reservations that it sets aside: tdm, ai-training, ai-generation, style."
        ),
    ] = "",
    note: Annotated[str, typer.Option(help="Anything else.")] = "",
    at: Annotated[
        str, typer.Option(help="From when on the record counts, RFC 3339, past or future; now.")
    ] = "",
) -> None:
    """Record a licence for works, one record each; it counts from the next check on.

    A licence never changes: what is agreed later is another one, and what ended is revoked.
    """
    from raisonne.app.licence_drafts import require_licence
    from raisonne.cli.evidence_files import document_name, require_evidence
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.licence_render import licence_fields, licence_words
    from raisonne.cli.usage import usage_errors

    flags: GlobalFlags = context.obj
    if bool(works) == bool(collection):
        raise typer.BadParameter("Name works, or a --collection; not both.")
    with usage_errors():
        draft = _draft(
            licence=licence, uses=uses, territory=territory, release=release,
            times=(valid_from, valid_until, at), parties=(licensor, licensee),
            fee=fee, attribution=attribution, note=note,
        )  # fmt: skip
        require_licence(draft)
        require_evidence(document)
    with open_gateway(flags) as gateway:
        names = list(works or _of_collection(gateway, collection))
        if not names:
            raise typer.BadParameter(f"No registered work is in the collection {collection!r}.")
        if document:
            draft = replace(draft, document=document_name(gateway, document, names))
        parts = list(_parts(names))
        count = 0
        with progress(flags, parts, "record", len(parts)) as shown:
            for part in shown:
                for recorded in gateway.record_licence(part, draft):
                    count += 1
                    emit(flags, licence_fields(recorded), licence_words(recorded))
    say(flags, f"{draft.identifier} is recorded for {count} works")


@app.command("list")
def list_(
    context: typer.Context,
    work: Annotated[str, typer.Option(help="Only those of works/….")] = "",
    expiring: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(min=0, max=36_500, help="Only those that end within so many days."),
    ] = None,
    with_ended: Annotated[
        bool, typer.Option("--all", help="Also those that have ended or were revoked.")
    ] = False,
) -> None:
    """List licences, those first that end first, and say which are in force."""
    from datetime import UTC, datetime, timedelta

    from raisonne.app.licences import LicenceQuery
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.licence_render import Titles, licence_fields, licence_table
    from raisonne.cli.output import json_line

    flags: GlobalFlags = context.obj
    now = datetime.now(UTC)
    until = None if expiring is None else now + timedelta(days=expiring)
    with open_gateway(flags) as gateway:
        found = gateway.licences(LicenceQuery(work, with_ended, until))
        if flags.json:
            for licence in found:
                write_line(json_line(licence_fields(licence, now)))
            return
        listed = list(found)
        for line in licence_table(listed, Titles(gateway.work), now):
            write_line(line)
    say(flags, f"{len(listed)} licences" if listed else "No licences.")


@app.command("revoke")
def revoke(
    context: typer.Context,
    licences: Annotated[list[str], typer.Argument(help="licences/…")],
    at: Annotated[
        str, typer.Option(help="From when on it counts no more, RFC 3339, past or future; now.")
    ] = "",
    note: Annotated[str, typer.Option(help="Why; kept in the history of the work.")] = "",
) -> None:
    """Revoke licences; what they permitted before that time stays permitted then."""
    from raisonne.app.statements import parse_time
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.licence_render import licence_fields, licence_words
    from raisonne.cli.usage import usage_errors

    flags: GlobalFlags = context.obj
    with usage_errors():
        end = parse_time(at)
    with open_gateway(flags) as gateway:
        for name in licences:
            revoked = gateway.revoke_licence(name, end_time=end, note=note)
            emit(flags, licence_fields(revoked), licence_words(revoked))


def _draft(
    *,
    licence: str,
    uses: str,
    territory: str,
    release: str,
    times: tuple[str, str, str],
    parties: tuple[str, str],
    fee: bool,
    attribution: bool,
    note: str,
) -> LicenceDraft:
    from raisonne.app.licence_drafts import LicenceDraft
    from raisonne.app.statements import make_statement, parse_time, split_list
    from raisonne.cli.usage import parse_use

    known = make_statement(
        licence=licence, reservations=split_list(release), territories=split_list(territory)
    )
    begin, end, effective = map(parse_time, times)
    return LicenceDraft(
        identifier=known.licence,
        uses=frozenset(map(parse_use, split_list(uses))) or known.uses,
        licensor=parties[0],
        licensee=parties[1],
        territories=known.territories,
        valid_from=begin,
        valid_until=end,
        attribution=attribution or known.attribution,
        fee=fee,
        releases=known.reservations,
        note=note,
        effective_time=effective,
    )


def _of_collection(gateway: Gateway, collection: str) -> Iterator[str]:
    from raisonne.rights.work import WorkState

    for work in gateway.works():
        if work.collection == collection and work.state is WorkState.REGISTERED:
            yield work.name


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    from raisonne.app.licences import MAX_WORKS_AT_ONCE

    for start in range(0, len(names), MAX_WORKS_AT_ONCE):
        yield names[start : start + MAX_WORKS_AT_ONCE]
