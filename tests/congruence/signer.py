"""A key for checkpoints, without the files and URIs of ``raisonne.keys``."""

from __future__ import annotations

import base64
import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class NoteSigner:
    """C2SP signed-note, Ed25519."""

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        typed = b"\x01" + key.public_key().public_bytes_raw()
        self.name = name
        self.key_id = hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4]
        self.verifier_key = f"{name}+{self.key_id.hex()}+{base64.b64encode(typed).decode()}"
        self._key = key

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


SIGNER = NoteSigner("ledger.example.org", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
