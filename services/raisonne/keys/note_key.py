"""The Ed25519 key that signs the ledger's checkpoints, in C2SP signed-note encoding.

Source: c2sp.org/signed-note, "Signature types" and "Ed25519 signatures". A verifier key is written
``name+hash+key``: the key's ID in hexadecimal, then base64 of the type byte and the public key.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from raisonne.keys.private_files import create_private, read_private
from raisonne.keys.uri import split_uri, unknown_scheme
from raisonne.rights.errors import ConfigError

_ED25519 = b"\x01"


class NoteSigner:
    """Signs notes under one name.

    Attributes:
        name: Key name, by convention a schema-less URL.
        key_id: First 4 bytes of SHA-256 over name, newline, type and public key.
        verifier_key: What verifiers are configured with (vkey text).
    """

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        if not name or "+" in name or any(letter.isspace() for letter in name):
            raise ConfigError(f"A note key's name has no spaces and no plus sign, unlike {name!r}.")
        self._key = key
        public = key.public_key().public_bytes_raw()
        self.name = name
        self.key_id = note_key_id(name, public)
        encoded = base64.b64encode(_ED25519 + public).decode()
        self.verifier_key = f"{name}+{self.key_id.hex()}+{encoded}"

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature (RFC 8032) over the note's text."""
        return self._key.sign(message)


def note_key_id(name: str, public: bytes) -> bytes:
    """Return the 4-byte key ID of an Ed25519 public key (32 bytes) under a name."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def note_signer_from_uri(uri: str, name: str) -> NoteSigner:
    """Return the signer whose key a URI names.

    Args:
        uri: ``file:PATH``, a PKCS #8 PEM file of mode 0600 that is created at first use.
        name: Name that the notes are signed under.

    Raises:
        ConfigError: If the scheme is unknown, the file is not a private Ed25519 key file, or the
            name cannot be used.
    """
    scheme, location = split_uri(uri)
    if scheme != "file":
        raise unknown_scheme(scheme, "file:PATH")
    path = Path(location)
    content = read_private(path)
    if content is None:
        new = Ed25519PrivateKey.generate()
        pem = new.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        content = create_private(path, pem)
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError) as error:
        raise ConfigError(f"{path} is not a private key in PEM.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError(f"{path} does not hold an Ed25519 key.")
    return NoteSigner(name, key)
