"""Rights holders."""

from __future__ import annotations

from collections.abc import Mapping

from raisonne.api.v1 import holder_pb2, holder_service_pb2
from raisonne.client.convert.enums import from_wire, to_wire
from raisonne.client.convert.times import from_timestamp
from raisonne.client.values import HolderFile
from raisonne.rights.holder import HolderVersion, RightsHolder
from raisonne.rights.identifier import IdentifierScheme


def identifiers_to_messages(
    identifiers: Mapping[IdentifierScheme, str],
) -> list[holder_pb2.HolderIdentifier]:
    """Return the messages of identifiers."""
    wire = holder_pb2.HolderIdentifier
    return [
        wire(scheme=to_wire(wire.Scheme, scheme), value=value)
        for scheme, value in identifiers.items()
    ]


def holder_from_message(message: holder_pb2.RightsHolder) -> RightsHolder:
    """Return the rights holder of a message."""
    wire = holder_pb2.HolderIdentifier.Scheme
    return RightsHolder(
        name=message.name,
        tenant=message.tenant,
        display_name=message.display_name,
        aliases=tuple(message.aliases),
        identifiers={
            from_wire(wire, IdentifierScheme, each.scheme): each.value
            for each in message.identifiers
        },
        contact_sha256=message.contact_sha256,
        note=message.note,
        revision=message.revision,
        create_time=from_timestamp(message.create_time),
        update_time=from_timestamp(message.update_time),
    )


def holder_file_from_message(message: holder_service_pb2.HolderFile) -> HolderFile:
    """Return the rights holder of a message with how to reach them."""
    return HolderFile(holder_from_message(message.holder), message.contact)


def version_from_message(message: holder_pb2.HolderVersion) -> HolderVersion:
    """Return the version of a message."""
    return HolderVersion(holder_from_message(message.holder), message.actor, message.sha256)
