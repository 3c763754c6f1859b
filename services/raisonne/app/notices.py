"""Notices against content: received, told what they lack, and turned into cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from raisonne.app.events import event, verdict_details
from raisonne.app.ids import new_name
from raisonne.app.notice_targets import NoticeTargets, Target
from raisonne.app.notice_words import SealedWords, open_words, require_bounded, seal_words
from raisonne.app.ports import Clock, Transaction, Transactions
from raisonne.app.sealing import Envelope
from raisonne.app.territories import normal_territory
from raisonne.policy.access import authorise
from raisonne.policy.engine import Policies, PolicyBundle
from raisonne.rights.case import Case, CaseKind, CaseState
from raisonne.rights.errors import ConflictError, InputError, NotFoundError
from raisonne.rights.ledger import LedgerAction, LedgerEvent
from raisonne.rights.notice import (
    Notice,
    NoticeBasis,
    NoticeEvent,
    NoticeState,
    NoticeWords,
    is_complete,
    missing_fields,
)
from raisonne.rights.principal import Permission, Principal
from raisonne.rights.statement import WORLD
from raisonne.rights.verdict import Verdict

MAX_TARGETS = 50
"""Most things that one notice is against; each is judged anew while the notifier waits."""


@dataclass(frozen=True, slots=True)
class Filing:
    """A notice as it comes in.

    Attributes:
        words: What the notifier wrote.
        basis: What they say is infringed.
        targets: ``generations/{id}``, ``assets/{id}`` or ``works/{id}``.
        work: ``works/{id}`` of the complainant, if it is registered here; else empty.
        territory: Where the right exists: ISO 3166-1 alpha-2, or ``*``.
    """

    words: NoticeWords
    basis: NoticeBasis = NoticeBasis.COPYRIGHT
    targets: tuple[str, ...] = ()
    work: str = ""
    territory: str = WORLD


@dataclass(frozen=True, slots=True)
class NoticeFile:
    """A notice with what was written and what it led to.

    Attributes:
        notice: The record.
        words: What the notifier wrote.
        cases: Those that it opened.
    """

    notice: Notice
    words: NoticeWords
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Notices:
    """Use cases ``notice:*``, but for what happens after a ruling."""

    targets: NoticeTargets
    envelope: Envelope
    transactions: Transactions
    policies: Policies
    clock: Clock

    def file(self, principal: Principal, filing: Filing) -> NoticeFile:
        """Receive a notice; a complete one opens a case on each thing that it is against.

        One that lacks fields is kept as ``INCOMPLETE`` and opens none; it says what is missing.

        Args:
            principal: Who enters it.
            filing: As it came in.

        Raises:
            AccessError: If the principal may not file notices.
            InputError: If a text is too long, or there are too many targets; nothing is stored.
            NotFoundError: If a target or the work does not exist here; nothing is stored.
            ConflictError: If a target is not available to anybody anyway; nothing is stored.
        """
        bundle = self.policies.current()
        authorise(bundle, principal, Permission.NOTICE_CREATE, principal.tenant)
        require_bounded(filing.words)
        targets = self._resolve(principal.tenant, filing)
        now, name = self.clock.now(), new_name("notices")
        named = tuple(target.name for target in targets)
        missing = missing_fields(filing.words, filing.basis, named, filing.work)
        complete = is_complete(missing)
        sealed = seal_words(self.envelope, principal.tenant, name, filing.words)
        notice = Notice(
            name=name,
            tenant=principal.tenant,
            state=NoticeState.COMPLETE if complete else NoticeState.INCOMPLETE,
            basis=filing.basis,
            territory=normal_territory(filing.territory),
            targets=named,
            work=filing.work,
            missing=missing,
            sha256=sealed.sha256,
            receive_time=now,
            filed_by=principal.id,
        )
        judged = targets if complete else ()
        opened = [self._open(notice, target, bundle, now) for target in judged]
        cases = tuple(case for case, _ in opened)
        with self.transactions.write() as transaction:
            transaction.notices.add(notice, sealed.payload)
            for case, verdict in opened:
                _write(transaction, principal, case, verdict)
            transaction.outbox.append(_received(principal, notice, cases))
        return NoticeFile(notice, filing.words, cases)

    def list(
        self, principal: Principal, *, limit: int, after: str = "", state: NoticeState | None = None
    ) -> Sequence[Notice]:
        """Return notices in the order in which they were received, without what was written.

        Raises:
            AccessError: If the principal may not read notices.
        """
        authorise(self.policies, principal, Permission.NOTICE_READ, principal.tenant)
        with self.transactions.read() as transaction:
            return transaction.notices.list(principal.tenant, limit=limit, after=after, state=state)

    def get(self, principal: Principal, name: str) -> NoticeFile:
        """Return a notice with what was written and its cases.

        Raises:
            AccessError: If the principal may not read notices.
            NotFoundError: If the tenant has no such notice.
            KeyUnavailableError: If the tenant's key for notices was shredded.
        """
        authorise(self.policies, principal, Permission.NOTICE_READ, principal.tenant)
        with self.transactions.read() as transaction:
            notice = _found(transaction, principal.tenant, name)
            payload = transaction.notices.payload(principal.tenant, name) or b""
            cases = tuple(transaction.cases.of_notice(principal.tenant, name))
        sealed = SealedWords(payload, notice.sha256)
        words = open_words(self.envelope, principal.tenant, name, sealed, NoticeWords)
        return NoticeFile(notice, words, cases)

    def declare(self, principal: Principal, name: str, what: NoticeEvent) -> Notice:
        """Record that a notifier took a notice back, or went to court over it.

        After the first, what it took down can be restored at once; after the second, not by a
        counter-notice. Open cases stay open: they are for people.

        Raises:
            AccessError: If the principal may not decide notices.
            NotFoundError: If the tenant has no such notice.
            ConflictError: If that is recorded already.
        """
        authorise(self.policies, principal, Permission.NOTICE_DECIDE, principal.tenant)
        now = self.clock.now()
        with self.transactions.write() as transaction:
            was = _found(transaction, principal.tenant, name)
            notice = _declared(was, what, now)
            transaction.notices.update(notice, was)
            transaction.outbox.append(
                event(
                    principal, LedgerAction.NOTICE_UPDATED, name, now, details={"event": what.value}
                )
            )
        return notice

    def _resolve(self, tenant: str, filing: Filing) -> tuple[Target, ...]:
        if len(filing.targets) > MAX_TARGETS:
            raise InputError(
                f"A notice can be against {MAX_TARGETS} things, not {len(filing.targets):,}.",
                metadata={"field": "targets"},
            )
        if filing.work:
            with self.transactions.read() as transaction:
                if transaction.works.get(tenant, filing.work) is None:
                    raise NotFoundError(
                        f"There is no work {filing.work!r}.", metadata={"name": filing.work}
                    )
        # The same thing may be named twice, as an artwork and as its file.
        found = {(one := self.targets.find(tenant, name)).name: one for name in filing.targets}
        return tuple(found.values())

    def _open(
        self, notice: Notice, target: Target, bundle: PolicyBundle, now: datetime
    ) -> tuple[Case, Verdict | None]:
        judged = self.targets.judge(target, notice.territory, bundle)
        case = Case(
            name=new_name("cases"),
            tenant=notice.tenant,
            verdict=judged.verdict.name if judged.verdict else "",
            generation=target.generation,
            state=CaseState.OPEN,
            decision=None,
            create_time=now,
            kind=CaseKind.NOTICE,
            notice=notice.name,
            work=target.work,
            unjudged=judged.why_not,
        )
        return case, judged.verdict


def _write(
    transaction: Transaction, principal: Principal, case: Case, verdict: Verdict | None
) -> None:
    if verdict is not None:
        transaction.verdicts.add(verdict)
        transaction.outbox.append(
            event(
                principal,
                LedgerAction.ASSET_CHECKED,
                verdict.name,
                case.create_time,
                sha256=verdict.inputs.sha256,
                details=verdict_details(verdict),
            )
        )
    transaction.cases.add(case)


def _received(principal: Principal, notice: Notice, cases: tuple[Case, ...]) -> LedgerEvent:
    missing = (f"{regime.value}:{'+'.join(each)}" for regime, each in notice.missing.items())
    details = {
        "state": notice.state.value,
        "basis": notice.basis.value,
        "territory": notice.territory,
        "targets": ",".join(notice.targets),
        "work": notice.work,
        "missing": ",".join(missing),
        "words_sha256": notice.sha256,
        "cases": ",".join(case.name for case in cases),
    }
    received, when = LedgerAction.NOTICE_RECEIVED, notice.receive_time
    return event(principal, received, notice.name, when, details=details)


def _found(transaction: Transaction, tenant: str, name: str) -> Notice:
    notice = transaction.notices.get(tenant, name)
    if notice is None:
        raise NotFoundError(f"There is no notice {name!r}.", metadata={"name": name})
    return notice


def _declared(notice: Notice, what: NoticeEvent, now: datetime) -> Notice:
    retracted = what is NoticeEvent.RETRACTED
    if (notice.retract_time if retracted else notice.court_action_time) is not None:
        raise ConflictError(
            f"That is recorded of {notice.name} already.", metadata={"name": notice.name}
        )
    if retracted:
        return replace(notice, state=NoticeState.RETRACTED, retract_time=now)
    return replace(notice, court_action_time=now)
