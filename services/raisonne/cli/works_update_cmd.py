"""``raisonne works update|history``: records that change from a time on."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from raisonne.cli.output import emit, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raisonne.cli.state import GlobalFlags
    from raisonne.rights.statement import RightsStatement
    from raisonne.rights.work import WorkVersion

_KEEP = "as it is if not given"


def update(
    context: typer.Context,
    works: Annotated[list[str], typer.Argument(help="works/…")],
    title: Annotated[str | None, typer.Option(help=f"Title; {_KEEP}, like all below.")] = None,
    holder: Annotated[str | None, typer.Option(help="Rights holder: a transfer of title.")] = None,
    collection: Annotated[str | None, typer.Option(help="Grouping label.")] = None,
    external_id: Annotated[str | None, typer.Option(help="Registrant's identifier.")] = None,
    licence: Annotated[
        str | None, typer.Option(help="SPDX id or LicenseRef-…; decides what is granted.")
    ] = None,
    reserve: Annotated[
        str | None,
        typer.Option(help="All reservations: tdm, ai-training, ai-generation, style; '' for none."),
    ] = None,
    territories: Annotated[
        str | None, typer.Option(help="ISO 3166-1 codes with commas; '*' for everywhere.")
    ] = None,
    valid_from: Annotated[str | None, typer.Option(help="RFC 3339; '' for no bound.")] = None,
    valid_until: Annotated[str | None, typer.Option(help="RFC 3339; '' for no bound.")] = None,
    embargo_until: Annotated[str | None, typer.Option(help="RFC 3339; '' for none.")] = None,
    effective: Annotated[
        str, typer.Option("--from", help="From when on it holds, RFC 3339, past or future; now.")
    ] = "",
    note: Annotated[str, typer.Option(help="Why; kept in the history.")] = "",
    revision: Annotated[
        int | None, typer.Option(min=1, help="Only if the record is at this revision.")
    ] = None,
) -> None:
    """Change works from a time on; what they said before stays known.

    Checks from the next one on follow. `check --at TIME` follows what holds at that time.
    """
    from raisonne.app.statements import parse_time
    from raisonne.app.work_changes import WorkChange
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.usage import usage_errors

    flags: GlobalFlags = context.obj
    rights = {
        "licence": licence,
        "reservations": reserve,
        "territories": territories,
        "valid_from": valid_from,
        "valid_until": valid_until,
        "embargo_until": embargo_until,
    }
    wanted = {key: value for key, value in rights.items() if value is not None}
    with usage_errors():
        since = parse_time(effective)
    with open_gateway(flags) as gateway:
        for name in works:
            versions = gateway.history(name)
            with usage_errors():
                statement = _statement(versions, since, wanted) if wanted else None
            change = WorkChange(title, holder, collection, external_id, rights=statement)
            made = gateway.update(name, change, effective_time=since, note=note, revision=revision)
            emit(flags, version_fields(made), _words(made))
            later = [one for one in versions if one.effective_time > made.effective_time]
            if any(not one.cancelled_by for one in later):
                say(flags, f"{name}: another version comes into force later, see works history")


def history(context: typer.Context, work: Annotated[str, typer.Argument(help="works/…")]) -> None:
    """Show all versions of a work's record: what it said, from when on, who recorded it and why."""
    from raisonne.cli.gateway import open_gateway

    flags: GlobalFlags = context.obj
    with open_gateway(flags) as gateway:
        for version in gateway.history(work):
            emit(flags, version_fields(version), _words(version))


def version_fields(version: WorkVersion) -> dict[str, Any]:
    """Return a version of a record."""
    from raisonne.cli.render import work_fields

    return {
        **work_fields(version.work),
        "effective_time": version.effective_time.isoformat(),
        "actor": version.actor,
        "note": version.note,
        "cancelled_by": version.cancelled_by or None,
    }


def _statement(
    versions: Sequence[WorkVersion], since: datetime | None, wanted: dict[str, str]
) -> RightsStatement:
    """Return the statement that holds at a time with some of its fields changed."""
    from datetime import UTC

    from raisonne.app.statements import changed_statement
    from raisonne.rights.work import version_at

    held = version_at(versions, since or datetime.now(UTC)).work.rights
    return changed_statement(held, wanted)


def _words(version: WorkVersion) -> str:
    work, rights = version.work, version.work.rights
    reserved = ",".join(sorted(kind.value for kind in rights.reservations)) or "-"
    back = f"  taken back by {version.cancelled_by}" if version.cancelled_by else ""
    why = f"  {version.note}" if version.note else ""
    return (
        f"{work.name}  {work.revision:>3}  from {version.effective_time:%Y-%m-%d %H:%M}Z  "
        f"{work.state.value:<10}  {work.title or '-'}  {work.holder or '-'}  "
        f"{rights.licence or '-'}  {reserved}{back}{why}"
    )
