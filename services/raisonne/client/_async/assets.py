"""Files: sent ahead, inside a request, and back."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator

import grpc.aio

from raisonne.api.v1 import asset_service_pb2 as pb
from raisonne.api.v1.asset_pb2 import AssetSource
from raisonne.api.v1.asset_service_pb2_grpc import AssetServiceStub
from raisonne.client._async.calls import receiving, sending
from raisonne.client.channel import chunk_bytes, inline_bytes
from raisonne.client.convert.asset import asset_from_message, upload_from_message
from raisonne.client.deadlines import Deadlines
from raisonne.client.values import Download, Upload


class AsyncAssets:
    """``client.assets``."""

    def __init__(self, channel: grpc.aio.Channel, deadlines: Deadlines) -> None:
        self._stub = AssetServiceStub(channel)
        self._deadlines = deadlines

    async def upload(self, data: bytes) -> Upload:
        """Send a file ahead; the service holds it for a while.

        Methods that take files do this by themselves where a file is too large for one message.

        Raises:
            InputError: If the file is empty or larger than the service takes.
            StorageError: If the service holds too many uploads at the moment.
        """
        message = await sending(self._stub.UploadAsset, _parts(data), self._deadlines.transfer)
        return upload_from_message(message)

    async def download(self, name: str) -> Download:
        """Fetch the file of a registered work or of a released artwork.

        Args:
            name: ``assets/{asset}``.

        Raises:
            NotFoundError: If there is no such asset that may be returned.
        """
        request = pb.DownloadAssetRequest(name=name)
        answers = receiving(self._stub.DownloadAsset, request, self._deadlines.transfer)
        first = await anext(answers)
        data = io.BytesIO()
        async for answer in answers:
            data.write(answer.chunk)
        return Download(asset_from_message(first.asset), data.getvalue())

    async def source(self, data: bytes) -> AssetSource:
        """Return where a request finds a file: inside itself, or uploaded by this call."""
        if len(data) <= inline_bytes():
            return AssetSource(data=data)
        return AssetSource(upload=(await self.upload(data)).name)


def _parts(data: bytes) -> Iterator[pb.UploadAssetRequest]:
    sha256 = hashlib.sha256(data).hexdigest()
    metadata = pb.UploadMetadata(size_bytes=len(data), sha256=sha256)
    yield pb.UploadAssetRequest(metadata=metadata)
    step = chunk_bytes()
    for start in range(0, len(data), step):
        yield pb.UploadAssetRequest(chunk=data[start : start + step])
