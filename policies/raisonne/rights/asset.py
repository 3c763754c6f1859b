"""Assets: bytes with a digest and a media type (C2PA's word)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AssetOrigin(StrEnum):
    """How an asset came to be known."""

    REGISTERED = "REGISTERED"
    GENERATED = "GENERATED"
    UPLOADED = "UPLOADED"


@dataclass(frozen=True, slots=True)
class Asset:
    """One stored file.

    Attributes:
        name: Resource name, ``assets/{id}``.
        tenant: Owner of the row, its blob and its keys.
        sha256: Lower-case hex digest of the stored bytes.
        pixel_sha256: Digest of the decoded picture (see ``raisonne.fingerprint.exact``).
        media_type: For example ``image/png``, as detected from the bytes.
        size_bytes: Length of the plaintext in bytes.
        width: Pixels.
        height: Pixels.
        origin: How it came here.
        create_time: When the row was committed (UTC).
    """

    name: str
    tenant: str
    sha256: str
    pixel_sha256: str
    media_type: str
    size_bytes: int
    width: int
    height: int
    origin: AssetOrigin
    create_time: datetime
