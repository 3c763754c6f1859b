"""Writing manifests that an import reads back: CSV, JSONL or Parquet, row by row."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

from raisonne.cli.manifests import COMPLETE
from raisonne.rights.errors import InputError, Reason

if TYPE_CHECKING:
    from raisonne.rights.work import Work

Write: TypeAlias = Callable[[Mapping[str, str]], None]
"""Takes one row, column to text."""
EXPORTED = (
    *("path", "title", "holder", "collection", "external_id", "licence", "uses", "reservations"),
    *("territories", "valid_from", "valid_until", "embargo_until", "attribution"),
    *("source", "sha256", "work", "state", COMPLETE),
)
"""Columns in order."""
SUFFIXES = frozenset({".csv", ".jsonl", ".parquet"})
_LISTS = frozenset({"uses", "reservations", "territories"})
_FLAGS = frozenset({"attribution", COMPLETE})
_BATCH = 1_000
"""Rows of Parquet that are held at a time."""


def exported_row(work: Work, path: str) -> dict[str, str]:
    """Return the row that says all of a record.

    Args:
        work: The record.
        path: Where its picture is.
    """
    from raisonne.app.statements import statement_texts

    return {
        "path": path,
        "title": work.title,
        "holder": work.holder,
        "collection": work.collection,
        "external_id": work.external_id,
        "source": work.source,
        "sha256": work.sha256,
        "work": work.name,
        "state": work.state.value,
        COMPLETE: "true",
        **statement_texts(work.rights),
    }


def require_format(path: Path) -> None:
    """Refuse names that say no format, and formats that need what is not installed.

    Raises:
        InputError: Saying which.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"{path} is no .csv, .jsonl or .parquet file.")
    if path.suffix.lower() == ".parquet":
        _pyarrow()


@contextmanager
def manifest_writer(path: Path, file: BinaryIO) -> Iterator[Write]:
    """Write rows into an open file, in the format that its name says.

    Args:
        path: Name of the file.
        file: Where to; it stays open.
    """
    writers = {".csv": _csv, ".jsonl": _jsonl, ".parquet": _parquet}
    with writers[path.suffix.lower()](file) as write:
        yield write


@contextmanager
def _csv(file: BinaryIO) -> Iterator[Write]:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=False)
    writer = csv.DictWriter(text, EXPORTED)
    writer.writeheader()
    try:
        yield writer.writerow
        text.flush()
    finally:
        text.detach()


@contextmanager
def _jsonl(file: BinaryIO) -> Iterator[Write]:
    def write(row: Mapping[str, str]) -> None:
        record = {column: _json(column, row[column]) for column in EXPORTED}
        file.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")

    yield write


def _json(column: str, text: str) -> object:
    if column in _LISTS:
        return text.split(",") if text else []
    return text == "true" if column in _FLAGS else text


@contextmanager
def _parquet(file: BinaryIO) -> Iterator[Write]:
    arrow, parquet = _pyarrow()
    schema = arrow.schema([(column, arrow.string()) for column in EXPORTED])
    held: list[Mapping[str, str]] = []
    with parquet.ParquetWriter(file, schema) as writer:

        def flush() -> None:
            writer.write_table(arrow.Table.from_pylist(held, schema=schema))
            held.clear()

        def write(row: Mapping[str, str]) -> None:
            held.append(row)
            if len(held) == _BATCH:
                flush()

        yield write
        if held:
            flush()


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise InputError(
            "Parquet needs pyarrow: install raisonne[parquet].",
            reason=Reason.ENGINE_UNAVAILABLE,
        ) from error
    return pa, parquet
