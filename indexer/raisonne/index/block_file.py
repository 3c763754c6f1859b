"""Immutable files whose blocks are verified, or decrypted, when they are first touched.

A file is its contents in blocks of 256 KiB (the last may be shorter), then one check value for each
block, then a footer. In a plain file a check value is the block's SHA-256. In a sealed file each
block is encrypted with AES-256-GCM and the check value is its tag: the nonce is the block's number,
the associated data are the file's name and the block's number. Whoever opens a file knows its size
and the SHA-256 of all that follows the contents, so that a foreign or an old file is noticed at
once and a damaged block when it is touched.

The files are only ever made whole, mapped and unlinked. Never cut one short in place: the system
ends a process that reads a mapped page which the file no longer has.
"""

from __future__ import annotations

import mmap
import os
import stat
import struct
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from raisonne.index.block_guards import guard_for
from raisonne.rights.errors import StorageError

BLOCK_BYTES = 256 * 1024
FOOTER = struct.Struct("<8sHHIQ")
"""Magic, version, whether sealed, bytes of a block, bytes of the contents."""
MAGIC = b"RAISBLK\n"
VERSION = 1
_BLOCK_BITS = BLOCK_BYTES.bit_length() - 1

Progress = Callable[[int, int], None]
"""Is told how many bytes are done, and of how many."""


class DamagedSegmentError(StorageError):
    """A file of the index is not what was written; it can be made anew from the catalogue."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path} {problem}.", metadata={"file": path.name})


@dataclass(frozen=True, slots=True)
class BlockFileDigest:
    """What whoever opens a file has to know of it.

    Attributes:
        size: Of the whole file, in bytes.
        digest: SHA-256 of the check values and the footer, 32 bytes.
    """

    size: int
    digest: bytes


class BlockFile:
    """A file that is open for reading; many threads may share it, and it may be unlinked.

    A plain file is mapped. What a sealed file holds is decrypted into memory of its own, which
    takes no more than what was touched. Blocks are verified once: what the system reads again
    later, because it was short of memory, is believed.

    Args:
        path: Where it lies; a sealed file opens under the name that it was written with only.
        expected: Its size and digest, as the writer returned them.
        key: 32 bytes for a sealed file, None for a plain one.

    Raises:
        DamagedSegmentError: If it is missing, or is not the file that was written.
        StorageError: If it cannot be opened for another reason.
    """

    def __init__(self, path: Path, expected: BlockFileDigest, key: bytes | None = None) -> None:
        self._path = path
        self._guard = guard_for(path, key)
        self._descriptor = self._opened()
        self._close = weakref.finalize(self, os.close, self._descriptor)
        try:
            self._content_bytes, self._checks = self._trailer(expected, sealed=key is not None)
            self._decrypted = None if key is None else _memory(self._content_bytes)
            self._contents = self._mapped()
        except OSError as error:
            self.close()
            raise StorageError(f"{self._path} cannot be mapped: {error.strerror}.") from error
        except BaseException:
            self.close()
            raise
        count = -(-self._content_bytes // BLOCK_BYTES)
        self._verified = np.zeros(count, np.bool_)
        # How many blocks before a block are not verified: makes a range one subtraction.
        self._missing_before = np.arange(count + 1)
        self._counting = threading.Lock()

    @property
    def contents(self) -> NDArray[np.uint8]:
        """All of them, read-only; ``check`` comes before they are read."""
        return self._contents

    def check(self, starts: NDArray[np.int64], stops: NDArray[np.int64]) -> None:
        """Make sure that ranges of the contents can be read; what was checked once is quick.

        Args:
            starts: First bytes, shape (n,).
            stops: Bytes after the last ones, shape (n,); not below the starts.

        Raises:
            DamagedSegmentError: If a block of them is not as it was written.
        """
        missing = self._missing_before
        first, after = starts >> _BLOCK_BITS, (stops + (BLOCK_BYTES - 1)) >> _BLOCK_BITS
        if (missing.take(first) == missing.take(after)).all():
            return
        counts = (after - first) * (stops > starts)
        ends = counts.cumsum()
        blocks = np.repeat(first - ends + counts, counts) + np.arange(ends[-1])
        unverified = blocks[~self._verified[blocks]]
        if len(unverified):  # Else only ranges of nothing lie in blocks that are not verified.
            self._touch(np.unique(unverified))

    def verify_all(self, progress: Progress | None = None) -> None:
        """Read all blocks from the file, also those that were verified before.

        Args:
            progress: Is called after each block.

        Raises:
            DamagedSegmentError: At the first block that is not as it was written.
        """
        for block in range(len(self._verified)):
            self._recovered(block)
            if progress is not None:
                done = min((block + 1) * BLOCK_BYTES, self._content_bytes)
                progress(done, self._content_bytes)

    def close(self) -> None:
        """Let go of the file. Arrays that were given out stay, and keep its memory."""
        self._close()

    def _touch(self, blocks: NDArray[np.int64]) -> None:
        # Two threads may do this for one block at the same time, and write the same bytes.
        for block in blocks.tolist():
            data = self._recovered(block)
            if self._decrypted is not None:
                start = block << _BLOCK_BITS
                self._decrypted[start : start + len(data)] = data
            self._verified[block] = True
        with self._counting:  # So that the last count knows of all that were verified before.
            self._missing_before = np.concatenate([[0], (~self._verified).cumsum()])

    def _recovered(self, block: int) -> bytes:
        # Also plain blocks are read, not looked at where they are mapped: a sector that the disk
        # cannot read is an error here, and there the end of the process.
        start = block << _BLOCK_BITS
        stored = self._read(start, min(BLOCK_BYTES, self._content_bytes - start))
        width = self._guard.check_bytes
        data = self._guard.recover(block, stored, self._checks[block * width : (block + 1) * width])
        if data is None:
            raise DamagedSegmentError(self._path, f"is damaged in block {block}")
        return data

    def _opened(self) -> int:
        try:
            # Without O_NONBLOCK a named pipe would be waited for.
            return os.open(self._path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise DamagedSegmentError(self._path, "is missing") from error
        except OSError as error:
            raise StorageError(f"{self._path} cannot be opened: {error.strerror}.") from error

    def _trailer(self, expected: BlockFileDigest, *, sealed: bool) -> tuple[int, bytes]:
        """Return the bytes of the contents and the check values."""
        status = os.fstat(self._descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise DamagedSegmentError(self._path, "is not a file")
        size = status.st_size
        if size != expected.size or size < FOOTER.size:
            problem = f"has {size} bytes, not the {expected.size} that were written"
            raise DamagedSegmentError(self._path, problem)
        footer = self._read(size - FOOTER.size, FOOTER.size)
        content_bytes = FOOTER.unpack(footer)[-1]
        if footer != FOOTER.pack(MAGIC, VERSION, sealed, BLOCK_BYTES, content_bytes):
            kind = "sealed" if sealed else "plain"
            raise DamagedSegmentError(self._path, f"does not end like a {kind} file of the index")
        count = -(-content_bytes // BLOCK_BYTES)
        if content_bytes + count * self._guard.check_bytes + FOOTER.size != size:
            raise DamagedSegmentError(self._path, "has a footer that does not fit its size")
        checks = self._read(content_bytes, count * self._guard.check_bytes)
        if sha256(checks + footer).digest() != expected.digest:
            raise DamagedSegmentError(self._path, "is damaged, or is another file")
        return content_bytes, checks

    def _mapped(self) -> NDArray[np.uint8]:
        source = self._decrypted
        if source is None:
            source = mmap.mmap(self._descriptor, 0, access=mmap.ACCESS_READ)
        contents = memoryview(source).toreadonly()[: self._content_bytes]
        return np.frombuffer(contents, np.uint8)

    def _read(self, start: int, length: int) -> bytes:
        if not self._close.alive:
            raise ValueError(f"{self._path} was closed.")
        try:
            data = os.pread(self._descriptor, length, start)
        except OSError as error:  # Of an open file: the disk's.
            raise DamagedSegmentError(self._path, f"cannot be read: {error.strerror}") from error
        if len(data) != length:
            raise DamagedSegmentError(self._path, "was cut short")
        return data


def _memory(size: int) -> mmap.mmap:
    """Return memory that is taken when it is written to, and is left out of core dumps."""
    memory = mmap.mmap(-1, max(size, 1), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    # With huge pages a touched block would take eight times its size.
    for advice in (mmap.MADV_DONTDUMP, mmap.MADV_NOHUGEPAGE):
        with suppress(OSError):  # Not every kernel has both.
            memory.madvise(advice)
    return memory
