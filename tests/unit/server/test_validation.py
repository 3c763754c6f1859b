from __future__ import annotations

import uuid
from collections.abc import Mapping

import pytest
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from raisonne.api.v1 import (
    asset_pb2,
    asset_service_pb2,
    catalogue_service_pb2,
    generation_service_pb2,
    ledger_service_pb2,
    operation_service_pb2,
    review_service_pb2,
    rights_pb2,
    screening_service_pb2,
)
from raisonne.app.generation_jobs import MAX_COUNT, MAX_SEED
from raisonne.app.texts import MAX_TEXT_CHARACTERS
from raisonne.rights.generation import MAX_PROMPT_CHARACTERS
from raisonne.server.validation import Validator
from raisonne.server.violations import InvalidRequestError

MODULES = (
    asset_service_pb2,
    catalogue_service_pb2,
    generation_service_pb2,
    ledger_service_pb2,
    operation_service_pb2,
    review_service_pb2,
    screening_service_pb2,
)
VALIDATOR = Validator(
    service for module in MODULES for service in module.DESCRIPTOR.services_by_name.values()
)
INLINE = 3_670_016


def complaints(request: Message) -> Mapping[str, str]:
    try:
        VALIDATOR.require_valid(request)
    except InvalidRequestError as error:
        return {violation.field: violation.reason for violation in error.violations}
    return {}


def order(**fields: object) -> generation_service_pb2.GenerateArtworkRequest:
    valid: dict[str, object] = {"prompt": "a tree", "width": 64, "height": 64}
    return generation_service_pb2.GenerateArtworkRequest(**(valid | fields))  # type: ignore[arg-type]


def registration(**rights: object) -> catalogue_service_pb2.RegisterWorkRequest:
    return catalogue_service_pb2.RegisterWorkRequest(
        asset=asset_pb2.AssetSource(data=b"x"),
        rights=rights_pb2.RightsStatement(**rights),  # type: ignore[arg-type]
    )


def test_a_good_request_passes() -> None:
    request_id = str(uuid.uuid4())
    assert complaints(order(count=MAX_COUNT, seed=0, territory="de", request_id=request_id)) == {}
    assert complaints(order(request_id=request_id.upper())) == {}
    assert complaints(registration(territories=["DE", "*"], uses=[1, 7])) == {}


def test_every_violation_is_reported_at_once() -> None:
    request = order(prompt="", width=0, height=-1, count=MAX_COUNT + 1, seed=-1, territory="DEU")
    assert complaints(request) == {
        "prompt": "REQUIRED",
        "width": "REQUIRED",
        "height": "OUT_OF_RANGE",
        "count": "OUT_OF_RANGE",
        "seed": "OUT_OF_RANGE",
        "territory": "MALFORMED",
    }


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (order(prompt="x" * (MAX_PROMPT_CHARACTERS + 1)), {"prompt": "TOO_LONG"}),
        (order(seed=MAX_SEED - MAX_COUNT + 1), {"seed": "OUT_OF_RANGE"}),
        (order(request_id="not-a-uuid"), {"request_id": "MALFORMED"}),
        (order(request_id=str(uuid.uuid1())), {"request_id": "MALFORMED"}),
        (order(prompt="a\0b"), {"prompt": "MALFORMED"}),
        (registration(uses=[99]), {"rights.uses[0]": "UNKNOWN_VALUE"}),
        (registration(uses=[1] * 17), {"rights.uses": "TOO_MANY"}),
        (registration(territories=["DE", "de"]), {"rights.territories[1]": "MALFORMED"}),
        (
            registration(embargo_until_time=Timestamp(seconds=1 << 40)),
            {"rights.embargo_until_time": "OUT_OF_RANGE"},
        ),
        (catalogue_service_pb2.RegisterWorkRequest(), {"asset": "REQUIRED"}),
        (
            catalogue_service_pb2.RegisterWorkRequest(asset=asset_pb2.AssetSource()),
            {"asset.source": "REQUIRED"},
        ),
        (
            screening_service_pb2.CheckAssetRequest(
                asset=asset_pb2.AssetSource(data=b"x" * (INLINE + 1))
            ),
            {"asset.data": "TOO_LONG"},
        ),
        (
            screening_service_pb2.CheckAssetRequest(asset=asset_pb2.AssetSource(upload="assets/1")),
            {"asset.upload": "MALFORMED"},
        ),
        (catalogue_service_pb2.GetWorkRequest(name="works/"), {"name": "MALFORMED"}),
        (catalogue_service_pb2.GetWorkRequest(name="works/a/b"), {"name": "MALFORMED"}),
        (catalogue_service_pb2.ListWorksRequest(page_size=-1), {"page_size": "OUT_OF_RANGE"}),
        (ledger_service_pb2.GetEntryRequest(), {"selector": "REQUIRED"}),
        (operation_service_pb2.WatchOperationRequest(name="x"), {"name": "MALFORMED"}),
        (
            review_service_pb2.DecideCaseRequest(name="cases/a", reason="no words"),
            {"ruling": "REQUIRED", "reason": "MALFORMED"},
        ),
        (asset_service_pb2.UploadAssetRequest(), {"part": "REQUIRED"}),
        (
            asset_service_pb2.UploadAssetRequest(chunk=b"x" * 262_145),
            {"chunk": "TOO_LONG"},
        ),
        (
            asset_service_pb2.UploadAssetRequest(
                metadata=asset_service_pb2.UploadMetadata(size_bytes=33_554_433, sha256="zz")
            ),
            {"metadata.size_bytes": "OUT_OF_RANGE", "metadata.sha256": "MALFORMED"},
        ),
    ],
)
def test_a_bad_field_is_named_with_its_reason(
    request_: Message, expected: Mapping[str, str]
) -> None:
    assert complaints(request_) == expected


def test_the_protos_state_the_limits_of_the_use_cases() -> None:
    assert complaints(order(prompt="x" * MAX_PROMPT_CHARACTERS)) == {}
    assert complaints(order(seed=MAX_SEED - MAX_COUNT)) == {}
    long = catalogue_service_pb2.RegisterWorkRequest(
        asset=asset_pb2.AssetSource(data=b"x" * INLINE), title="x" * MAX_TEXT_CHARACTERS
    )
    assert complaints(long) == {}
    long.title += "x"
    assert complaints(long) == {"title": "TOO_LONG"}


@given(st.binary(max_size=200))
def test_whatever_parses_is_accepted_or_refused_but_never_fails(data: bytes) -> None:
    for kind in (
        catalogue_service_pb2.RegisterWorkRequest,
        generation_service_pb2.GenerateArtworkRequest,
        screening_service_pb2.CheckAssetRequest,
    ):
        request = kind()
        try:
            request.ParseFromString(data)
        except Exception:  # noqa: BLE001, S112 - not a message at all
            continue
        complaints(request)
