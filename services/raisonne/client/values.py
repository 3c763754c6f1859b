"""Values that only the client speaks of; the others are those of ``raisonne.rights``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from raisonne.rights.alternative import NO_ALTERNATIVES, Alternatives
from raisonne.rights.asset import Asset
from raisonne.rights.case import Case
from raisonne.rights.dispute import DisputeWords, TitleDispute
from raisonne.rights.document import Document
from raisonne.rights.errors import RaisonneError
from raisonne.rights.generation import Generation
from raisonne.rights.holder import RightsHolder
from raisonne.rights.job import JobState
from raisonne.rights.ledger import Checkpoint, LedgerEntry
from raisonne.rights.notice import CounterNotice, CounterWords, Notice, NoticeWords
from raisonne.rights.reservation import RecordedState, Reservation
from raisonne.rights.statement import WORLD, ReservationKind, RightsStatement, Use
from raisonne.rights.verdict import Outcome, Verdict
from raisonne.rights.work import Work


@dataclass(frozen=True, slots=True)
class Registration:
    """What became of a registration.

    Attributes:
        work: The record.
        created: False if the same bytes were registered before; the old record stands.
        rights: What the request would have recorded: its statement, and what the file itself
            reserves.
    """

    work: Work
    created: bool
    rights: RightsStatement


@dataclass(frozen=True, slots=True)
class NewLicence:
    """A licence to be recorded.

    Attributes:
        identifier: SPDX identifier or ``LicenseRef-…``.
        uses: What it permits; at least one.
        licensor: Who grants it; may be empty.
        licensee: Who may use the work; may be empty.
        territories: ISO 3166-1 alpha-2 codes, or ``{"*"}``.
        valid_from: It begins (UTC), if bounded.
        valid_until: It ends (UTC, exclusive), if bounded.
        attribution: Whether the holder must be credited.
        fee: Whether money is due for a use.
        releases: Reservations that its licensor has set aside for the licensee.
        document: ``documents/{id}`` of the contract; empty where none is kept.
        document_sha256: Lower-case hex digest of the contract; empty where it is not known.
        note: Anything else; may be empty.
        effective_time: From when on the record counts (UTC), before or after now; now if None.
    """

    identifier: str
    uses: frozenset[Use]
    licensor: str = ""
    licensee: str = ""
    territories: frozenset[str] = frozenset({WORLD})
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    attribution: bool = False
    fee: bool = False
    releases: frozenset[ReservationKind] = frozenset()
    document: str = ""
    document_sha256: str = ""
    note: str = ""
    effective_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class CheckedAsset:
    """A verdict on a picture.

    Attributes:
        verdict: The answer.
        media_type: As detected from the bytes.
        width: Of the decoded picture in pixels; regions and transforms refer to it.
        height: Of the decoded picture in pixels.
        alternatives: What would be allowed instead, where the answer is not ALLOW.
    """

    verdict: Verdict
    media_type: str
    width: int
    height: int
    alternatives: Alternatives = NO_ALTERNATIVES


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that the service holds for a while.

    Attributes:
        name: ``uploads/{upload}``.
        sha256: Lower-case hex digest.
        size_bytes: Length.
        expire_time: When it is forgotten (UTC).
    """

    name: str
    sha256: str
    size_bytes: int
    expire_time: datetime


@dataclass(frozen=True, slots=True)
class Download:
    """A file with its record."""

    asset: Asset
    data: bytes


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with what the reviewer needs to see.

    Attributes:
        case: The case.
        verdict: The verdict that opened it; None where the bytes could not be judged.
    """

    case: Case
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class CaseAsset:
    """The artwork of a case.

    Attributes:
        media_type: For example ``image/png``.
        data: The file.
    """

    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class AuditedItem:
    """The answer to one item of a dataset: a verdict or an error.

    Attributes:
        item_id: As given.
        verdict: The answer; None where the item could not be read.
        error: Why it could not be read; None where there is a verdict.
    """

    item_id: str
    verdict: Verdict | None
    error: RaisonneError | None


@dataclass(frozen=True, slots=True)
class AuditSummary:
    """What an audit of a dataset found in all.

    Attributes:
        items: Items answered, the unreadable ones included.
        unreadable: Items that could not be read.
        outcomes: Items by outcome.
        reasons: Items by the reasons of their findings; one counts once for each of its reasons.
    """

    items: int
    unreadable: int
    outcomes: Mapping[Outcome, int]
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ProvenEntry:
    """A ledger entry with the proof that the checkpoint covers it.

    Attributes:
        entry: The entry.
        proof: RFC 9162 audit path, leaf to root.
        checkpoint: The signed root.
    """

    entry: LedgerEntry
    proof: tuple[bytes, ...]
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class OperationSnapshot:
    """An operation as it stood.

    Attributes:
        name: ``operations/{operation}``.
        state: Where it stands.
        done_units: Units of work committed, for example artworks.
        total_units: Units of work in all.
        cancel_requested: Whether somebody asked it to stop.
        create_time: When it was accepted (UTC).
        update_time: When it last changed (UTC).
        generations: What it made, once it succeeded.
        error: Why it ended without, if it did.
    """

    name: str
    state: JobState
    done_units: int
    total_units: int
    cancel_requested: bool
    create_time: datetime
    update_time: datetime
    generations: tuple[Generation, ...]
    error: RaisonneError | None


@dataclass(frozen=True, slots=True)
class NoticeFile:
    """A notice with what was written and what it led to.

    Attributes:
        notice: The record.
        words: What the notifier wrote.
        cases: Those that it opened.
    """

    notice: Notice
    words: NoticeWords
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class CounterFile:
    """A counter-notice with what was written.

    Attributes:
        counter: The record.
        words: As given.
    """

    counter: CounterNotice
    words: CounterWords


@dataclass(frozen=True, slots=True)
class HolderFile:
    """A rights holder with how to reach them.

    Attributes:
        holder: The record.
        contact: Empty where it is not known.
    """

    holder: RightsHolder
    contact: str


@dataclass(frozen=True, slots=True)
class RecordedReservation:
    """A reservation, and what recording it did.

    Attributes:
        reservation: The one that was recorded, or the earlier one.
        state: Which of them.
    """

    reservation: Reservation
    state: RecordedState


@dataclass(frozen=True, slots=True)
class CountedReservation:
    """A reservation with how many registered works it is for by now."""

    reservation: Reservation
    works: int


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """A document with its file."""

    document: Document
    data: bytes


@dataclass(frozen=True, slots=True)
class DisputeFile:
    """A dispute with what was written.

    Attributes:
        dispute: The record.
        words: What the claimant wrote.
    """

    dispute: TitleDispute
    words: DisputeWords
