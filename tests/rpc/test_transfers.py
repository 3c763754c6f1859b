"""Files in chunks, and the bounds around them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import grpc
import pytest
from PIL import Image

from raisonne.api.v1 import asset_pb2, screening_service_pb2
from raisonne.api.v1 import asset_service_pb2 as pb
from raisonne.api.v1.asset_service_pb2_grpc import AssetServiceStub
from raisonne.api.v1.screening_service_pb2_grpc import ScreeningServiceStub
from raisonne.client import AsyncClient, Client
from raisonne.client.errors import error_from_call
from raisonne.rights.errors import InputError, NotFoundError, RaisonneError, Reason, StorageError
from raisonne.server import Application, ServerLimits, serving

MIB = 1024 * 1024


def metadata(data: bytes, **changes: object) -> pb.UploadAssetRequest:
    facts = {"size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} | changes
    return pb.UploadAssetRequest(metadata=pb.UploadMetadata(**facts))  # type: ignore[arg-type]


def chunk(data: bytes) -> pb.UploadAssetRequest:
    return pb.UploadAssetRequest(chunk=data)


async def refusal(address: str, parts: list[pb.UploadAssetRequest]) -> RaisonneError:
    async with grpc.aio.insecure_channel(address) as channel:
        with pytest.raises(grpc.RpcError) as refused:
            await AssetServiceStub(channel).UploadAsset(iter(parts))
    return error_from_call(refused.value)


async def test_20_mib_arrive_in_chunks(client: AsyncClient) -> None:
    data = os.urandom(20 * MIB)
    upload = await client.assets.upload(data)
    assert upload.size_bytes == len(data)
    assert upload.sha256 == hashlib.sha256(data).hexdigest()
    assert await client.assets.upload(data) != upload  # held longer
    assert (await client.assets.upload(data)).name == upload.name


async def test_a_picture_too_large_for_a_message_is_checked_all_the_same(
    client: AsyncClient,
) -> None:
    out = BytesIO()
    Image.frombytes("RGB", (1280, 1024), os.urandom(1280 * 1024 * 3)).save(out, "BMP")
    assert len(out.getvalue()) > 3.5 * MIB
    checked = await client.screening.check_asset(out.getvalue())
    assert checked.verdict.inputs.sha256 == hashlib.sha256(out.getvalue()).hexdigest()
    registered = await client.works.register(out.getvalue())
    assert (await client.assets.download(registered.work.asset)).data == out.getvalue()


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ([], "metadata"),
        ([chunk(b"x")], "metadata"),
        ([metadata(b"ab"), metadata(b"ab")], "metadata"),
        ([metadata(b"ab"), chunk(b"a")], "metadata.size_bytes"),
        ([metadata(b"ab"), chunk(b"abc")], "metadata.size_bytes"),
        ([metadata(b"ab"), chunk(b"ac")], "metadata.sha256"),
        ([metadata(b"ab", size_bytes=33 * MIB)], "metadata.size_bytes"),
        ([metadata(b"ab", sha256="")], "metadata.sha256"),
        ([metadata(b"ab"), chunk(b"x" * (256 * 1024 + 1))], "chunk"),
        ([pb.UploadAssetRequest()], "part"),
    ],
)
async def test_a_broken_upload_is_refused(
    address: str, parts: list[pb.UploadAssetRequest], field: str
) -> None:
    error = await refusal(address, parts)
    assert error.reason is Reason.INVALID_ARGUMENT
    assert error.metadata["field"] == field


async def test_callers_who_leave_half_way_do_no_harm(address: str, client: AsyncClient) -> None:
    out = BytesIO()
    Image.frombytes("RGB", (2048, 1024), os.urandom(2048 * 1024 * 3)).save(out, "BMP")
    work = (await client.works.register(out.getvalue())).work
    request = pb.DownloadAssetRequest(name=work.asset)
    for _ in range(10):
        channel = grpc.aio.insecure_channel(address)
        await AssetServiceStub(channel).DownloadAsset(request).read()
        await channel.close(None)
    assert (await client.assets.download(work.asset)).data == out.getvalue()


def test_a_client_outlives_an_upload_that_is_refused(app: Application) -> None:
    limits = ServerLimits(staged_bytes=MIB, grace=timedelta(seconds=2))
    with serving(app, limits=limits) as address, Client(address) as client:
        for _ in range(10):
            with pytest.raises(StorageError):
                client.assets.upload(bytes(20 * MIB))


async def test_an_upload_that_was_never_sent_is_not_found(address: str) -> None:
    source = asset_pb2.AssetSource(upload=f"uploads/{'0' * 64}")
    async with grpc.aio.insecure_channel(address) as channel:
        with pytest.raises(grpc.RpcError) as refused:
            await ScreeningServiceStub(channel).CheckAsset(
                screening_service_pb2.CheckAssetRequest(asset=source)
            )
    assert isinstance(error_from_call(refused.value), NotFoundError)


async def test_a_message_over_the_limit_is_refused(address: str) -> None:
    source = asset_pb2.AssetSource(data=b"x" * (5 * MIB))
    options = [("grpc.max_send_message_length", -1)]
    async with grpc.aio.insecure_channel(address, options=options) as channel:
        with pytest.raises(grpc.RpcError) as refused:
            await ScreeningServiceStub(channel).CheckAsset(
                screening_service_pb2.CheckAssetRequest(asset=source)
            )
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED  # type: ignore[attr-defined]
    assert error_from_call(refused.value).reason is Reason.FILE_TOO_LARGE


async def test_a_file_over_the_total_limit_is_refused(client: AsyncClient) -> None:
    with pytest.raises(InputError):
        await client.assets.upload(bytes(32 * MIB + 1))


def test_chunks_are_lazy() -> None:
    from raisonne.client._async.assets import _parts

    parts: Iterator[pb.UploadAssetRequest] = _parts(b"x" * MIB)
    assert next(parts).WhichOneof("part") == "metadata"
    assert sum(len(part.chunk) for part in parts) == MIB
