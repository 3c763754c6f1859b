"""Content credentials."""

from __future__ import annotations

import grpc

from raisonne.api.v1 import provenance_service_pb2 as pb
from raisonne.api.v1.provenance_service_pb2_grpc import ProvenanceServiceStub
from raisonne.client._sync.assets import Assets
from raisonne.client._sync.calls import unary
from raisonne.client.convert.credential import report_from_message
from raisonne.client.deadlines import Deadlines
from raisonne.rights.provenance import CredentialReport


class Credentials:
    """``client.credentials``."""

    def __init__(self, channel: grpc.Channel, deadlines: Deadlines, assets: Assets) -> None:
        self._stub = ProvenanceServiceStub(channel)
        self._deadlines = deadlines
        self._assets = assets

    def verify(self, data: bytes) -> CredentialReport:
        """Read and validate the credential of a file; a bad one is a normal answer.

        Raises:
            InputError: If the file is empty.
        """
        request = pb.VerifyAssetRequest(asset=self._assets.source(data))
        message = unary(self._stub.VerifyAsset, request, self._deadlines.compute)
        return report_from_message(message.report)

    def manifest(self, label: str) -> bytes:
        """Return a manifest store (JUMBF bytes) that the service embedded.

        Args:
            label: Of the active manifest.

        Raises:
            NotFoundError: If there is no such manifest.
        """
        request = pb.GetManifestRequest(label=label)
        message = unary(self._stub.GetManifest, request, self._deadlines.read)
        return message.manifest
