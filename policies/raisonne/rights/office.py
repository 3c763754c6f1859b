"""Registrations of works with offices and schemes elsewhere, and what falls due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class OfficeRegistration:
    """A work's registration with an office or scheme; recorded from one time to another.

    Attributes:
        name: ``registrations/{id}``.
        tenant: Owner of the record.
        work: ``works/{id}``.
        office: Office or scheme as a slug, for example ``us-copyright`` or ``euipo-rcd``.
        number: As the office gave it.
        grant_date: When the office registered it, if known.
        renewal_date: When it is to be renewed by; None if never or unknown.
        document: ``documents/{id}`` of the certificate; empty if none is kept.
        actor: Principal id of who recorded it.
        record_time: From when on it counts here (UTC).
        remove_time: Until when it counted (UTC); None while it does.
        removed_by: Principal id of who removed it; empty while it counts.
    """

    name: str
    tenant: str
    work: str
    office: str
    number: str
    grant_date: date | None
    renewal_date: date | None
    document: str
    actor: str
    record_time: datetime
    remove_time: datetime | None = None
    removed_by: str = ""


class DueKind(StrEnum):
    """What falls due."""

    RENEWAL = "RENEWAL"
    GRANT_ENDS = "GRANT_ENDS"
    EMBARGO_ENDS = "EMBARGO_ENDS"


@dataclass(frozen=True, slots=True)
class Due:
    """Something that falls due for a work.

    Attributes:
        when: When it does (UTC); a renewal by the beginning of its last day.
        kind: What it is.
        work: ``works/{id}``.
        title: Of the work.
        registration: That is to be renewed; None for other kinds.
    """

    when: datetime
    kind: DueKind
    work: str
    title: str
    registration: OfficeRegistration | None = None
