"""Working on cases: who looks at which one, and taking a ruling back at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from raisonne.app.events import event
from raisonne.app.ports import Clock, Transaction, Transactions
from raisonne.app.restoration import restore, standing_refusals, took_down
from raisonne.policy.access import authorise
from raisonne.policy.engine import Policies
from raisonne.rights.case import Case, CaseState, Ruling
from raisonne.rights.errors import AccessError, ConflictError, InputError, NotFoundError
from raisonne.rights.generation import GenerationState
from raisonne.rights.ledger import LedgerAction
from raisonne.rights.principal import Permission, Principal

DEFAULT_LEASE = timedelta(minutes=30)
"""How long a case stays with whoever claims it."""
MAX_LEASE = timedelta(hours=24)
"""Longest lease."""


@dataclass(frozen=True, slots=True)
class CaseWork:
    """Use cases of reviewers who share a queue.

    Attributes:
        undo_window: How long a ruling can be taken back.
    """

    transactions: Transactions
    policies: Policies
    clock: Clock
    undo_window: timedelta

    def claim(self, principal: Principal, name: str, lease: timedelta = DEFAULT_LEASE) -> Case:
        """Lease an open case: until it ends, nobody else can decide it. Again extends it.

        Raises:
            AccessError: If the principal may not decide cases.
            InputError: If the lease is not between a second and a day.
            NotFoundError: If the tenant has no such case.
            ConflictError: If it is not open, or leased to somebody else.
        """
        authorise(self.policies, principal, Permission.CASE_DECIDE, principal.tenant)
        if not timedelta(seconds=1) <= lease <= MAX_LEASE:
            raise InputError("A lease lasts from a second to a day.", metadata={"field": "lease"})
        now = self.clock.now()
        details = {"lease_until": (now + lease).isoformat()}
        with self.transactions.write() as transaction:
            transaction.cases.claim(principal.tenant, name, principal.id, now, now + lease)
            claimed = LedgerAction.CASE_CLAIMED
            transaction.outbox.append(event(principal, claimed, name, now, details=details))
            return _case(transaction, principal.tenant, name)

    def release(self, principal: Principal, name: str) -> Case:
        """End one's own lease of a case.

        Raises:
            AccessError: If the principal may not decide cases.
            NotFoundError: If the tenant has no such case.
            ConflictError: If it is not leased to them.
        """
        authorise(self.policies, principal, Permission.CASE_DECIDE, principal.tenant)
        now = self.clock.now()
        with self.transactions.write() as transaction:
            transaction.cases.release(principal.tenant, name, principal.id)
            transaction.outbox.append(event(principal, LedgerAction.CASE_RELEASED, name, now))
            return _case(transaction, principal.tenant, name)

    def undo(self, principal: Principal, name: str) -> Case:
        """Take one's own ruling back shortly after it was made; the case is open again.

        What it recalled or withdrew is available again. The ledger keeps the ruling and that it
        was taken back.

        Raises:
            AccessError: If the principal may not decide cases, or did not decide this one.
            NotFoundError: If the tenant has no such case.
            ConflictError: If it is not decided, the time is over, something was released by it, or
                it was contested or restored meanwhile.
        """
        authorise(self.policies, principal, Permission.CASE_DECIDE, principal.tenant)
        now, tenant = self.clock.now(), principal.tenant
        with self.transactions.write() as transaction:
            case = _case(transaction, tenant, name)
            decision = case.decision
            if case.state is not CaseState.DECIDED or decision is None:
                raise ConflictError(f"{name} is not decided.", metadata={"name": name})
            if principal.id not in {decision.decided_by, case.confirmed_by}:
                raise AccessError(
                    f"{name} was decided by somebody else.",
                    metadata={"permission": Permission.CASE_DECIDE, "clauses": ""},
                )
            self._require_undoable(transaction, case, now)
            if decision.ruling is Ruling.REFUSE:
                _make_available(transaction, principal, case, now)
            transaction.cases.reopen(tenant, name, CaseState.DECIDED)
            details = {"ruling": decision.ruling.value, "reason": decision.reason}
            undone = LedgerAction.CASE_UNDONE
            transaction.outbox.append(event(principal, undone, name, now, details=details))
            return _case(transaction, tenant, name)

    def _require_undoable(self, transaction: Transaction, case: Case, now: datetime) -> None:
        decision, refusal = case.decision, ""
        effective = case.confirm_time or (decision.decide_time if decision else now)
        if now - effective > self.undo_window:
            minutes = self.undo_window.total_seconds() / 60
            refusal = f"{case.name} can be undone for {minutes:g} minutes, which are over."
        elif case.dispute:
            refusal = f"{case.dispute} is settled; whoever disagrees contests the title anew."
        elif case.restore_time is not None:
            refusal = f"What {case.name} took down is restored."
        elif transaction.cases.appeals_of(case.tenant, case.name):
            refusal = f"{case.name} is contested; the appeal decides."
        elif transaction.counter_notices.of_case(case.tenant, case.name) is not None:
            refusal = f"{case.name} has a counter-notice."
        elif _released(transaction, case):
            refusal = f"{case.name} released something, which somebody may have by now."
        if refusal:
            raise ConflictError(refusal, metadata={"name": case.name})


def _released(transaction: Transaction, case: Case) -> bool:
    """Return whether a ruling has made something available."""
    if case.decision is None or case.decision.ruling is Ruling.REFUSE:
        return False
    if case.appeals:
        appealed = transaction.cases.get(case.tenant, case.appeals)
        return appealed is not None and appealed.restore_time is not None
    generation = transaction.generations.get(case.tenant, case.generation)
    # A case about the verdict that held an artwork has released it if it is released.
    return (
        generation is not None
        and generation.verdict == case.verdict
        and generation.state is GenerationState.RELEASED
    )


def _make_available(
    transaction: Transaction, principal: Principal, case: Case, now: datetime
) -> None:
    if not (case.generation or case.work) or standing_refusals(transaction, case):
        return
    generation = transaction.generations.get(case.tenant, case.generation)
    if generation is not None and generation.state is GenerationState.BLOCKED:
        held = replace(generation, state=GenerationState.HELD)
        transaction.generations.decide(held, GenerationState.BLOCKED)
    elif generation is not None or took_down(transaction, case):
        restore(transaction, principal, case, now, f"{case.name} undone")


def _case(transaction: Transaction, tenant: str, name: str) -> Case:
    case = transaction.cases.get(tenant, name)
    if case is None:
        raise NotFoundError(f"There is no case {name!r}.", metadata={"name": name})
    return case
