"""``AssetService``."""

# ruff: noqa: N802, ARG002 - method names and signatures are the protocol's.

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator
from typing import Any

from raisonne.api.v1 import asset_pb2, asset_service_pb2_grpc
from raisonne.api.v1 import asset_service_pb2 as pb
from raisonne.app.operations import Artworks
from raisonne.rights.errors import InputError
from raisonne.server.chunks import chunks
from raisonne.server.convert.asset import asset_to_message, upload_to_message
from raisonne.server.interceptors.principal import current_principal
from raisonne.server.uploads import StagedUploads


class AssetServicer(asset_service_pb2_grpc.AssetServiceServicer):
    """Moves files in chunks."""

    def __init__(self, artworks: Artworks, uploads: StagedUploads, chunk_bytes: int) -> None:
        self._artworks = artworks
        self._uploads = uploads
        self._chunk_bytes = chunk_bytes

    async def UploadAsset(
        self, request_iterator: AsyncIterator[pb.UploadAssetRequest], context: Any
    ) -> asset_pb2.Upload:
        """Receive a file and hold it."""
        metadata = await _receive_metadata(request_iterator)
        with self._uploads.arriving(metadata.size_bytes):
            data = await _receive_chunks(request_iterator, metadata)
            upload = self._uploads.put(current_principal().tenant, data, metadata.sha256)
        return upload_to_message(upload)

    async def DownloadAsset(
        self, request: pb.DownloadAssetRequest, context: Any
    ) -> AsyncIterator[pb.DownloadAssetResponse]:
        """Send a registered or released file."""
        asset, data = await asyncio.to_thread(
            self._artworks.download, current_principal(), request.name
        )
        yield pb.DownloadAssetResponse(asset=asset_to_message(asset))
        for chunk in chunks(data, self._chunk_bytes):
            yield pb.DownloadAssetResponse(chunk=chunk)


async def _receive_metadata(
    requests: AsyncIterator[pb.UploadAssetRequest],
) -> pb.UploadMetadata:
    first = await anext(requests, None)
    if first is None or first.WhichOneof("part") != "metadata":
        raise InputError("The first message must be the metadata.", metadata={"field": "metadata"})
    return first.metadata


async def _receive_chunks(
    requests: AsyncIterator[pb.UploadAssetRequest], metadata: pb.UploadMetadata
) -> bytes:
    # Unlike a bytearray, its buffer becomes the bytes in the end without a copy.
    data = io.BytesIO()
    digest = hashlib.sha256()
    async for request in requests:
        if request.WhichOneof("part") != "chunk":
            raise InputError("Only the first message is metadata.", metadata={"field": "metadata"})
        data.write(request.chunk)
        digest.update(request.chunk)
        if data.tell() > metadata.size_bytes:
            break
    if data.tell() != metadata.size_bytes:
        raise InputError(
            f"{metadata.size_bytes:,} bytes were announced, but not exactly these came.",
            metadata={"field": "metadata.size_bytes"},
        )
    if digest.hexdigest() != metadata.sha256:
        raise InputError(
            "The bytes do not have the announced SHA-256.",
            metadata={"field": "metadata.sha256", "actual": digest.hexdigest()},
        )
    return data.getvalue()
