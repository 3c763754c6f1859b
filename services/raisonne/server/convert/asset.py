"""Stored and staged files."""

from __future__ import annotations

from raisonne.api.v1 import asset_pb2
from raisonne.rights.asset import Asset
from raisonne.server.convert.enums import to_wire
from raisonne.server.convert.times import to_timestamp
from raisonne.server.uploads import StagedUpload


def asset_to_message(asset: Asset) -> asset_pb2.Asset:
    """Return the message of a stored file."""
    return asset_pb2.Asset(
        name=asset.name,
        tenant=asset.tenant,
        sha256=asset.sha256,
        pixel_sha256=asset.pixel_sha256,
        media_type=asset.media_type,
        size_bytes=asset.size_bytes,
        width=asset.width,
        height=asset.height,
        origin=to_wire(asset_pb2.Asset.Origin, asset.origin),
        create_time=to_timestamp(asset.create_time),
    )


def upload_to_message(upload: StagedUpload) -> asset_pb2.Upload:
    """Return the message of a staged file."""
    return asset_pb2.Upload(
        name=upload.name,
        sha256=upload.sha256,
        size_bytes=upload.size_bytes,
        expire_time=to_timestamp(upload.expire_time),
    )
