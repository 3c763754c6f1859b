"""What people wrote, and how to reach them: bounded, and sealed wherever it is kept."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass, fields
from typing import TypeVar

from raisonne.app.sealing import Envelope, SealContext, pack, unpack
from raisonne.rights.dispute import DisputeWords
from raisonne.rights.errors import InputError, StorageError
from raisonne.rights.holder import HolderContact
from raisonne.rights.notice import CounterWords, NoticeWords

NOTICE_PURPOSE = "notice"
"""Key purpose of what people wrote; they are personal data."""
HOLDER_PURPOSE = "holder"
"""Key purpose of how to reach rights holders, likewise."""
MAX_EXPLANATION_CHARACTERS = 20_000
"""Longest explanation, location or description."""
MAX_LINE_CHARACTERS = 1_000
"""Longest name, address or other line."""
_LONG = frozenset({"explanation", "location", "work_description", "basis"})
_SALT_BYTES = 32

W = TypeVar("W", NoticeWords, CounterWords, DisputeWords, HolderContact)


@dataclass(frozen=True, slots=True)
class SealedWords:
    """Words as they are stored.

    Attributes:
        payload: Sealed.
        sha256: Digest of the document that was sealed. The document has a random salt, so that
            nobody who knows the digest can try names until one fits.
    """

    payload: bytes
    sha256: str


def seal_words(envelope: Envelope, tenant: str, name: str, words: W) -> SealedWords:
    """Seal what somebody wrote.

    Args:
        envelope: What encrypts.
        tenant: Owner.
        name: Resource name that the words belong to.
        words: As given.

    Raises:
        KeyUnavailableError: If the root key cannot be used.
    """
    document = {"salt": secrets.token_hex(_SALT_BYTES), "words": asdict(words)}
    plain = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
    context = SealContext(tenant, _purpose(type(words)), name)
    return SealedWords(pack(envelope.seal(context, plain)), hashlib.sha256(plain).hexdigest())


def open_words(envelope: Envelope, tenant: str, name: str, sealed: SealedWords, kind: type[W]) -> W:
    """Return what was sealed.

    Args:
        envelope: What decrypts.
        tenant: Owner.
        name: Resource name that the words belong to.
        sealed: As stored.
        kind: Of words.

    Raises:
        KeyUnavailableError: If the key was shredded, or the bytes are not the sealed ones.
        StorageError: If the words are not those that the ledger speaks of.
    """
    context = SealContext(tenant, _purpose(kind), name)
    plain = envelope.open(context, unpack(sealed.payload))
    if hashlib.sha256(plain).hexdigest() != sealed.sha256:
        raise StorageError(f"The words of {name} are not those that were received.")
    return kind(**json.loads(plain)["words"])


def _purpose(kind: type) -> str:
    return HOLDER_PURPOSE if kind is HolderContact else NOTICE_PURPOSE


def require_bounded(
    words: NoticeWords | CounterWords | DisputeWords | HolderContact,
) -> None:
    """Refuse texts that are too long, and characters that no text has.

    Raises:
        InputError: Naming the field.
    """
    for field in fields(words):
        text = getattr(words, field.name)
        if not isinstance(text, str):
            continue
        most = MAX_EXPLANATION_CHARACTERS if field.name in _LONG else MAX_LINE_CHARACTERS
        if len(text) > most:
            raise InputError(
                f"The {field.name} has {len(text):,} characters; at most {most:,} fit.",
                metadata={"field": field.name, "limit_characters": str(most)},
            )
