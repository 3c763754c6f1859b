"""Appeals and statements of reasons: what people whose content is restricted are owed."""

from __future__ import annotations

from dataclasses import dataclass

from raisonne.app.events import event
from raisonne.app.ids import new_name
from raisonne.app.notice_words import NOTICE_PURPOSE
from raisonne.app.ports import Clock, Transaction, Transactions
from raisonne.app.sealing import Envelope, SealContext, pack, unpack
from raisonne.policy.access import authorise
from raisonne.policy.engine import Policies
from raisonne.rights.case import Case, CaseKind, CaseState
from raisonne.rights.errors import ConflictError, InputError, NotFoundError
from raisonne.rights.ledger import LedgerAction
from raisonne.rights.principal import Permission, Principal
from raisonne.rights.statement_of_reasons import (
    StatementOfReasons,
    complaint_until,
    statement_of_reasons,
)

MAX_GROUNDS_CHARACTERS = 20_000
"""Longest text of an appeal."""


@dataclass(frozen=True, slots=True)
class Appeals:
    """Use cases ``case:appeal``, and the statement of reasons of a ruling."""

    envelope: Envelope
    transactions: Transactions
    policies: Policies
    clock: Clock

    def file(self, principal: Principal, name: str, grounds: str) -> Case:
        """Contest a ruling; another person than the one who decided it will decide.

        Args:
            principal: Who contests it.
            name: ``cases/{id}`` that is decided.
            grounds: Why, in their words; sealed, as they are personal data.

        Raises:
            AccessError: If the principal may not appeal.
            InputError: If the grounds are empty or too long.
            NotFoundError: If the tenant has no such case.
            ConflictError: If it is open, an appeal itself, was contested before, was restored, or
                six months have passed.
        """
        authorise(self.policies, principal, Permission.CASE_APPEAL, principal.tenant)
        if not grounds.strip() or len(grounds) > MAX_GROUNDS_CHARACTERS:
            raise InputError(
                f"An appeal says why, in 1 to {MAX_GROUNDS_CHARACTERS:,} characters.",
                metadata={"field": "reason"},
            )
        now, tenant, appeal = self.clock.now(), principal.tenant, new_name("cases")
        context = SealContext(tenant, NOTICE_PURPOSE, appeal)
        payload = pack(self.envelope.seal(context, grounds.encode()))
        with self.transactions.write() as transaction:
            contested = _contestable(transaction, tenant, name)
            decided = contested.decision
            if decided is None or now > complaint_until(decided.decide_time):
                raise ConflictError(f"The time to contest {name} is over.", metadata={"name": name})
            case = Case(
                name=appeal,
                tenant=tenant,
                verdict=contested.verdict,
                generation=contested.generation,
                state=CaseState.OPEN,
                decision=None,
                create_time=now,
                kind=CaseKind.APPEAL,
                notice=contested.notice,
                work=contested.work,
                unjudged=contested.unjudged,
                appeals=name,
            )
            transaction.cases.add(case, payload)
            details = {"appeals": name}
            transaction.outbox.append(
                event(principal, LedgerAction.CASE_APPEALED, appeal, now, details=details)
            )
        return case

    def grounds(self, principal: Principal, name: str) -> str:
        """Return why a ruling is contested, in the words of who contests it.

        Raises:
            AccessError: If the principal may not read cases.
            NotFoundError: If the tenant has no such appeal.
        """
        authorise(self.policies, principal, Permission.CASE_READ, principal.tenant)
        with self.transactions.read() as transaction:
            payload = transaction.cases.grounds(principal.tenant, name)
        if payload is None:
            raise NotFoundError(f"There is no appeal {name!r}.", metadata={"name": name})
        context = SealContext(principal.tenant, NOTICE_PURPOSE, name)
        return self.envelope.open(context, unpack(payload)).decode()

    def reasons(self, principal: Principal, name: str) -> StatementOfReasons:
        """Return the statement of reasons of a ruling that restricts content.

        Raises:
            AccessError: If the principal may not read cases.
            NotFoundError: If the tenant has no such case.
            ConflictError: If it is open, or restricts nothing.
        """
        authorise(self.policies, principal, Permission.CASE_READ, principal.tenant)
        tenant = principal.tenant
        with self.transactions.read() as transaction:
            case = _case(transaction, tenant, name)
            verdict = transaction.verdicts.get(tenant, case.verdict) if case.verdict else None
            notice = transaction.notices.get(tenant, case.notice) if case.notice else None
            counter = transaction.counter_notices.of_case(tenant, name)
            generation = transaction.generations.get(tenant, case.generation)
        # A held artwork's case is about the verdict that held it; later cases are about later ones.
        recalled = generation is not None and generation.verdict != case.verdict
        try:
            return statement_of_reasons(case, verdict, notice, counter, recalled=recalled)
        except ValueError as error:
            raise ConflictError(f"{error}.", metadata={"name": name}) from error


def _case(transaction: Transaction, tenant: str, name: str) -> Case:
    case = transaction.cases.get(tenant, name)
    if case is None:
        raise NotFoundError(f"There is no case {name!r}.", metadata={"name": name})
    return case


def _contestable(transaction: Transaction, tenant: str, name: str) -> Case:
    case = _case(transaction, tenant, name)
    refusal = ""
    if case.state is not CaseState.DECIDED:
        refusal = f"{name} is not decided yet."
    elif case.dispute:
        refusal = f"{case.dispute} is settled; whoever disagrees contests the title anew."
    elif case.appeals:
        refusal = f"{name} is an appeal itself; its ruling is final here."
    elif case.restore_time is not None:
        refusal = f"What {name} took down is restored."
    elif transaction.cases.appeals_of(tenant, name):
        refusal = f"{name} is contested already."
    if refusal:
        raise ConflictError(refusal, metadata={"name": name})
    return case
