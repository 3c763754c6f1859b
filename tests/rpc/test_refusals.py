"""Each bad input ends in a typed error with details, whatever it was sent to."""

from __future__ import annotations

from collections.abc import Callable

import grpc
import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from raisonne.api.v1 import (
    asset_pb2,
    catalogue_service_pb2,
    generation_service_pb2,
    ledger_service_pb2,
    provenance_service_pb2,
    rights_pb2,
    screening_service_pb2,
)
from raisonne.api.v1.catalogue_service_pb2_grpc import CatalogueServiceStub
from raisonne.api.v1.generation_service_pb2_grpc import GenerationServiceStub
from raisonne.api.v1.ledger_service_pb2_grpc import LedgerServiceStub
from raisonne.api.v1.provenance_service_pb2_grpc import ProvenanceServiceStub
from raisonne.api.v1.screening_service_pb2_grpc import ScreeningServiceStub
from raisonne.client import AsyncClient, Deadlines, TransportError
from raisonne.client.errors import error_from_call
from raisonne.rights.errors import InputError, LimitError, Reason

STUBS = {
    "catalogue_service_pb2": CatalogueServiceStub,
    "generation_service_pb2": GenerationServiceStub,
    "ledger_service_pb2": LedgerServiceStub,
    "provenance_service_pb2": ProvenanceServiceStub,
    "screening_service_pb2": ScreeningServiceStub,
}
TEXT = asset_pb2.AssetSource(data=b"not a picture")
EMPTY = asset_pb2.AssetSource(data=b"")


@pytest.mark.parametrize(
    ("method", "request_", "reason"),
    [
        (
            "CheckAsset",
            screening_service_pb2.CheckAssetRequest(asset=TEXT),
            Reason.UNSUPPORTED_MEDIA_TYPE,
        ),
        ("CheckAsset", screening_service_pb2.CheckAssetRequest(asset=EMPTY), Reason.EMPTY_INPUT),
        ("CheckAsset", screening_service_pb2.CheckAssetRequest(), Reason.INVALID_ARGUMENT),
        (
            "CheckAsset",
            screening_service_pb2.CheckAssetRequest(asset=TEXT, territory="Germany"),
            Reason.INVALID_ARGUMENT,
        ),
        (
            "CheckAsset",
            screening_service_pb2.CheckAssetRequest(asset=TEXT, use=99),  # type: ignore[arg-type]
            Reason.INVALID_ARGUMENT,
        ),
        ("CheckPrompt", screening_service_pb2.CheckPromptRequest(prompt=" "), Reason.EMPTY_INPUT),
        (
            "CheckPrompt",
            screening_service_pb2.CheckPromptRequest(prompt="x" * 4_001),
            Reason.INVALID_ARGUMENT,
        ),
        (
            "RegisterWork",
            catalogue_service_pb2.RegisterWorkRequest(asset=TEXT),
            Reason.UNSUPPORTED_MEDIA_TYPE,
        ),
        (
            "RegisterWork",
            catalogue_service_pb2.RegisterWorkRequest(
                asset=TEXT, rights=rights_pb2.RightsStatement(territories=["XYZ"])
            ),
            Reason.INVALID_ARGUMENT,
        ),
        ("GetWork", catalogue_service_pb2.GetWorkRequest(name="w"), Reason.INVALID_ARGUMENT),
        (
            "ListWorks",
            catalogue_service_pb2.ListWorksRequest(page_token="forged"),
            Reason.INVALID_ARGUMENT,
        ),
        (
            "GenerateArtwork",
            generation_service_pb2.GenerateArtworkRequest(prompt="x", width=1, height=1, count=257),
            Reason.INVALID_ARGUMENT,
        ),
        (
            "VerifyAsset",
            provenance_service_pb2.VerifyAssetRequest(asset=EMPTY),
            Reason.EMPTY_INPUT,
        ),
        (
            "GetManifest",
            provenance_service_pb2.GetManifestRequest(label="urn:c2pa:none"),
            Reason.NOT_FOUND,
        ),
        ("GetEntry", ledger_service_pb2.GetEntryRequest(), Reason.INVALID_ARGUMENT),
        (
            "GetConsistencyProof",
            ledger_service_pb2.GetConsistencyProofRequest(old_size=2, size=1),
            Reason.INVALID_ARGUMENT,
        ),
    ],
)
async def test_a_bad_request_is_refused_with_its_reason(
    address: str, method: str, request_: Message, reason: Reason
) -> None:
    stub_type = STUBS[type(request_).__module__.rpartition(".")[2]]
    async with grpc.aio.insecure_channel(address) as channel:
        with pytest.raises(grpc.RpcError) as refused:
            await getattr(stub_type(channel), method)(request_)
    error = error_from_call(refused.value)
    assert error.reason is reason
    status = rpc_status.from_call(refused.value)
    kinds = {detail.TypeName() for detail in status.details}
    assert {"google.rpc.ErrorInfo", "google.rpc.RequestInfo"} <= kinds


async def test_all_violations_come_at_once(address: str) -> None:
    request = generation_service_pb2.GenerateArtworkRequest(width=-1, count=999)
    async with grpc.aio.insecure_channel(address) as channel:
        with pytest.raises(grpc.RpcError) as refused:
            await GenerationServiceStub(channel).GenerateArtwork(request)
    bad_request = error_details_pb2.BadRequest()
    for detail in rpc_status.from_call(refused.value).details:
        detail.Unpack(bad_request)
    fields = {violation.field: violation.reason for violation in bad_request.field_violations}
    assert fields == {
        "prompt": "REQUIRED",
        "width": "OUT_OF_RANGE",
        "height": "REQUIRED",
        "count": "OUT_OF_RANGE",
    }


async def test_a_deadline_that_passes_is_a_limit_error(
    address: str, picture: Callable[[], bytes]
) -> None:
    async with AsyncClient(address, deadlines=Deadlines(compute=1e-6)) as hurried:
        with pytest.raises(LimitError) as late:
            await hurried.screening.check_asset(picture())
    assert late.value.reason is Reason.DEADLINE_EXCEEDED


async def test_a_server_that_is_not_there_is_a_transport_error() -> None:
    async with AsyncClient("127.0.0.1:1", deadlines=Deadlines(read=5.0)) as alone:
        with pytest.raises(TransportError) as gone:
            await alone.works.get("works/x")
    assert gone.value.metadata["code"] == "UNAVAILABLE"


async def test_a_method_that_is_not_served_is_a_transport_error(address: str) -> None:
    async with grpc.aio.insecure_channel(address) as channel:
        with pytest.raises(grpc.RpcError) as unknown:
            await channel.unary_unary("/raisonne.api.v1.CatalogueService/Nothing")(b"")
    assert error_from_call(unknown.value).metadata["code"] == "UNIMPLEMENTED"


async def test_an_upload_over_its_bound_names_the_field(client: AsyncClient) -> None:
    with pytest.raises(InputError) as refused:
        await client.works.register(b"x", title="t" * 1_001)
    assert refused.value.metadata["field"] == "title"
