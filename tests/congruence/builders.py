"""Values that the tests store."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from raisonne.app.ports import CalibrationRecord
from raisonne.app.reservation_ports import SaidOfHolder
from raisonne.app.sealing import BlobRecord, WrappedKey
from raisonne.index.ports import SegmentRecord
from raisonne.rights.asset import Asset, AssetOrigin
from raisonne.rights.fingerprint import Fingerprint, FingerprintKind
from raisonne.rights.generation import EngineDescription, Generation, GenerationState
from raisonne.rights.holder import RightsHolder
from raisonne.rights.identifier import IdentifierScheme
from raisonne.rights.job import Job, JobKind, JobState
from raisonne.rights.ledger import LedgerAction, LedgerEvent
from raisonne.rights.match import DetectorRun, DetectorState, Match, Mechanism, Region
from raisonne.rights.recorded_licence import Grant, Licence
from raisonne.rights.reservation import Reservation, ReservationScope
from raisonne.rights.statement import ReservationKind, RightsStatement, Use
from raisonne.rights.verdict import (
    Finding,
    Judgement,
    Outcome,
    Severity,
    Subject,
    TermHit,
    Verdict,
    WorkRights,
)
from raisonne.rights.work import Work, WorkState

NOW = datetime(2026, 11, 24, 12, 30, 15, 123_456, tzinfo=UTC)
TENANT = "gallery"
RIGHTS = RightsStatement(
    licence="CC-BY-4.0",
    uses=frozenset({Use.DISPLAY, Use.DERIVE}),
    reservations=frozenset({ReservationKind.STYLE}),
    territories=frozenset({"AT", "CH"}),
    valid_from=NOW - timedelta(days=400),
    embargo_until=NOW + timedelta(microseconds=1),
    attribution=True,
)
ENGINE = EngineDescription("procedural:", "Raisonné Procedural", "1", "algorithmicMedia")


def digest(seed: str) -> str:
    return hashlib.sha256(seed.encode()).hexdigest()


def make_asset(number: int = 0, **changes: Any) -> Asset:
    values: dict[str, Any] = {
        "name": f"assets/{number:06d}",
        "tenant": TENANT,
        "sha256": digest(f"asset {number}"),
        "pixel_sha256": digest(f"pixels {number}"),
        "media_type": "image/png",
        "size_bytes": 5_000_000_000,
        "width": 640,
        "height": 480,
        "origin": AssetOrigin.REGISTERED,
        "create_time": NOW,
    }
    return Asset(**(values | changes))


def make_blob(number: int = 0) -> BlobRecord:
    digits = digest(f"blob {number}")
    return BlobRecord(f"{digits[:2]}/{digits[2:32]}", WrappedKey(3, b"\x00wrapped\xff"))


def make_work(number: int = 0, **changes: Any) -> Work:
    values: dict[str, Any] = {
        "name": f"works/{number:06d}",
        "tenant": TENANT,
        "title": "Der Kuß — 接吻",
        "holder": "Anna Ö.",
        "collection": "1908",
        "external_id": "inv. 912",
        "source": "/scans/kuss.png",
        "asset": f"assets/{number:06d}",
        "sha256": digest(f"asset {number}"),
        "state": WorkState.REGISTERED,
        "rights": RIGHTS,
        "revision": 1,
        "create_time": NOW,
        "update_time": NOW,
    }
    return Work(**(values | changes))


def make_holder(number: int = 0, **changes: Any) -> RightsHolder:
    values: dict[str, Any] = {
        "name": f"holders/{number:06d}",
        "tenant": TENANT,
        "display_name": f"Holder {number}",
        "aliases": (f"持有人 {number}",),
        "identifiers": {IdentifierScheme.WIKIDATA: f"Q{number + 1}"},
        "contact_sha256": "",
        "note": "Kuß",
        "revision": 1,
        "create_time": NOW,
        "update_time": NOW,
    }
    return RightsHolder(**(values | changes))


def make_said(number: int = 0, holder: RightsHolder | None = None) -> SaidOfHolder:
    said = holder or make_holder(number)
    document = {
        "salt": f"{number}",
        "display_name": said.display_name,
        "aliases": list(said.aliases),
        "identifiers": {scheme.value: text for scheme, text in said.identifiers.items()},
        "contact_sha256": said.contact_sha256,
        "note": said.note,
    }
    return SaidOfHolder(document, digest(f"said {number}"), "local:operator")


def make_reservation(number: int = 0, **changes: Any) -> Reservation:
    values: dict[str, Any] = {
        "name": f"reservations/{number:06d}",
        "tenant": TENANT,
        "scope": ReservationScope.HOLDER,
        "subject": "holders/000000",
        "called": "Holder 0",
        "kinds": frozenset({ReservationKind.STYLE, ReservationKind.TDM}),
        "effective_time": NOW - timedelta(days=1),
        "end_time": None,
        "create_time": NOW,
        "actor": "local:operator",
        "note": "Kuß",
        "source": "https://holder.example",
        "evidence_sha256": digest("evidence"),
    }
    return Reservation(**(values | changes))


def make_licence(number: int = 0, work: Work | None = None, **changes: Any) -> Licence:
    values: dict[str, Any] = {
        "tenant": TENANT,
        "work": work.name if work else "works/000000",
        "grant": make_grant(number),
        "licensor": "Anna Ö.",
        "licensee": "Galerie — 画廊",
        "document": "documents/7",
        "document_sha256": digest("contract"),
        "note": "For the summer show.",
        "actor": "local:operator",
        "create_time": NOW,
    }
    return Licence(**(values | changes))


def make_grant(number: int = 0, **changes: Any) -> Grant:
    values: dict[str, Any] = {
        "licence": f"licences/{number:06d}",
        "identifier": "LicenseRef-Show",
        "uses": frozenset({Use.DISPLAY, Use.TRAIN}),
        "territories": frozenset({"AT", "DE"}),
        "valid_from": NOW - timedelta(days=1),
        "valid_until": NOW + timedelta(days=365, microseconds=1),
        "attribution": True,
        "fee": True,
        "releases": frozenset({ReservationKind.STYLE}),
        "effective_time": NOW,
    }
    return Grant(**(values | changes))


def make_fingerprints(number: int = 0) -> tuple[Fingerprint, ...]:
    return (
        Fingerprint(FingerprintKind.EXACT, "sha256-v1", digest(f"asset {number}").encode()),
        Fingerprint(FingerprintKind.PERCEPTUAL, "pdq-256-v1", number.to_bytes(32, "big"), 87),
        Fingerprint(FingerprintKind.LOCAL, "orb-v1", b"points of %d" % number),
    )


def make_event(number: int = 0, **changes: Any) -> LedgerEvent:
    values: dict[str, Any] = {
        "id": f"events/{number:06d}",
        "time": NOW,
        "tenant": TENANT,
        "actor": "local:operator",
        "action": LedgerAction.WORK_REGISTERED,
        "object": f"works/{number:06d}",
        "object_sha256": digest(f"asset {number}"),
        "details": {"outcome": "ALLOW"},
    }
    return LedgerEvent(**(values | changes))


def make_verdict(number: int = 0, **changes: Any) -> Verdict:
    match = Match(
        work="works/000001",
        asset="assets/000001",
        mechanism=Mechanism.GEOMETRY,
        algorithm="orb-v1",
        similarity=0.1 + 0.2,
        threshold=1 / 3,
        score=0.999999999999,
        region=Region(1.5, 2.25, 100.0, 1e-9),
        transform=(1.0, 0.0, 0.5, 0.0, 1.0, -0.25, 0.0, 0.0, 1.0),
    )
    inputs = Judgement(
        subject=Subject.OUTPUT,
        sha256=digest(f"asset {number}"),
        tenant=TENANT,
        use=Use.GENERATE_SIMILAR,
        territory="*",
        at=NOW,
        matches=(match,),
        works=(WorkRights("works/000001", TENANT, "Kuß", "Ö.", WorkState.REGISTERED, 2, RIGHTS),),
        detectors=(DetectorRun("exact", "v1", DetectorState.SKIPPED, "no index"),),
        term_hits=(TermHit("Ö.", "works/000001", 3, 5),),
        index_revision=7,
    )
    finding = Finding("STYLE_RESERVED", Severity.REVIEW, "rights/style", works=("works/000001",))
    values: dict[str, Any] = {
        "name": f"verdicts/{number:06d}",
        "outcome": Outcome.REVIEW,
        "findings": (finding,),
        "obligations": ("ATTRIBUTE:works/000001",),
        "policy_revision": digest("bundle"),
        "inputs": inputs,
    }
    return Verdict(**(values | changes))


def make_calibration(number: int = 0, **changes: Any) -> CalibrationRecord:
    values: dict[str, Any] = {
        "name": f"calibrations/{number:06d}",
        "tenant": TENANT,
        "version": "calibration-0123456789ab",
        "index_revision": 2**40,
        "works": 1_627,
        "document": '{"title":"Der Kuß","rate":1e-07}',
        "create_time": NOW,
    }
    return CalibrationRecord(**(values | changes))


def make_generation(number: int = 0, **changes: Any) -> Generation:
    values: dict[str, Any] = {
        "name": f"generations/{number:06d}",
        "tenant": TENANT,
        "operation": "",
        "index": 0,
        "state": GenerationState.BLOCKED,
        "prompt_sha256": digest("prompt"),
        "seed": 2**63 - 1,
        "engine": ENGINE,
        "understood_words": ("río", "gold"),
        "ignored_words": (),
        "asset": "",
        "verdict": "verdicts/000000",
        "manifest_label": "",
        "ledger_event": f"events/{number:06d}",
        "create_time": NOW,
    }
    return Generation(**(values | changes))


def make_job(number: int = 0, **changes: Any) -> Job:
    values: dict[str, Any] = {
        "name": f"operations/{number:06d}",
        "tenant": TENANT,
        "actor": "local:operator",
        "kind": JobKind.GENERATE,
        "state": JobState.PENDING,
        "payload": b"\x00sealed\xff",
        "request_id": "",
        "request_sha256": digest("request"),
        "total": 4,
        "done_units": 0,
        "attempt": 0,
        "tries": 0,
        "lease_until": None,
        "cancel_requested": False,
        "error_reason": "",
        "error_message": "",
        "create_time": NOW + timedelta(seconds=number),
        "update_time": NOW,
    }
    return Job(**(values | changes))


def make_segment(number: int = 0, **changes: Any) -> SegmentRecord:
    values: dict[str, Any] = {
        "name": f"{number:032x}.segment",
        "algorithm": "pdq-256-v1",
        "kind": FingerprintKind.PERCEPTUAL,
        "rows": 1_000,
        "first": 1 + 2_000 * number,
        "last": 2**40,
        "size_bytes": 2**33,
        "digest": hashlib.sha256(b"%d" % number).digest(),
        "marks": b"\x00marks\xff",
        "wrapped_key": b"",
    }
    return SegmentRecord(**(values | changes))
