"""Stored and staged files."""

from __future__ import annotations

from raisonne.api.v1 import asset_pb2
from raisonne.client.convert.enums import from_wire
from raisonne.client.convert.times import from_timestamp
from raisonne.client.values import Upload
from raisonne.rights.asset import Asset, AssetOrigin


def asset_from_message(message: asset_pb2.Asset) -> Asset:
    """Return the stored file of a message."""
    return Asset(
        name=message.name,
        tenant=message.tenant,
        sha256=message.sha256,
        pixel_sha256=message.pixel_sha256,
        media_type=message.media_type,
        size_bytes=message.size_bytes,
        width=message.width,
        height=message.height,
        origin=from_wire(asset_pb2.Asset.Origin, AssetOrigin, message.origin),
        create_time=from_timestamp(message.create_time),
    )


def upload_from_message(message: asset_pb2.Upload) -> Upload:
    """Return the staged file of a message."""
    return Upload(
        name=message.name,
        sha256=message.sha256,
        size_bytes=message.size_bytes,
        expire_time=from_timestamp(message.expire_time),
    )
