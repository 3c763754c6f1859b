"""What the audit ledger records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class LedgerAction(StrEnum):
    """``subject:event`` tags."""

    ASSET_CHECKED = "asset:checked"
    ASSET_REJUDGED = "asset:rejudged"
    CALIBRATION_CREATED = "calibration:created"
    CASE_APPEALED = "case:appealed"
    CASE_CLAIMED = "case:claimed"
    CASE_DECIDED = "case:decided"
    CASE_PROPOSED = "case:proposed"
    CASE_REJECTED = "case:rejected"
    CASE_RELEASED = "case:released"
    CASE_UNDONE = "case:undone"
    CONTENT_RESTORED = "content:restored"
    COUNTER_NOTICE_RECEIVED = "counter-notice:received"
    DATASET_AUDITED = "dataset:audited"
    DISPUTE_OPENED = "dispute:opened"
    DISPUTE_PROPOSED = "dispute:proposed"
    DISPUTE_SETTLED = "dispute:settled"
    DOCUMENT_ADDED = "document:added"
    DOCUMENT_ERASED = "document:erased"
    GENERATION_BLOCKED = "generation:blocked"
    GENERATION_HELD = "generation:held"
    GENERATION_REJUDGED = "generation:rejudged"
    GENERATION_RELEASED = "generation:released"
    HOLDER_CREATED = "holder:created"
    HOLDER_UPDATED = "holder:updated"
    INDEX_COMPACTED = "index:compacted"
    INDEX_REBUILT = "index:rebuilt"
    LICENCE_RECORDED = "licence:recorded"
    LICENCE_REVOKED = "licence:revoked"
    NOTICE_RECEIVED = "notice:received"
    NOTICE_UPDATED = "notice:updated"
    RESERVATION_RECORDED = "reservation:recorded"
    RESERVATION_WITHDRAWN = "reservation:withdrawn"
    REGISTRATION_ADDED = "registration:added"
    REGISTRATION_REMOVED = "registration:removed"
    TERMS_LISTED = "terms:listed"
    TERMS_REMOVED = "terms:removed"
    WORK_ERASED = "work:erased"
    WORK_REFRESHED = "work:refreshed"
    WORK_REGISTERED = "work:registered"
    WORK_RESTORED = "work:restored"
    WORK_UPDATED = "work:updated"
    WORK_WITHDRAWN = "work:withdrawn"


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """One event as written to the outbox, inside the business transaction.

    Attributes:
        id: Random identifier, known before the sequencer gives the event a position.
        time: When it happened (UTC).
        tenant: Whose.
        actor: Principal id.
        action: What happened.
        object: Resource name.
        object_sha256: Digest of the bytes concerned; empty where there are none.
        details: Flat facts, for example policy revision and outcome. No personal data.
    """

    id: str
    time: datetime
    tenant: str
    actor: str
    action: LedgerAction
    object: str
    object_sha256: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """An event at its position in the log.

    Attributes:
        index: Position from 0.
        event_id: ``LedgerEvent.id``.
        data: Canonical JSON bytes; the Merkle leaf is over exactly these.
    """

    index: int
    event_id: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed statement of the log's size and root (C2SP tlog-checkpoint).

    Attributes:
        origin: Name of the log.
        size: Number of entries.
        root: RFC 6962 Merkle tree hash, 32 bytes.
        note: The signed note, text.
    """

    origin: str
    size: int
    root: bytes
    note: str
