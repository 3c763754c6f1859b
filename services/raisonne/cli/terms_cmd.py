"""``raisonne terms``: what prompts are screened for, beside the names that works reserve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from raisonne.cli.exit_codes import ExitCode
from raisonne.cli.output import emit, progress

if TYPE_CHECKING:
    from raisonne.app.terms import TermDraft
    from raisonne.cli.state import GlobalFlags
    from raisonne.cli.term_files import TermRow
    from raisonne.rights.term import ScreeningTerm
    from raisonne.runtime.wiring import Service

app = typer.Typer(
    help="Terms that prompts are screened for: artists, marks, characters, banned content and "
    "a list of your own.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_PAGE = 1_000

Category = Annotated[
    str, typer.Option(help="artist, mark, character, banned, or tenant for a list of your own.")
]
Severity = Annotated[
    str, typer.Option(help="INFO, REVIEW or BLOCK, for the category tenant; policies decide else.")
]
Why = Annotated[str, typer.Option(help="Why it is listed, one sentence for who is refused.")]
Appeal = Annotated[str, typer.Option(help="Where to contest it, for example an address.")]
Languages = Annotated[
    str, typer.Option(help="BCP 47 tags; pinyin is read where they are blank or hold zh.")
]


@app.command("add")
def add(
    context: typer.Context,
    terms: Annotated[list[str], typer.Argument(help="Spellings, as people write them.")],
    category: Category = "artist",
    severity: Severity = "REVIEW",
    reason: Why = "",
    appeal: Appeal = "",
    languages: Languages = "",
) -> None:
    """List terms; they are effective on the next prompt of every process.

    A term that is listed already takes on what is said here.
    """
    from dataclasses import replace

    from raisonne.cli.render import term_fields
    from raisonne.cli.usage import usage_errors

    flags: GlobalFlags = context.obj
    with usage_errors():
        model = _model(category, severity, reason, appeal, languages)
    drafts = [replace(model, term=term) for term in terms]
    with _service(flags) as service:
        with usage_errors():
            listed = service.terms.add(service.principal, drafts)
        service.ledger.integrate()
    for each in listed:
        fields = term_fields(each.term) | {"state": each.state.value}
        emit(flags, fields, f"{each.state.value:<8} {_words(each.term)}")


@app.command("list")
def list_(
    context: typer.Context,
    category: Annotated[Optional[str], typer.Option(help="Only this category.")] = None,  # noqa: UP045
) -> None:
    """List the terms in order of listing."""
    from raisonne.cli.render import term_fields
    from raisonne.cli.term_files import member
    from raisonne.cli.usage import usage_errors
    from raisonne.rights.term import TermCategory

    flags: GlobalFlags = context.obj
    with usage_errors():
        wanted = None if category is None else member(TermCategory, category)
    with _service(flags) as service:
        after = ""
        while page := service.terms.list(
            service.principal, limit=_PAGE, after=after, category=wanted
        ):
            for term in page:
                emit(flags, term_fields(term), _words(term))
            after = page[-1].name


@app.command("remove")
def remove(
    context: typer.Context, names: Annotated[list[str], typer.Argument(help="terms/…")]
) -> None:
    """Remove terms; no prompt is screened for them from the next one on."""
    from raisonne.cli.render import term_fields

    flags: GlobalFlags = context.obj
    with _service(flags) as service:
        removed = service.terms.remove(service.principal, names)
        service.ledger.integrate()
    for term in removed:
        emit(flags, term_fields(term) | {"state": "REMOVED"}, f"REMOVED  {_words(term)}")


@app.command("import")
def import_(
    context: typer.Context,
    source: Annotated[
        Path, typer.Argument(help="CSV, JSONL or Parquet with term, category, severity, …")
    ],
    category: Category = "artist",
    severity: Severity = "REVIEW",
    reason: Why = "",
    appeal: Appeal = "",
    languages: Languages = "",
) -> None:
    """List the terms of a file; options are for what its rows leave blank.

    Rows that cannot be used are named and passed over, with exit code 4. Repeating an import lists
    only what is new or changed, so one that was interrupted is just begun again.
    """
    from raisonne.cli.render import error_fields
    from raisonne.cli.term_files import read_terms
    from raisonne.cli.usage import usage_errors

    flags: GlobalFlags = context.obj
    with usage_errors():
        model = _model(category, severity, reason, appeal, languages)
    rows = list(read_terms(source, model))
    counts: Counter[str] = Counter(listed=0, changed=0, exists=0, refused=0)
    with _service(flags) as service, progress(flags, rows, "import", len(rows)) as shown:
        try:
            for batch in _batches(shown):
                for row in batch:
                    if row.error is not None:
                        counts["refused"] += 1
                        fields = {"row": row.number, "state": "REFUSED"}
                        words = f"REFUSED  row {row.number}  {row.error.message}"
                        emit(flags, fields | {"error": error_fields(row.error)}, words)
                drafts = [row.draft for row in batch if row.draft is not None]
                for each in service.terms.add(service.principal, drafts) if drafts else ():
                    counts[each.state.value.lower()] += 1
        finally:
            service.ledger.integrate()
    words = ", ".join(f"{count} {state}" for state, count in counts.items())
    emit(flags, {"summary": dict(counts)}, words)
    raise typer.Exit(ExitCode.UNREADABLE if counts["refused"] else ExitCode.CLEAN)


def _batches(rows: Iterable[TermRow]) -> Iterator[list[TermRow]]:
    from raisonne.app.terms import MAX_TERMS_AT_ONCE

    stream = iter(rows)
    while batch := list(islice(stream, MAX_TERMS_AT_ONCE)):
        yield batch


def _model(category: str, severity: str, reason: str, appeal: str, languages: str) -> TermDraft:
    from raisonne.app.terms import TermDraft
    from raisonne.cli.term_files import languages_of, member
    from raisonne.rights.term import TermCategory, TermSeverity

    return TermDraft(
        term="",
        category=member(TermCategory, category),
        severity=member(TermSeverity, severity),
        reason=reason,
        appeal=appeal,
        languages=languages_of(languages),
    )


def _words(term: ScreeningTerm) -> str:
    severity = f" {term.severity.value}" if term.category.value == "tenant" else ""
    return f"{term.name}  {term.category.value}{severity}  {term.term}"


@contextmanager
def _service(flags: GlobalFlags) -> Iterator[Service]:
    from raisonne.cli.embedded import load
    from raisonne.runtime.wiring import open_service

    with open_service(load(flags)) as service:
        yield service
