"""The root key: the one secret that wraps all other keys, by URI.

A key management service fits the same two methods: its "encryption context" or "additional
authenticated data" is the ``context`` here.
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from raisonne.keys.private_files import create_private, read_private
from raisonne.keys.uri import split_uri, unknown_scheme
from raisonne.rights.errors import ConfigError, KeyUnavailableError, Reason

_NONCE_BYTES = 12
_KEY_BYTES = 32
_ARGON2_MEMORY_KIB = 64 * 1024
_ARGON2_PASSES = 3
_ARGON2_LANES = 4
_FILE_CONTEXT = b"raisonne/root-key-file/v1"


class RootKey(Protocol):
    """Wraps keys; the root key itself may never leave its store."""

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Encrypt a key and bind it to a context."""
        ...

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Decrypt a key.

        Raises:
            KeyUnavailableError: ``CIPHERTEXT_INVALID`` if the bytes or the context differ.
        """
        ...


class AesGcmKey:
    """A 256-bit key in memory that wraps others with AES-256-GCM under a random nonce."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Return nonce and ciphertext of a key bound to a context."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the key.

        Raises:
            KeyUnavailableError: ``CIPHERTEXT_INVALID`` if the bytes or the context differ.
        """
        try:
            return self._aead.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], context)
        except (InvalidTag, ValueError) as error:
            raise KeyUnavailableError(
                "A wrapped key is not the one that was wrapped, or belongs to another context.",
                reason=Reason.CIPHERTEXT_INVALID,
            ) from error


def root_key_from_uri(uri: str, passphrase: str | None) -> RootKey:
    """Return the root key that a URI names.

    Args:
        uri: ``file:PATH``, a key file of mode 0600 that is created at first use.
        passphrase: Protects a new key file, and opens one that was made with it.

    Raises:
        ConfigError: If the scheme is unknown, or the file is not a private key file.
        KeyUnavailableError: If the passphrase is missing or wrong.
    """
    scheme, location = split_uri(uri)
    if scheme != "file":
        raise unknown_scheme(scheme, "file:PATH")
    path = Path(location)
    content = read_private(path)
    if content is None:
        content = create_private(path, _new_file(passphrase))
    return AesGcmKey(_open_file(path, content, passphrase))


def _new_file(passphrase: str | None) -> bytes:
    key = os.urandom(_KEY_BYTES)
    if passphrase is None:
        return _encode({"version": 1, "key": _text(key)})
    kdf = {
        "name": "argon2id",
        "salt": _text(os.urandom(16)),
        "memory_kib": _ARGON2_MEMORY_KIB,
        "passes": _ARGON2_PASSES,
        "lanes": _ARGON2_LANES,
    }
    wrapped = AesGcmKey(_derive(passphrase, kdf)).wrap(key, _FILE_CONTEXT)
    return _encode({"version": 1, "kdf": kdf, "wrapped_key": _text(wrapped)})


def _open_file(path: Path, content: bytes, passphrase: str | None) -> bytes:
    try:
        fields = json.loads(content)
        if "kdf" not in fields:
            if passphrase is not None:
                raise ConfigError(f"{path} is not protected by a passphrase, but one was given.")
            return base64.b64decode(fields["key"], validate=True)
        if passphrase is None:
            raise KeyUnavailableError(f"{path} needs its passphrase.")
        wrapping = AesGcmKey(_derive(passphrase, fields["kdf"]))
        wrapped = base64.b64decode(fields["wrapped_key"], validate=True)
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{path} is not a root key file.") from error
    try:
        return wrapping.unwrap(wrapped, _FILE_CONTEXT)
    except KeyUnavailableError as error:
        raise KeyUnavailableError(f"The passphrase does not open {path}.") from error


def _derive(passphrase: str, kdf: dict[str, Any]) -> bytes:
    """Argon2id (RFC 9106); a file keeps the costs that it was made with."""
    return Argon2id(
        salt=base64.b64decode(kdf["salt"], validate=True),
        length=_KEY_BYTES,
        iterations=kdf["passes"],
        lanes=kdf["lanes"],
        memory_cost=kdf["memory_kib"],
    ).derive(passphrase.encode())


def _encode(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, indent=1).encode() + b"\n"


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
