"""How the blocks of a block file are kept: in clear with a checksum, or encrypted."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_TAG_BYTES = 16

Bytes = bytes | bytearray | memoryview


class BlockGuard(Protocol):
    """How blocks are kept: what is stored of one, and how it is got back."""

    check_bytes: int

    def protect(self, block: int, data: Bytes) -> tuple[Bytes, bytes]:
        """Return what is stored and the check value."""
        ...

    def recover(self, block: int, stored: bytes, check: bytes) -> bytes | None:
        """Return what was protected, or None where this is something else."""
        ...


class Checksums:
    """Blocks in clear, checked by SHA-256."""

    check_bytes = 32

    def protect(self, _: int, data: Bytes) -> tuple[Bytes, bytes]:
        """See ``BlockGuard``."""
        return data, sha256(data).digest()

    def recover(self, _: int, stored: bytes, check: bytes) -> bytes | None:
        """See ``BlockGuard``."""
        return stored if sha256(stored).digest() == check else None


class Seals:
    """Encrypted blocks (AES-256-GCM).

    Args:
        name: The file's.
        key: 32 random bytes that no other file was ever written with: nonces are block numbers.
    """

    check_bytes = _TAG_BYTES

    def __init__(self, name: str, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"A key has {KEY_BYTES} bytes.")
        self._cipher = AESGCM(key)
        self._name = os.fsencode(name)

    def protect(self, block: int, data: Bytes) -> tuple[Bytes, bytes]:
        """See ``BlockGuard``."""
        number = block.to_bytes(12, "big")
        sealed = self._cipher.encrypt(number, data, number + self._name)
        return sealed[:-_TAG_BYTES], sealed[-_TAG_BYTES:]

    def recover(self, block: int, stored: bytes, check: bytes) -> bytes | None:
        """See ``BlockGuard``."""
        number = block.to_bytes(12, "big")
        try:
            return self._cipher.decrypt(number, stored + check, number + self._name)
        except InvalidTag:
            return None


def guard_for(path: Path, key: bytes | None) -> BlockGuard:
    """Return how the blocks of a file are kept: sealed where there is a key."""
    return Checksums() if key is None else Seals(path.name, key)
