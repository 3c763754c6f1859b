"""Fingerprints: a versioned algorithm name and a value.

A change of an algorithm's output is a new algorithm name, never an edit of an old one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FingerprintKind(StrEnum):
    """Families of fingerprints, cheapest first."""

    EXACT = "exact"
    PERCEPTUAL = "perceptual"
    EMBEDDING = "embedding"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """One value computed from one asset.

    Attributes:
        kind: Its family.
        algorithm: Versioned identifier, for example ``pdq-256-v1``.
        value: Digest bytes, packed bits, or little-endian float16 components.
        quality: 0 to 100 where the algorithm rates its own input, else ``None``.
    """

    kind: FingerprintKind
    algorithm: str
    value: bytes
    quality: int | None = None


@dataclass(frozen=True, slots=True)
class WorkFingerprint:
    """A fingerprint as the catalogue holds it.

    Attributes:
        id: Catalogue-wide positive integer; the index's row id.
        tenant: Owner.
        work: ``works/{id}``.
        asset: ``assets/{id}``.
        fingerprint: The value.
        reserved: What the work's holder has reserved; see ``reservation_bits``.
    """

    id: int
    tenant: str
    work: str
    asset: str
    fingerprint: Fingerprint
    reserved: int = 0


class ChangeOperation(StrEnum):
    """What a row of the fingerprint change log says.

    An ADD of a fingerprint that is in force already says that what is reserved has changed.
    """

    ADD = "ADD"
    REMOVE = "REMOVE"


@dataclass(frozen=True, slots=True)
class FingerprintChange:
    """One row of the change log that indexes follow.

    Attributes:
        sequence: Strictly increasing position; the index revision it leads to.
        operation: Whether the fingerprint counts from here on.
        entry: The fingerprint concerned.
    """

    sequence: int
    operation: ChangeOperation
    entry: WorkFingerprint
