"""The table of recorded licences."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Index, text
from sqlmodel import Field

from raisonne.storage.columns import Key, Row, Str, partial, reference

LICENCE_ENDS = text("end_time IS NOT NULL")


class LicenceRow(Row, table=True):
    """A licence for a work; only its end is ever written later."""

    __tablename__ = "licence"
    __table_args__ = (
        reference("work", "work"),
        Index(None, "tenant", "work"),
        Index(None, "tenant", "valid_until", "name"),
        partial("ix_licence_end", "tenant", "end_time", where=LICENCE_ENDS),
    )

    tenant: Key
    name: Key
    work: Str
    identifier: Str
    licensor: Str
    licensee: Str
    document: Str
    document_sha256: Str
    uses: list[str] = Field(sa_type=JSON)
    territories: list[str] = Field(sa_type=JSON)
    valid_from: datetime | None
    valid_until: datetime | None
    attribution: bool
    fee: bool
    # Reservations of the work that it sets aside.
    releases: list[str] = Field(sa_type=JSON)
    note: Str
    actor: Str
    create_time: datetime
    # The record counts from the one on and until the other.
    effective_time: datetime
    end_time: datetime | None
    revoke_time: datetime | None
