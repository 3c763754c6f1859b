"""Ports: what use cases need from the outside world, each as small as its callers allow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from raisonne.app.case_ports import CaseStore, CounterNoticeStore, NoticeStore
from raisonne.app.claim_ports import DisputeStore, DocumentStore, RegistrationStore
from raisonne.app.fingerprints import FingerprintStore
from raisonne.app.licence_store import LicenceStore
from raisonne.app.reservation_ports import HolderStore, ReservationStore
from raisonne.app.sealing import BlobRecord, Withdrawn
from raisonne.app.term_store import TermStore
from raisonne.app.work_ports import CursorStore, SignalStore, WorkStore
from raisonne.rights.asset import Asset
from raisonne.rights.generation import (
    EngineDescription,
    Generation,
    GenerationRequest,
    GenerationState,
)
from raisonne.rights.job import Job, JobKind, JobState
from raisonne.rights.ledger import Checkpoint, LedgerEntry, LedgerEvent
from raisonne.rights.provenance import CreationStatement, CredentialReport, SignedFile
from raisonne.rights.verdict import ClearedAsset, Verdict


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """Return the present time, aware, in UTC, to the microsecond."""
        ...


# --- Catalogue ------------------------------------------------------------------------------


class AssetStore(Protocol):
    """Stored files."""

    def add(self, asset: Asset, blob: BlobRecord) -> None:
        """Insert the row that makes the blob count."""
        ...

    def get(self, tenant: str, name: str) -> Asset | None:
        """Return the asset, or None."""
        ...

    def blob(self, tenant: str, name: str) -> BlobRecord | None:
        """Return where the asset's bytes lie; None if there is no such asset or it was erased."""
        ...

    def withdrawn(self, tenant: str, *, limit: int, after: str = "") -> Sequence[Withdrawn]:
        """Return files of works that are all withdrawn and stay so, by name, and are not erased."""
        ...

    def erase(self, tenant: str, name: str, when: datetime) -> None:
        """Forget where an asset's bytes lie and the key that opens them; its record stays.

        Raises:
            ConflictError: If there is no such asset, or it was erased before.
        """
        ...


class VerdictStore(Protocol):
    """Verdicts, never edited."""

    def add(self, verdict: Verdict) -> None:
        """Insert."""
        ...

    def follow(self, verdict: Verdict, works: Sequence[str]) -> None:
        """Remember that a change of these works may make a verdict worse."""
        ...

    def following(
        self, tenant: str, works: Sequence[str], *, limit: int, before: str = ""
    ) -> Sequence[str]:
        """Return verdicts that follow any of these works, the newest first, before a name."""
        ...

    def get(self, tenant: str, name: str) -> Verdict | None:
        """Return the verdict exactly as it was given, or None."""
        ...


class ManifestStore(Protocol):
    """Manifest stores as embedded, for later recovery."""

    def add(self, tenant: str, asset: str, label: str, manifest: bytes) -> None:
        """Insert."""
        ...

    def get(self, tenant: str, label: str) -> bytes | None:
        """Return the manifest store with this active label, or None."""
        ...

    def of_asset(self, tenant: str, asset: str) -> str | None:
        """Return the label of an asset's manifest, or None; only released assets have one."""
        ...

    def assets(self, tenant: str, *, limit: int, after: str = "") -> Sequence[str]:
        """Return the assets that have a manifest, in order of name after the given one."""
        ...


@dataclass(frozen=True, slots=True)
class CalibrationRecord:
    """A calibration of a tenant's registry.

    Attributes:
        name: ``calibrations/{id}``; later ones sort later.
        tenant: Whose registry.
        version: Of the rules in the document.
        index_revision: Change-log position as of which the registry was looked at.
        works: Size of the registry by then.
        document: JSON: the rules, and what they follow from.
        create_time: UTC.
    """

    name: str
    tenant: str
    version: str
    index_revision: int
    works: int
    document: str
    create_time: datetime


class CalibrationStore(Protocol):
    """Calibrations, never edited; the latest is in force."""

    def add(self, calibration: CalibrationRecord) -> None:
        """Insert."""
        ...

    def latest(self, tenant: str) -> str | None:
        """Return the name of the latest calibration, or None."""
        ...

    def get(self, tenant: str, name: str) -> CalibrationRecord | None:
        """Return the calibration, or None."""
        ...


class GenerationStore(Protocol):
    """Records of artworks made."""

    def add(self, generation: Generation) -> None:
        """Insert."""
        ...

    def get(self, tenant: str, name: str) -> Generation | None:
        """Return the record, or None."""
        ...

    def of_asset(self, tenant: str, asset: str) -> Generation | None:
        """Return the record whose file this is, or None."""
        ...

    def list(
        self, tenant: str, *, limit: int, after: str = "", operation: str = ""
    ) -> Sequence[Generation]:
        """Return records: of one operation by index, else by name after the given one."""
        ...

    def decide(self, generation: Generation, was: GenerationState) -> None:
        """Write what a decision made of a record: its state, asset and manifest label.

        Raises:
            ConflictError: If the stored record is in another state than it was.
        """
        ...


class JobStore(Protocol):
    """Leased jobs. Writes that carry ``attempt`` do nothing and return False when it is stale."""

    def add(self, job: Job) -> None:
        """Insert a PENDING job.

        Raises:
            ConflictError: ``REQUEST_ID_REUSED`` if the tenant used the request id before.
        """
        ...

    def get(self, tenant: str, name: str) -> Job | None:
        """Return the job, or None."""
        ...

    def find_request(self, tenant: str, request_id: str) -> Job | None:
        """Return the job that an idempotency key made, or None."""
        ...

    def list(self, tenant: str, *, limit: int, after: str = "") -> Sequence[Job]:
        """Return jobs ordered by name."""
        ...

    def claim(self, kinds: Sequence[JobKind], now: datetime, lease: timedelta) -> Job | None:
        """Lease the oldest job that is PENDING, or RUNNING with a lapsed lease; or None."""
        ...

    def renew(self, name: str, attempt: int, until: datetime) -> bool:
        """Extend the lease."""
        ...

    def progress(self, name: str, attempt: int, done_units: int, now: datetime) -> bool:
        """Record committed units and forget the tries."""
        ...

    def release(self, name: str, attempt: int, now: datetime) -> bool:
        """Give the lease back: PENDING again, as if it had not been taken."""
        ...

    def finish(
        self,
        name: str,
        attempt: int,
        state: JobState,
        now: datetime,
        *,
        error_reason: str = "",
        error_message: str = "",
    ) -> bool:
        """Record the end."""
        ...

    def request_cancel(self, tenant: str, name: str, now: datetime) -> Job | None:
        """Mark for cancellation (a PENDING job becomes CANCELLED at once); return the job."""
        ...


class Outbox(Protocol):
    """The audit outbox, written in the business transaction."""

    def append(self, event: LedgerEvent) -> None:
        """Add an event; it is in the ledger when, and only when, the transaction commits."""
        ...


class Transaction(Protocol):
    """Stores that commit together."""

    @property
    def assets(self) -> AssetStore:
        """Stored files."""
        ...

    @property
    def works(self) -> WorkStore:
        """Registered works."""
        ...

    @property
    def licences(self) -> LicenceStore:
        """Licences that were recorded for them."""
        ...

    @property
    def fingerprints(self) -> FingerprintStore:
        """Their fingerprints in force."""
        ...

    @property
    def calibrations(self) -> CalibrationStore:
        """Calibrations."""
        ...

    @property
    def terms(self) -> TermStore:
        """Terms that prompts are screened for."""
        ...

    @property
    def holders(self) -> HolderStore:
        """Rights holders."""
        ...

    @property
    def reservations(self) -> ReservationStore:
        """What they have reserved for all their works."""
        ...

    @property
    def verdicts(self) -> VerdictStore:
        """Verdicts."""
        ...

    @property
    def manifests(self) -> ManifestStore:
        """Manifest stores."""
        ...

    @property
    def generations(self) -> GenerationStore:
        """Artworks made."""
        ...

    @property
    def cases(self) -> CaseStore:
        """What people have to decide."""
        ...

    @property
    def notices(self) -> NoticeStore:
        """Notices against content."""
        ...

    @property
    def counter_notices(self) -> CounterNoticeStore:
        """Counter-notices."""
        ...

    @property
    def jobs(self) -> JobStore:
        """Jobs."""
        ...

    @property
    def signals(self) -> SignalStore:
        """What works' files said about their rights."""
        ...

    @property
    def cursors(self) -> CursorStore:
        """How far changes were followed."""
        ...

    @property
    def documents(self) -> DocumentStore:
        """Evidence, kept as files."""
        ...

    @property
    def disputes(self) -> DisputeStore:
        """Disputes over titles."""
        ...

    @property
    def registrations(self) -> RegistrationStore:
        """Registrations with offices."""
        ...

    @property
    def outbox(self) -> Outbox:
        """The audit outbox."""
        ...


class Transactions(Protocol):
    """Begins transactions."""

    def read(self) -> AbstractContextManager[Transaction]:
        """Begin a read-only transaction."""
        ...

    def write(self) -> AbstractContextManager[Transaction]:
        """Begin a transaction that commits on a clean exit and rolls back on an exception."""
        ...


# --- Ledger ---------------------------------------------------------------------------------


class Ledger(Protocol):
    """The Merkle log over everything that the outbox held."""

    def integrate(self) -> int:
        """Move all waiting events into the log and sign a checkpoint; return how many moved."""
        ...

    def head(self) -> Checkpoint | None:
        """Return the newest checkpoint, or None while the log is empty."""
        ...

    def entry(self, index: int) -> LedgerEntry | None:
        """Return the entry at this position, or None."""
        ...

    def index_of(self, event_id: str) -> int | None:
        """Return the position of an event, or None while it waits."""
        ...

    def inclusion_proof(self, index: int, size: int) -> Sequence[bytes]:
        """Return the RFC 9162 section 2.1.3 audit path of an entry in the tree of ``size``."""
        ...

    def consistency_proof(self, old_size: int, size: int) -> Sequence[bytes]:
        """Return the RFC 9162 section 2.1.4 proof between two sizes."""
        ...

    def entries(self, start: int = 0) -> Iterator[LedgerEntry]:
        """Iterate over entries in order."""
        ...

    def verify(self) -> int:
        """Recompute everything: leaves, tiles, root and checkpoint signatures.

        Returns:
            The size that verified.

        Raises:
            LedgerError: With ``metadata["position"]`` naming the first bad entry or size.
        """
        ...


# --- Engines and credentials ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GeneratedImage:
    """What an engine made.

    Attributes:
        data: Encoded file.
        media_type: ``image/png``.
        caption: What the picture shows, true by construction.
        family: Family or model that made it.
        understood_words: Prompt words that shaped it.
        ignored_words: Prompt words that did not.
    """

    data: bytes
    media_type: str
    caption: str
    family: str
    understood_words: tuple[str, ...]
    ignored_words: tuple[str, ...]


class Engine(Protocol):
    """Makes pictures."""

    @property
    def description(self) -> EngineDescription:
        """Who this is."""
        ...

    def generate(
        self, request: GenerationRequest, cancelled: Callable[[], bool] = lambda: False
    ) -> GeneratedImage:
        """Make one picture.

        Raises:
            InputError: If the size or task is not one it does.
            CancelledError: If ``cancelled`` became true.
        """
        ...


class CredentialSigner(Protocol):
    """Signs content credentials. Takes only what is cleared."""

    def sign(self, cleared: ClearedAsset, data: bytes, statement: CreationStatement) -> SignedFile:
        """Embed a signed manifest in ``data``.

        Raises:
            CredentialError: ``SIGNING_FAILED``.
        """
        ...


class CredentialReader(Protocol):
    """Reads content credentials without touching the network."""

    def read(self, data: bytes) -> CredentialReport:
        """Read and validate; the verdict says what is wrong with a bad file.

        Raises:
            LimitError: If the file takes too long, where the reader keeps to a time.
        """
        ...
