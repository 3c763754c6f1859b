"""``ProvenanceService``."""

# ruff: noqa: N802, ARG002 - method names and signatures are the protocol's.

from __future__ import annotations

import asyncio
from typing import Any

from raisonne.api.v1 import provenance_service_pb2 as pb
from raisonne.api.v1 import provenance_service_pb2_grpc
from raisonne.app.provenance import Provenance
from raisonne.server.convert.credential import report_to_message
from raisonne.server.interceptors.principal import current_principal
from raisonne.server.servicers.sources import source_bytes
from raisonne.server.uploads import StagedUploads


class ProvenanceServicer(provenance_service_pb2_grpc.ProvenanceServiceServicer):
    """Reads content credentials."""

    def __init__(self, provenance: Provenance, uploads: StagedUploads) -> None:
        self._provenance = provenance
        self._uploads = uploads

    async def VerifyAsset(
        self, request: pb.VerifyAssetRequest, context: Any
    ) -> pb.VerifyAssetResponse:
        """Read and validate the credential of a file."""
        principal = current_principal()
        data = source_bytes(self._uploads, principal, request.asset)
        report = await asyncio.to_thread(self._provenance.verify, principal, data)
        return pb.VerifyAssetResponse(report=report_to_message(report))

    async def GetManifest(
        self, request: pb.GetManifestRequest, context: Any
    ) -> pb.GetManifestResponse:
        """Return a stored manifest."""
        manifest = await asyncio.to_thread(
            self._provenance.manifest, current_principal(), request.label
        )
        return pb.GetManifestResponse(label=request.label, manifest=manifest)
