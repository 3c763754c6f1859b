"""Which files a command line names, and reading them within limits."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from raisonne.rights.errors import InputError, LimitError, RaisonneError, Reason

IMAGE_SUFFIXES = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".webp"),
        *(".gif", ".tif", ".tiff", ".bmp", ".avif", ".avifs"),
    }
)
"""Names that are read inside folders; a file named itself is read whatever its name."""
_SIGNATURES = (
    b"\xff\xd8\xff",
    b"\x89PNG",
    b"GIF8",
    b"II*\0",
    b"MM\0*",
    b"BM",
    b"8BPS",
    b"\0\0\0\x0cj",
)
MAX_FILE_BYTES = 32 * 1024 * 1024
"""Largest picture that is read."""


@dataclass(frozen=True, slots=True)
class Input:
    """One thing to read.

    Attributes:
        path: The file, or the folder that could not be used.
        error: Why there is nothing to read, if so.
    """

    path: Path
    error: RaisonneError | None = None


def find_inputs(arguments: Sequence[str], passed_over: list[Path] | None = None) -> Iterator[Input]:
    """Yield the files behind the arguments, folders walked in order of name.

    Args:
        arguments: Files, folders, or ``-`` for a list of either on stdin, one a line.
        passed_over: Receives the files inside folders that are no pictures by name or content.
    """
    others = [] if passed_over is None else passed_over
    for argument in arguments:
        if argument == "-":
            lines = [line for line in sys.stdin.read().splitlines() if line]
            yield from find_inputs(lines, others)
        elif (path := Path(argument)).is_dir():
            yield from _walk(path, others)
        elif path.is_file():
            yield Input(path)
        else:
            yield Input(path, _missing(path))


def read_input(path: Path, limit: int = MAX_FILE_BYTES) -> bytes:
    """Return a file's bytes.

    Args:
        path: The file.
        limit: Most bytes that are read.

    Raises:
        InputError: If it is missing, unreadable or empty.
        LimitError: If it is larger than ``limit``; it is then not read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except FileNotFoundError as error:
        raise _missing(path) from error
    except OSError as error:
        raise _unreadable(path, error) from error
    if not data:
        raise InputError(f"{path} is empty.", reason=Reason.EMPTY_INPUT)
    if len(data) > limit:
        raise LimitError(
            f"{path} has more than {limit:,} bytes.",
            reason=Reason.FILE_TOO_LARGE,
            metadata={"limit_bytes": str(limit)},
        )
    return data


def _walk(folder: Path, others: list[Path]) -> Iterator[Input]:
    found = False
    for item in _files(folder):
        if item.error is None and not _is_picture(item.path):
            others.append(item.path)
            continue
        found = True
        yield item
    if not found:
        yield Input(
            folder,
            InputError(f"There are no pictures in {folder}.", reason=Reason.NO_IMAGES_FOUND),
        )


def _files(folder: Path) -> Iterator[Input]:
    """Yield every file below a folder, through links to folders, each folder once."""
    seen: set[str] = set()
    failed: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=failed.append, followlinks=True):
        real = os.path.realpath(parent)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders.sort()
        for name in sorted(names):
            path = Path(parent, name)
            yield Input(path, None if path.is_file() else _missing(path))
    for error in failed:
        # A folder that cannot be read is not a folder without pictures.
        where = Path(error.filename or folder)
        yield Input(where, _unreadable(where, error))


def _is_picture(path: Path) -> bool:
    """Whether a name or, failing that, the first bytes speak of a picture."""
    if path.suffix.lower() in IMAGE_SUFFIXES:
        return True
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError:
        return True  # It is tried, and then reported as unreadable.
    return head.startswith(_SIGNATURES) or head[4:8] == b"ftyp" or head[8:12] == b"WEBP"


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError(f"{path} cannot be read: {error.strerror}.", reason=Reason.FILE_NOT_FOUND)


def _missing(path: Path) -> InputError:
    what = "is no file" if path.exists() else "does not exist"
    return InputError(f"{path} {what}.", reason=Reason.FILE_NOT_FOUND)
