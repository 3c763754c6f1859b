"""Content credentials."""

from __future__ import annotations

import grpc.aio

from raisonne.api.v1 import provenance_service_pb2 as pb
from raisonne.api.v1.provenance_service_pb2_grpc import ProvenanceServiceStub
from raisonne.client._async.assets import AsyncAssets
from raisonne.client._async.calls import unary
from raisonne.client.convert.credential import report_from_message
from raisonne.client.deadlines import Deadlines
from raisonne.rights.provenance import CredentialReport


class AsyncCredentials:
    """``client.credentials``."""

    def __init__(
        self, channel: grpc.aio.Channel, deadlines: Deadlines, assets: AsyncAssets
    ) -> None:
        self._stub = ProvenanceServiceStub(channel)
        self._deadlines = deadlines
        self._assets = assets

    async def verify(self, data: bytes) -> CredentialReport:
        """Read and validate the credential of a file; a bad one is a normal answer.

        Raises:
            InputError: If the file is empty.
        """
        request = pb.VerifyAssetRequest(asset=await self._assets.source(data))
        message = await unary(self._stub.VerifyAsset, request, self._deadlines.compute)
        return report_from_message(message.report)

    async def manifest(self, label: str) -> bytes:
        """Return a manifest store (JUMBF bytes) that the service embedded.

        Args:
            label: Of the active manifest.

        Raises:
            NotFoundError: If there is no such manifest.
        """
        request = pb.GetManifestRequest(label=label)
        message = await unary(self._stub.GetManifest, request, self._deadlines.read)
        return message.manifest
