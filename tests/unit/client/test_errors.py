from __future__ import annotations

import grpc
import pytest
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2

from raisonne.client.errors import TransportError, error_from_call, error_from_status
from raisonne.rights.errors import CancelledError, LimitError, RaisonneError, Reason


def bare(code: grpc.StatusCode) -> RaisonneError:
    metadata = grpc.aio.Metadata()
    return error_from_call(grpc.aio.AioRpcError(code, metadata, metadata, "Said by gRPC."))


@pytest.mark.parametrize(
    ("code", "kind", "reason"),
    [
        (grpc.StatusCode.DEADLINE_EXCEEDED, LimitError, Reason.DEADLINE_EXCEEDED),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, LimitError, Reason.FILE_TOO_LARGE),
        (grpc.StatusCode.CANCELLED, CancelledError, Reason.CANCELLED),
        (grpc.StatusCode.UNAVAILABLE, TransportError, Reason.INTERNAL),
        (grpc.StatusCode.UNIMPLEMENTED, TransportError, Reason.INTERNAL),
    ],
)
def test_what_grpc_says_itself_is_typed_by_its_code(
    code: grpc.StatusCode, kind: type[RaisonneError], reason: Reason
) -> None:
    error = bare(code)
    assert type(error) is kind
    assert error.reason is reason
    assert error.metadata["code"] == code.name


@pytest.mark.parametrize(
    ("domain", "reason"), [("raisonne", "A_REASON_OF_TOMORROW"), ("example.org", "NOT_FOUND")]
)
def test_a_reason_that_is_not_ours_keeps_its_name(domain: str, reason: str) -> None:
    detail = any_pb2.Any()
    detail.Pack(error_details_pb2.ErrorInfo(domain=domain, reason=reason))
    error = error_from_status(status_pb2.Status(code=5, message="No.", details=[detail]))
    assert type(error) is RaisonneError
    assert error.metadata["reason"] == reason


def test_words_of_grpc_beside_details_of_the_service_are_typed_by_the_code() -> None:
    status = status_pb2.Status(code=4, message="The call took longer than its deadline.")
    trailers = grpc.aio.Metadata(("grpc-status-details-bin", status.SerializeToString()))
    error = error_from_call(
        grpc.aio.AioRpcError(
            grpc.StatusCode.DEADLINE_EXCEEDED, grpc.aio.Metadata(), trailers, "Deadline Exceeded"
        )
    )
    assert isinstance(error, LimitError)
    assert error.reason is Reason.DEADLINE_EXCEEDED
