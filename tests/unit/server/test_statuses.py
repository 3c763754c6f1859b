from __future__ import annotations

import re
from pathlib import Path

import grpc
import pytest
from google.rpc import error_details_pb2

import raisonne.server
from raisonne.api.v1.error_reason_pb2 import ErrorReason
from raisonne.client.errors import ERRORS, FieldViolation, InvalidRequestError, error_from_status
from raisonne.rights.errors import InputError, RaisonneError, Reason
from raisonne.server import violations
from raisonne.server.statuses import CODES, DOMAIN, status_of

PROTO_ROOT = Path(__file__).parents[3] / "proto" / "raisonne" / "api" / "v1"


def test_every_reason_has_a_wire_value_and_no_wire_value_is_left_over() -> None:
    wire = {name.removeprefix("ERROR_REASON_") for name in ErrorReason.keys()}  # noqa: SIM118
    assert wire == {reason.value for reason in Reason} | {"UNSPECIFIED"}


def test_every_reason_has_a_code_and_a_client_error() -> None:
    assert set(CODES) == set(ERRORS) == set(Reason)


def test_the_documents_agree_with_the_table() -> None:
    expected = {reason.value: code.name for reason, code in CODES.items()}
    readme = (Path(raisonne.server.__file__).parent / "README.md").read_text(encoding="utf-8")
    assert dict(re.findall(r"^\| `([A-Z_]+)` \| `([A-Z_]+)` \|$", readme, re.MULTILINE)) == expected
    proto = (PROTO_ROOT / "error_reason.proto").read_text(encoding="utf-8")
    commented = re.findall(r"`([A-Z_]+)`\.\s+ERROR_REASON_([A-Z_]+) =", proto)
    assert {reason: code for code, reason in commented} == expected


@pytest.mark.parametrize("reason", Reason)
def test_an_error_comes_back_as_it_was(reason: Reason) -> None:
    error = ERRORS[reason]("A sentence.", reason=reason, metadata={"limit_bytes": "7"})
    returned = error_from_status(status_of(error, "request-1"))
    assert type(returned) is ERRORS[reason]
    assert (returned.message, returned.reason) == ("A sentence.", reason)
    assert returned.metadata == {"limit_bytes": "7"}


def test_the_details_are_those_of_aip_193() -> None:
    status = status_of(RaisonneError("No.", reason=Reason.NOT_FOUND), "request-1")
    info, request = error_details_pb2.ErrorInfo(), error_details_pb2.RequestInfo()
    assert status.code == grpc.StatusCode.NOT_FOUND.value[0]
    assert status.details[0].Unpack(info)
    assert (info.reason, info.domain) == ("NOT_FOUND", DOMAIN)
    assert status.details[1].Unpack(request)
    assert request.request_id == "request-1"


def test_refused_fields_reach_the_client() -> None:
    refused = violations.InvalidRequestError(
        [violations.Violation("a.b", "REQUIRED", "x"), violations.Violation("c", "TOO_LONG", "y")]
    )
    returned = error_from_status(status_of(refused))
    assert isinstance(returned, InvalidRequestError)
    assert returned.violations == (
        FieldViolation("a.b", "REQUIRED", "x"),
        FieldViolation("c", "TOO_LONG", "y"),
    )


def test_a_field_that_a_use_case_refused_is_a_violation_too() -> None:
    returned = error_from_status(status_of(InputError("Too long.", metadata={"field": "title"})))
    assert isinstance(returned, InvalidRequestError)
    assert [violation.field for violation in returned.violations] == ["title"]
