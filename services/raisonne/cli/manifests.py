"""What an import names: a folder, or a CSV, JSONL or Parquet manifest."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from raisonne.cli.inputs import find_inputs
from raisonne.rights.errors import InputError, Reason

if TYPE_CHECKING:
    from raisonne.app.work_changes import WorkChange
    from raisonne.app.works import WorkDraft
    from raisonne.rights.statement import RightsStatement

COMPLETE = "complete"
"""Column that says that a row is the whole record: what is blank in it is blank."""
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
        "uses",
        "attribution",
        "source",
        "sha256",
        "state",
        "work",
        COMPLETE,
    }
)
"""Columns of a manifest; all but ``path`` may be missing or blank."""
_TEXTS = ("title", "holder", "collection", "external_id", "source")
_WITHDRAWN = "WITHDRAWN"
MAX_LINE_CHARACTERS = 1024 * 1024
"""Longest line of a JSONL file."""


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

    @property
    def withdrawn(self) -> bool:
        """Whether it tells of a work that was withdrawn, and registers none."""
        return self.values.get("state", "").strip() == _WITHDRAWN

    def draft(self, data: bytes) -> WorkDraft:
        """Return the draft for the file's bytes.

        Raises:
            InputError: If a value cannot be used, or the bytes are others than the row says.
        """
        from raisonne.app.works import WorkDraft

        self._require_same(data)
        value, defaults = self.values.get, self.defaults
        if self._complete:
            texts = {name: value(name, "") for name in _TEXTS}
            return WorkDraft(data=data, rights=self._statement(), **texts)
        return WorkDraft(
            data=data,
            title=value("title", self.path.stem),
            holder=value("holder", defaults.holder),
            collection=value("collection", defaults.collection),
            external_id=value("external_id", ""),
            source=value("source", str(self.path)),
            rights=self._statement(),
        )

    def change(self, draft: WorkDraft, rights: RightsStatement) -> WorkChange:
        """Return what a record that exists is to become: its rights, and what the row says."""
        from raisonne.app.work_changes import WorkChange

        if self._complete:
            return WorkChange(rights=rights, **{name: getattr(draft, name) for name in _TEXTS})
        said = {
            "title": self.values.get("title"),
            "holder": draft.holder or None,
            "collection": draft.collection or None,
            "external_id": self.values.get("external_id"),
        }
        return WorkChange(**said, rights=rights)

    @property
    def _complete(self) -> bool:
        return COMPLETE in self.values

    def _statement(self) -> RightsStatement:
        from raisonne.app.statements import (
            exact_statement,
            make_statement,
            parse_flag,
            parse_time,
            parse_uses,
            split_list,
        )

        if self._complete:
            return exact_statement(self.values)
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
        if "uses" in self.values:
            rights = replace(rights, uses=parse_uses(self.values["uses"]))
        if "attribution" in self.values:
            rights = replace(rights, attribution=parse_flag(self.values["attribution"]))
        return rights

    def _require_same(self, data: bytes) -> None:
        wanted = self.values.get("sha256", "").strip().lower()
        if wanted and wanted != (found := hashlib.sha256(data).hexdigest()):
            raise InputError(
                f"{self.path} has other bytes than {self.source.name} says.",
                metadata={"sha256": found},
            )


def count_rows(source: Path, defaults: Defaults) -> int:
    """Read a source once, keep nothing of it, and return how many rows it has.

    What is wrong with it as a whole is known then, before anything is registered.

    Raises:
        InputError: If the source cannot be read, or a column is unknown.
    """
    return sum(1 for _ in read_rows(source, defaults))


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
    from raisonne.app.statements import parse_flag

    unknown = sorted(set(record) - COLUMNS)
    if unknown:
        raise InputError(f"{source} row {number}: unknown column {unknown[0]!r}.")
    try:
        complete = parse_flag(_text(record.get(COMPLETE)))
    except InputError as error:
        raise InputError(f"{source} row {number}: {error.message}") from error
    read = _raw if complete else _text
    values = {key: text for key, value in record.items() if (text := read(value))}
    if not complete:
        values.pop(COMPLETE, None)
    if "path" not in values:
        raise InputError(f"{source} row {number}: there is no path.")
    return Row(source.parent / values["path"], values, defaults, source)


def _text(value: Any) -> str:
    return _raw(value).strip()


def _raw(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return ",".join(str(item) for item in value)
    return str(value)


def _csv(source: Path) -> Iterator[Mapping[str, Any]]:
    try:
        with source.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file, restkey="(surplus)")
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{source} cannot be read as CSV: {error}.") from error


def _jsonl(source: Path) -> Iterator[Mapping[str, Any]]:
    try:
        with source.open(encoding="utf-8") as file:
            for number, line in enumerate(iter(lambda: file.readline(MAX_LINE_CHARACTERS), ""), 1):
                if line.strip():
                    yield _object(source, number, line)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{source} cannot be read as UTF-8: {error}.") from error


def _object(source: Path, number: int, line: str) -> Mapping[str, Any]:
    if len(line) == MAX_LINE_CHARACTERS:
        raise InputError(f"{source} line {number} has {MAX_LINE_CHARACTERS:,} characters or more.")
    try:
        record = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(f"{source} line {number} is no JSON: {error}.") from error
    if not isinstance(record, dict):
        raise InputError(f"{source} line {number} is no JSON object.")
    return record


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
