"""Registrations with offices, and what falls due."""

from __future__ import annotations

from datetime import date

from google.type import date_pb2

from raisonne.api.v1 import registration_pb2
from raisonne.client.convert.enums import from_wire
from raisonne.client.convert.times import from_timestamp, optional_time
from raisonne.rights.office import Due, DueKind, OfficeRegistration


def registration_from_message(message: registration_pb2.OfficeRegistration) -> OfficeRegistration:
    """Return the registration of a message."""
    granted, renewed = message.HasField("grant_date"), message.HasField("renewal_date")
    return OfficeRegistration(
        name=message.name,
        tenant=message.tenant,
        work=message.work,
        office=message.office,
        number=message.number,
        grant_date=_date(message.grant_date) if granted else None,
        renewal_date=_date(message.renewal_date) if renewed else None,
        document=message.document,
        actor=message.actor,
        record_time=from_timestamp(message.record_time),
        remove_time=optional_time(message, "remove_time", message.remove_time),
        removed_by=message.removed_by,
    )


def due_from_message(message: registration_pb2.Due) -> Due:
    """Return what falls due."""
    known = message.HasField("registration")
    return Due(
        when=from_timestamp(message.due_time),
        kind=from_wire(registration_pb2.Due.Kind, DueKind, message.kind),
        work=message.work,
        title=message.title,
        registration=registration_from_message(message.registration) if known else None,
    )


def date_to_message(day: date | None) -> date_pb2.Date | None:
    """Return the message of a date; None, which leaves the field unset, for None."""
    return None if day is None else date_pb2.Date(year=day.year, month=day.month, day=day.day)


def _date(message: date_pb2.Date) -> date:
    return date(message.year, message.month, message.day)
