"""Verdicts."""

from __future__ import annotations

from typing import cast

from raisonne.api.v1 import rights_pb2, verdict_pb2, work_pb2
from raisonne.client.convert.enums import from_wire
from raisonne.client.convert.licence import grant_from_message
from raisonne.client.convert.reservation import in_force_from_message
from raisonne.client.convert.signal import signal_from_message
from raisonne.client.convert.statement import statement_from_message
from raisonne.client.convert.times import from_timestamp
from raisonne.rights.match import (
    DetectorRun,
    DetectorState,
    Match,
    Mechanism,
    Region,
    Transform,
)
from raisonne.rights.statement import Use
from raisonne.rights.term import TermCategory, TermGrade, TermSeverity
from raisonne.rights.verdict import (
    Finding,
    HolderRights,
    Judgement,
    Outcome,
    Severity,
    Subject,
    TermHit,
    Verdict,
    WorkRights,
)
from raisonne.rights.work import WorkState


def verdict_from_message(message: verdict_pb2.Verdict) -> Verdict:
    """Return the verdict of a message."""
    return Verdict(
        name=message.name,
        outcome=from_wire(verdict_pb2.Verdict.Outcome, Outcome, message.outcome),
        findings=tuple(_finding(finding) for finding in message.findings),
        obligations=tuple(message.obligations),
        policy_revision=message.policy_revision,
        inputs=_judgement(message),
    )


def _judgement(message: verdict_pb2.Verdict) -> Judgement:
    return Judgement(
        subject=from_wire(verdict_pb2.Verdict.Subject, Subject, message.subject),
        sha256=message.sha256,
        tenant=message.tenant,
        use=from_wire(rights_pb2.Use, Use, message.use),
        territory=message.territory,
        at=from_timestamp(message.as_of_time),
        matches=tuple(_match(match) for match in message.matches),
        works=tuple(_work_rights(work) for work in message.works),
        detectors=tuple(_detector(run) for run in message.detectors),
        term_hits=tuple(_term_hit(hit) for hit in message.term_hits),
        index_revision=message.index_revision,
        signals=tuple(signal_from_message(signal) for signal in message.signals),
        holders=tuple(_holder_rights(holder) for holder in message.holders),
    )


def _holder_rights(message: verdict_pb2.HolderRights) -> HolderRights:
    return HolderRights(
        holder=message.holder,
        tenant=message.tenant,
        display_name=message.display_name,
        reservations=tuple(in_force_from_message(each) for each in message.reservations),
    )


def _term_hit(message: verdict_pb2.TermHit) -> TermHit:
    wire = verdict_pb2.TermHit
    return TermHit(
        term=message.term,
        work=message.work,
        start=message.start,
        end=message.end,
        # Servers of an earlier version only find names as they are written.
        grade=from_wire(wire.Grade, TermGrade, message.grade or wire.GRADE_EXACT),
        key=message.key,
        category=from_wire(wire.Category, TermCategory, message.category or wire.CATEGORY_ARTIST),
        field=message.field,
        entry=message.entry,
        severity=(
            from_wire(wire.Severity, TermSeverity, message.severity) if message.severity else None
        ),
        reason=message.reason,
        appeal=message.appeal,
        holder=message.holder,
    )


def _finding(message: verdict_pb2.Finding) -> Finding:
    return Finding(
        reason=message.reason,
        severity=from_wire(verdict_pb2.Finding.Severity, Severity, message.severity),
        clause=message.clause,
        cites=message.cites,
        works=tuple(message.works),
        detail=message.detail,
        licence=message.licence,
    )


def _match(message: verdict_pb2.Match) -> Match:
    region = message.region
    return Match(
        work=message.work,
        asset=message.asset,
        mechanism=from_wire(verdict_pb2.Match.Mechanism, Mechanism, message.mechanism),
        algorithm=message.algorithm,
        similarity=message.similarity,
        threshold=message.threshold,
        score=message.score,
        region=(
            Region(region.x, region.y, region.width, region.height)
            if message.HasField("region")
            else None
        ),
        transform=cast("Transform", tuple(message.transform)) if message.transform else None,
    )


def _work_rights(message: verdict_pb2.WorkRights) -> WorkRights:
    return WorkRights(
        work=message.work,
        tenant=message.tenant,
        title=message.title,
        holder=message.holder,
        state=from_wire(work_pb2.Work.State, WorkState, message.state),
        revision=message.revision,
        rights=statement_from_message(message.rights),
        source=message.source,
        reservations=tuple(in_force_from_message(each) for each in message.reservations),
        licences=tuple(grant_from_message(grant) for grant in message.licences),
        disputed=message.disputed,
    )


def _detector(message: verdict_pb2.DetectorRun) -> DetectorRun:
    return DetectorRun(
        name=message.name,
        version=message.version,
        state=from_wire(verdict_pb2.DetectorRun.State, DetectorState, message.state),
        reason=message.reason,
    )
