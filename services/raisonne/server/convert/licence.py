"""Recorded licences."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from raisonne.api.v1 import licence_pb2, licence_service_pb2, rights_pb2
from raisonne.app.licence_drafts import LicenceDraft
from raisonne.app.licences import LicenceQuery
from raisonne.rights.recorded_licence import Grant, Licence
from raisonne.rights.statement import WORLD, ReservationKind, Use
from raisonne.server.convert.enums import from_wire, to_wire
from raisonne.server.convert.times import from_timestamp, to_timestamp


def licence_to_message(licence: Licence) -> licence_pb2.Licence:
    """Return the message of a licence."""
    return licence_pb2.Licence(
        name=licence.name,
        tenant=licence.tenant,
        work=licence.work,
        grant=grant_to_message(licence.grant),
        licensor=licence.licensor,
        licensee=licence.licensee,
        document=licence.document,
        document_sha256=licence.document_sha256,
        note=licence.note,
        actor=licence.actor,
        create_time=to_timestamp(licence.create_time),
        revoke_time=to_timestamp(licence.revoke_time),
    )


def grant_to_message(grant: Grant) -> licence_pb2.Grant:
    """Return the message of what a licence grants; sets come out sorted."""
    return licence_pb2.Grant(
        licence=grant.licence,
        identifier=grant.identifier,
        uses=[to_wire(rights_pb2.Use, use) for use in sorted(grant.uses)],
        territories=sorted(grant.territories),
        valid_from_time=to_timestamp(grant.valid_from),
        valid_until_time=to_timestamp(grant.valid_until),
        attribution=grant.attribution,
        fee=grant.fee,
        releases=[to_wire(rights_pb2.ReservationKind, kind) for kind in sorted(grant.releases)],
        effective_time=to_timestamp(grant.effective_time),
        end_time=to_timestamp(grant.end_time),
    )


def draft_from_message(message: licence_pb2.Licence) -> LicenceDraft:
    """Return what a validated message wants to have recorded; what only answers hold is ignored."""
    grant = message.grant
    return LicenceDraft(
        identifier=grant.identifier,
        uses=frozenset(from_wire(rights_pb2.Use, Use, use) for use in grant.uses),
        licensor=message.licensor,
        licensee=message.licensee,
        territories=frozenset(grant.territories) or frozenset({WORLD}),
        valid_from=_time(grant, "valid_from_time"),
        valid_until=_time(grant, "valid_until_time"),
        attribution=grant.attribution,
        fee=grant.fee,
        releases=frozenset(
            from_wire(rights_pb2.ReservationKind, ReservationKind, kind) for kind in grant.releases
        ),
        document=message.document,
        document_sha256=message.document_sha256,
        note=message.note,
        effective_time=_time(grant, "effective_time"),
    )


def query_from_message(message: licence_service_pb2.ListLicencesRequest) -> LicenceQuery:
    """Return which licences are wanted."""
    until = message.expiring_by_time
    return LicenceQuery(
        work=message.work,
        with_ended=message.with_ended,
        expiring_by=from_timestamp(until) if message.HasField("expiring_by_time") else None,
    )


def _time(
    message: licence_pb2.Grant,
    field: Literal["valid_from_time", "valid_until_time", "effective_time"],
) -> datetime | None:
    return from_timestamp(getattr(message, field)) if message.HasField(field) else None
