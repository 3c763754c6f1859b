"""Folders of policies: read whole, within bounds, and watched by what the file system says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from raisonne.policy.rules import SCHEMA
from raisonne.policy.texts import CASES
from raisonne.rights.errors import PolicyError

MAX_FILES = 1_000
"""Files of one folder that are read."""
MAX_FILE_BYTES = 1 << 20
"""Longest file that is read."""

_ENDINGS = (".cedar", CASES)

Stamp: TypeAlias = tuple[tuple[str, int, int, int, int], ...]
"""Of each file its name, size, times of its content and of its record, and its number.

The time of the record cannot be set by whoever copies a file with its old times."""


def read_folder(root: Path) -> dict[str, str]:
    """Return the texts of a folder by name relative to it; hidden folders are left out.

    Raises:
        PolicyError: If it is no folder, holds too much, or a file cannot be read as UTF-8.
    """
    texts: dict[str, str] = {}
    for path in _files(root):
        try:
            with path.open("rb") as file:
                data = file.read(MAX_FILE_BYTES + 1)
            texts[path.relative_to(root).as_posix()] = data.decode()
        except (OSError, UnicodeDecodeError) as error:
            raise _unreadable(path, str(error)) from error
        if len(data) > MAX_FILE_BYTES:
            raise _unreadable(path, f"it is longer than {MAX_FILE_BYTES:,} bytes")
    return texts


def stamp_folder(root: Path) -> Stamp:
    """Return what changes when any text of the folder does.

    Raises:
        PolicyError: If it is no folder, holds too much, or a file cannot be looked at.
    """
    return tuple(sorted(_stamps(root)))


def _stamps(root: Path) -> Iterator[tuple[str, int, int, int, int]]:
    for path in _files(root):
        try:
            seen = path.stat()
        except OSError as error:
            raise _unreadable(path, str(error)) from error
        yield str(path), seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino


def _files(root: Path) -> list[Path]:
    if not root.is_dir():
        raise _unreadable(root, "there is no such folder")
    found: list[Path] = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(folder, n) for n in sorted(names) if n.endswith(_ENDINGS) or n == SCHEMA]
        if len(found) > MAX_FILES:
            raise _unreadable(root, f"it holds more than {MAX_FILES:,} files of policies")
    return found


def _unreadable(path: Path, problem: str) -> PolicyError:
    return PolicyError(
        f"The policies in {path} cannot be read: {problem}.", metadata={"where": str(path)}
    )
