"""Ports of encryption: what is sealed, under which key, and where sealed files lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SealContext:
    """What a ciphertext is bound to; authenticated with it.

    Attributes:
        tenant: Owner; selects the key encryption key.
        purpose: ``asset``, ``job`` or another fixed word; selects the key encryption key.
        object: Resource name.
    """

    tenant: str
    purpose: str
    object: str


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key, wrapped.

    Attributes:
        version: Version of the tenant's key encryption key.
        wrapped: Nonce and ciphertext.
    """

    version: int
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class Sealed:
    """Ciphertext and the wrapped key that opens it."""

    ciphertext: bytes
    key: WrappedKey


class Envelope(Protocol):
    """Envelope encryption: data key under the tenant's key under the root key."""

    def seal(self, context: SealContext, plaintext: bytes) -> Sealed:
        """Encrypt under a fresh data key.

        Raises:
            KeyUnavailableError: If the root key cannot be used.
        """
        ...

    def open(self, context: SealContext, sealed: Sealed) -> bytes:
        """Decrypt.

        Raises:
            KeyUnavailableError: If the key was shredded or is missing; with reason
                ``CIPHERTEXT_INVALID`` if the bytes or the context are not the sealed ones.
        """
        ...


@dataclass(frozen=True, slots=True)
class BlobRecord:
    """Where a blob lies and what opens it; stored in the row that makes the blob count."""

    location: str
    key: WrappedKey


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A stored file that protects nothing any more.

    Attributes:
        asset: ``assets/{id}``.
        location: Where its bytes lie.
        work: ``works/{id}`` that was withdrawn.
    """

    asset: str
    location: str
    work: str


class BlobStore(Protocol):
    """Encrypted bytes. A blob that no committed row names is an orphan and may be swept."""

    def put(self, context: SealContext, data: bytes) -> BlobRecord:
        """Encrypt and store durably (fsync) under a fresh location; never overwrites."""
        ...

    def get(self, context: SealContext, record: BlobRecord) -> bytes:
        """Read and decrypt.

        Raises:
            StorageError: If the file is missing.
            KeyUnavailableError: See ``Envelope.open``.
        """
        ...

    def delete(self, location: str) -> None:
        """Remove a blob that no committed row names any more; nothing happens if it is gone.

        Raises:
            StorageError: If it cannot be removed.
        """
        ...


def pack(sealed: Sealed) -> bytes:
    """Return what was sealed with its wrapped key, as one value for one column."""
    head = sealed.key.version.to_bytes(4, "big") + len(sealed.key.wrapped).to_bytes(4, "big")
    return head + sealed.key.wrapped + sealed.ciphertext


def unpack(packed: bytes) -> Sealed:
    """Return what ``pack`` was given."""
    end = 8 + int.from_bytes(packed[4:8], "big")
    key = WrappedKey(int.from_bytes(packed[:4], "big"), packed[8:end])
    return Sealed(packed[end:], key)
