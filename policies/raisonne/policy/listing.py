"""Which works may be used so? One answer for each work, or one condition for all of them.

``answers`` asks the policies about each work and is what counts. ``condition`` asks them once about
a work that they do not know yet, and returns what a catalogue can look up: far fewer works have to
be asked about then. It is a help and no decision, so each work that is found is asked about again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from raisonne.policy import facts
from raisonne.policy.cedar import Decision, Request, Uid
from raisonne.policy.clause import Clause
from raisonne.policy.condition import Condition, both, either, negated
from raisonne.policy.engine import PolicyBundle
from raisonne.policy.judge import NOT_GRANTED, POLICY_ERROR
from raisonne.policy.residuals import Translator
from raisonne.rights.statement import Use
from raisonne.rights.use_answer import Ground, UseAnswer
from raisonne.rights.verdict import Subject, WorkRights
from raisonne.rights.work import Work, WorkState

_ACTION = "use"


@dataclass(frozen=True, slots=True)
class UseQuestion:
    """A use that somebody has in mind.

    Attributes:
        tenant: On whose behalf.
        use: What works are wanted for.
        territory: ISO 3166-1 alpha-2, or ``*``.
        at: The time the rights are judged as of (UTC).
        subject: What is asked about.
    """

    tenant: str
    use: Use
    territory: str
    at: datetime
    subject: Subject = Subject.UPLOAD


def answers(
    bundle: PolicyBundle, question: UseQuestion, works: Sequence[Work]
) -> tuple[UseAnswer, ...]:
    """Ask the policies about each work, as a verdict on a match with it would.

    Args:
        bundle: The policies.
        question: The use.
        works: Works of the question's tenant, with different names.

    Returns:
        Answers in the order of the works.

    Raises:
        InputError: If a time has no time zone.
    """
    records = [_rights(work) for work in works]
    registered = [record for record in records if record.state is WorkState.REGISTERED]
    entities = bundle.slice(facts.work_entity(record) for record in registered)
    tenant, context = Uid("Tenant", question.tenant), facts.use_context(question)
    requests = [
        Request(tenant, _ACTION, facts.work_uid(record.work, record), context) for record in records
    ]
    decisions = bundle.decide_all(requests, entities)
    return tuple(
        UseAnswer(work, decision.allowed, _grounds(question, record, decision))
        for work, record, decision in zip(works, records, decisions, strict=True)
    )


def condition(bundle: PolicyBundle, question: UseQuestion, state: WorkState) -> Condition:
    """Return what the rights of a work in this state have to be like for the use to be allowed.

    Raises:
        UntranslatableError: If a policy asks for something that no such condition can say; then
            there is only ``answers``.
        PolicyError: If a policy raises an error; ``answers`` then denies.
        InputError: If ``question.at`` has no time zone.
    """
    tenant = Uid("Tenant", question.tenant)
    known = (Uid("Use", question.use), Uid("Subject", question.subject))
    left = bundle.residuals(tenant, _ACTION, facts.use_context(question), known)
    translate = Translator(
        resource_type=facts.work_type(state),
        has_rights=state is WorkState.REGISTERED,
    )
    effects: dict[str, list[Condition]] = {"permit": [], "forbid": []}
    for name in sorted(left):
        effects[left[name]["effect"]].append(translate.policy(left[name]))
    return both(either(*effects["permit"]), negated(either(*effects["forbid"])))


def _rights(work: Work) -> WorkRights:
    return WorkRights(
        work=work.name,
        tenant=work.tenant,
        title=work.title,
        holder=work.holder,
        state=work.state,
        revision=work.revision,
        rights=work.rights,
        source=work.source,
    )


def _grounds(question: UseQuestion, record: WorkRights, decision: Decision) -> tuple[Ground, ...]:
    words = facts.words_for_work(question, record.work, record)
    clauses = decision.clauses
    if decision.errors:
        clauses = (*clauses, POLICY_ERROR)
    return tuple(_ground(clause, clause.explain(words)) for clause in clauses or (NOT_GRANTED,))


def _ground(clause: Clause, detail: str) -> Ground:
    return Ground(clause.id, clause.reason, clause.cites, detail)
