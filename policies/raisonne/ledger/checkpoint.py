"""Signed checkpoints: the log's size and root in a note that anybody can verify.

Formats: C2SP tlog-checkpoint (the text), C2SP signed-note (signature lines and verifier keys). A
note may carry signatures by several keys; a verifier counts those it has keys for.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from raisonne.ledger.tree import HASH_SIZE
from raisonne.rights.errors import InputError, LedgerError
from raisonne.rights.ledger import Checkpoint

ED25519 = 0x01
"""Signature type of Ed25519 over the note's text."""

MAX_SIGNATURES = 64
"""Most signature lines that are read; C2SP asks for at least 16."""

_KEY_ID_SIZE = 4
_TEXT_LINES = 3
_SIGNATURE_LINE = re.compile("— (?P<name>[^\\s+]+) (?P<signature>[A-Za-z0-9+/]+={0,2})")
_NOT_IN_NOTES = re.compile("[\x00-\x09\x0b-\x1f\ud800-\udfff]")
_SIZE = re.compile("0|[1-9][0-9]{0,18}")


class NoteSigner(Protocol):
    """A key that signs notes under a name."""

    @property
    def name(self) -> str:
        """Key name, without spaces or plus signs."""
        ...

    @property
    def key_id(self) -> bytes:
        """The four bytes that, with the name, tell verifiers which key signed."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the signature, in the encoding of the key's type, for a note with this text."""
        ...


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name that it signs under.

    Attributes:
        name: Key name.
        key_id: Four bytes.
        public: Raw Ed25519 public key, 32 bytes.
    """

    name: str
    key_id: bytes
    public: bytes

    @classmethod
    def parse(cls, vkey: str) -> VerifierKey:
        """Read a verifier key, ``name+hash+key``.

        Raises:
            InputError: If it is malformed, is of another type than Ed25519, or if its hash is not
                that of the key.
        """
        try:
            name, hexadecimal, encoded = vkey.split("+", 2)
            key = base64.b64decode(encoded, validate=True)
            key_id = bytes.fromhex(hexadecimal)
        except ValueError as error:
            raise InputError(f"{vkey!r} is no verifier key.") from error
        if key[:1] != bytes([ED25519]) or key_id != _key_id(name, key) or _bad_name(name):
            raise InputError(f"{vkey!r} is no Ed25519 verifier key.")
        try:
            Ed25519PublicKey.from_public_bytes(key[1:])
        except ValueError as error:
            raise InputError(f"{vkey!r} holds no Ed25519 public key.") from error
        return cls(name, key_id, key[1:])

    def verify(self, signature: bytes, message: bytes) -> None:
        """Return if the signature is by this key.

        Raises:
            LedgerError: If not.
        """
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature as error:
            raise LedgerError(f"The signature by {self.name} does not verify.") from error


def sign_checkpoint(
    origin: str, size: int, root: bytes, signers: Sequence[NoteSigner]
) -> Checkpoint:
    """Return the signed checkpoint of a tree.

    Args:
        origin: Name of the log.
        size: Number of entries.
        root: Its root, 32 bytes.
        signers: The log's keys, at least one.

    Raises:
        InputError: If the text or a key name would break the format, or if nobody signs.
    """
    if not signers:
        raise InputError("A checkpoint needs a signature.")
    text = f"{origin}\n{size}\n{_base64(root)}\n"
    try:
        read = _parse_text(text)
    except LedgerError as error:
        raise InputError("These values cannot be written as a checkpoint.") from error
    if read != (origin, size, root):
        raise InputError("The name of a log is one line.")
    lines = [_signature_line(signer, text) for signer in signers]
    return Checkpoint(origin, size, root, f"{text}\n{''.join(lines)}")


def verify_note(note: str, vkeys: Iterable[str]) -> Checkpoint:
    """Return the checkpoint in a signed note.

    Signatures by other keys are ignored, as the format demands. A caller that trusts a key for one
    log only compares ``Checkpoint.origin`` with that log's name.

    Args:
        note: The whole note.
        vkeys: Verifier keys of those who are trusted.

    Raises:
        InputError: If a verifier key is malformed.
        LedgerError: If the note is malformed, if a signature by one of the keys does not verify,
            or if there is none by any of them.
    """
    origin, size, root = _parse_text(open_note(note, vkeys))
    return Checkpoint(origin, size, root, note)


def open_note(note: str, vkeys: Iterable[str]) -> str:
    """Return the text of a note that is signed by one of the keys; see ``verify_note``."""
    keys = {(key.name, key.key_id): key for key in map(VerifierKey.parse, vkeys)}
    text, signatures = _split_note(note)
    verified = 0
    for name, key_id, signature in signatures:
        key = keys.get((name, key_id))
        if key is not None:
            key.verify(signature, text.encode())
            verified += 1
    if not verified:
        raise LedgerError("The note is not signed by any of the given keys.")
    return text


def _split_note(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Return the text, with its newline, and name, key ID and signature of each line."""
    text, separator, lines = note.rpartition("\n\n")
    if not separator or not lines.endswith("\n") or _NOT_IN_NOTES.search(note):
        raise LedgerError("This is no signed note.")
    return text + "\n", list(_signatures(lines.removesuffix("\n").split("\n")))


def _signatures(lines: list[str]) -> Iterator[tuple[str, bytes, bytes]]:
    if len(lines) > MAX_SIGNATURES:
        raise LedgerError(f"The note has more than {MAX_SIGNATURES} signatures.")
    for line in lines:
        match = _SIGNATURE_LINE.fullmatch(line)
        data = _unbase64(match["signature"]) if match else b""
        if match is None or len(data) <= _KEY_ID_SIZE:
            raise LedgerError("A signature line of the note is malformed.")
        yield match["name"], data[:_KEY_ID_SIZE], data[_KEY_ID_SIZE:]


def _parse_text(text: str) -> tuple[str, int, bytes]:
    """Return origin, size and root. Further lines are extensions, signed but not used."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < _TEXT_LINES or not all(lines) or _NOT_IN_NOTES.search(text):
        raise LedgerError("The note is no checkpoint.")
    origin, size, encoded = lines[:_TEXT_LINES]
    root = _unbase64(encoded)
    if not _SIZE.fullmatch(size) or len(root) != HASH_SIZE:
        raise LedgerError("The checkpoint has no proper size and root.")
    return origin, int(size), root


def _signature_line(signer: NoteSigner, text: str) -> str:
    if _bad_name(signer.name):
        raise InputError(f"{signer.name!r} cannot be the name of a key.")
    return f"— {signer.name} {_base64(signer.key_id + signer.sign(text.encode()))}\n"


def _bad_name(name: str) -> bool:
    return not name or "+" in name or any(letter.isspace() for letter in name)


def _key_id(name: str, key: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + key).digest()[:_KEY_ID_SIZE]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unbase64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise LedgerError("The note holds malformed base64.") from error
