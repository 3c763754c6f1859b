"""SQLModel tables of the catalogue, the same on SQLite and PostgreSQL.

Columns hold strings with CHECKs instead of database enumerations, so that a new member is a change
of one constraint. Every table that holds a tenant's rows has the tenant in its key or an index;
the Merkle log is one for all tenants. The tables are made by ``raisonne.storage.migrations``,
never by ``create_all``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    false,
    text,
)
from sqlmodel import Field

from raisonne.rights.asset import AssetOrigin
from raisonne.rights.fingerprint import ChangeOperation, FingerprintKind
from raisonne.rights.generation import GenerationState
from raisonne.rights.job import JobKind, JobState
from raisonne.rights.signal import Dialect, SignalState
from raisonne.rights.term import TermCategory, TermSeverity
from raisonne.rights.verdict import Outcome, Subject
from raisonne.rights.work import WorkState
from raisonne.storage.columns import (
    Characters,
    Int64,
    Key,
    Position,
    Row,
    Serial,
    Str,
    one_of,
    partial,
    reference,
)

METADATA = Row.metadata
"""All tables of this module."""

# Conditions of partial indexes. Queries use the same words: SQLite does not see that a condition
# with a parameter implies the index's.
WORK_IS_REGISTERED = text("state = 'REGISTERED'")
WORK_IS_WITHDRAWN = text("work.state = 'WITHDRAWN'")
WORK_RESERVES_HOLDER = text("state = 'REGISTERED' AND reserves_generation AND holder <> ''")
WORK_IS_SCHEDULED = text("next_time IS NOT NULL")
GENERATION_IN_OPERATION = text("operation <> ''")
CHANGE_REMOVES = text("operation = 'REMOVE'")
JOB_HAS_REQUEST = text("request_id <> ''")
JOB_IS_OPEN = text("state IN ('PENDING', 'RUNNING')")

# Of a column that a migration has added to rows that were there: neither engine rewrites them.
ADDED = {"server_default": "0"}
ADDED_TEXT = {"server_default": text("''")}


class CatalogueRow(Row, table=True):
    """The catalogue itself: one row, made with the tables, with an identity drawn at random."""

    __tablename__ = "catalogue"

    id: Key


class AssetRow(Row, table=True):
    """A stored file, and the blob that holds it."""

    __tablename__ = "asset"
    __table_args__ = (
        one_of("origin", AssetOrigin),
        UniqueConstraint("location"),
    )

    tenant: Key
    name: Key
    sha256: Str
    pixel_sha256: Str
    media_type: Str
    size_bytes: Int64
    width: int
    height: int
    origin: Str
    create_time: datetime
    location: Str
    key_version: int
    wrapped_key: bytes
    # When its bytes were erased; there is no file and no key any more then.
    erase_time: datetime | None


class WorkRow(Row, table=True):
    """A registered work with the rights statement in force."""

    __tablename__ = "work"
    __table_args__ = (
        one_of("state", WorkState),
        CheckConstraint("revision > 0", name="revision"),
        reference("asset", "asset"),
        # Two importers of one file make one record.
        partial("uq_work_registered", "tenant", "sha256", where=WORK_IS_REGISTERED, unique=True),
        partial(
            "ix_work_reserved_holder",
            "tenant",
            "holder",
            "name",
            where=WORK_RESERVES_HOLDER,
        ),
        partial("ix_work_withdrawn", "tenant", "asset", where=text("state = 'WITHDRAWN'")),
        partial("ix_work_scheduled", "tenant", "next_time", where=WORK_IS_SCHEDULED),
        # The works of a holder and of a collection.
        Index(None, "tenant", "holder_key", "name"),
        Index(None, "tenant", "collection", "name"),
    )

    tenant: Key
    name: Key
    title: Str
    holder: Str
    collection: Str
    external_id: Str
    source: Str
    asset: Str
    sha256: Str
    state: Str
    rights: dict[str, Any] = Field(sa_type=JSON)
    reserves_generation: bool
    revision: int
    create_time: datetime
    update_time: datetime
    # ``raisonne.rights.statement.reservation_bits``.
    reserved: int = Field(sa_column_kwargs=ADDED)
    # The version that stands here, since when it is in force, and when another takes its place.
    version: int = Field(sa_column_kwargs=ADDED)
    effective_time: datetime | None
    next_time: datetime | None
    # ``raisonne.rights.holder.holder_key`` of the holder.
    holder_key: str = Field(sa_type=Characters, sa_column_kwargs=ADDED_TEXT)
    # Whether a licence was ever recorded for it.
    licensed: bool = Field(sa_column_kwargs={"server_default": false()})


class WorkVersionRow(Row, table=True):
    """What a work's record says from some time on."""

    __tablename__ = "work_version"
    __table_args__ = (
        one_of("state", WorkState),
        CheckConstraint("revision > 0", name="revision"),
        reference("work", "work"),
        UniqueConstraint("tenant", "work", "revision"),
        Index(None, "tenant", "sequence"),
        {"sqlite_autoincrement": True},
    )

    # Order of commits, as in the change log of fingerprints.
    sequence: Serial
    tenant: Str
    work: Str
    revision: int
    effective_time: datetime
    record_time: datetime
    actor: Str
    note: Str
    cancelled_by: int
    title: Str
    holder: Str
    collection: Str
    external_id: Str
    source: Str
    state: Str
    rights: dict[str, Any] = Field(sa_type=JSON)


class WorkSignalRow(Row, table=True):
    """What a work's file said about its rights when it was registered."""

    __tablename__ = "work_signal"
    __table_args__ = (
        one_of("dialect", Dialect),
        one_of("state", SignalState),
        reference("work", "work"),
    )

    tenant: Key
    work: Key
    position: int = Field(primary_key=True)
    dialect: Str
    source: Str
    seen_time: datetime
    sha256: Str
    state: Str
    said: dict[str, Any] = Field(sa_type=JSON)


class FingerprintRow(Row, table=True):
    """One fingerprint of a work's asset; an empty value was erased.

    What was erased stays as a row: indexes elsewhere may still hold its identifier. A work that
    needs the fingerprint again gets another row.
    """

    __tablename__ = "fingerprint"
    __table_args__ = (
        one_of("kind", FingerprintKind),
        CheckConstraint("quality BETWEEN 0 AND 100", name="quality"),
        reference("work", "work"),
        Index(None, "tenant", "work"),
        Index(None, "tenant", "algorithm", "id"),
        # Identifiers are not used again: indexes elsewhere may still hold the old ones.
        {"sqlite_autoincrement": True},
    )

    id: Serial
    tenant: Str
    work: Str
    asset: Str
    kind: Str
    algorithm: Str
    value: bytes
    quality: int | None


class FingerprintChangeRow(Row, table=True):
    """One row of the change log that indexes follow; sequence order is commit order."""

    __tablename__ = "fingerprint_change"
    __table_args__ = (
        one_of("operation", ChangeOperation),
        ForeignKeyConstraint(["fingerprint"], ["fingerprint.id"]),
        # All that tells whether a fingerprint is in force. With the tenant in it, PostgreSQL might
        # search for a fingerprint in the other index.
        Index("ix_fingerprint_change_last", "fingerprint", "sequence", "operation"),
        Index(None, "tenant", "sequence"),
        partial("ix_fingerprint_change_removed", "tenant", "sequence", where=CHANGE_REMOVES),
        {"sqlite_autoincrement": True},
    )

    sequence: Serial
    tenant: Str
    operation: Str
    fingerprint: Int64
    # Drawn at random for each transaction: tells a log from another one that went on from a copy.
    mark: int = Field(sa_type=BigInteger, sa_column_kwargs=ADDED)


class CalibrationRow(Row, table=True):
    """A calibration of a registry, with the columns that tell which one it is."""

    __tablename__ = "calibration"

    tenant: Key
    name: Key
    version: Str
    index_revision: Int64
    works: int
    document: Str
    create_time: datetime


class ScreeningTermRow(Row, table=True):
    """A term of a tenant's lists."""

    __tablename__ = "screening_term"
    __table_args__ = (
        one_of("category", TermCategory),
        one_of("severity", TermSeverity),
        UniqueConstraint("tenant", "category", "term"),
    )

    tenant: Key
    name: Key
    term: Str
    category: Str
    severity: Str
    reason: Str
    appeal: Str
    languages: list[str] = Field(sa_type=JSON)
    create_time: datetime


class ScreeningMarkRow(Row, table=True):
    """What changes whenever the words that a tenant's prompts are screened for do.

    It is drawn at random, so that a catalogue that goes on from a copy is not taken for another.
    """

    __tablename__ = "screening_mark"

    tenant: Key
    mark: Int64


class VerdictRow(Row, table=True):
    """A verdict as given, with the columns that it is looked up by."""

    __tablename__ = "verdict"
    __table_args__ = (
        one_of("subject", Subject),
        one_of("outcome", Outcome),
        Index(None, "tenant", "sha256"),
    )

    tenant: Key
    name: Key
    subject: Str
    outcome: Str
    sha256: Str
    judge_time: datetime
    document: Str


class ManifestRow(Row, table=True):
    """A C2PA manifest store as embedded in a released asset."""

    __tablename__ = "manifest"
    __table_args__ = (reference("asset", "asset"), UniqueConstraint("tenant", "asset"))

    tenant: Key
    label: Key
    asset: Str
    manifest: bytes


class GenerationRow(Row, table=True):
    """The record of one artwork made."""

    __tablename__ = "generation"
    __table_args__ = (
        one_of("state", GenerationState),
        reference("verdict", "verdict"),
        reference("asset", "asset"),
        # A job that is resumed cannot make the same artwork twice.
        partial(
            "uq_generation_operation",
            "tenant",
            "operation",
            "position",
            where=GENERATION_IN_OPERATION,
            unique=True,
        ),
        Index(None, "tenant", "asset"),
    )

    tenant: Key
    name: Key
    operation: Str
    position: int
    state: Str
    prompt_sha256: Str
    seed: Int64
    engine_uri: Str
    engine_name: Str
    engine_version: Str
    digital_source_type: Str
    understood_words: list[str] = Field(sa_type=JSON)
    ignored_words: list[str] = Field(sa_type=JSON)
    asset: str | None = Field(sa_type=Characters)
    verdict: Str
    manifest_label: Str
    ledger_event: Str
    create_time: datetime


class JobRow(Row, table=True):
    """A leased job; workers know it by its name alone."""

    __tablename__ = "job"
    __table_args__ = (
        one_of("kind", JobKind),
        one_of("state", JobState),
        Index(None, "tenant", "name"),
        partial("uq_job_request", "tenant", "request_id", where=JOB_HAS_REQUEST, unique=True),
        partial("ix_job_open", "create_time", "name", where=JOB_IS_OPEN),
    )

    name: Key
    tenant: Str
    actor: Str
    kind: Str
    state: Str
    payload: bytes
    request_id: Str
    request_sha256: Str
    total: int
    done_units: int
    attempt: int
    tries: int
    lease_until: datetime | None
    cancel_requested: bool
    error_reason: Str
    error_message: Str
    create_time: datetime
    update_time: datetime


class OutboxRow(Row, table=True):
    """A ledger event that waits for its position."""

    __tablename__ = "audit_outbox"
    __table_args__ = (UniqueConstraint("event_id"), {"sqlite_autoincrement": True})

    id: Serial
    tenant: Str
    event_id: Str
    data: bytes


class EntryRow(Row, table=True):
    """A ledger entry at its position; triggers refuse every change."""

    __tablename__ = "audit_entry"
    __table_args__ = (UniqueConstraint("event_id"), Index(None, "tenant", "position"))

    position: Position
    tenant: Str
    event_id: Str
    data: bytes


class TileRow(Row, table=True):
    """Up to 256 hashes of one level of the Merkle tree (C2SP tlog-tiles)."""

    __tablename__ = "tlog_tile"

    level: int = Field(primary_key=True)
    number: int = Field(sa_type=BigInteger, primary_key=True)
    data: bytes


class CheckpointRow(Row, table=True):
    """A signed statement of the log's size and root (C2SP tlog-checkpoint)."""

    __tablename__ = "tlog_checkpoint"

    size: Position
    origin: Str
    root: bytes
    note: Str


class KekRow(Row, table=True):
    """A version of a tenant's key encryption key, wrapped by the root key."""

    __tablename__ = "kek"

    tenant: Key
    purpose: Key
    version: int = Field(primary_key=True)
    wrapped: bytes


class SegmentRow(Row, table=True):
    """A file of the similarity index."""

    __tablename__ = "index_segment"
    __table_args__ = (one_of("kind", FingerprintKind), Index(None, "store", "tenant"))

    store: Key
    name: Key
    tenant: Str
    algorithm: Str
    kind: Str
    rows: Int64
    first: Int64
    last: Int64
    size_bytes: Int64
    digest: bytes
    marks: bytes
    wrapped_key: bytes


class IndexCheckpointRow(Row, table=True):
    """What the files of a tenant's index hold, and how often they were replaced."""

    __tablename__ = "index_checkpoint"

    store: Key
    tenant: Key
    revision: Int64
    generation: Int64


class CursorRow(Row, table=True):
    """How far somebody has followed the versions of works' records."""

    __tablename__ = "cursor"

    tenant: Key
    name: Key
    sequence: Int64
    time: datetime
