"""Reasons as gRPC statuses: the only table from one to the other."""

from __future__ import annotations

from collections.abc import Mapping

import grpc
from google.protobuf import any_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from raisonne.rights.errors import RaisonneError, Reason
from raisonne.server.violations import InvalidRequestError

DOMAIN = "raisonne"
"""``google.rpc.ErrorInfo.domain`` of every error."""

CODES: Mapping[Reason, grpc.StatusCode] = {
    Reason.EMPTY_INPUT: grpc.StatusCode.INVALID_ARGUMENT,
    Reason.FILE_NOT_FOUND: grpc.StatusCode.NOT_FOUND,
    Reason.FILE_TOO_LARGE: grpc.StatusCode.INVALID_ARGUMENT,
    Reason.IMAGE_TOO_LARGE: grpc.StatusCode.INVALID_ARGUMENT,
    Reason.INVALID_ARGUMENT: grpc.StatusCode.INVALID_ARGUMENT,
    Reason.MALFORMED_MEDIA: grpc.StatusCode.INVALID_ARGUMENT,
    Reason.NO_IMAGES_FOUND: grpc.StatusCode.INVALID_ARGUMENT,
    Reason.PROMPT_TOO_LONG: grpc.StatusCode.INVALID_ARGUMENT,
    Reason.UNSUPPORTED_MEDIA_TYPE: grpc.StatusCode.INVALID_ARGUMENT,
    Reason.DEADLINE_EXCEEDED: grpc.StatusCode.DEADLINE_EXCEEDED,
    Reason.DECODE_LIMIT_EXCEEDED: grpc.StatusCode.RESOURCE_EXHAUSTED,
    Reason.CANCELLED: grpc.StatusCode.CANCELLED,
    Reason.ALREADY_EXISTS: grpc.StatusCode.ALREADY_EXISTS,
    Reason.NOT_FOUND: grpc.StatusCode.NOT_FOUND,
    Reason.REQUEST_ID_REUSED: grpc.StatusCode.ALREADY_EXISTS,
    Reason.REVISION_UNKNOWN: grpc.StatusCode.INVALID_ARGUMENT,
    Reason.STATE_CONFLICT: grpc.StatusCode.FAILED_PRECONDITION,
    Reason.NOT_CLEARED: grpc.StatusCode.FAILED_PRECONDITION,
    Reason.PERMISSION_DENIED: grpc.StatusCode.PERMISSION_DENIED,
    Reason.POLICY_INVALID: grpc.StatusCode.FAILED_PRECONDITION,
    Reason.CIPHERTEXT_INVALID: grpc.StatusCode.DATA_LOSS,
    Reason.CREDENTIAL_INVALID: grpc.StatusCode.FAILED_PRECONDITION,
    Reason.KEY_UNAVAILABLE: grpc.StatusCode.FAILED_PRECONDITION,
    Reason.LEDGER_INCONSISTENT: grpc.StatusCode.DATA_LOSS,
    Reason.SIGNING_FAILED: grpc.StatusCode.INTERNAL,
    Reason.CONFIG_INVALID: grpc.StatusCode.FAILED_PRECONDITION,
    Reason.ENGINE_UNAVAILABLE: grpc.StatusCode.UNAVAILABLE,
    Reason.STORAGE_UNAVAILABLE: grpc.StatusCode.UNAVAILABLE,
    Reason.UNSAFE_IN_PRODUCTION: grpc.StatusCode.FAILED_PRECONDITION,
    Reason.INTERNAL: grpc.StatusCode.INTERNAL,
}


def status_of(error: RaisonneError, request_id: str = "") -> status_pb2.Status:
    """Return the status of an error with its details (AIP-193).

    Args:
        error: The error.
        request_id: Correlation id of the call; left out where empty.
    """
    info = error_details_pb2.ErrorInfo(
        reason=error.reason.value, domain=DOMAIN, metadata=dict(error.metadata)
    )
    details: list[Message] = [info]
    violations = _violations(error)
    if violations:
        details.append(error_details_pb2.BadRequest(field_violations=violations))
    if request_id:
        details.append(error_details_pb2.RequestInfo(request_id=request_id))
    return _status(CODES[error.reason], error.message, details)


def _violations(error: RaisonneError) -> list[Message]:
    if isinstance(error, InvalidRequestError):
        return [
            error_details_pb2.BadRequest.FieldViolation(
                field=violation.field, reason=violation.reason, description=violation.description
            )
            for violation in error.violations
        ]
    field = error.metadata.get("field")
    if field is None or CODES[error.reason] is not grpc.StatusCode.INVALID_ARGUMENT:
        return []
    # A use case refused one field; it names it in the metadata.
    return [
        error_details_pb2.BadRequest.FieldViolation(
            field=field, reason=error.reason.value, description=error.message
        )
    ]


def _status(code: grpc.StatusCode, message: str, details: list[Message]) -> status_pb2.Status:
    packed = []
    for detail in details:
        any_detail = any_pb2.Any()
        any_detail.Pack(detail)
        packed.append(any_detail)
    number: int = code.value[0]
    return status_pb2.Status(code=number, message=message, details=packed)
