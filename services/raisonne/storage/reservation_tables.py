"""SQLModel tables of rights holders and of what they have reserved for all their works."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index
from sqlmodel import Field

from raisonne.storage.columns import Key, Row, Serial, Str, reference


class HolderRow(Row, table=True):
    """A rights holder; how to reach them is sealed in the payload."""

    __tablename__ = "holder"
    __table_args__ = (CheckConstraint("revision > 0", name="revision"),)

    tenant: Key
    name: Key
    display_name: Str
    identifiers: dict[str, str] = Field(sa_type=JSON)
    contact: bytes | None
    contact_sha256: Str
    note: Str
    revision: int
    create_time: datetime
    update_time: datetime


class HolderNameRow(Row, table=True):
    """A name of a rights holder by its key, which leads to one holder at most."""

    __tablename__ = "holder_name"
    __table_args__ = (
        reference("holder", "holder"),
        Index(None, "tenant", "holder", "position"),
    )

    tenant: Key
    # ``raisonne.rights.holder.holder_key``.
    key: Key
    holder: Str
    # The shown name has position 0.
    position: int
    spelling: Str


class HolderVersionRow(Row, table=True):
    """What a holder's record said from some change on, with a salt."""

    __tablename__ = "holder_version"
    __table_args__ = (
        CheckConstraint("revision > 0", name="revision"),
        reference("holder", "holder"),
    )

    tenant: Key
    holder: Key
    revision: int = Field(primary_key=True)
    record_time: datetime
    actor: Str
    sha256: Str
    said: dict[str, Any] = Field(sa_type=JSON)


class ReservationRow(Row, table=True):
    """A reservation for all works of a holder or of a collection."""

    __tablename__ = "reservation"
    __table_args__ = (
        CheckConstraint("kinds BETWEEN 1 AND 15", name="kinds"),
        # All that the look-up of works' rights needs to know whether there is one.
        Index("ix_reservation_subject", "tenant", "subject", "kinds", "effective_time", "end_time"),
    )

    tenant: Key
    name: Key
    # ``holders/{id}``, or ``collections/`` and the label.
    subject: Str
    # The holder's shown name when it was recorded, or the label.
    called: Str
    # ``raisonne.rights.statement.reservation_bits``.
    kinds: int
    effective_time: datetime
    end_time: datetime | None
    create_time: datetime
    actor: Str
    note: Str
    source: Str
    evidence_sha256: Str
    withdraw_time: datetime | None
    withdrawn_by: Str
    withdraw_note: Str


class ReservationFollowUpRow(Row, table=True):
    """Works that are reserved anew, to be looked for among what was released.

    It is deleted once all of them were looked for.
    """

    __tablename__ = "reservation_follow_up"
    __table_args__ = (
        Index(None, "tenant", "due_time", "sequence"),
        {"sqlite_autoincrement": True},
    )

    sequence: Serial
    tenant: Str
    subject: Str
    due_time: datetime
    # The last work that was looked for.
    position: Str
