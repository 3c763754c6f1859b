"""Typed errors, chosen by ``ErrorInfo.reason`` and never by text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import grpc
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from raisonne.rights.errors import (
    AccessError,
    CancelledError,
    ConfigError,
    ConflictError,
    CredentialError,
    InputError,
    KeyUnavailableError,
    LedgerError,
    LimitError,
    NotClearedError,
    NotFoundError,
    PolicyError,
    RaisonneError,
    Reason,
    StorageError,
)

DOMAIN = "raisonne"
"""``google.rpc.ErrorInfo.domain`` of the service's errors."""


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One field of a request that the service refused.

    Attributes:
        field: Path from the request.
        reason: Stable code, for example ``REQUIRED``.
        description: One sentence for a person.
    """

    field: str
    reason: str
    description: str


class InvalidRequestError(InputError):
    """The service refused fields of the request; see ``violations``."""

    violations: Sequence[FieldViolation] = ()


class TransportError(RaisonneError):
    """No answer of the service came back: unreachable, overloaded or not this service.

    The gRPC status code is in ``metadata["code"]``.
    """


ERRORS: Mapping[Reason, type[RaisonneError]] = {
    Reason.EMPTY_INPUT: InputError,
    Reason.FILE_NOT_FOUND: InputError,
    Reason.FILE_TOO_LARGE: LimitError,
    Reason.IMAGE_TOO_LARGE: LimitError,
    Reason.INVALID_ARGUMENT: InputError,
    Reason.MALFORMED_MEDIA: InputError,
    Reason.NO_IMAGES_FOUND: InputError,
    Reason.PROMPT_TOO_LONG: InputError,
    Reason.UNSUPPORTED_MEDIA_TYPE: InputError,
    Reason.DEADLINE_EXCEEDED: LimitError,
    Reason.DECODE_LIMIT_EXCEEDED: LimitError,
    Reason.CANCELLED: CancelledError,
    Reason.ALREADY_EXISTS: ConflictError,
    Reason.NOT_FOUND: NotFoundError,
    Reason.REQUEST_ID_REUSED: ConflictError,
    Reason.REVISION_UNKNOWN: InputError,
    Reason.STATE_CONFLICT: ConflictError,
    Reason.NOT_CLEARED: NotClearedError,
    Reason.PERMISSION_DENIED: AccessError,
    Reason.POLICY_INVALID: PolicyError,
    Reason.CIPHERTEXT_INVALID: KeyUnavailableError,
    Reason.CREDENTIAL_INVALID: CredentialError,
    Reason.KEY_UNAVAILABLE: KeyUnavailableError,
    Reason.LEDGER_INCONSISTENT: LedgerError,
    Reason.SIGNING_FAILED: CredentialError,
    Reason.CONFIG_INVALID: ConfigError,
    Reason.ENGINE_UNAVAILABLE: RaisonneError,
    Reason.STORAGE_UNAVAILABLE: StorageError,
    Reason.UNSAFE_IN_PRODUCTION: ConfigError,
    Reason.INTERNAL: RaisonneError,
}


def error_from_call(error: grpc.RpcError) -> RaisonneError:
    """Return the typed error of a call that failed.

    Args:
        error: As raised by grpc or grpc.aio; it carries the call's status.
    """
    call: Any = error
    try:
        status = rpc_status.from_call(call)
    except ValueError:
        # The deadline passed as the answer came: the details are the service's, the code is gRPC's.
        status = None
    if status is None:
        return _without_details(call.code(), call.details() or "")
    return error_from_status(status)


def error_from_status(status: status_pb2.Status) -> RaisonneError:
    """Return the typed error of a status, for example of a failed operation."""
    info = error_details_pb2.ErrorInfo()
    refused = error_details_pb2.BadRequest()
    for detail in status.details:
        for known in (info, refused):
            if detail.Is(known.DESCRIPTOR):
                detail.Unpack(known)
    if info.domain != DOMAIN or info.reason not in Reason.__members__:
        # Another service's error, or a reason that this release does not know.
        return RaisonneError(status.message, metadata={"reason": info.reason} | dict(info.metadata))
    reason = Reason(info.reason)
    if refused.field_violations:
        invalid = InvalidRequestError(status.message, reason=reason, metadata=dict(info.metadata))
        invalid.violations = tuple(
            FieldViolation(violation.field, violation.reason, violation.description)
            for violation in refused.field_violations
        )
        return invalid
    return ERRORS[reason](status.message, reason=reason, metadata=dict(info.metadata))


def _without_details(code: grpc.StatusCode, message: str) -> RaisonneError:
    # What gRPC itself answers, before any servicer ran, has a code only.
    metadata = {"code": code.name}
    match code:
        case grpc.StatusCode.DEADLINE_EXCEEDED:
            text = "The call took longer than its deadline."
            return LimitError(text, reason=Reason.DEADLINE_EXCEEDED, metadata=metadata)
        case grpc.StatusCode.RESOURCE_EXHAUSTED:
            return LimitError(message, reason=Reason.FILE_TOO_LARGE, metadata=metadata)
        case grpc.StatusCode.CANCELLED:
            return CancelledError(message or "The call was cancelled.", metadata=metadata)
        case _:
            return TransportError(f"{code.name}: {message}", metadata=metadata)
