"""A folder of segment files, and who may change it.

A file counts when the catalogue lists it, and not before: a checkpoint that is committed is the
moment at which new files take the place of old ones. Everything else in the folder was left behind
by a crash or is no longer needed, and whoever holds the folder's lock removes it.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from raisonne.index.block_file import DamagedSegmentError
from raisonne.index.block_file_writer import UNFINISHED
from raisonne.index.device_products import HOST
from raisonne.index.marks import Marks
from raisonne.index.ports import Checkpoint, SegmentKeys, SegmentList, SegmentRecord
from raisonne.index.rows import Rows
from raisonne.index.segment import Segment, searcher_of, segment_arrays
from raisonne.index.segment_file import open_segment, write_segment
from raisonne.rights.errors import StorageError
from raisonne.rights.fingerprint import FingerprintKind

_ENDING = ".segment"
_IDENTITY = "identity"
_LOCK = "lock"
_IDENTITY_FORM = re.compile(r"[0-9a-f]{32}")
_ASK_AGAIN_SECONDS = 0.05


class IndexBusyError(StorageError):
    """Another process or thread makes files at this moment."""


class SegmentStore:
    """A folder of segments.

    Args:
        folder: Made, for its owner alone, when it does not exist.
        listed: What the catalogue says about it.
        keys: Keys of encrypted files.
        sealed: Whether new files are encrypted.
        device: Where products of float vectors are computed; see ``products_at``.

    Raises:
        StorageError: If the folder cannot be made or used.
    """

    def __init__(
        self,
        folder: Path,
        listed: SegmentList,
        keys: SegmentKeys,
        *,
        sealed: bool = False,
        device: str = HOST,
    ) -> None:
        self.folder = folder
        self._listed = listed
        self._keys = keys
        self._sealed = sealed
        self._device = device
        self._turn = threading.RLock()
        self._depth = 0
        self._descriptor = -1
        self.identity = _identity_of(folder)

    def checkpoint(self, tenant: str) -> Checkpoint:
        """Return a tenant's files."""
        return self._listed.checkpoint(self.identity, tenant)

    def commit(self, tenant: str, checkpoint: Checkpoint) -> bool:
        """Make a checkpoint count; see ``SegmentList.commit``."""
        return self._listed.commit(self.identity, tenant, checkpoint)

    @contextmanager
    def maintaining(self, wait_seconds: float = 0.0) -> Iterator[bool]:
        """Be the only one, of all threads and processes, that makes or removes files.

        Who is already may be so once more.

        Args:
            wait_seconds: How long to wait for another one to end.

        Yields:
            Whether we are.

        Raises:
            StorageError: If the folder cannot be used.
        """
        deadline = time.monotonic() + wait_seconds
        if not self._turn.acquire(timeout=wait_seconds):
            yield False
            return
        try:
            if self._depth == 0:
                self._descriptor = self._open_lock()
            while not (held := _try_lock(self._descriptor)) and time.monotonic() < deadline:
                time.sleep(_ASK_AGAIN_SECONDS)
            if held and self._depth == 0:
                _sign(self._descriptor)
            self._depth += 1
            try:
                yield held
            finally:
                self._depth -= 1
                if self._depth == 0:
                    os.close(self._descriptor)
        finally:
            self._turn.release()

    def holder(self) -> str:
        """Say for people who makes files now, or did last; empty if nobody has said so."""
        try:
            return (self.folder / _LOCK).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def _open_lock(self) -> int:
        try:
            return os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _unusable(self.folder, error) from error

    def write(
        self, tenant: str, kind: FingerprintKind, algorithm: str, rows: Rows
    ) -> SegmentRecord | None:
        """Write rows to a new file, which does not count yet; call it while maintaining.

        Args:
            tenant: Whose.
            kind: Of the fingerprints.
            algorithm: Of the fingerprints.
            rows: Read several times.

        Returns:
            What a checkpoint has to list, with all rows in force; None if there are no rows.

        Raises:
            IndexBusyError: If another machine erased some of the rows meanwhile.
            StorageError: If the disk is full, or a value cannot be one of this kind.
        """
        try:
            return self._write(tenant, kind, algorithm, rows)
        except ValueError as error:
            raise IndexBusyError(
                "Rows were erased while a file of the index was made of them; try again."
            ) from error

    def _write(
        self, tenant: str, kind: FingerprintKind, algorithm: str, rows: Rows
    ) -> SegmentRecord | None:
        arrays, summary = segment_arrays(kind, algorithm, rows, self.folder)
        count = len(summary.ids)
        if not count:
            return None
        name = secrets.token_hex(16) + _ENDING
        key, wrapped = self._keys.new(tenant, name) if self._sealed else (None, b"")
        written = write_segment(
            self.folder / name,
            arrays,
            {"tenant": tenant, "algorithm": algorithm, "kind": kind.value},
            key,
        )
        return SegmentRecord(
            name=name,
            algorithm=algorithm,
            kind=kind,
            rows=count,
            first=int(summary.ids[0]),
            last=int(summary.ids[-1]),
            size_bytes=written.size,
            digest=written.digest,
            marks=Marks(summary.marks).stored(),
            wrapped_key=wrapped,
        )

    def open(self, tenant: str, record: SegmentRecord) -> Segment:
        """Open a listed file.

        Raises:
            DamagedSegmentError: If it is missing, or not the one that was written.
            KeyUnavailableError: If its key was shredded.
        """
        key = (
            self._keys.open(tenant, record.name, record.wrapped_key) if record.wrapped_key else None
        )
        file = open_segment(self.folder / record.name, record.size_bytes, record.digest, key)
        searcher = searcher_of(record.kind, file, self._device)
        return Segment(record, tenant, file, self.marks_of(record), searcher)

    def marks_of(self, record: SegmentRecord) -> Marks:
        """Return what the catalogue says of a listed file's rows.

        Raises:
            DamagedSegmentError: If that was damaged.
        """
        try:
            return Marks.read(record.marks, record.rows)
        except StorageError as error:
            path = self.folder / record.name
            raise DamagedSegmentError(path, "has damaged marks in the catalogue") from error

    def sweep(self) -> int:
        """Remove all files that are not listed; call it while maintaining.

        Returns:
            How many there were.
        """
        known = self._listed.names(self.identity)
        removed = 0
        try:
            for path in self.folder.iterdir():
                if path.suffix in {_ENDING, UNFINISHED} and path.name not in known:
                    path.unlink()
                    removed += 1
        except OSError as error:
            raise _unusable(self.folder, error) from error
        return removed


def _identity_of(folder: Path) -> str:
    """Return the identity in the folder, made by whoever comes first."""
    path = folder / _IDENTITY
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _place(path, secrets.token_hex(16))
        identity = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(folder, error) from error
    if not _IDENTITY_FORM.fullmatch(identity):
        raise StorageError(f"{path} is damaged; remove it, and the index is made anew.")
    return identity


def _place(path: Path, text: str) -> None:
    """Write a file whole, or leave the one that somebody else was faster with."""
    draft = path.with_name(f".{text}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink(missing_ok=True)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sign(descriptor: int) -> None:
    """Write into the lock who holds it."""
    with suppress(OSError):  # It is only told to people.
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"Process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)


def _unusable(folder: Path, error: Exception) -> StorageError:
    reason = error.strerror if isinstance(error, OSError) else "it holds no identity"
    return StorageError(f"The index in {folder} cannot be used: {reason}.")
