"""Tables of documents, contested titles and registrations with offices."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from raisonne.rights.dispute import DisputeState
from raisonne.storage.columns import Characters, Int64, Key, Row, Str, one_of, partial, reference

DOCUMENT_IS_KEPT = text("erase_time IS NULL")
REGISTRATION_COUNTS = text("remove_time IS NULL")
REGISTRATION_FALLS_DUE = text("remove_time IS NULL AND renewal_date IS NOT NULL")


class DocumentRow(Row, table=True):
    """A document, and the blob that holds it."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("location"),
        # The same bytes are kept once.
        partial("uq_document_kept", "tenant", "sha256", where=DOCUMENT_IS_KEPT, unique=True),
    )

    tenant: Key
    name: Key
    file_name: Str
    media_type: Str
    sha256: Str
    size_bytes: Int64
    note: Str
    actor: Str
    create_time: datetime
    location: Str
    key_version: int
    wrapped_key: bytes
    # When its bytes were erased; there is no file and no key any more then.
    erase_time: datetime | None


class DocumentSubjectRow(Row, table=True):
    """What a document is evidence for."""

    __tablename__ = "document_subject"
    __table_args__ = (
        reference("document", "document"),
        Index(None, "tenant", "subject", "document"),
    )

    tenant: Key
    document: Key
    subject: Key


class TitleDisputeRow(Row, table=True):
    """A dispute over a work's title; what its claimant wrote is sealed in the payload."""

    __tablename__ = "title_dispute"
    __table_args__ = (
        one_of("state", DisputeState),
        CheckConstraint("(state = 'OPEN') = (settle_time IS NULL)", name="settled"),
        CheckConstraint("(state = 'UPHELD') = (version > 0)", name="transfer"),
        reference("work", "work"),
        Index(None, "tenant", "work", "name"),
        Index(None, "tenant", "state", "name"),
    )

    tenant: Key
    name: Key
    work: Str
    state: Str
    documents: list[str] = Field(sa_type=JSON)
    payload: bytes
    sha256: Str
    actor: Str
    create_time: datetime
    # Without a reference: the case refers to this row.
    case: Str
    settle_time: datetime | None
    settled_by: Str
    note: Str
    effective_time: datetime | None
    version: int


class OfficeRegistrationRow(Row, table=True):
    """A work's registration with an office, from when it was recorded to when it was removed."""

    __tablename__ = "office_registration"
    __table_args__ = (
        reference("work", "work"),
        Index(None, "tenant", "work", "name"),
        partial(
            "uq_office_registration_number",
            "tenant",
            "work",
            "office",
            "number",
            where=REGISTRATION_COUNTS,
            unique=True,
        ),
        partial(
            "ix_office_registration_due",
            "tenant",
            "renewal_date",
            "name",
            where=REGISTRATION_FALLS_DUE,
        ),
    )

    tenant: Key
    name: Key
    work: Str
    office: Str
    number: Str
    grant_date: date | None
    renewal_date: date | None
    document: str | None = Field(sa_type=Characters)
    actor: Str
    record_time: datetime
    remove_time: datetime | None
    removed_by: Str
