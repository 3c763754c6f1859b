"""Data to stdout, words to stderr."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from raisonne.cli.state import GlobalFlags

SCHEMA_VERSION = 1
T = TypeVar("T")


def json_line(value: Mapping[str, Any]) -> str:
    """Return a JSON object with its schema version, on one line."""
    return json.dumps({"schema_version": SCHEMA_VERSION, **value}, ensure_ascii=False)


def emit(flags: GlobalFlags, value: Mapping[str, Any], words: str) -> None:
    """Write one result to stdout: the JSON object, or the words for a person."""
    sys.stdout.write((json_line(value) if flags.json else words) + "\n")
    sys.stdout.flush()


def say(flags: GlobalFlags, words: str) -> None:
    """Write words to stderr, unless quiet."""
    if not flags.quiet:
        sys.stderr.write(words + "\n")


def warn(words: str) -> None:
    """Write an error to stderr, even when quiet."""
    sys.stderr.write(words + "\n")


@contextmanager
def progress(
    flags: GlobalFlags, items: Iterable[T], title: str, total: int
) -> Iterator[Iterable[T]]:
    """Show a bar with rate and remaining time over ``items``, on a terminal only."""
    if flags.quiet or total < 2 or not sys.stderr.isatty():  # noqa: PLR2004
        yield items
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield bar.track(items, total=total, description=title)


def write_file(path: Path, data: bytes) -> None:
    """Write a whole file or nothing: temporary neighbour, fsync, rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        Path(temporary).chmod(0o666 & ~umask)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
