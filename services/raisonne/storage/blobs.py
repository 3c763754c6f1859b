"""Encrypted files in a folder: durable once put, counted only when a row names them."""

from __future__ import annotations

import errno
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from raisonne.app.sealing import BlobRecord, Envelope, SealContext, Sealed
from raisonne.rights.errors import StorageError

_LOCATION = re.compile(r"[0-9a-f]{2}/[0-9a-f]{30}")
_UNFINISHED = ".tmp"
_OWNERS = ".catalogue"


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep removed.

    Attributes:
        orphans: Blobs that no row names.
        unfinished: Files of writers that did not finish.
    """

    orphans: int
    unfinished: int


class FileBlobStore:
    """``BlobStore`` in a folder of one file system.

    Args:
        root: The folder; made, for its owner alone, when it does not exist.
        envelope: What encrypts.

    Raises:
        StorageError: If the folder cannot be made.
    """

    def __init__(self, root: Path, envelope: Envelope) -> None:
        self._root = root
        self._envelope = envelope
        with _storage_errors():
            root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, context: SealContext, data: bytes) -> BlobRecord:
        """Encrypt and store durably under a fresh random location; nothing is overwritten.

        Raises:
            KeyUnavailableError: If the root key cannot be used.
            StorageError: If the disk is full or cannot be written.
        """
        sealed = self._envelope.seal(context, data)
        digits = secrets.token_hex(16)
        location = f"{digits[:2]}/{digits[2:]}"
        with _storage_errors():
            _write_durably(self._root / location, sealed.ciphertext)
        return BlobRecord(location, sealed.key)

    def get(self, context: SealContext, record: BlobRecord) -> bytes:
        """Read and decrypt.

        Raises:
            StorageError: If the file is missing or cannot be read.
            KeyUnavailableError: See ``Envelope.open``.
        """
        if not _LOCATION.fullmatch(record.location):
            raise StorageError("The location of a stored file is not one that was given out.")
        with _storage_errors():
            ciphertext = (self._root / record.location).read_bytes()
        return self._envelope.open(context, Sealed(ciphertext, record.key))

    def delete(self, location: str) -> None:
        """Remove a blob that no committed row names any more; nothing happens if it is gone.

        Raises:
            StorageError: If it cannot be removed.
        """
        if not _LOCATION.fullmatch(location):
            raise StorageError("The location of a stored file is not one that was given out.")
        path = self._root / location
        with _storage_errors():
            if path.exists():
                path.unlink(missing_ok=True)
                _sync_folder(path.parent)

    def bind(self, catalogue: str) -> bool:
        """Note that a catalogue uses this folder; a folder that is empty becomes its own.

        The file ``.catalogue`` holds the identity of every catalogue that was bound, one a line.
        A folder that held files before it had that file belongs to nobody, and stays so.

        Args:
            catalogue: Identity of the catalogue.

        Returns:
            Whether the folder is this catalogue's alone, so that what it does not name is waste.

        Raises:
            StorageError: If the folder cannot be read or written.
        """
        note = self._root / _OWNERS
        with _storage_errors():
            if not any(self._root.iterdir()):
                _append_durably(note, catalogue)
            owners = set(note.read_text("utf-8").split()) if note.exists() else set()
            if owners and catalogue not in owners:
                _append_durably(note, catalogue)
        return owners == {catalogue}

    def sweep(self, is_known: Callable[[str], bool], older_than: datetime) -> Swept:
        """Remove what no row names and what was never finished, in a folder that ``bind`` allows.

        Args:
            is_known: Whether a committed row names this location.
            older_than: Younger files are kept: the transaction that names them may not have
                committed yet.

        Raises:
            StorageError: If the folder cannot be read or written.
        """
        removed = {True: 0, False: 0}
        with _storage_errors():
            for shard in sorted(self._root.glob("??")):
                for path in sorted(shard.iterdir()):
                    location, unfinished = f"{shard.name}/{path.name}", path.suffix == _UNFINISHED
                    if _is_older(path, older_than) and (unfinished or not is_known(location)):
                        path.unlink(missing_ok=True)
                        removed[unfinished] += 1
        return Swept(orphans=removed[False], unfinished=removed[True])


def _is_older(path: Path, limit: datetime) -> bool:
    with suppress(FileNotFoundError):  # A writer has finished it, or another sweep removed it.
        return path.stat().st_mtime < limit.timestamp()
    return False


def _write_durably(path: Path, data: bytes) -> None:
    # The rename is the commit: after a crash the name holds the whole file or does not exist.
    if not path.parent.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        _sync_folder(path.parent.parent)
    unfinished = path.with_name(path.name + _UNFINISHED)
    try:
        with open(unfinished, "xb", opener=_open_private) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    except OSError:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _append_durably(path: Path, line: str) -> None:
    # Two catalogues that find a folder empty at once both end up in it, and neither owns it.
    with open(path, "a", encoding="utf-8", opener=_open_private) as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _storage_errors() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise StorageError("A stored file is missing.") from error
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StorageError("The disk that holds the stored files is full.") from error
        raise StorageError("The stored files cannot be read or written.") from error
