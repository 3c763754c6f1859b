"""Counter-notices: received, given their time, and what was taken down restored by them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from raisonne.app.events import event
from raisonne.app.ids import new_name
from raisonne.app.notice_words import SealedWords, open_words, require_bounded, seal_words
from raisonne.app.ports import Clock, Transaction, Transactions
from raisonne.app.restoration import restore
from raisonne.app.sealing import Envelope
from raisonne.policy.access import authorise
from raisonne.policy.engine import Policies
from raisonne.rights.case import Case, Ruling
from raisonne.rights.errors import ConflictError, InputError, NotFoundError, StorageError
from raisonne.rights.ledger import LedgerAction
from raisonne.rights.notice import (
    CounterNotice,
    CounterWords,
    Notice,
    missing_counter_fields,
    restore_window,
)
from raisonne.rights.principal import Permission, Principal


@dataclass(frozen=True, slots=True)
class CounterFile:
    """A counter-notice with what was written.

    Attributes:
        counter: The record.
        words: As given.
    """

    counter: CounterNotice
    words: CounterWords


@dataclass(frozen=True, slots=True)
class CounterNotices:
    """Use cases of those whose content a notice took down."""

    envelope: Envelope
    transactions: Transactions
    policies: Policies
    clock: Clock

    def file(self, principal: Principal, case: str, words: CounterWords) -> CounterNotice:
        """Receive a counter-notice; the time until its content is restored begins.

        Args:
            principal: Who enters it.
            case: ``cases/{id}`` that took the content down.
            words: What its sender wrote.

        Raises:
            AccessError: If the principal may not file notices.
            InputError: If it lacks a field of 512(g)(3); ``metadata["missing"]`` names all. Nothing
                is stored.
            NotFoundError: If the tenant has no such case.
            ConflictError: If no notice took anything down by it, it is restored already, or it has
                a counter-notice.
        """
        authorise(self.policies, principal, Permission.NOTICE_CREATE, principal.tenant)
        require_bounded(words)
        missing = missing_counter_fields(words)
        if missing:
            raise InputError(
                f"The counter-notice lacks {', '.join(missing)}.",
                metadata={"missing": ",".join(missing)},
            )
        now, name, tenant = self.clock.now(), new_name("counterNotices"), principal.tenant
        sealed = seal_words(self.envelope, tenant, name, words)
        since, until = restore_window(now)
        with self.transactions.write() as transaction:
            contested = _taken_down(transaction, tenant, case)
            if transaction.counter_notices.of_case(tenant, case) is not None:
                raise ConflictError(f"{case} has a counter-notice.", metadata={"name": case})
            counter = CounterNotice(
                name=name,
                tenant=tenant,
                case=case,
                notice=contested.notice,
                sha256=sealed.sha256,
                receive_time=now,
                restore_from=since,
                restore_until=until,
                filed_by=principal.id,
            )
            transaction.counter_notices.add(counter, sealed.payload)
            received = LedgerAction.COUNTER_NOTICE_RECEIVED
            details = {
                "case": case,
                "notice": contested.notice,
                "words_sha256": sealed.sha256,
                "restore_from": since.isoformat(),
                "restore_until": until.isoformat(),
            }
            transaction.outbox.append(event(principal, received, name, now, details=details))
        return counter

    def get(self, principal: Principal, case: str) -> CounterFile:
        """Return the counter-notice that contests a case, with what was written.

        Raises:
            AccessError: If the principal may not read notices.
            NotFoundError: If there is none.
        """
        authorise(self.policies, principal, Permission.NOTICE_READ, principal.tenant)
        with self.transactions.read() as transaction:
            counter = transaction.counter_notices.of_case(principal.tenant, case)
            payload = transaction.counter_notices.payload(principal.tenant, case)
        if counter is None or payload is None:
            raise NotFoundError(f"{case} has no counter-notice.", metadata={"name": case})
        sealed = SealedWords(payload, counter.sha256)
        words = open_words(self.envelope, counter.tenant, counter.name, sealed, CounterWords)
        return CounterFile(counter, words)

    def restore(self, principal: Principal, case: str) -> Case:
        """Make available again what a notice took down.

        Allowed once the notice was retracted, or from the tenth business day after a counter-notice
        on, unless the notifier went to court.

        Raises:
            AccessError: If the principal may not decide notices.
            NotFoundError: If the tenant has no such case.
            ConflictError: If it is too early or not allowed; the message says what is to be waited
                for. Also if it is restored already, or the work's file was erased.
        """
        authorise(self.policies, principal, Permission.NOTICE_DECIDE, principal.tenant)
        now, tenant = self.clock.now(), principal.tenant
        with self.transactions.write() as transaction:
            taken = _taken_down(transaction, tenant, case)
            notice = transaction.notices.get(tenant, taken.notice)
            if notice is None:
                raise StorageError(f"{taken.notice} of {case} is missing.")
            counter = transaction.counter_notices.of_case(tenant, case)
            why = _allowed(notice, counter, case, now)
            restore(transaction, principal, taken, now, why)
            restored = transaction.cases.get(tenant, case)
        return restored or taken


def _taken_down(transaction: Transaction, tenant: str, name: str) -> Case:
    case = transaction.cases.get(tenant, name)
    if case is None:
        raise NotFoundError(f"There is no case {name!r}.", metadata={"name": name})
    refused = case.decision is not None and case.decision.ruling is Ruling.REFUSE
    if not case.notice or not refused:
        raise ConflictError(f"No notice took anything down by {name}.", metadata={"name": name})
    if case.restore_time is not None:
        raise ConflictError(f"What {name} took down is restored.", metadata={"name": name})
    return case


def _allowed(notice: Notice, counter: CounterNotice | None, case: str, now: datetime) -> str:
    """Return what allows a restoration, or refuse it."""
    if notice.retract_time is not None:
        return f"{notice.name} was retracted"
    if counter is None:
        raise ConflictError(
            f"{case} has no counter-notice, and {notice.name} stands.", metadata={"name": case}
        )
    if notice.court_action_time is not None:
        raise ConflictError(
            f"The notifier of {notice.name} went to court; what it took down stays down.",
            metadata={"name": notice.name},
        )
    if now < counter.restore_from:
        raise ConflictError(
            f"{counter.name} allows that from {counter.restore_from:%Y-%m-%d %H:%M}Z on.",
            metadata={"restore_from": counter.restore_from.isoformat()},
        )
    late = " (late)" if now > counter.restore_until else ""
    return f"{counter.name}{late}"
