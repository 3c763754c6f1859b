"""``raisonne reservations``: what an artist or a collection reserves once, for all works."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from raisonne.cli.exit_codes import ExitCode
from raisonne.cli.output import emit, progress, say

if TYPE_CHECKING:
    from raisonne.app.reservation_drafts import Recorded
    from raisonne.cli.reservation_files import ReservationRow
    from raisonne.cli.reserving import ReservingGateway
    from raisonne.cli.state import GlobalFlags

app = typer.Typer(
    help="Reservations that an artist or a collection makes once, for all works, now and later.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_BATCH = 250

Reserve = Annotated[str, typer.Option(help="tdm, ai-training, ai-generation, style.")]


@app.command("add")
def add(
    context: typer.Context,
    artist: Annotated[str, typer.Option(help="A name of the artist, or holders/….")] = "",
    alias: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--alias", help="Another name of the artist; may be repeated."),
    ] = None,
    collection: Annotated[str, typer.Option(help="Label of the collection instead.")] = "",
    reserve: Reserve = "",
    since: Annotated[
        str, typer.Option("--from", help="From this RFC 3339 time on; from now on if not given.")
    ] = "",
    source: Annotated[str, typer.Option(help="Where it was said: an address or words.")] = "",
    evidence: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="File that says it; its SHA-256 is recorded, and not the file."),
    ] = None,
    note: Annotated[str, typer.Option(help="For people.")] = "",
) -> None:
    """Record a reservation; it is effective on the next check and the next prompt.

    An artist who is no rights holder here yet becomes one. Exit code 0 also where something that
    stands reserves all of it already.
    """
    from raisonne.app.reservation_drafts import ReservationDraft, kinds_of
    from raisonne.app.statements import parse_time, split_list
    from raisonne.cli.reservation_render import reservation_fields, reservation_words
    from raisonne.cli.reserving import open_reserving
    from raisonne.cli.usage import usage_errors

    flags: GlobalFlags = context.obj
    with usage_errors():
        draft = ReservationDraft(
            kinds=kinds_of(split_list(reserve)),
            artist=artist.strip(),
            aliases=tuple(alias or ()),
            collection=collection.strip(),
            effective_time=parse_time(since),
            note=note,
            source=source,
            evidence_sha256=_sha256(evidence) if evidence else "",
        )
    with open_reserving(flags) as gateway:
        with usage_errors():
            recorded = gateway.reserve(draft)
        reservation = recorded.reservation
        state = recorded.state
        assert reservation is not None and state is not None  # noqa: S101, PT018 - or it was raised
        works = gateway.count_works(reservation.name)
    fields = reservation_fields(reservation) | {"state": state.value, "works": works}
    emit(flags, fields, f"{state.value:<8} {reservation_words(reservation)}")
    say(flags, f"{works} registered works are reserved by it, and whatever comes later")


@app.command("list")
def list_(context: typer.Context) -> None:
    """List reservations in order of recording, withdrawn ones included."""
    from raisonne.cli.reservation_render import reservation_fields, reservation_words
    from raisonne.cli.reserving import open_reserving

    flags: GlobalFlags = context.obj
    with open_reserving(flags) as gateway:
        for reservation in gateway.reservations():
            emit(flags, reservation_fields(reservation), reservation_words(reservation))


@app.command("withdraw")
def withdraw(
    context: typer.Context,
    reservation: Annotated[str, typer.Argument(help="reservations/…")],
    at: Annotated[
        str, typer.Option(help="From this RFC 3339 time on; from now on if not given.")
    ] = "",
    note: Annotated[str, typer.Option(help="Why.")] = "",
) -> None:
    """Withdraw a reservation; as of before then, it counts as it did."""
    from raisonne.app.statements import parse_time
    from raisonne.cli.reservation_render import reservation_fields, reservation_words
    from raisonne.cli.reserving import open_reserving
    from raisonne.cli.usage import usage_errors

    flags: GlobalFlags = context.obj
    with usage_errors():
        when = parse_time(at)
    with open_reserving(flags) as gateway, usage_errors():
        withdrawn = gateway.withdraw_reservation(reservation, when, note)
    emit(flags, reservation_fields(withdrawn), reservation_words(withdrawn))


@app.command("import")
def import_(
    context: typer.Context,
    source: Annotated[
        Path,
        typer.Argument(help="CSV, JSONL or Parquet with artist, aliases, collection, reserve, …"),
    ],
    reserve: Reserve = "",
) -> None:
    """Record the reservations of a file.

    Columns: artist, aliases (separated by ;), collection, reserve, source, from, note,
    evidence_sha256. Rows that cannot be used are named and passed over, with exit code 4. Repeating
    an import records only what is new, so one that was interrupted is just begun again; what was
    withdrawn stays withdrawn.
    """
    from raisonne.app.reservation_drafts import kinds_of
    from raisonne.app.statements import split_list
    from raisonne.cli.reservation_files import read_reservations
    from raisonne.cli.reservation_render import imported_fields, imported_words
    from raisonne.cli.reserving import open_reserving
    from raisonne.cli.usage import usage_errors

    flags: GlobalFlags = context.obj
    with usage_errors():
        kinds_of(split_list(reserve))
    rows = list(read_reservations(source, reserve))
    counts: Counter[str] = Counter(recorded=0, exists=0, withdrawn=0, refused=0)
    with open_reserving(flags) as gateway, progress(flags, rows, "import", len(rows)) as shown:
        for batch in _batches(shown):
            for row, recorded in _record(gateway, batch):
                fields = imported_fields(row.number, recorded)
                counts[fields["state"].lower()] += 1
                emit(flags, fields, imported_words(row.number, recorded))
    words = ", ".join(f"{count} {state}" for state, count in counts.items())
    emit(flags, {"summary": dict(counts)}, words)
    raise typer.Exit(ExitCode.UNREADABLE if counts["refused"] else ExitCode.CLEAN)


def _record(
    gateway: ReservingGateway, batch: list[ReservationRow]
) -> Iterator[tuple[ReservationRow, Recorded]]:
    from raisonne.app.reservation_drafts import Recorded

    recorded = iter(gateway.import_all([row.draft for row in batch if row.draft is not None]))
    for row in batch:
        refused = Recorded(None, None, row.error)
        yield row, next(recorded) if row.draft is not None else refused


def _batches(rows: Iterable[ReservationRow]) -> Iterator[list[ReservationRow]]:
    stream = iter(rows)
    while batch := list(islice(stream, _BATCH)):
        yield batch


def _sha256(path: Path) -> str:
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
