"""Files of terms: CSV, JSONL or Parquet, one term a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from raisonne.app.terms import TermDraft, require_term
from raisonne.cli.manifests import read_records
from raisonne.rights.errors import InputError
from raisonne.rights.term import TermCategory, TermSeverity

COLUMNS = frozenset({"term", "category", "severity", "reason", "appeal", "languages"})
"""Columns; all but ``term`` may be missing or blank."""
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class TermRow:
    """One row: a draft, or why there is none."""

    number: int
    draft: TermDraft | None
    error: InputError | None = None


def read_terms(source: Path, defaults: TermDraft) -> Iterator[TermRow]:
    """Yield the rows of a file; what a row leaves blank is as the defaults say.

    Raises:
        InputError: If the file cannot be read, or has a column that is not known.
    """
    for number, record in enumerate(read_records(source), 1):
        unknown = sorted(set(record) - COLUMNS)
        if unknown:
            raise InputError(f"{source} row {number}: unknown column {unknown[0]!r}.")
        try:
            draft = _draft(record, defaults)
            require_term(draft)
        except InputError as error:
            yield TermRow(number, None, error)
        else:
            yield TermRow(number, draft)


def languages_of(text: str) -> tuple[str, ...]:
    """Return language tags that are separated by commas, semicolons or spaces."""
    return tuple(part for part in text.replace(";", ",").replace(" ", ",").split(",") if part)


def member(kind: type[E], text: str) -> E:
    """Return the member of an enumeration that a text names, in any case.

    Raises:
        InputError: If there is none.
    """
    wanted = text.strip().casefold()
    for each in kind:
        if each.value.casefold() == wanted:
            return each
    known = ", ".join(each.value for each in kind)
    raise InputError(f"{text!r} is none of {known}.")


def _draft(record: Mapping[str, Any], defaults: TermDraft) -> TermDraft:
    def said(column: str, otherwise: str) -> str:
        value = record.get(column)
        if isinstance(value, (list, tuple)):
            return ",".join(map(str, value))
        return str(value).strip() if value is not None and str(value).strip() else otherwise

    return TermDraft(
        term=said("term", ""),
        category=member(TermCategory, said("category", defaults.category)),
        severity=member(TermSeverity, said("severity", defaults.severity)),
        reason=said("reason", defaults.reason),
        appeal=said("appeal", defaults.appeal),
        languages=languages_of(said("languages", ",".join(defaults.languages))),
    )
