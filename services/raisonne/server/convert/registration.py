"""Registrations with offices, and what falls due."""

from __future__ import annotations

from datetime import date

from google.type import date_pb2

from raisonne.api.v1 import registration_pb2, registration_service_pb2
from raisonne.app.office_registrations import OfficeEntry
from raisonne.rights.errors import InputError
from raisonne.rights.office import Due, OfficeRegistration
from raisonne.server.convert.enums import to_wire
from raisonne.server.convert.times import to_timestamp


def registration_to_message(
    registration: OfficeRegistration,
) -> registration_pb2.OfficeRegistration:
    """Return the message of a registration."""
    return registration_pb2.OfficeRegistration(
        name=registration.name,
        tenant=registration.tenant,
        work=registration.work,
        office=registration.office,
        number=registration.number,
        grant_date=_date_to_message(registration.grant_date),
        renewal_date=_date_to_message(registration.renewal_date),
        document=registration.document,
        actor=registration.actor,
        record_time=to_timestamp(registration.record_time),
        remove_time=to_timestamp(registration.remove_time),
        removed_by=registration.removed_by,
    )


def due_to_message(due: Due) -> registration_pb2.Due:
    """Return the message of what falls due."""
    registration = due.registration
    return registration_pb2.Due(
        due_time=to_timestamp(due.when),
        kind=to_wire(registration_pb2.Due.Kind, due.kind),
        work=due.work,
        title=due.title,
        registration=None if registration is None else registration_to_message(registration),
    )


def entry_from_message(request: registration_service_pb2.AddRegistrationRequest) -> OfficeEntry:
    """Return the registration to be recorded.

    Raises:
        InputError: If a date is none.
    """
    granted, renewed = request.HasField("grant_date"), request.HasField("renewal_date")
    return OfficeEntry(
        office=request.office,
        number=request.number,
        grant_date=_date(request.grant_date, "grant_date") if granted else None,
        renewal_date=_date(request.renewal_date, "renewal_date") if renewed else None,
        document=request.document,
    )


def _date_to_message(day: date | None) -> date_pb2.Date | None:
    return None if day is None else date_pb2.Date(year=day.year, month=day.month, day=day.day)


def _date(message: date_pb2.Date, field: str) -> date:
    try:
        return date(message.year, message.month, message.day)
    except (OverflowError, ValueError) as error:
        raise InputError(f"{field} is no whole date.", metadata={"field": field}) from error
