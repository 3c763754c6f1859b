"""Where the bytes of a request are."""

from __future__ import annotations

from raisonne.api.v1 import asset_pb2
from raisonne.rights.principal import Principal
from raisonne.server.uploads import StagedUploads


def source_bytes(
    uploads: StagedUploads, principal: Principal, source: asset_pb2.AssetSource
) -> bytes:
    """Return the bytes that a validated source stands for.

    Raises:
        NotFoundError: If it names an upload that the tenant does not have.
    """
    if source.WhichOneof("source") == "upload":
        return uploads.get(principal.tenant, source.upload)
    return source.data
