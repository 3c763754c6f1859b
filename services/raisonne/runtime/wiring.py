"""The composition root: the only module that knows which adapter is in use. It holds no logic."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from raisonne.app.appeals import Appeals
from raisonne.app.audit_log import AuditLog
from raisonne.app.calibration import Calibrations
from raisonne.app.case_work import CaseWork
from raisonne.app.check import Check
from raisonne.app.counter_notices import CounterNotices
from raisonne.app.dataset_audit import DatasetAudits
from raisonne.app.dispute_rulings import DisputeRulings
from raisonne.app.disputes import Disputes
from raisonne.app.documents import Documents
from raisonne.app.erase_files import EraseFiles
from raisonne.app.generate import Generate
from raisonne.app.generation_jobs import RunGeneration, SubmitGeneration
from raisonne.app.holders import Holders
from raisonne.app.index_upkeep import IndexUpkeep
from raisonne.app.licences import Licences
from raisonne.app.notice_targets import NoticeTargets
from raisonne.app.notices import Notices
from raisonne.app.office_registrations import OfficeRegistrations
from raisonne.app.operations import Artworks, Operations
from raisonne.app.ports import Clock, Engine, Ledger, Transactions
from raisonne.app.provenance import Provenance
from raisonne.app.refresh import RefreshWorks
from raisonne.app.release import Release
from raisonne.app.reservations import Reservations
from raisonne.app.retroactive import RejudgedState, Retroactive
from raisonne.app.retroactive_checks import RetroactiveChecks
from raisonne.app.review import Review
from raisonne.app.rules_in_force import RulesInForce
from raisonne.app.screening import Screener
from raisonne.app.stay_down import StayDown
from raisonne.app.term_cache import TermCache
from raisonne.app.terms import Terms
from raisonne.app.verdict_replay import ReplayVerdict
from raisonne.app.work_changes import WorkChanges
from raisonne.app.works import Works
from raisonne.fingerprint.decoder_pool import DecoderPool
from raisonne.fingerprint.decoding import Decoder
from raisonne.fingerprint.embedding import Embedder, embedder_from_uri
from raisonne.fingerprint.extract import Extractor
from raisonne.fingerprint.style import style_from_uri
from raisonne.generation.by_uri import engine_from_uri
from raisonne.index.candidate_engine import CandidateEngine
from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.index.device_products import HOST, is_device, products_at
from raisonne.index.ports import FingerprintLog
from raisonne.index.segment_store import SegmentStore
from raisonne.keys.envelope import TenantEnvelope
from raisonne.keys.note_key import note_signer_from_uri
from raisonne.keys.root import root_key_from_uri
from raisonne.keys.segment_keys import EnvelopeSegmentKeys
from raisonne.keys.signing import ClaimSigner, claim_signer_from_uri
from raisonne.matching.matcher import Matcher
from raisonne.provenance.bounded_reader import BoundedReader
from raisonne.provenance.reader import C2paReader
from raisonne.provenance.signer import C2paSigner
from raisonne.provenance.trust import TrustProfile
from raisonne.rights.errors import StorageError
from raisonne.rights.principal import Principal, Role
from raisonne.runtime.guards import require_catalogue, require_keys, require_ledger_key
from raisonne.runtime.live_policies import LivePolicies
from raisonne.runtime.policy_source import PolicySource
from raisonne.runtime.profiles import require_cosignature, require_profiles
from raisonne.runtime.released import ReleasedRegistry
from raisonne.runtime.settings import Settings
from raisonne.runtime.workers import Workers
from raisonne.storage.assets import catalogue_id, known_locations
from raisonne.storage.blobs import FileBlobStore
from raisonne.storage.engine import Database, open_database
from raisonne.storage.fingerprint_log import SqlFingerprintLog
from raisonne.storage.keks import SqlKeks
from raisonne.storage.ledger_store import SqlLedger
from raisonne.storage.migrate import upgrade
from raisonne.storage.segment_list import SqlSegmentList
from raisonne.storage.transactions import SqlTransactions
from raisonne.vectors.engines import engine_from_uri as vector_engine_from_uri

_ORPHAN_AGE = timedelta(hours=1)
"""Blobs without a row are swept when older: a younger one may belong to a running commit."""
_log = logging.getLogger(__name__)


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present time in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Service:
    """The product, wired.

    Attributes:
        settings: As loaded.
        principal: The local operator, for the embedded command line.
    """

    settings: Settings
    principal: Principal
    clock: Clock
    policies: LivePolicies
    engine: Engine
    embedder: Embedder
    decoder: Decoder
    index: CatalogueIndex
    fingerprint_log: FingerprintLog
    transactions: Transactions
    ledger: Ledger
    check: Check
    replay_verdict: ReplayVerdict
    works: Works
    work_changes: WorkChanges
    licences: Licences
    refresh: RefreshWorks
    generate: Generate
    submit_generation: SubmitGeneration
    run_generation: RunGeneration
    operations: Operations
    artworks: Artworks
    provenance: Provenance
    audit_log: AuditLog
    review: Review
    case_work: CaseWork
    notices: Notices
    counter_notices: CounterNotices
    appeals: Appeals
    documents: Documents
    disputes: Disputes
    dispute_rulings: DisputeRulings
    office_registrations: OfficeRegistrations
    dataset_audits: DatasetAudits
    calibrations: Calibrations
    index_upkeep: IndexUpkeep
    released: ReleasedRegistry
    retroactive: Retroactive
    retroactive_checks: RetroactiveChecks
    terms: Terms
    holders: Holders
    reservations: Reservations
    database: Database
    blobs: FileBlobStore

    def workers(self) -> Workers:
        """Return the background work of a serving process, not started."""
        return Workers(
            run=self.run_generation,
            transactions=self.transactions,
            ledger=self.ledger,
            clock=self.clock,
            lease=self.run_generation.lease,
            count=self.settings.job_workers,
            upkeep=self.index.maintain_opened,
            retroactive=self._retroact,
            policies=self.policies.refresh,
        )

    def _retroact(self) -> None:
        """Judge again what was released or allowed, by what changed since the last time."""
        for rejudged in self.retroactive(self.principal):
            if rejudged.state is RejudgedState.OPENED:
                _log.warning(
                    "%s: %s was released, and is judged otherwise now",
                    rejudged.case,
                    rejudged.generation.name,
                )
        for check in self.retroactive_checks(self.principal):
            _log.warning("%s: %s is judged otherwise now", check.case, check.before.name)


@contextmanager
def open_service(settings: Settings, policies: LivePolicies | None = None) -> Iterator[Service]:
    """Open everything on a home directory, making it if it is new, and close it afterwards.

    Args:
        settings: As loaded.
        policies: To decide by; those that the settings name if None.

    Raises:
        RaisonneError: If a part cannot be opened.
    """
    require_profiles(settings)
    policies = policies or LivePolicies.open(PolicySource.of(settings))
    _make_home(settings.home)
    require_catalogue(settings)
    with ExitStack() as stack:
        database = open_database(settings.database_url)
        stack.callback(database.close)
        upgrade(database)
        require_keys(settings, database)
        decoder = stack.enter_context(DecoderPool(settings.decoder_workers))
        engine = _vector_engine(settings, stack)
        service = _wire(settings, policies, database, decoder, engine)
        stack.callback(service.released.close)
        yield service


def _vector_engine(settings: Settings, stack: ExitStack) -> CandidateEngine | None:
    """Connect to what searches descriptors, if that is not this process."""
    if not settings.vectors:
        return None
    if is_device(settings.vectors):
        products_at(settings.vectors)  # That there is such a device is best known at once.
        return None
    engine = vector_engine_from_uri(settings.vectors)
    stack.callback(engine.close)
    return engine


def _wire(
    settings: Settings,
    policies: LivePolicies,
    database: Database,
    decoder: Decoder,
    vector_engine: CandidateEngine | None,
) -> Service:
    clock = SystemClock()
    transactions, fingerprint_log = SqlTransactions(database), SqlFingerprintLog(database)
    root = root_key_from_uri(settings.root_key_uri, settings.root_passphrase or None)
    envelope = TenantEnvelope(root, SqlKeks(database))
    blobs = FileBlobStore(settings.blob_root, envelope)
    # Whoever writes here says for which catalogue, so that no other one's sweep removes it.
    blobs.bind(catalogue_id(database))
    note_signer = note_signer_from_uri(settings.ledger_key_uri, settings.ledger_origin)
    ledger = SqlLedger(database, note_signer, settings.ledger_origin)
    require_ledger_key(ledger, note_signer)
    require_cosignature(settings, [note_signer.verifier_key])
    claim_signer = claim_signer_from_uri(settings.signing_key_uri)
    reader = C2paReader(_trust(settings, claim_signer))
    # Whoever verifies waits for as long as it takes; nobody else does.
    in_time = BoundedReader(reader)
    embedder = embedder_from_uri(settings.embedder)
    extractor = Extractor(embedder, style_from_uri(settings.style))
    listed, keys = SqlSegmentList(database), EnvelopeSegmentKeys(envelope)
    segments = SegmentStore(
        settings.index_root,
        listed,
        keys,
        sealed=settings.seal_index,
        device=settings.vectors if is_device(settings.vectors) else HOST,
    )
    index = CatalogueIndex(fingerprint_log, segments, vector_engine)
    rules = RulesInForce(transactions)
    matcher = Matcher(index, rules)
    terms = TermCache(transactions)
    screener = Screener(decoder, extractor, matcher, transactions, clock, terms, in_time)
    engine = engine_from_uri(settings.engine)
    released = ReleasedRegistry(
        settings.released_root,
        transactions,
        blobs,
        decoder,
        extractor,
        rules,
        keys,
        sealed=settings.seal_index,
    )
    release = Release(C2paSigner(claim_signer), blobs, settings.reservations)
    generate = Generate(engine, screener, release, blobs, transactions, policies, clock)
    check = Check(screener, transactions, policies, clock)
    lease = timedelta(seconds=settings.lease_seconds)
    stay_down = StayDown(decoder, extractor, blobs, envelope, transactions)
    targets = NoticeTargets(screener, blobs, transactions, clock)
    erase_files = EraseFiles(blobs, transactions, clock)
    return Service(
        settings=settings,
        principal=Principal("local:operator", settings.tenant, frozenset({Role.OPERATOR})),
        clock=clock,
        policies=policies,
        engine=engine,
        embedder=embedder,
        decoder=decoder,
        index=index,
        fingerprint_log=fingerprint_log,
        transactions=transactions,
        ledger=ledger,
        check=check,
        replay_verdict=ReplayVerdict(check, policies),
        works=Works(decoder, extractor, blobs, transactions, policies, clock, in_time),
        work_changes=WorkChanges(transactions, policies, clock),
        licences=Licences(transactions, policies, clock),
        refresh=RefreshWorks(decoder, extractor, blobs, transactions, policies, clock),
        generate=generate,
        submit_generation=SubmitGeneration(envelope, transactions, policies, clock),
        run_generation=RunGeneration(generate, envelope, transactions, clock, lease),
        operations=Operations(transactions, policies, clock),
        artworks=Artworks(blobs, transactions, policies),
        provenance=Provenance(reader, transactions, policies),
        audit_log=AuditLog(ledger, policies),
        review=Review(
            release, blobs, transactions, policies, clock, stay_down, settings.second_reviewer
        ),
        case_work=CaseWork(transactions, policies, clock, timedelta(minutes=settings.undo_minutes)),
        notices=Notices(targets, envelope, transactions, policies, clock),
        counter_notices=CounterNotices(envelope, transactions, policies, clock),
        appeals=Appeals(envelope, transactions, policies, clock),
        documents=Documents(blobs, transactions, policies, clock),
        disputes=Disputes(envelope, transactions, policies, clock),
        dispute_rulings=DisputeRulings(
            envelope, transactions, policies, clock, settings.second_reviewer
        ),
        office_registrations=OfficeRegistrations(transactions, policies, clock),
        dataset_audits=DatasetAudits(check),
        calibrations=Calibrations(
            decoder, extractor, index, blobs, transactions, policies, clock, rules
        ),
        index_upkeep=IndexUpkeep(index, erase_files, transactions, policies, clock),
        released=released,
        retroactive=Retroactive(released, screener, blobs, transactions, policies, clock),
        retroactive_checks=RetroactiveChecks(transactions, policies, clock),
        terms=Terms(transactions, policies, clock),
        holders=Holders(envelope, transactions, policies, clock),
        reservations=Reservations(transactions, policies, clock),
        database=database,
        blobs=blobs,
    )


def _trust(settings: Settings, signer: ClaimSigner) -> TrustProfile:
    if settings.trust == "own":
        return TrustProfile.own(signer.anchor_pem)
    return TrustProfile.from_directory(Path(settings.trust))


def _make_home(home: Path) -> None:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{home} cannot be made: {error.strerror}.") from error


def sweep_orphans(service: Service) -> int:
    """Remove files that no committed row names, left behind by a crash; return how many.

    A folder that may hold another catalogue's files is left alone.
    """
    if not service.blobs.bind(catalogue_id(service.database)):
        _log.warning(
            "%s may hold files of another catalogue than %s; nothing in it is swept.",
            service.settings.blob_root,
            service.database.engine.url.render_as_string(hide_password=True),
        )
        return 0
    known = known_locations(service.database)
    swept = service.blobs.sweep(known.__contains__, service.clock.now() - _ORPHAN_AGE)
    return swept.orphans + swept.unfinished


def missing_files(service: Service) -> list[str]:
    """Return the locations that committed rows name but that hold no file."""
    root = service.settings.blob_root
    return sorted(
        where for where in known_locations(service.database) if not (root / where).exists()
    )
