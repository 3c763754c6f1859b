"""Data to stdout, words to stderr."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from raisonne.cli.exit_codes import ExitCode
from raisonne.cli.state import GlobalFlags

if TYPE_CHECKING:
    from rich.progress import Progress

SCHEMA_VERSION = 1
T = TypeVar("T")


def json_line(value: Mapping[str, Any]) -> str:
    """Return a JSON object with its schema version, on one line."""
    return json.dumps({"schema_version": SCHEMA_VERSION, **value}, ensure_ascii=False)


def emit(flags: GlobalFlags, value: Mapping[str, Any], words: str) -> None:
    """Write one result to stdout: the JSON object, or the words for a person."""
    write_line(json_line(value) if flags.json else words)


def write_line(line: str) -> None:
    """Write one line to stdout; end the process when nobody reads any more."""
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(ExitCode.RUNTIME) from None


def columns() -> int:
    """Return how many characters of a line are seen on stdout; no end of them but on a terminal."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize


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
    with _bar() as bar:
        yield bar.track(items, total=total, description=title)


@contextmanager
def counting(flags: GlobalFlags, title: str) -> Iterator[Callable[[int, int], None]]:
    """Show the same bar, moved by whoever is told how many of how many are done."""
    if flags.quiet or not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    with _bar() as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _bar() -> Progress:
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
    return Progress(*columns, console=Console(stderr=True), transient=True)


def require_writable(folder: Path) -> None:
    """Make a folder and prove that files can be written there, before work is done for them.

    Raises:
        OSError: If it cannot be made or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass


@contextmanager
def writing(path: Path, *, replace: bool = True) -> Iterator[BinaryIO]:
    """Write a whole file or nothing: temporary neighbour, fsync, rename.

    ``-`` stands for stdout; links are followed, and pipes and devices are written through.

    Args:
        path: Where to.
        replace: Whether it may take the place of a file that is there.

    Raises:
        FileExistsError: If there is one that may not be replaced; it stays as it is.
        OSError: If it cannot be written.
    """
    if str(path) == "-":
        yield sys.stdout.buffer
        return
    path = path.resolve()
    if path.exists() and not path.is_file():
        with path.open("wb") as device:
            yield device
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        if replace:
            Path(temporary).replace(path)
        else:
            # Unlike renaming, it refuses to take another file's place.
            os.link(temporary, path)
            Path(temporary).unlink()
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_new_file(path: Path, data: bytes) -> None:
    """Write a whole file or nothing, where there is none yet.

    Raises:
        FileExistsError: If there is one; it stays as it is.
        OSError: If it cannot be written.
    """
    with writing(path, replace=False) as file:
        file.write(data)


def write_file(path: Path, data: bytes) -> None:
    """Write a whole file or nothing.

    Raises:
        OSError: If it cannot be written.
    """
    with writing(path) as file:
        file.write(data)
