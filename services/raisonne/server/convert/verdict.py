"""Verdicts with everything the judge saw."""

from __future__ import annotations

from raisonne.api.v1 import rights_pb2, verdict_pb2, work_pb2
from raisonne.rights.alternative import Alternatives
from raisonne.rights.match import DetectorRun, Match
from raisonne.rights.verdict import Finding, HolderRights, TermHit, Verdict, WorkRights
from raisonne.server.convert.alternative import alternatives_to_message
from raisonne.server.convert.enums import to_wire
from raisonne.server.convert.licence import grant_to_message
from raisonne.server.convert.reservation import in_force_to_message
from raisonne.server.convert.signal import signal_to_message
from raisonne.server.convert.statement import statement_to_message
from raisonne.server.convert.times import to_timestamp


def verdict_to_message(
    verdict: Verdict, instead: Alternatives | None = None
) -> verdict_pb2.Verdict:
    """Return the message of a verdict.

    Args:
        verdict: As given.
        instead: What would be allowed; None where that was not asked.
    """
    inputs = verdict.inputs
    return verdict_pb2.Verdict(
        name=verdict.name,
        outcome=to_wire(verdict_pb2.Verdict.Outcome, verdict.outcome),
        findings=[_finding(finding) for finding in verdict.findings],
        obligations=verdict.obligations,
        policy_revision=verdict.policy_revision,
        index_revision=inputs.index_revision,
        subject=to_wire(verdict_pb2.Verdict.Subject, inputs.subject),
        sha256=inputs.sha256,
        tenant=inputs.tenant,
        use=to_wire(rights_pb2.Use, inputs.use),
        territory=inputs.territory,
        as_of_time=to_timestamp(inputs.at),
        matches=[_match(match) for match in inputs.matches],
        works=[_work_rights(work) for work in inputs.works],
        detectors=[_detector(run) for run in inputs.detectors],
        term_hits=[_term_hit(hit) for hit in inputs.term_hits],
        holders=[_holder_rights(holder) for holder in inputs.holders],
        signals=[signal_to_message(signal) for signal in inputs.signals],
        alternatives=None if instead is None else alternatives_to_message(instead),
    )


def _finding(finding: Finding) -> verdict_pb2.Finding:
    return verdict_pb2.Finding(
        reason=finding.reason,
        severity=to_wire(verdict_pb2.Finding.Severity, finding.severity),
        clause=finding.clause,
        cites=finding.cites,
        works=finding.works,
        detail=finding.detail,
        licence=finding.licence,
    )


def _match(match: Match) -> verdict_pb2.Match:
    region = None
    if match.region is not None:
        region = verdict_pb2.Region(
            x=match.region.x,
            y=match.region.y,
            width=match.region.width,
            height=match.region.height,
        )
    return verdict_pb2.Match(
        work=match.work,
        asset=match.asset,
        mechanism=to_wire(verdict_pb2.Match.Mechanism, match.mechanism),
        algorithm=match.algorithm,
        similarity=match.similarity,
        threshold=match.threshold,
        score=match.score,
        region=region,
        transform=match.transform or (),
    )


def _work_rights(work: WorkRights) -> verdict_pb2.WorkRights:
    return verdict_pb2.WorkRights(
        work=work.work,
        tenant=work.tenant,
        title=work.title,
        holder=work.holder,
        state=to_wire(work_pb2.Work.State, work.state),
        revision=work.revision,
        rights=statement_to_message(work.rights),
        source=work.source,
        licences=[grant_to_message(grant) for grant in work.licences],
        disputed=work.disputed,
        reservations=[in_force_to_message(each) for each in work.reservations],
    )


def _holder_rights(rights: HolderRights) -> verdict_pb2.HolderRights:
    return verdict_pb2.HolderRights(
        holder=rights.holder,
        tenant=rights.tenant,
        display_name=rights.display_name,
        reservations=[in_force_to_message(each) for each in rights.reservations],
    )


def _detector(run: DetectorRun) -> verdict_pb2.DetectorRun:
    return verdict_pb2.DetectorRun(
        name=run.name,
        version=run.version,
        state=to_wire(verdict_pb2.DetectorRun.State, run.state),
        reason=run.reason,
    )


def _term_hit(hit: TermHit) -> verdict_pb2.TermHit:
    wire = verdict_pb2.TermHit
    unsaid = wire.SEVERITY_UNSPECIFIED
    severity = unsaid if hit.severity is None else to_wire(wire.Severity, hit.severity)
    return wire(
        term=hit.term,
        work=hit.work,
        start=hit.start,
        end=hit.end,
        grade=to_wire(wire.Grade, hit.grade),
        key=hit.key,
        category=to_wire(wire.Category, hit.category),
        field=hit.field,
        entry=hit.entry,
        severity=severity,
        reason=hit.reason,
        appeal=hit.appeal,
        holder=hit.holder,
    )
