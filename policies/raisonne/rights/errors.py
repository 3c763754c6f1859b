"""One root for every error Raisonné raises on purpose, with a stable reason code.

The core knows reasons; only ``raisonne.server`` knows gRPC codes and only ``raisonne.cli`` knows
exit codes. Behaviour is keyed on ``reason``, never on the text.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Reason(StrEnum):
    """Stable, machine-readable reasons. Mirrored by ``error_reason.proto``; never renumbered."""

    # What was given.
    EMPTY_INPUT = "EMPTY_INPUT"
    FILE_NOT_FOUND = "FILE_NOT_FOUND"
    FILE_TOO_LARGE = "FILE_TOO_LARGE"
    IMAGE_TOO_LARGE = "IMAGE_TOO_LARGE"
    INVALID_ARGUMENT = "INVALID_ARGUMENT"
    MALFORMED_MEDIA = "MALFORMED_MEDIA"
    NO_IMAGES_FOUND = "NO_IMAGES_FOUND"
    PROMPT_TOO_LONG = "PROMPT_TOO_LONG"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    # Limits met on the way.
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    DECODE_LIMIT_EXCEEDED = "DECODE_LIMIT_EXCEEDED"
    CANCELLED = "CANCELLED"
    # State.
    ALREADY_EXISTS = "ALREADY_EXISTS"
    NOT_FOUND = "NOT_FOUND"
    REQUEST_ID_REUSED = "REQUEST_ID_REUSED"
    REVISION_UNKNOWN = "REVISION_UNKNOWN"
    STATE_CONFLICT = "STATE_CONFLICT"
    # Rights and access.
    NOT_CLEARED = "NOT_CLEARED"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    POLICY_INVALID = "POLICY_INVALID"
    # Keys, credentials, ledger.
    CIPHERTEXT_INVALID = "CIPHERTEXT_INVALID"
    CREDENTIAL_INVALID = "CREDENTIAL_INVALID"
    KEY_UNAVAILABLE = "KEY_UNAVAILABLE"
    LEDGER_INCONSISTENT = "LEDGER_INCONSISTENT"
    SIGNING_FAILED = "SIGNING_FAILED"
    # The installation.
    CONFIG_INVALID = "CONFIG_INVALID"
    ENGINE_UNAVAILABLE = "ENGINE_UNAVAILABLE"
    STORAGE_UNAVAILABLE = "STORAGE_UNAVAILABLE"
    UNSAFE_IN_PRODUCTION = "UNSAFE_IN_PRODUCTION"
    INTERNAL = "INTERNAL"


class RaisonneError(Exception):
    """Root of all deliberate errors.

    Args:
        message: A complete sentence for a person, without secrets or personal data.
        reason: The stable code that programs act on.
        metadata: Facts that help a program, for example ``{"limit_bytes": "33554432"}``.
    """

    default_reason: Reason = Reason.INTERNAL

    def __init__(
        self,
        message: str,
        *,
        reason: Reason | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason or self.default_reason
        self.metadata: Mapping[str, str] = dict(metadata or {})


class InputError(RaisonneError):
    """What the caller sent cannot be used; sending it again will not help."""

    default_reason = Reason.INVALID_ARGUMENT


class LimitError(RaisonneError):
    """A bound of size, time or memory was met."""

    default_reason = Reason.DECODE_LIMIT_EXCEEDED


class NotFoundError(RaisonneError):
    """The named resource does not exist in the caller's tenant."""

    default_reason = Reason.NOT_FOUND


class ConflictError(RaisonneError):
    """The request contradicts the present state."""

    default_reason = Reason.STATE_CONFLICT


class AccessError(RaisonneError):
    """A policy does not permit this principal to do this."""

    default_reason = Reason.PERMISSION_DENIED


class NotClearedError(RaisonneError):
    """An asset was used as if cleared although its verdict does not allow release."""

    default_reason = Reason.NOT_CLEARED


class PolicyError(RaisonneError):
    """A policy bundle does not parse or validate, so nothing may be decided with it."""

    default_reason = Reason.POLICY_INVALID


class CredentialError(RaisonneError):
    """A content credential could not be made or read."""

    default_reason = Reason.CREDENTIAL_INVALID


class KeyUnavailableError(RaisonneError):
    """A key is missing, shredded or does not fit."""

    default_reason = Reason.KEY_UNAVAILABLE


class LedgerError(RaisonneError):
    """The ledger does not verify."""

    default_reason = Reason.LEDGER_INCONSISTENT


class StorageError(RaisonneError):
    """The catalogue or the blob store cannot serve."""

    default_reason = Reason.STORAGE_UNAVAILABLE


class ConfigError(RaisonneError):
    """The settings cannot be used."""

    default_reason = Reason.CONFIG_INVALID


class CancelledError(RaisonneError):
    """The caller asked for the work to stop, and it stopped."""

    default_reason = Reason.CANCELLED
