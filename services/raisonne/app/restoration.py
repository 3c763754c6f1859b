"""Undoing what a ruling took down, within one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from raisonne.app.events import event
from raisonne.app.ports import Transaction
from raisonne.app.work_records import restore_work, withdraw_work
from raisonne.rights.case import Case, CaseState, Ruling
from raisonne.rights.errors import ConflictError
from raisonne.rights.generation import GenerationState
from raisonne.rights.ledger import LedgerAction
from raisonne.rights.principal import Principal
from raisonne.rights.work import WorkState


def restore(
    transaction: Transaction,
    principal: Principal,
    case: Case,
    now: datetime,
    why: str,
) -> None:
    """Make available again what a case's ruling took down, and end its stay-down entry.

    Args:
        transaction: That it belongs to.
        principal: Who restores.
        case: A decided one that refused.
        now: UTC.
        why: What allows it: a counter-notice, a retracted notice or an appeal, by name.

    Raises:
        ConflictError: If it took nothing down, was restored before, or another ruling stands that
            took down the same.
    """
    _require_alone(transaction, case)
    note = f"{case.name}: {why}"
    if case.stay_down:
        entry = transaction.works.get(case.tenant, case.stay_down)
        # Before the work itself: the same bytes are registered once.
        if entry is not None and entry.state is WorkState.REGISTERED:
            withdraw_work(transaction, principal, case.stay_down, now, note)
    if case.work:
        if not took_down(transaction, case):
            raise ConflictError(
                f"{case.work} was withdrawn otherwise than by {case.name}.",
                metadata={"name": case.work},
            )
        restore_work(transaction, principal, case.work, now, note)
    if case.generation:
        _release_again(transaction, case)
    transaction.cases.restored(case.tenant, case.name, now)
    details = {
        "why": why,
        "notice": case.notice,
        "generation": case.generation,
        "work": case.work,
        "stay_down": case.stay_down,
    }
    restored = LedgerAction.CONTENT_RESTORED
    transaction.outbox.append(event(principal, restored, case.name, now, details=details))


def _require_alone(transaction: Transaction, case: Case) -> None:
    target = case.generation or case.work
    if not target or case.decision is None or case.decision.ruling is not Ruling.REFUSE:
        raise ConflictError(f"{case.name} took nothing down.", metadata={"name": case.name})
    if case.restore_time is not None:
        raise ConflictError(
            f"What {case.name} took down is restored already.", metadata={"name": case.name}
        )
    for other in standing_refusals(transaction, case):
        raise ConflictError(
            f"{other.name} took {target} down as well, and that ruling stands.",
            metadata={"name": other.name},
        )


def standing_refusals(transaction: Transaction, case: Case) -> list[Case]:
    """Return the other cases that refused the same and were not undone."""
    cases = transaction.cases
    others = (
        cases.of_generation(case.tenant, case.generation)
        if case.generation
        else cases.of_work(case.tenant, case.work)
    )
    return [
        other
        for other in others
        if other.name != case.name
        and other.state is CaseState.DECIDED
        and other.decision is not None
        and other.decision.ruling is Ruling.REFUSE
        and other.restore_time is None
    ]


def took_down(transaction: Transaction, case: Case) -> bool:
    """Return whether a work is withdrawn by a case, and not by its registrant before that."""
    versions = transaction.works.versions(case.tenant, case.work)
    last = max(versions, key=lambda one: one.work.revision)
    return last.work.state is WorkState.WITHDRAWN and last.note.startswith(f"{case.name}:")


def _release_again(transaction: Transaction, case: Case) -> None:
    generation = transaction.generations.get(case.tenant, case.generation)
    if generation is None or generation.state is not GenerationState.RECALLED:
        raise ConflictError(
            f"{case.generation} is not recalled.", metadata={"name": case.generation}
        )
    released = replace(generation, state=GenerationState.RELEASED)
    transaction.generations.decide(released, GenerationState.RECALLED)
