"""Rights holders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from raisonne.api.v1 import holder_pb2, holder_service_pb2
from raisonne.app.holders import HolderChange, HolderDraft, HolderFile
from raisonne.rights.errors import InputError
from raisonne.rights.holder import HolderVersion, RightsHolder
from raisonne.rights.identifier import IdentifierScheme
from raisonne.server.convert.enums import from_wire, to_wire
from raisonne.server.convert.times import to_timestamp


def draft_from_message(request: holder_service_pb2.CreateHolderRequest) -> HolderDraft:
    """Return the draft of a validated request.

    Raises:
        InputError: If it names two identifiers of one registry.
    """
    return HolderDraft(
        display_name=request.display_name,
        aliases=tuple(request.aliases),
        identifiers=_identifiers(request.identifiers),
        contact=request.contact,
        note=request.note,
    )


def change_from_message(request: holder_service_pb2.UpdateHolderRequest) -> HolderChange:
    """Return what is to be different; fields that are not set stay as they are.

    Raises:
        InputError: If it names two identifiers of one registry.
    """
    return HolderChange(
        display_name=request.display_name if request.HasField("display_name") else None,
        add_aliases=tuple(request.add_aliases),
        remove_aliases=tuple(request.remove_aliases),
        identifiers=_identifiers(request.identifiers),
        contact=request.contact if request.HasField("contact") else None,
        note=request.note if request.HasField("note") else None,
    )


def holder_to_message(holder: RightsHolder) -> holder_pb2.RightsHolder:
    """Return the message of a rights holder."""
    return holder_pb2.RightsHolder(
        name=holder.name,
        tenant=holder.tenant,
        display_name=holder.display_name,
        aliases=holder.aliases,
        identifiers=[
            holder_pb2.HolderIdentifier(
                scheme=to_wire(holder_pb2.HolderIdentifier.Scheme, scheme), value=value
            )
            for scheme, value in holder.identifiers.items()
        ],
        contact_sha256=holder.contact_sha256,
        note=holder.note,
        revision=holder.revision,
        create_time=to_timestamp(holder.create_time),
        update_time=to_timestamp(holder.update_time),
    )


def file_to_message(file: HolderFile) -> holder_service_pb2.HolderFile:
    """Return the message of a rights holder with how to reach them."""
    return holder_service_pb2.HolderFile(
        holder=holder_to_message(file.holder), contact=file.contact
    )


def version_to_message(version: HolderVersion) -> holder_pb2.HolderVersion:
    """Return the message of a version of a record."""
    return holder_pb2.HolderVersion(
        holder=holder_to_message(version.holder), actor=version.actor, sha256=version.sha256
    )


def _identifiers(
    messages: Iterable[holder_pb2.HolderIdentifier],
) -> Mapping[IdentifierScheme, str]:
    found: dict[IdentifierScheme, str] = {}
    for message in messages:
        scheme = from_wire(holder_pb2.HolderIdentifier.Scheme, IdentifierScheme, message.scheme)
        if scheme in found:
            raise InputError(
                f"There are two identifiers of {scheme.value}.", metadata={"field": "identifiers"}
            )
        found[scheme] = message.value
    return found
