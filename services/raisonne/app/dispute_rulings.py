"""Settling contested titles: upheld, rejected or taken back, by two people where that is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from raisonne.app.disputes import found_dispute, opened_words
from raisonne.app.events import event
from raisonne.app.ports import Clock, Transaction, Transactions
from raisonne.app.review import ALL_KINDS, MAX_NOTE_CHARACTERS
from raisonne.app.sealing import Envelope
from raisonne.app.title_changes import transfer_title
from raisonne.policy.access import authorise
from raisonne.policy.engine import Policies
from raisonne.rights.case import Case, CaseKind, CaseState, Decision, Ruling
from raisonne.rights.case_reason import RULINGS_OF, CaseReason
from raisonne.rights.dispute import DisputeState, TitleDispute
from raisonne.rights.errors import AccessError, ConflictError, InputError, StorageError
from raisonne.rights.ledger import LedgerAction
from raisonne.rights.principal import Permission, Principal

_REASONS = {
    DisputeState.UPHELD: CaseReason.TITLE_UPHELD,
    DisputeState.REJECTED: CaseReason.TITLE_REJECTED,
    DisputeState.WITHDRAWN: CaseReason.TITLE_WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class DisputeRulings:
    """Use case ``dispute:settle``.

    Attributes:
        second_reviewer: Kinds of cases whose rulings a second person confirms, or ``all``.
    """

    envelope: Envelope
    transactions: Transactions
    policies: Policies
    clock: Clock
    second_reviewer: frozenset[str] = frozenset()

    def settle(
        self,
        principal: Principal,
        name: str,
        outcome: DisputeState,
        note: str = "",
        *,
        effective_time: datetime | None = None,
    ) -> TitleDispute:
        """Settle a dispute, and with it the case by which people see it.

        If it is upheld, the work's record gets a version with the claimant as holder. Where a
        second person has to agree, the first call proposes and does nothing else; the same outcome
        by somebody else settles it.

        Args:
            principal: Who settles.
            name: ``disputes/{id}``.
            outcome: ``UPHELD``, ``REJECTED`` or ``WITHDRAWN``.
            note: Why.
            effective_time: From when on the claimant holds the title (UTC), past or future; from
                now on if None.

        Returns:
            The dispute; it is open still if a second person has to agree.

        Raises:
            AccessError: If the principal may not settle disputes, or proposed it themselves.
            InputError: If the note is too long, or the time is none or is not asked for.
            NotFoundError: If the tenant has no such dispute.
            ConflictError: If it is settled already, its case is leased to somebody else, another
                outcome is proposed, or the work is withdrawn.
        """
        authorise(self.policies, principal, Permission.DISPUTE_SETTLE, principal.tenant)
        _require(outcome, note, effective_time)
        now, tenant = self.clock.now(), principal.tenant
        with self.transactions.read() as transaction:
            dispute = found_dispute(transaction, tenant, name)
            payload = transaction.disputes.payload(tenant, name) or b""
        holder = ""
        if outcome is DisputeState.UPHELD:
            holder = opened_words(self.envelope, dispute, payload).claimant
        with self.transactions.write() as transaction:
            dispute = found_dispute(transaction, tenant, name)
            case = transaction.cases.get(tenant, dispute.case)
            if case is None:
                raise StorageError(f"{dispute.case} of {name} is missing.")
            if dispute.state is not DisputeState.OPEN:
                raise ConflictError(f"{name} is settled already.", metadata={"name": name})
            decision = _decision(case, outcome, note, principal.id, now)
            wanted = replace(dispute, effective_time=effective_time, note=note)
            if case.state is CaseState.PENDING_SECOND:
                wanted = _agreed(principal, case, dispute, decision, effective_time)
                transaction.cases.confirm(tenant, case.name, principal.id, now)
            elif self._needs_second():
                transaction.cases.decide(tenant, decision, proposed=True)
                return _propose(transaction, principal, wanted, outcome, now)
            else:
                transaction.cases.decide(tenant, decision)
            return _settle(transaction, principal, wanted, outcome, holder, now)

    def _needs_second(self) -> bool:
        return not self.second_reviewer.isdisjoint({ALL_KINDS, CaseKind.TITLE_DISPUTE.value})


def _require(outcome: DisputeState, note: str, effective_time: datetime | None) -> None:
    if outcome not in _REASONS:
        raise InputError(
            f"A dispute is settled as {', '.join(_REASONS)}.", metadata={"field": "outcome"}
        )
    if len(note) > MAX_NOTE_CHARACTERS:
        raise InputError(
            f"The note has {len(note):,} characters; at most {MAX_NOTE_CHARACTERS:,} fit.",
            metadata={"field": "note"},
        )
    if effective_time is None:
        return
    if outcome is not DisputeState.UPHELD:
        raise InputError(
            "Only an upheld dispute transfers the title from a time on.",
            metadata={"field": "effective_time"},
        )
    if effective_time.tzinfo is None:
        raise InputError("A time needs a time zone.", metadata={"field": "effective_time"})


def _decision(
    case: Case, outcome: DisputeState, note: str, principal: str, now: datetime
) -> Decision:
    reason = _REASONS[outcome]
    (ruling,) = RULINGS_OF[reason]
    return Decision(case.name, "", Ruling(ruling), reason.value, note, principal, now)


def _agreed(
    principal: Principal,
    case: Case,
    dispute: TitleDispute,
    decision: Decision,
    effective_time: datetime | None,
) -> TitleDispute:
    """Return what was proposed, if the second person says the same.

    Raises:
        AccessError: If it is the first person.
        ConflictError: If it is not the same.
    """
    proposed = case.decision
    if proposed is None or proposed.decided_by == principal.id:
        raise AccessError(
            f"{principal.id} proposed the outcome of {dispute.name}; somebody else has to agree.",
            metadata={
                "permission": Permission.DISPUTE_SETTLE,
                "clauses": "",
                "principal": principal.id,
            },
        )
    same_time = effective_time in {None, dispute.effective_time}
    if proposed.reason != decision.reason or not same_time:
        raise ConflictError(
            f"Another outcome of {dispute.name} is proposed: {proposed.reason}. Disagree with it "
            f"first (review confirm {case.name} --disagree).",
            metadata={"name": dispute.name},
        )
    return dispute


def _propose(
    transaction: Transaction,
    principal: Principal,
    dispute: TitleDispute,
    outcome: DisputeState,
    now: datetime,
) -> TitleDispute:
    transaction.disputes.update(dispute)
    proposed, details = LedgerAction.DISPUTE_PROPOSED, {"outcome": outcome.value}
    transaction.outbox.append(event(principal, proposed, dispute.name, now, details=details))
    return dispute


def _settle(
    transaction: Transaction,
    principal: Principal,
    dispute: TitleDispute,
    outcome: DisputeState,
    holder: str,
    now: datetime,
) -> TitleDispute:
    version = 0
    if outcome is DisputeState.UPHELD:
        since, why = dispute.effective_time or now, f"{dispute.name} upheld"
        version = transfer_title(
            transaction, principal, dispute.work, holder, now, since, why
        ).revision
    settled = replace(
        dispute,
        state=outcome,
        settle_time=now,
        settled_by=principal.id,
        effective_time=(dispute.effective_time or now) if version else None,
        version=version,
    )
    transaction.disputes.update(settled)
    details = {
        "outcome": outcome.value,
        "work": dispute.work,
        "case": dispute.case,
        "version": str(version),
    }
    transaction.outbox.append(
        event(principal, LedgerAction.DISPUTE_SETTLED, dispute.name, now, details=details)
    )
    return settled
