"""Files of reservations: CSV, JSONL or Parquet, one reservation a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from raisonne.app.reservation_drafts import ReservationDraft, kinds_of, require_draft
from raisonne.app.statements import parse_time, split_list
from raisonne.cli.manifests import read_records
from raisonne.rights.errors import InputError

COLUMNS = frozenset(
    {"artist", "aliases", "collection", "reserve", "source", "from", "note", "evidence_sha256"}
)
"""Columns; ``artist`` or ``collection`` is needed, and the others may be missing or blank."""


@dataclass(frozen=True, slots=True)
class ReservationRow:
    """One row: a draft, or why there is none."""

    number: int
    draft: ReservationDraft | None
    error: InputError | None = None


def read_reservations(source: Path, reserve: str) -> Iterator[ReservationRow]:
    """Yield the rows of a file.

    Args:
        source: The file.
        reserve: What is reserved where a row says nothing.

    Raises:
        InputError: If the file cannot be read, or has a column that is not known.
    """
    for number, record in enumerate(read_records(source), 1):
        unknown = sorted(set(record) - COLUMNS)
        if unknown:
            raise InputError(f"{source} row {number}: unknown column {unknown[0]!r}.")
        try:
            draft = _draft(record, reserve)
            require_draft(draft)
        except InputError as error:
            yield ReservationRow(number, None, error)
        else:
            yield ReservationRow(number, draft)


def _draft(record: Mapping[str, Any], reserve: str) -> ReservationDraft:
    def said(column: str) -> str:
        value = record.get(column)
        return "" if value is None else str(value).strip()

    return ReservationDraft(
        kinds=kinds_of(_items(record.get("reserve")) or split_list(reserve)),
        artist=said("artist"),
        aliases=tuple(_items(record.get("aliases"), ";")),
        collection=said("collection"),
        effective_time=parse_time(said("from")),
        note=said("note"),
        source=said("source"),
        evidence_sha256=said("evidence_sha256").lower(),
    )


def _items(value: Any, separator: str = "") -> list[str]:
    """Return the items of a list, or of a text with separators."""
    if value is None:
        return []
    if isinstance(value, (list, tuple)):
        parts = [str(item) for item in value]
    elif separator:
        parts = str(value).split(separator)
    else:
        parts = split_list(str(value))
    return [part.strip() for part in parts if part.strip()]
