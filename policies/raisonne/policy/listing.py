"""Which works may be used so? One answer for each work, or one condition for all of them.

``answers`` asks the policies about each work and is what counts. ``condition`` asks them once about
a work that they do not know yet, and returns what a catalogue can look up: far fewer works have to
be asked about then. It is a help and no decision, so each work that is found is asked about again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

from raisonne.policy import facts
from raisonne.policy.cedar import Uid
from raisonne.policy.clause import Clause
from raisonne.policy.condition import Condition, both, either, negated
from raisonne.policy.engine import PolicyBundle
from raisonne.policy.judge import NOT_GRANTED, POLICY_ERROR
from raisonne.policy.residuals import Translator
from raisonne.policy.standing import USE, Standing, standings
from raisonne.rights.recorded_licence import Grant
from raisonne.rights.reservation import ReservationInForce
from raisonne.rights.statement import Use
from raisonne.rights.use_answer import Ground, UseAnswer
from raisonne.rights.verdict import Subject, WorkRights
from raisonne.rights.work import Work, WorkState

Reservations: TypeAlias = Mapping[str, tuple[ReservationInForce, ...]]
"""Reservations of holders and collections, by name of the work."""
Licences: TypeAlias = Mapping[str, tuple[Grant, ...]]
"""What recorded licences grant, by name of the work."""


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
    bundle: PolicyBundle,
    question: UseQuestion,
    works: Sequence[Work],
    reservations: Reservations = MappingProxyType({}),
    licences: Licences = MappingProxyType({}),
) -> tuple[UseAnswer, ...]:
    """Ask the policies about each work, as a verdict on a match with it would.

    Args:
        bundle: The policies.
        question: The use.
        works: Works of the question's tenant, with different names.
        reservations: Those of their holders and collections that count then, by name of the work.
        licences: Those of the works that count at the question's time.

    Returns:
        Answers in the order of the works.

    Raises:
        InputError: If a time has no time zone.
    """
    records = {
        work.name: _rights(work, reservations.get(work.name, ()), licences.get(work.name, ()))
        for work in works
    }
    registered = [each for each in records.values() if each.state is WorkState.REGISTERED]
    entities = bundle.slice(facts.work_entity(record) for record in registered)
    stand = standings(bundle, question, records, entities)
    return tuple(
        UseAnswer(
            work,
            stand[work.name].decision.allowed,
            _grounds(question, records[work.name], stand[work.name]),
            stand[work.name].licence,
        )
        for work in works
    )


def condition(bundle: PolicyBundle, question: UseQuestion, state: WorkState) -> Condition:
    """Return what a work's own statement has to be like, in this state, for the use to be allowed.

    Raises:
        UntranslatableError: If a policy asks for something that no such condition can say; then
            there is only ``answers``.
        PolicyError: If a policy raises an error; ``answers`` then denies.
        InputError: If ``question.at`` has no time zone.
    """
    return _condition(
        bundle,
        question,
        Translator(facts.work_type(state), has_rights=state is WorkState.REGISTERED),
    )


def licence_condition(bundle: PolicyBundle, question: UseQuestion) -> Condition:
    """Return what the statement under a licence has to be like; see ``Grant.statement``.

    Raises:
        UntranslatableError: As of ``condition``.
        PolicyError: Likewise.
        InputError: Likewise.
    """
    registered = facts.work_type(WorkState.REGISTERED)
    return _condition(bundle, question, Translator(registered, has_rights=True, may_ask_fee=True))


def _condition(bundle: PolicyBundle, question: UseQuestion, translate: Translator) -> Condition:
    tenant = Uid("Tenant", question.tenant)
    known = (Uid("Use", question.use), Uid("Subject", question.subject))
    left = bundle.residuals(tenant, USE, facts.use_context(question), known)
    effects: dict[str, list[Condition]] = {"permit": [], "forbid": []}
    for name in sorted(left):
        effects[left[name]["effect"]].append(translate.policy(left[name]))
    return both(either(*effects["permit"]), negated(either(*effects["forbid"])))


def _rights(
    work: Work, reservations: tuple[ReservationInForce, ...], licences: tuple[Grant, ...]
) -> WorkRights:
    return WorkRights(
        work=work.name,
        tenant=work.tenant,
        title=work.title,
        holder=work.holder,
        state=work.state,
        revision=work.revision,
        rights=work.rights,
        source=work.source,
        reservations=reservations,
        licences=licences,
    )


def _grounds(question: UseQuestion, record: WorkRights, standing: Standing) -> tuple[Ground, ...]:
    words = facts.words_for_work(question, record.work, record, standing.grant)
    clauses = standing.decision.clauses
    if standing.decision.errors:
        clauses = (*clauses, POLICY_ERROR)
    return tuple(_ground(clause, clause.explain(words)) for clause in clauses or (NOT_GRANTED,))


def _ground(clause: Clause, detail: str) -> Ground:
    return Ground(clause.id, clause.reason, clause.cites, detail)
