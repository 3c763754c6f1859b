"""Files that hold secrets: mode 0600, durable, and never seen half-written."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from raisonne.rights.errors import ConfigError


def read_private(path: Path) -> bytes | None:
    """Return the content, or None if there is no such file.

    Raises:
        ConfigError: If others than the owner may read or write it, or it cannot be read.
    """
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o077:
                raise ConfigError(f"{path} is open to others (mode {mode:04o}); it must be 0600.")
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read.") from error


def create_private(path: Path, content: bytes) -> bytes:
    """Write a new file unless there is one, and return what the file then holds.

    Of several processes that try at once, one wins and all return its content.

    Raises:
        ConfigError: If the directory cannot be written.
    """
    with _written(path, content) as temporary:
        try:
            # A hard link appears complete or not at all, and refuses to replace.
            os.link(temporary, path)
        except FileExistsError:
            existing = read_private(path)
            return content if existing is None else existing
    return content


def replace_private(path: Path, content: bytes) -> None:
    """Write a file, replacing an old one in one step.

    Raises:
        ConfigError: If the directory cannot be written.
    """
    with _written(path, content) as temporary:
        temporary.replace(path)


@contextmanager
def _written(path: Path, content: bytes) -> Iterator[Path]:
    """Yield a synced temporary file beside ``path``, and make its new name durable."""
    temporary: Path | None = None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)  # created 0600
        temporary = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
        _sync_directory(path.parent)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written.") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
