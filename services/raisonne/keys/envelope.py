"""Envelope encryption: a data key for each object, under the tenant's key, under the root key.

Deleting a tenant's key encryption key shreds everything below it. Wrapped keys are read from the
store at each use and only their unwrapped form is cached, so that a shredding by another process
counts at once, while a key management service is asked once for each key.
"""

from __future__ import annotations

import json
import os
from threading import Lock
from typing import Protocol

from raisonne.app.sealing import SealContext, Sealed, WrappedKey
from raisonne.keys import floe
from raisonne.keys.root import AesGcmKey, RootKey
from raisonne.rights.errors import KeyUnavailableError

_KEY_BYTES = 32


class KekStore(Protocol):
    """Wrapped key encryption keys; a row is what a tenant's data lives by."""

    def current(self, tenant: str, purpose: str) -> tuple[int, bytes] | None:
        """Return the highest version and its wrapped key, or None."""
        ...

    def get(self, tenant: str, purpose: str, version: int) -> bytes | None:
        """Return a wrapped key, or None."""
        ...

    def add(self, tenant: str, purpose: str, version: int, wrapped: bytes) -> bool:
        """Insert a wrapped key durably; return False if that version exists already."""
        ...


class TenantEnvelope:
    """Seals objects under keys of their tenant and purpose; safe to share between threads."""

    def __init__(self, root: RootKey, keks: KekStore) -> None:
        self._root = root
        self._keks = keks
        self._unwrapped: dict[tuple[str, str, int], tuple[bytes, AesGcmKey]] = {}
        self._lock = Lock()

    def seal(self, context: SealContext, plaintext: bytes) -> Sealed:
        """Encrypt under a fresh data key.

        Raises:
            KeyUnavailableError: If the root key cannot be used.
        """
        key, wrapped = self.new_key(context)
        return Sealed(floe.encrypt(key, plaintext, _object_context(context)), wrapped)

    def new_key(self, context: SealContext) -> tuple[bytes, WrappedKey]:
        """Return a fresh data key of 32 bytes, for what is encrypted elsewhere, and how to keep it.

        Raises:
            KeyUnavailableError: If the root key cannot be used.
        """
        version, kek = self._current(context.tenant, context.purpose)
        key = os.urandom(_KEY_BYTES)
        return key, WrappedKey(version, kek.wrap(key, _object_context(context)))

    def open(self, context: SealContext, sealed: Sealed) -> bytes:
        """Decrypt.

        Raises:
            KeyUnavailableError: If the key was shredded or is missing; with reason
                ``CIPHERTEXT_INVALID`` if the bytes or the context are not the sealed ones.
        """
        key = self.open_key(context, sealed.key)
        return floe.decrypt(key, sealed.ciphertext, _object_context(context))

    def open_key(self, context: SealContext, key: WrappedKey) -> bytes:
        """Unwrap a data key.

        Raises:
            KeyUnavailableError: As ``open``.
        """
        version = key.version
        stored = self._keks.get(context.tenant, context.purpose, version)
        if stored is None:
            self._forget(context.tenant, context.purpose, version)
            raise KeyUnavailableError(
                f"Key version {version} for {context.purpose} was shredded or never existed."
            )
        kek = self._unwrap(context.tenant, context.purpose, version, stored)
        return kek.unwrap(key.wrapped, _object_context(context))

    def rotate(self, tenant: str, purpose: str) -> int:
        """Make a new key version for what is sealed from now on; return its number.

        Raises:
            KeyUnavailableError: If the root key cannot be used.
        """
        present = self._keks.current(tenant, purpose)
        version = present[0] + 1 if present else 1
        self._create(tenant, purpose, version)
        return version

    def _current(self, tenant: str, purpose: str) -> tuple[int, AesGcmKey]:
        present = self._keks.current(tenant, purpose)
        if present is None:
            self._create(tenant, purpose, version=1)
            present = self._keks.current(tenant, purpose)
        if present is None:
            raise KeyUnavailableError(f"The key for {purpose} was shredded while in use.")
        version, wrapped = present
        return version, self._unwrap(tenant, purpose, version, wrapped)

    def _create(self, tenant: str, purpose: str, version: int) -> None:
        """Add a key version; if another process was faster, its key is as good."""
        wrapped = self._root.wrap(os.urandom(_KEY_BYTES), _kek_context(tenant, purpose, version))
        self._keks.add(tenant, purpose, version, wrapped)

    def _unwrap(self, tenant: str, purpose: str, version: int, wrapped: bytes) -> AesGcmKey:
        name = (tenant, purpose, version)
        with self._lock:
            cached = self._unwrapped.get(name)
        if cached is not None and cached[0] == wrapped:
            return cached[1]
        kek = AesGcmKey(self._root.unwrap(wrapped, _kek_context(tenant, purpose, version)))
        with self._lock:
            self._unwrapped[name] = (wrapped, kek)
        return kek

    def _forget(self, tenant: str, purpose: str, version: int) -> None:
        with self._lock:
            self._unwrapped.pop((tenant, purpose, version), None)


def _object_context(context: SealContext) -> bytes:
    return _canonical(
        {"v": 1, "tenant": context.tenant, "purpose": context.purpose, "object": context.object}
    )


def _kek_context(tenant: str, purpose: str, version: int) -> bytes:
    return _canonical({"tenant": tenant, "purpose": purpose, "version": version})


def _canonical(fields: dict[str, str | int]) -> bytes:
    """Canonical JSON: sorted keys, no blanks, UTF-8."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
