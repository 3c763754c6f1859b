"""Writing a block file: all of it durably under its name, or nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from raisonne.index.block_file import (
    BLOCK_BYTES,
    FOOTER,
    MAGIC,
    VERSION,
    BlockFileDigest,
)
from raisonne.index.block_guards import Bytes, guard_for
from raisonne.rights.errors import StorageError

UNFINISHED = ".tmp"
"""Ends the name of a file that is being written; what a crash left of one may be removed."""


class BlockFileWriter:
    """Writes a file while holding no more than a block of it; used in a ``with`` statement.

    Without ``commit`` nothing remains.

    Args:
        path: The name that the file gets; a file that has it is replaced.
        key: 32 random bytes to seal it with, made for this attempt; None for a plain file.

    Raises:
        StorageError: From every method: if the file cannot be written, for example because the
            disk is full.
    """

    def __init__(self, path: Path, key: bytes | None = None) -> None:
        self._path = path
        self._unfinished = path.with_name(path.name + UNFINISHED)
        self._guard = guard_for(path, key)
        self._sealed = key is not None
        self._checks = bytearray()
        self._rest = bytearray()
        self._blocks = 0
        self._content_bytes = 0
        self._committed = False
        with self._storage_errors():
            self._file = open(self._unfinished, "wb", opener=_open_private)  # noqa: SIM115

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._committed:
            return
        with suppress(OSError):  # Closing writes what is buffered, which may be what just failed.
            self._file.close()
        with suppress(OSError):
            self._unfinished.unlink(missing_ok=True)

    def write(self, data: Bytes) -> None:
        """Append bytes to the contents.

        Args:
            data: Any length; a ``memoryview`` must be contiguous.
        """
        view = memoryview(data).cast("B")
        self._content_bytes += len(view)
        with self._storage_errors():
            if self._rest:
                missing = BLOCK_BYTES - len(self._rest)
                self._rest += view[:missing]
                view = view[missing:]
                if len(self._rest) < BLOCK_BYTES:
                    return
                self._store(self._rest)
            whole = len(view) - len(view) % BLOCK_BYTES
            for start in range(0, whole, BLOCK_BYTES):
                self._store(view[start : start + BLOCK_BYTES])
            self._rest = bytearray(view[whole:])

    def commit(self) -> BlockFileDigest:
        """Make the file appear under its name; after this a crash cannot lose it.

        Returns:
            What opens it again.
        """
        with self._storage_errors():
            if self._rest:
                self._store(self._rest)
            footer = FOOTER.pack(MAGIC, VERSION, self._sealed, BLOCK_BYTES, self._content_bytes)
            trailer = bytes(self._checks) + footer
            self._file.write(trailer)
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._unfinished.replace(self._path)
            try:
                _sync_folder(self._path.parent)
            except OSError:
                self._path.unlink()
                raise
        self._committed = True
        return BlockFileDigest(self._content_bytes + len(trailer), sha256(trailer).digest())

    def _store(self, data: bytearray | memoryview) -> None:
        stored, check = self._guard.protect(self._blocks, data)
        self._file.write(stored)
        self._checks += check
        self._blocks += 1

    @contextmanager
    def _storage_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            message = f"{self._path} could not be written: {error.strerror}."
            raise StorageError(message) from error


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
