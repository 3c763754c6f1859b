"""Recorded licences."""

from __future__ import annotations

from raisonne.api.v1 import licence_pb2, rights_pb2
from raisonne.client.convert.enums import from_wire, to_wire
from raisonne.client.convert.times import from_timestamp, optional_time, to_timestamp
from raisonne.client.values import NewLicence
from raisonne.rights.recorded_licence import Grant, Licence
from raisonne.rights.statement import ReservationKind, Use


def licence_from_message(message: licence_pb2.Licence) -> Licence:
    """Return the licence of a message."""
    return Licence(
        tenant=message.tenant,
        work=message.work,
        grant=grant_from_message(message.grant),
        licensor=message.licensor,
        licensee=message.licensee,
        document=message.document,
        document_sha256=message.document_sha256,
        note=message.note,
        actor=message.actor,
        create_time=from_timestamp(message.create_time),
        revoke_time=optional_time(message, "revoke_time", message.revoke_time),
    )


def grant_from_message(message: licence_pb2.Grant) -> Grant:
    """Return what a licence grants."""
    return Grant(
        licence=message.licence,
        identifier=message.identifier,
        uses=frozenset(from_wire(rights_pb2.Use, Use, use) for use in message.uses),
        territories=frozenset(message.territories),
        valid_from=optional_time(message, "valid_from_time", message.valid_from_time),
        valid_until=optional_time(message, "valid_until_time", message.valid_until_time),
        attribution=message.attribution,
        fee=message.fee,
        releases=frozenset(
            from_wire(rights_pb2.ReservationKind, ReservationKind, kind)
            for kind in message.releases
        ),
        effective_time=from_timestamp(message.effective_time),
        end_time=optional_time(message, "end_time", message.end_time),
    )


def new_licence_to_message(licence: NewLicence) -> licence_pb2.Licence:
    """Return the message of a licence that is to be recorded."""
    return licence_pb2.Licence(
        grant=licence_pb2.Grant(
            identifier=licence.identifier,
            uses=[to_wire(rights_pb2.Use, use) for use in sorted(licence.uses)],
            territories=sorted(licence.territories),
            valid_from_time=to_timestamp(licence.valid_from),
            valid_until_time=to_timestamp(licence.valid_until),
            attribution=licence.attribution,
            fee=licence.fee,
            releases=[
                to_wire(rights_pb2.ReservationKind, kind) for kind in sorted(licence.releases)
            ],
            effective_time=to_timestamp(licence.effective_time),
        ),
        licensor=licence.licensor,
        licensee=licence.licensee,
        document=licence.document,
        document_sha256=licence.document_sha256,
        note=licence.note,
    )
