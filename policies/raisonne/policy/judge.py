"""The one judge: prompt, reference, upload, output and dataset item are judged by this function.

It is pure: it reads nothing but its arguments, and equal inputs give equal verdicts. The rules are
Cedar policies; this module asks them and puts their answers together. For every matched work the
rights policies say whether the use is allowed (action ``use``), by its own statement or under a
licence that was recorded, and the screening policies say what that weighs, given how certain the
match is (``screen-match``). Likenesses of style, names in prompts, what a file says of its own
rights and the record of what ran are screened by ``screen-style``, ``screen-term``,
``screen-signal`` and ``screen-detectors``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from raisonne.policy import facts
from raisonne.policy.cedar import Decision, Entity, Request, Uid
from raisonne.policy.clause import Clause
from raisonne.policy.engine import PolicyBundle
from raisonne.policy.entity_slice import EntitySlice
from raisonne.policy.signal_facts import signal_context, words_for_signal
from raisonne.policy.standing import Standing, decide_each, released, standings
from raisonne.rights.obligation import obligation_text
from raisonne.rights.recorded_licence import Grant
from raisonne.rights.verdict import (
    Finding,
    HolderRights,
    Judgement,
    Outcome,
    Severity,
    Verdict,
    WorkRights,
)
from raisonne.rights.work import WorkState

# No policy decides a denial by default, so the two that the judge can meet are written here.
NOT_GRANTED = Clause(
    id="rights.default-deny",
    reason="NOT_GRANTED",
    cites="Directive 2001/29/EC Art. 2 to 4",
    sentence="$work is not licensed for $use; silence is not permission.",
)
POLICY_ERROR = Clause(
    id="policy.fail-closed",
    reason="POLICY_ERROR",
    outcome="BLOCK",
    sentence="The policies gave no answer, so it is refused.",
)

_Screened: TypeAlias = tuple[str, Decision, Mapping[str, str]]
"""A work or nothing, what was decided, and the words for a sentence about it."""
_INPUT = "input"
"""What every input goes by, so that what is equal of two is asked about once."""
_WEIGHT = {Severity.INFO: 0, Severity.REVIEW: 1, Severity.BLOCK: 2}
_OUTCOMES = {
    Severity.INFO: Outcome.ALLOW,
    Severity.REVIEW: Outcome.REVIEW,
    Severity.BLOCK: Outcome.BLOCK,
}


def judge(inputs: Judgement, bundle: PolicyBundle, name: str) -> Verdict:
    """Judge what was found about an input.

    Args:
        inputs: Everything that counts; nothing else is looked at.
        bundle: The policies.
        name: ``verdicts/{id}`` for the result.

    Returns:
        The verdict. Its findings are ordered by falling severity, then by reason, clause, works
        and detail, whatever the order of the inputs.

    Raises:
        InputError: If a score is no probability, a time has no time zone, or a work or a holder
            has two records that differ.
    """
    rights, holders = facts.rights_in_tenant(inputs), facts.holders_in_tenant(inputs)
    entities = bundle.slice([*_works(inputs, rights), *map(facts.holder_entity, holders.values())])
    findings: set[Finding] = set()
    obligations: set[str] = set()
    for work, standing, screened, words in _matched(inputs, bundle, rights, entities):
        used = standing.decision
        found = tuple(_match_findings(work, standing, screened, words))
        findings.update(found)
        owed = used.clauses if found and used.allowed else ()
        record = rights.get(work)
        obligations.update(_owed((*owed, *screened.clauses), work, record, standing.grant))
    for work, screened, words in _screened(inputs, bundle, rights, holders, entities):
        findings.update(_screening_findings(screened, (work,) if work else (), words))
        obligations.update(_owed(screened.clauses, work, rights.get(work)))
    ordered = tuple(sorted(findings, key=_order))
    return Verdict(
        name=name,
        outcome=_OUTCOMES[ordered[0].severity] if ordered else Outcome.ALLOW,
        findings=ordered,
        obligations=tuple(sorted(obligations)),
        policy_revision=bundle.revision,
        inputs=inputs,
    )


def _works(inputs: Judgement, rights: Mapping[str, WorkRights]) -> list[Entity]:
    asked = {match.work for match in inputs.matches} | {hit.work for hit in inputs.term_hits}
    known = (rights[work] for work in sorted(asked & rights.keys()))
    return [facts.work_entity(record) for record in known if record.state is WorkState.REGISTERED]


def _matched(
    inputs: Judgement,
    bundle: PolicyBundle,
    rights: Mapping[str, WorkRights],
    entities: EntitySlice,
) -> Iterator[tuple[str, Standing, Decision, Mapping[str, str]]]:
    """Yield, by matched work, what the rights and what the screening policies say."""
    tenant = Uid("Tenant", inputs.tenant)
    certainties = facts.certainties(inputs)
    stand = standings(bundle, inputs, {work: rights.get(work) for work in certainties}, entities)
    shared = facts.screening_context(inputs)
    questions = [
        Request(
            tenant,
            "screen-match",
            stand[work].resource,
            shared
            | {
                "territory": inputs.territory,
                "denied": not stand[work].decision.allowed,
                "certainty": certainty,
            }
            | facts.title_context(rights.get(work)),
        )
        for work, certainty in certainties.items()
    ]
    screened = decide_each(bundle, questions, (one.entities for one in stand.values()))
    for (work, standing), screen in zip(stand.items(), screened, strict=True):
        words = facts.words_for_work(
            inputs, work, rights.get(work), standing.grant, certainty=certainties[work]
        )
        yield work, standing, screen, words


def _owed(
    clauses: Iterable[Clause], work: str, rights: WorkRights | None, grant: Grant | None = None
) -> Iterator[str]:
    """Yield what clauses that decided oblige to; ``work`` is empty where none is concerned."""
    territories = grant.territories if grant else rights.rights.territories if rights else ()
    for clause in clauses:
        if clause.obligation:
            yield obligation_text(clause.obligation, work, territories)


def _match_findings(
    work: str, standing: Standing, screened: Decision, words: Mapping[str, str]
) -> Iterator[Finding]:
    weights = _weighing(screened)
    severity = _severity(weights)
    if severity is None:
        return
    grounds = _grounds(standing.decision, screened, weights)
    licence = standing.licence if screened.allowed else ""
    reached = [c.explain(words) for c in weights if c.outcome == severity and c not in grounds]
    for clause in grounds:
        detail = " ".join([clause.explain(words), *reached])
        yield _finding(clause, severity, (work,), detail, licence)


def _grounds(used: Decision, screened: Decision, weights: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """Return the clauses that a match's findings are about."""
    if used.allowed and not screened.allowed:
        return weights  # screening refuses what the rights would allow
    grounds = used.clauses if used.clauses or used.errors else (NOT_GRANTED,)
    if used.errors or POLICY_ERROR in weights:
        return (*grounds, POLICY_ERROR)
    return grounds


def _screened(
    inputs: Judgement,
    bundle: PolicyBundle,
    rights: Mapping[str, WorkRights],
    holders: Mapping[str, HolderRights],
    entities: EntitySlice,
) -> Iterator[_Screened]:
    """Yield what the screening policies say of all but matches; the work is empty for none."""
    yield from _styles(inputs, bundle, rights, entities)
    yield from _terms(inputs, bundle, rights, holders, entities)
    yield from _signals(inputs, bundle, rights, entities)
    yield from _detectors(inputs, bundle, entities)


def _styles(
    inputs: Judgement,
    bundle: PolicyBundle,
    rights: Mapping[str, WorkRights],
    entities: EntitySlice,
) -> Iterator[_Screened]:
    works = facts.styled_works(inputs)
    tenant = Uid("Tenant", inputs.tenant)
    context = facts.screening_context(inputs)
    # A licence may release the style as well, and then it counts here, too.
    licensed = {work: record for work in works if (record := rights.get(work)) and record.licences}
    stand = standings(bundle, inputs, licensed, entities) if licensed else {}
    requests, places = [], []
    for work in works:
        standing = stand.get(work)
        resource = standing.resource if standing else facts.work_uid(work, rights.get(work))
        requests.append(Request(tenant, "screen-style", resource, context))
        places.append(standing.entities if standing else entities)
    for work, decision in zip(works, decide_each(bundle, requests, places), strict=True):
        yield work, decision, facts.words_for_work(inputs, work, rights.get(work))


def _terms(
    inputs: Judgement,
    bundle: PolicyBundle,
    rights: Mapping[str, WorkRights],
    holders: Mapping[str, HolderRights],
    entities: EntitySlice,
) -> Iterator[_Screened]:
    groups = facts.term_groups(inputs)
    tenant = Uid("Tenant", inputs.tenant)
    requests = [
        Request(
            tenant,
            "screen-term",
            facts.term_uid(hits[0], rights.get(hits[0].work)),
            facts.term_context(inputs, hits[0]),
        )
        for hits in groups
    ]
    decisions = bundle.decide_all(requests, entities)
    for hits, decision in zip(groups, decisions, strict=True):
        work, holder = hits[0].work, holders.get(hits[0].holder)
        yield work, decision, facts.words_for_term(inputs, hits, rights.get(work), holder)


def _signals(
    inputs: Judgement,
    bundle: PolicyBundle,
    rights: Mapping[str, WorkRights],
    entities: EntitySlice,
) -> Iterator[_Screened]:
    tenant, subject = Uid("Tenant", inputs.tenant), Uid("Input", _INPUT)
    lifted = released(bundle, inputs, rights, entities) if inputs.signals else frozenset()
    requests = [
        Request(tenant, "screen-signal", subject, signal_context(inputs, signal, lifted))
        for signal in inputs.signals
    ]
    decisions = bundle.decide_all(requests, entities)
    for signal, decision in zip(inputs.signals, decisions, strict=True):
        yield "", decision, words_for_signal(inputs, signal)


def _detectors(
    inputs: Judgement, bundle: PolicyBundle, entities: EntitySlice
) -> Iterator[_Screened]:
    names = facts.detector_names(inputs)
    context = facts.screening_context(inputs) | names
    tenant, subject = Uid("Tenant", inputs.tenant), Uid("Input", _INPUT)
    decision = bundle.decide(tenant, "screen-detectors", subject, context, entities)
    words = {state: ", ".join(found) for state, found in names.items() if state != "skipped"}
    yield "", decision, words


def _screening_findings(
    decision: Decision, works: tuple[str, ...], words: Mapping[str, str]
) -> Iterator[Finding]:
    for clause in _weighing(decision):
        severity = _severity((clause,))
        if severity is not None:
            yield _finding(clause, severity, works, clause.explain(words))


def _weighing(decision: Decision) -> tuple[Clause, ...]:
    """Return the clauses that give an outcome, and one of our own where there is no answer."""
    if decision.errors or not (decision.allowed or decision.clauses):
        return (*decision.clauses, POLICY_ERROR)
    return decision.clauses


def _severity(clauses: Iterable[Clause]) -> Severity | None:
    # A policy from outside the screening files that decides here has no outcome: it blocks.
    given = [Severity(c.outcome or Severity.BLOCK) for c in clauses if c.outcome != "NONE"]
    return max(given, key=_WEIGHT.__getitem__, default=None)


def _finding(
    clause: Clause, severity: Severity, works: tuple[str, ...], detail: str, licence: str = ""
) -> Finding:
    return Finding(clause.reason, severity, clause.id, clause.cites, works, detail, licence)


def _order(finding: Finding) -> tuple[int, str, str, tuple[str, ...], str]:
    weight = -_WEIGHT[finding.severity]
    return weight, finding.reason, finding.clause, finding.works, finding.detail
