"""The JSON shapes of the contract, from domain values. Schemas lie in ``schemas/``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from raisonne.app.explanation import explain, explanations
from raisonne.app.phrases import Locale
from raisonne.cli.render_hints import signal_fields
from raisonne.rights.alternative import NO_ALTERNATIVES, Alternatives
from raisonne.rights.case import Case
from raisonne.rights.errors import RaisonneError
from raisonne.rights.match import DetectorRun, DetectorState, Match
from raisonne.rights.provenance import CredentialReport
from raisonne.rights.reservation import ReservationInForce
from raisonne.rights.term import ScreeningTerm, TermCategory
from raisonne.rights.use_answer import UseAnswer
from raisonne.rights.verdict import Finding, TermHit, Verdict, WorkRights
from raisonne.rights.work import Work

if TYPE_CHECKING:
    from raisonne.app.retroactive import Rejudged
    from raisonne.app.retroactive_checks import RejudgedCheck

PROMPT = "prompt"
"""What a hit lies in that names no other text, and what an input is called that is no file."""
_EXPLAINED = 3
"""Works whose likeness is told to a person on a terminal; the JSON output has all."""


def error_fields(error: RaisonneError) -> dict[str, Any]:
    """Return an error as ``{"reason", "message"}`` with its facts."""
    shown: dict[str, Any] = {"reason": error.reason.value, "message": error.message}
    if error.metadata:
        shown["metadata"] = dict(error.metadata)
    return shown


def check_fields(verdict: Verdict) -> dict[str, Any]:
    """Return the fields of a check that a verdict fills."""
    works = {work.work: work for work in verdict.inputs.works}
    return {
        "sha256": verdict.inputs.sha256,
        "verdict": verdict.outcome.value,
        "findings": [_finding(finding) for finding in verdict.findings],
        "obligations": list(verdict.obligations),
        "matches": [_match(match, works.get(match.work)) for match in verdict.inputs.matches],
        "term_hits": [_term_hit(hit) for hit in verdict.inputs.term_hits],
        "reservations": _reservations(verdict),
        "signals": [signal_fields(signal) for signal in verdict.inputs.signals],
        "detectors": [_detector(run) for run in verdict.inputs.detectors],
        "policy_revision": verdict.policy_revision,
        "index_revision": verdict.inputs.index_revision,
        "verdict_name": verdict.name,
    }


def unchecked_fields(error: RaisonneError) -> dict[str, Any]:
    """Return the fields of a check of an input that could not be read: nothing is claimed."""
    return {
        "sha256": None,
        "verdict": None,
        "findings": [],
        "obligations": [],
        "matches": [],
        "term_hits": [],
        "reservations": [],
        "signals": [],
        "detectors": [],
        "policy_revision": None,
        "index_revision": None,
        "verdict_name": None,
        "alternatives": [],
        "obstacles": [],
        "error": error_fields(error),
    }


def work_fields(work: Work) -> dict[str, Any]:
    """Return a work with its rights."""
    rights = work.rights
    return {
        "work": work.name,
        "title": work.title,
        "holder": work.holder,
        "collection": work.collection,
        "external_id": work.external_id,
        "path": work.source,
        "sha256": work.sha256,
        "state": work.state.value,
        "revision": work.revision,
        "rights": {
            "licence": rights.licence,
            "uses": sorted(use.value for use in rights.uses),
            "reservations": sorted(kind.value for kind in rights.reservations),
            "territories": sorted(rights.territories),
            "valid_from": rights.valid_from.isoformat() if rights.valid_from else None,
            "valid_until": rights.valid_until.isoformat() if rights.valid_until else None,
            "embargo_until": rights.embargo_until.isoformat() if rights.embargo_until else None,
            "attribution": rights.attribution,
        },
        "create_time": work.create_time.isoformat(),
        "update_time": work.update_time.isoformat(),
    }


def use_answer_fields(answer: UseAnswer) -> dict[str, Any]:
    """Return a work with its rights, and what the policies say of a use of it."""
    grounds = [
        {
            "reason": ground.reason,
            "clause": ground.clause,
            "cites": ground.cites,
            "detail": ground.detail,
        }
        for ground in answer.grounds
    ]
    shown = {"allowed": answer.allowed, "grounds": grounds, "permitted_by": answer.licence or None}
    return work_fields(answer.work) | shown


def credential_fields(report: CredentialReport) -> dict[str, Any]:
    """Return a credential report."""
    return {
        "verdict": report.verdict.value,
        "validation_state": report.validation_state.value,
        "signer": report.signer or None,
        "trust_list": report.trust_list or None,
        "time_proven": report.time_proven,
        "generated_by_ai": report.generated_by_ai,
        "digital_source_types": list(report.digital_source_types),
        "training_mining": dict(report.training_mining),
        "reasons": list(report.reasons),
        "label": report.label or None,
        "claim_generator": report.claim_generator or None,
        "actions": list(report.actions),
    }


def case_fields(case: Case) -> dict[str, Any]:
    """Return a case with its decision."""
    decision = case.decision
    return {
        "case": case.name,
        "kind": case.kind.value,
        "state": case.state.value,
        "verdict_name": case.verdict or None,
        "unjudged": case.unjudged or None,
        "generation": case.generation or None,
        "work": case.work or None,
        "notice": case.notice or None,
        "dispute": case.dispute or None,
        "appeals": case.appeals or None,
        "stay_down": case.stay_down or None,
        "restore_time": case.restore_time and case.restore_time.isoformat(),
        "leased_to": case.leased_to or None,
        "lease_until": case.lease_until and case.lease_until.isoformat(),
        "confirmed_by": case.confirmed_by or None,
        "create_time": case.create_time.isoformat(),
        "decision": decision
        and {
            "ruling": decision.ruling.value,
            "reason": decision.reason,
            "note": decision.note,
            "decided_by": decision.decided_by,
            "decide_time": decision.decide_time.isoformat(),
        },
    }


def rejudged_fields(rejudged: Rejudged) -> dict[str, Any]:
    """Return what came of judging a released artwork again."""
    return {
        "generation": rejudged.generation.name,
        "asset": rejudged.generation.asset,
        "works": list(rejudged.works),
        "state": rejudged.state.value,
        "case": rejudged.case or None,
        **check_fields(rejudged.verdict),
    }


def rejudged_check_fields(rejudged: RejudgedCheck) -> dict[str, Any]:
    """Return a checked file that became a case; there is no artwork."""
    return {
        "generation": None,
        "asset": None,
        "works": list(rejudged.works),
        "state": "OPENED",
        "case": rejudged.case,
        "verdict_before": rejudged.before.name,
        **check_fields(rejudged.verdict),
    }


def check_words(name: str, verdict: Verdict, instead: Alternatives = NO_ALTERNATIVES) -> str:
    """Return a check for a person: the outcome, findings with their clauses, and what failed.

    Args:
        name: Of the input.
        verdict: On it.
        instead: What would be allowed.
    """
    lines = [f"{verdict.outcome.value:<7} {name}"]
    titles = {work.work: work.title for work in verdict.inputs.works}
    explained: dict[str, str] = {}
    for match in verdict.inputs.matches:
        title = titles.get(match.work) or match.work
        explained.setdefault(match.work, explain(match, title, Locale.ENGLISH))
    lines += [f"        {sentence}" for sentence in list(explained.values())[:_EXPLAINED]]
    if len(explained) > _EXPLAINED:
        lines.append(f"        {len(explained) - _EXPLAINED} further works are alike.")
    lines += [
        f"        {finding.reason}: {finding.detail} [{finding.clause}]"
        for finding in verdict.findings
    ]
    lines += [f"        owes {obligation}" for obligation in verdict.obligations]
    lines += [
        f"        The file says: {signal.note} ({signal.dialect.value}, its {signal.source})"
        for signal in verdict.inputs.signals
    ]
    lines += [f"        Instead: {instead.sentence}"] if instead.sentence else []
    lines += [
        f"        {run.name}: {run.reason}"
        for run in verdict.inputs.detectors
        if run.state is DetectorState.FAILED
    ]
    return "\n".join(lines)


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "reason": finding.reason,
        "severity": finding.severity.value,
        "clause": finding.clause,
        "cites": finding.cites,
        "works": list(finding.works),
        "detail": finding.detail,
        "licence": finding.licence or None,
    }


def _match(match: Match, work: WorkRights | None) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "work": match.work,
        "asset": match.asset,
        "mechanism": match.mechanism.value,
        "algorithm": match.algorithm,
        "similarity": match.similarity,
        "threshold": match.threshold,
        "score": match.score,
        "explanation": explanations(match, (work and work.title) or match.work),
    }
    if work is not None and work.source:
        shown["path"] = work.source
    if match.region is not None:
        box = match.region
        shown["region"] = [box.x, box.y, box.width, box.height]
    if match.transform is not None:
        shown["transform"] = list(match.transform)
    return shown


def term_fields(term: ScreeningTerm) -> dict[str, Any]:
    """Return a term of a list."""
    return {
        "name": term.name,
        "term": term.term,
        "category": term.category.value,
        "severity": term.severity.value if term.category is TermCategory.TENANT else None,
        "reason": term.reason,
        "appeal": term.appeal,
        "languages": list(term.languages),
        "create_time": term.create_time.isoformat(),
    }


def _term_hit(hit: TermHit) -> dict[str, Any]:
    return {
        "term": hit.term,
        "category": hit.category.value,
        "work": hit.work or None,
        "holder": hit.holder or None,
        "entry": hit.entry or None,
        "field": hit.field or PROMPT,
        "start": hit.start,
        "end": hit.end,
        "grade": hit.grade.value,
        "key": hit.key,
        "appeal": hit.appeal,
    }


def _reservations(verdict: Verdict) -> list[dict[str, Any]]:
    """Return what holders and collections have reserved of what was found, each named once."""
    found: dict[str, dict[str, Any]] = {}
    works = ((work.work, work.reservations) for work in verdict.inputs.works)
    holders = (("", holder.reservations) for holder in verdict.inputs.holders)
    for work, reservations in (*works, *holders):
        for each in reservations:
            told = found.setdefault(each.name, _reservation(each))
            told["works"] += [work] if work else []
    return [found[name] for name in sorted(found)]


def _reservation(reservation: ReservationInForce) -> dict[str, Any]:
    return {
        "reservation": reservation.name,
        "scope": reservation.scope.value,
        "subject": reservation.subject,
        "called": reservation.called,
        "kinds": sorted(kind.value for kind in reservation.kinds),
        "effective_time": reservation.effective_time.isoformat(),
        "source": reservation.source,
        "works": [],
    }


def _detector(run: DetectorRun) -> dict[str, Any]:
    shown = {"name": run.name, "version": run.version, "state": run.state.value}
    return shown | ({"reason": run.reason} if run.reason else {})
