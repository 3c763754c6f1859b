"""What an import names: a folder, or a CSV, JSONL or Parquet manifest."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from raisonne.cli.inputs import find_inputs
from raisonne.rights.errors import InputError, Reason

if TYPE_CHECKING:
    from raisonne.app.work_changes import WorkChange
    from raisonne.app.works import WorkDraft
    from raisonne.rights.statement import RightsStatement

COLUMNS = frozenset(
    {
        "path",
        "title",
        "holder",
        "licence",
        "reservations",
        "territories",
        "valid_from",
        "valid_until",
        "embargo_until",
        "external_id",
        "collection",
    }
)
"""Columns of a manifest; all but ``path`` may be missing or blank."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the command line says for rows that say nothing."""

    holder: str = ""
    licence: str = ""
    reservations: tuple[str, ...] = ()
    collection: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One work to register.

    Attributes:
        path: The file.
        values: Column to text, blanks left out.
        defaults: For columns without a value.
        source: The folder or manifest that it is from.
    """

    path: Path
    values: Mapping[str, str]
    defaults: Defaults
    source: Path

    def draft(self, data: bytes) -> WorkDraft:
        """Return the draft for the file's bytes.

        Raises:
            InputError: If a value cannot be used.
        """
        from raisonne.app.statements import make_statement, parse_time, split_list
        from raisonne.app.works import WorkDraft

        value, defaults = self.values.get, self.defaults
        reserved = value("reservations")
        rights = make_statement(
            licence=value("licence", defaults.licence),
            reservations=split_list(reserved) if reserved else defaults.reservations,
            territories=split_list(value("territories", "")),
            valid_from=parse_time(value("valid_from", "")),
            valid_until=parse_time(value("valid_until", "")),
            embargo_until=parse_time(value("embargo_until", "")),
        )
        return WorkDraft(
            data=data,
            title=value("title", self.path.stem),
            holder=value("holder", defaults.holder),
            collection=value("collection", defaults.collection),
            external_id=value("external_id", ""),
            source=str(self.path),
            rights=rights,
        )

    def change(self, draft: WorkDraft, rights: RightsStatement) -> WorkChange:
        """Return what a record that exists is to become: its rights, and what the row says."""
        from raisonne.app.work_changes import WorkChange

        said = {
            "title": self.values.get("title"),
            "holder": draft.holder or None,
            "collection": draft.collection or None,
            "external_id": self.values.get("external_id"),
        }
        return WorkChange(**said, rights=rights)


def read_rows(source: Path, defaults: Defaults) -> Iterator[Row]:
    """Yield the rows of a source; paths in a manifest are relative to it.

    Raises:
        InputError: If the source cannot be read, or a column is unknown.
    """
    if source.is_dir():
        for found in find_inputs([str(source)]):
            if found.error is not None:
                raise found.error
            yield Row(found.path, {}, defaults, source)
        return
    for number, record in enumerate(read_records(source), 1):
        yield _row(source, number, record, defaults)


def read_records(source: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the records of a CSV, JSONL or Parquet file.

    Raises:
        InputError: If it cannot be read as what its name says.
    """
    readers = {".csv": _csv, ".jsonl": _jsonl, ".ndjson": _jsonl, ".parquet": _parquet}
    reader = readers.get(source.suffix.lower())
    if not source.exists():
        raise InputError(f"There is no {source}.", reason=Reason.FILE_NOT_FOUND)
    if reader is None:
        raise InputError(f"{source} is no folder, .csv, .jsonl or .parquet file.")
    yield from reader(source)


def _row(source: Path, number: int, record: Mapping[str, Any], defaults: Defaults) -> Row:
    unknown = sorted(set(record) - COLUMNS)
    if unknown:
        raise InputError(f"{source} row {number}: unknown column {unknown[0]!r}.")
    values = {key: _text(value) for key, value in record.items() if _text(value)}
    if "path" not in values:
        raise InputError(f"{source} row {number}: there is no path.")
    return Row(source.parent / values["path"], values, defaults, source)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return ",".join(str(item) for item in value)
    return str(value).strip()


def _csv(source: Path) -> Iterator[Mapping[str, Any]]:
    try:
        with source.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file, restkey="(surplus)")
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{source} cannot be read as CSV: {error}.") from error


def _jsonl(source: Path) -> Iterator[Mapping[str, Any]]:
    try:
        lines = source.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{source} cannot be read as UTF-8: {error}.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(f"{source} line {number} is no JSON: {error}.") from error
        if not isinstance(record, dict):
            raise InputError(f"{source} line {number} is no JSON object.")
        yield record


def _parquet(source: Path) -> Iterable[Mapping[str, Any]]:
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise InputError(
            "Reading Parquet needs pyarrow: install raisonne[parquet].",
            reason=Reason.ENGINE_UNAVAILABLE,
        ) from error
    try:
        for batch in parquet.ParquetFile(source).iter_batches():
            yield from batch.to_pylist()
    except (OSError, ValueError) as error:
        raise InputError(f"{source} cannot be read as Parquet: {error}.") from error
