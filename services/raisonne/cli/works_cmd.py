"""``raisonne works``: the registry of protected works."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from raisonne.cli import works_claims_cmd, works_export_cmd, works_update_cmd
from raisonne.cli.exit_codes import ExitCode
from raisonne.cli.output import emit, progress, say, warn

if TYPE_CHECKING:
    from raisonne.app.refresh import Refreshed
    from raisonne.app.use_listing import UseTerms
    from raisonne.cli.gateway import Gateway
    from raisonne.cli.manifests import Row
    from raisonne.cli.state import GlobalFlags
    from raisonne.rights.use_answer import UseAnswer
    from raisonne.rights.work import Work

app = typer.Typer(
    help="The registry of protected works.", no_args_is_help=True, rich_markup_mode=None
)


app.command("update")(works_update_cmd.update)
app.command("history")(works_update_cmd.history)
app.command("export")(works_export_cmd.export)
app.command("title")(works_claims_cmd.title)
app.command("due")(works_claims_cmd.due)
app.add_typer(works_claims_cmd.registrations, name="registrations")


@app.command("import")
def import_(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(help="Folder, or CSV, JSONL or Parquet manifest.")],
    holder: Annotated[str, typer.Option(help="Rights holder where the source names none.")] = "",
    licence: Annotated[
        str, typer.Option(help="SPDX id or LicenseRef-… where the source names none.")
    ] = "",
    reserve: Annotated[
        str, typer.Option(help="Reservations: tdm, ai-training, ai-generation, style.")
    ] = "",
    collection: Annotated[str, typer.Option(help="Grouping label.")] = "",
    update: Annotated[
        bool, typer.Option("--update", help="Change works that are registered otherwise, too.")
    ] = False,
) -> None:
    """Register works; repeating an import registers only what is new.

    It may be interrupted and begun again. What `works export` writes is read back as it was.

    With --update it also changes the records of works that are registered already: their rights,
    and their title, holder, collection and external_id where the source gives them.
    """
    from raisonne.app.statements import make_statement
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.manifests import Defaults, count_rows, read_rows
    from raisonne.cli.usage import usage_errors

    flags: GlobalFlags = context.obj
    defaults = Defaults(holder, licence, tuple(reserve.split(",")), collection)
    with usage_errors():
        make_statement(licence=licence, reservations=defaults.reservations)
    # Nothing is kept of the first reading but the number, however many rows there are.
    total, rows = count_rows(source, defaults), read_rows(source, defaults)
    counts: dict[str, int] = {}
    differing = 0
    with open_gateway(flags) as gateway, progress(flags, rows, "import", total) as shown:
        for row in shown:
            fields = _register(gateway, row, update=update)
            counts[fields["state"]] = counts.get(fields["state"], 0) + 1
            differing += fields.get("rights_differ", False)
            emit(flags, fields, _import_words(fields))
        if counts.get("REGISTERED"):
            _settle(gateway)
    say(flags, ", ".join(f"{count} {state}" for state, count in sorted(counts.items())))
    if differing:
        warn(
            f"raisonne: {differing} works are registered with other rights, and those stand; "
            "--update changes them"
        )
    raise typer.Exit(ExitCode.UNREADABLE if counts.get("UNREADABLE") else ExitCode.CLEAN)


@app.command("list")
def list_(
    context: typer.Context,
    use: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="Only works that may be used so: display, commercial, train, …"),
    ] = None,
    territory: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="ISO 3166-1 code, or * for everywhere; * if not given."),
    ] = None,
    at: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="Judge as of this RFC 3339 time; now if not given."),
    ] = None,
    denied: Annotated[
        bool, typer.Option("--denied", help="Works that may not be used so, instead.")
    ] = False,
) -> None:
    """List works with their rights: all, or those that may be used so, with the clauses."""
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.render import use_answer_fields, work_fields

    flags: GlobalFlags = context.obj
    terms = _use_terms(use, territory, at, denied=denied)
    with open_gateway(flags) as gateway:
        if terms is None:
            for work in gateway.works():
                emit(flags, work_fields(work), _words(work))
            return
        count = 0
        for answer in gateway.works_by_use(terms):
            count += 1
            emit(flags, use_answer_fields(answer), _answer_words(answer))
    may = "may not" if denied else "may"
    say(flags, f"{count} registered works {may} be used for {terms.use.value}")


@app.command("show")
def show(context: typer.Context, work: Annotated[str, typer.Argument(help="works/…")]) -> None:
    """Show one work."""
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.render import work_fields

    flags: GlobalFlags = context.obj
    with open_gateway(flags) as gateway:
        found = gateway.work(work)
    emit(flags, work_fields(found), _words(found))


@app.command("withdraw")
def withdraw(
    context: typer.Context, works: Annotated[list[str], typer.Argument(help="works/…")]
) -> None:
    """Withdraw works: they match nothing from the next check on."""
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.render import work_fields

    flags: GlobalFlags = context.obj
    with open_gateway(flags) as gateway:
        for name in works:
            withdrawn = gateway.withdraw(name)
            emit(flags, work_fields(withdrawn), _words(withdrawn))


@app.command("refresh")
def refresh(
    context: typer.Context,
    prune: Annotated[
        bool, typer.Option("--prune", help="Also drop fingerprints that nothing uses any more.")
    ] = False,
) -> None:
    """Compute fingerprints that works registered earlier lack.

    Needed after an update with a new algorithm or after a change of the embedder. May be
    interrupted and begun again. Exit code 4 when some stored files were unreadable.
    """
    from raisonne.cli.embedded import load
    from raisonne.runtime.wiring import open_service

    flags: GlobalFlags = context.obj
    counts: Counter[str] = Counter()
    with open_service(load(flags)) as service:
        total = service.refresh.count(service.principal)
        answers = service.refresh(service.principal, prune=prune)
        try:
            with progress(flags, answers, "refresh", total) as shown:
                for answer in shown:
                    counts[answer.state] += 1
                    if flags.json or answer.state != "CURRENT":
                        emit(flags, _refresh_fields(answer), _refresh_words(answer))
        finally:
            service.ledger.integrate()
    say(flags, ", ".join(f"{count} {state}" for state, count in sorted(counts.items())))
    raise typer.Exit(ExitCode.UNREADABLE if counts["UNREADABLE"] else ExitCode.CLEAN)


def _use_terms(
    use: str | None, territory: str | None, at: str | None, *, denied: bool
) -> UseTerms | None:
    from raisonne.app.statements import parse_time
    from raisonne.app.territories import normal_territory
    from raisonne.app.use_listing import UseTerms
    from raisonne.cli.usage import parse_use, usage_errors

    if use is None:
        if territory is not None or at is not None or denied:
            raise typer.BadParameter("--territory, --at and --denied need --use.")
        return None
    with usage_errors():
        where, when = normal_territory(territory or "*"), parse_time(at or "")
        return UseTerms(parse_use(use), where, when, denied)


def _register(gateway: Gateway, row: Row, *, update: bool) -> dict[str, Any]:
    from raisonne.cli.inputs import read_input
    from raisonne.cli.render import error_fields
    from raisonne.rights.errors import InputError, LimitError

    path = str(row.path)
    if row.withdrawn:
        return {"work": None, "path": path, "sha256": None, "state": "SKIPPED"}
    try:
        draft = row.draft(read_input(row.path))
        registration = gateway.register(draft)
    except (InputError, LimitError) as error:
        failed = {"work": None, "path": path, "sha256": None, "state": "UNREADABLE"}
        return failed | {"error": error_fields(error)}
    work = registration.work
    fields = {"work": work.name, "path": path, "sha256": work.sha256, "state": "REGISTERED"}
    if registration.created:
        return fields
    if update and (change := row.change(draft, registration.rights)).changed(work):
        gateway.update(work.name, change, note=f"import of {row.source.name}")
        return fields | {"state": "UPDATED"}
    return fields | {"state": "EXISTS", "rights_differ": work.rights != registration.rights}


def _settle(gateway: Gateway) -> None:
    from raisonne.rights.errors import RaisonneError

    try:
        gateway.settle()
    except RaisonneError as error:
        # The works are registered all the same, and whoever searches next tries it again.
        warn(f"raisonne: the index was not brought up to date: {error.message}")


def _import_words(fields: dict[str, Any]) -> str:
    line = f"{fields['state']:<11} {fields['path']}  {fields['work'] or ''}"
    return f"{line}{fields['error']['message']}" if "error" in fields else line


def _refresh_fields(answer: Refreshed) -> dict[str, Any]:
    from raisonne.cli.render import error_fields

    fields: dict[str, Any] = {
        "work": answer.work,
        "state": answer.state.value,
        "algorithms": list(answer.algorithms),
    }
    if answer.pruned:
        fields["pruned"] = list(answer.pruned)
    return fields if answer.error is None else fields | {"error": error_fields(answer.error)}


def _refresh_words(answer: Refreshed) -> str:
    line = f"{answer.state.value:<11} {answer.work}  "
    if answer.error is not None:
        return line + answer.error.message
    return line + " ".join([*answer.algorithms, *(f"-{name}" for name in answer.pruned)])


def _words(work: Work) -> str:
    rights = work.rights
    reserved = ",".join(sorted(kind.value for kind in rights.reservations)) or "-"
    title = work.title or work.source or "-"
    licence, holder = rights.licence or "-", work.holder or "-"
    return f"{work.name}  {work.state.value:<10}  {title}  {holder}  {licence}  {reserved}"


def _answer_words(answer: UseAnswer) -> str:
    grounds = [f"        {g.reason}: {g.detail} [{g.clause}]" for g in answer.grounds]
    return "\n".join([_words(answer.work), *grounds])
