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


def find_inputs(arguments: Sequence[str]) -> Iterator[Input]:
    """Yield the files behind the arguments, folders walked in order of name.

    Args:
        arguments: Files, folders, or ``-`` for a list of either on stdin, one a line.
    """
    for argument in arguments:
        if argument == "-":
            yield from find_inputs([line for line in sys.stdin.read().splitlines() if line])
        elif (path := Path(argument)).is_dir():
            yield from _walk(path)
        elif path.exists():
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


def _walk(folder: Path) -> Iterator[Input]:
    found = False
    failed: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=failed.append):
        folders.sort()
        for name in sorted(names):
            path = Path(parent, name)
            if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file():
                found = True
                yield Input(path)
    for error in failed:
        # A folder that cannot be read is not a folder without pictures.
        yield Input(Path(error.filename or folder), _unreadable(Path(error.filename), error))
    if not found and not failed:
        yield Input(
            folder,
            InputError(f"There are no pictures in {folder}.", reason=Reason.NO_IMAGES_FOUND),
        )


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError(f"{path} cannot be read: {error.strerror}.", reason=Reason.FILE_NOT_FOUND)


def _missing(path: Path) -> InputError:
    return InputError(f"There is no file {path}.", reason=Reason.FILE_NOT_FOUND)
