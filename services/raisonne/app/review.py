"""What people decide: cases are opened by verdicts that ask for review, and closed by a ruling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from raisonne.app.events import event
from raisonne.app.ids import new_name
from raisonne.app.ports import Clock, Transaction, Transactions
from raisonne.app.release import Release
from raisonne.app.rulings import Effects, Rulings
from raisonne.app.sealing import BlobStore
from raisonne.app.stay_down import StayDown
from raisonne.policy.access import authorise
from raisonne.policy.engine import Policies
from raisonne.rights.case import Case, CaseKind, CaseState, Decision, Ruling
from raisonne.rights.case_reason import RULINGS_OF, TITLE_REASONS, CaseReason
from raisonne.rights.errors import (
    AccessError,
    ConflictError,
    InputError,
    NotFoundError,
    StorageError,
)
from raisonne.rights.ledger import LedgerAction, LedgerEvent
from raisonne.rights.principal import Permission, Principal
from raisonne.rights.verdict import Verdict

ALL_KINDS = "all"
"""Stands for every kind of case where kinds are named."""
MAX_NOTE_CHARACTERS = 4_000
"""Longest note of a decision."""
MAX_REASON_CHARACTERS = 64
"""Longest reason code of a decision."""


def open_case(
    verdict: Verdict,
    now: datetime,
    generation: str = "",
    kind: CaseKind = CaseKind.SCREENING,
) -> Case:
    """Return the case that a verdict asks for.

    Args:
        verdict: The verdict.
        now: UTC.
        generation: The artwork that is held or was released before, if one is.
        kind: Why somebody has to decide.
    """
    return Case(
        name=new_name("cases"),
        tenant=verdict.inputs.tenant,
        verdict=verdict.name,
        generation=generation,
        state=CaseState.OPEN,
        decision=None,
        create_time=now,
        kind=kind,
    )


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with what the reviewer needs to see.

    Attributes:
        case: The case.
        verdict: The verdict that asked for review, with its matches, rights and findings; None
            where the bytes could not be judged, and the case says why.
    """

    case: Case
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class Review:
    """Use cases ``case:*``.

    Attributes:
        second_reviewer: Kinds of cases whose rulings a second person confirms, or ``all``.
    """

    release: Release
    blobs: BlobStore
    transactions: Transactions
    policies: Policies
    clock: Clock
    stay_down: StayDown
    second_reviewer: frozenset[str] = frozenset()

    def list(
        self, principal: Principal, *, limit: int, after: str = "", state: CaseState | None = None
    ) -> Sequence[Case]:
        """Return cases in order of opening, at most ``limit`` after the given name.

        Raises:
            AccessError: If the principal may not read cases.
        """
        authorise(self.policies, principal, Permission.CASE_READ, principal.tenant)
        with self.transactions.read() as transaction:
            return transaction.cases.list(principal.tenant, limit=limit, after=after, state=state)

    def get(self, principal: Principal, name: str) -> CaseFile:
        """Return a case with the verdict that opened it.

        Raises:
            AccessError: If the principal may not read cases.
            NotFoundError: If the tenant has no such case.
        """
        authorise(self.policies, principal, Permission.CASE_READ, principal.tenant)
        with self.transactions.read() as transaction:
            return _file(transaction, principal.tenant, name)

    def picture(self, principal: Principal, name: str) -> tuple[str, bytes]:
        """Return the artwork that a case is about: as it is held, or signed once it was released.

        Returns:
            Media type and bytes.

        Raises:
            AccessError: If the principal may not read cases.
            NotFoundError: If the tenant has no such case, or no artwork was held for it.
        """
        case = self.get(principal, name).case
        shown = self._rulings.shown(case)
        if not shown:
            raise NotFoundError(f"No artwork was held for {name}.", metadata={"name": name})
        asset, data = self._rulings.file(case, shown)
        return asset.media_type, data

    def decide(
        self,
        principal: Principal,
        name: str,
        ruling: Ruling,
        reason: str,
        note: str = "",
        *,
        stay_down: bool = False,
    ) -> Case:
        """Decide a case; a cleared artwork is signed and released in the same transaction.

        One that was released before stays so if it is cleared, and is recalled if it is refused; a
        work that a notice is against is withdrawn if it is refused. An appeal that is cleared
        undoes what the ruling that it contests took down. Where a second person has to agree,
        nothing happens before they do.

        Args:
            principal: The reviewer.
            name: ``cases/{id}``.
            ruling: What is ruled.
            reason: A code of ``CaseReason`` that can explain the ruling.
            note: The reviewer's words.
            stay_down: Whether what a notice takes down is registered, so that it is found when it
                comes again.

        Raises:
            AccessError: If the principal may not decide cases, or decided what is appealed.
            InputError: If the reason is not on the list, a text is too long or missing, or nothing
                is taken down that could stay down.
            NotFoundError: If the tenant has no such case.
            ConflictError: If it is decided already or leased to somebody else, or what it is about
                was changed otherwise.
        """
        pinned = replace(self, policies=self.policies.current())
        authorise(pinned.policies, principal, Permission.CASE_DECIDE, principal.tenant)
        require_reason(ruling, reason, note)
        file = pinned.get(principal, name)
        case, now = file.case, self.clock.now()
        _require_no_title(case)
        if case.state is not CaseState.OPEN:
            raise ConflictError(f"{name} is decided already.", metadata={"name": name})
        if stay_down and not (case.notice and ruling is Ruling.REFUSE):
            raise InputError(
                "Only what a notice takes down can stay down.", metadata={"field": "stay_down"}
            )
        self._require_another(principal, case)
        decision = Decision(name, case.verdict, ruling, reason, note, principal.id, now)
        if self._needs_second(case):
            return self._propose(principal, case, decision, stay_down=stay_down)
        effects = self._rulings.effects(case, file.verdict, decision, stay_down=stay_down)
        with self.transactions.write() as transaction:
            transaction.cases.decide(principal.tenant, decision, effects.stay_down)
            effects.write(transaction, principal, now)
            transaction.outbox.append(_decided(principal, file, effects, now))
            decided = transaction.cases.get(principal.tenant, name)
        return decided or case

    def confirm(self, principal: Principal, name: str, *, agree: bool = True) -> Case:
        """Agree with what another reviewer proposes, so that it takes effect; or do not.

        Args:
            principal: The second reviewer.
            name: ``cases/{id}`` that waits for one.
            agree: Whether they agree; if not, the case is open again.

        Raises:
            AccessError: If the principal may not decide cases, or proposed it themselves.
            NotFoundError: If the tenant has no such case.
            ConflictError: If nothing is proposed.
        """
        pinned = replace(self, policies=self.policies.current())
        authorise(pinned.policies, principal, Permission.CASE_DECIDE, principal.tenant)
        file = pinned.get(principal, name)
        case, decision, now = file.case, file.case.decision, self.clock.now()
        if case.state is not CaseState.PENDING_SECOND or decision is None:
            raise ConflictError(f"{name} waits for no second person.", metadata={"name": name})
        if decision.decided_by == principal.id:
            raise _not_yourself(principal, f"{principal.id} proposed the ruling of {name}")
        self._require_another(principal, case)
        if not agree:
            return self._reject(principal, case, decision)
        _require_no_title(case)
        # What follows is signed and registered now, not when it was proposed.
        ruling = replace(decision, decide_time=now)
        wanted = case.wants_stay_down
        effects = self._rulings.effects(case, file.verdict, ruling, stay_down=wanted)
        with self.transactions.write() as transaction:
            transaction.cases.confirm(case.tenant, name, principal.id, now, effects.stay_down)
            effects.write(transaction, principal, now)
            transaction.outbox.append(_decided(principal, file, effects, now))
            decided = transaction.cases.get(principal.tenant, name)
        return decided or case

    def _propose(
        self, principal: Principal, case: Case, decision: Decision, *, stay_down: bool
    ) -> Case:
        details = {"ruling": decision.ruling.value, "reason": decision.reason}
        action, now = LedgerAction.CASE_PROPOSED, decision.decide_time
        with self.transactions.write() as transaction:
            transaction.cases.decide(
                principal.tenant, decision, proposed=True, wants_stay_down=stay_down
            )
            transaction.outbox.append(event(principal, action, case.name, now, details=details))
            proposed = transaction.cases.get(principal.tenant, case.name)
        return proposed or case

    def _reject(self, principal: Principal, case: Case, decision: Decision) -> Case:
        details = {"ruling": decision.ruling.value, "proposed_by": decision.decided_by}
        action, now = LedgerAction.CASE_REJECTED, self.clock.now()
        with self.transactions.write() as transaction:
            transaction.cases.reopen(case.tenant, case.name, CaseState.PENDING_SECOND)
            transaction.outbox.append(event(principal, action, case.name, now, details=details))
            opened = transaction.cases.get(case.tenant, case.name)
        return opened or case

    def _require_another(self, principal: Principal, case: Case) -> None:
        """Refuse whoever decided what is contested."""
        appealed = self._rulings.appealed(case)
        if appealed is None or appealed.decision is None:
            return
        if principal.id in {appealed.decision.decided_by, appealed.confirmed_by}:
            raise _not_yourself(principal, f"{principal.id} decided {appealed.name}")

    def _needs_second(self, case: Case) -> bool:
        return not self.second_reviewer.isdisjoint({ALL_KINDS, case.kind.value})

    @property
    def _rulings(self) -> Rulings:
        return Rulings(self.release, self.blobs, self.transactions, self.stay_down)


def _decided(principal: Principal, file: CaseFile, effects: Effects, now: datetime) -> LedgerEvent:
    released, decision = effects.released, effects.decision
    judged = file.verdict.inputs.sha256 if file.verdict else ""
    proposed = decision.decided_by if decision.decided_by != principal.id else ""
    return event(
        principal,
        LedgerAction.CASE_DECIDED,
        file.case.name,
        now,
        sha256=released.asset.sha256 if released else judged,
        details=effects.details() | ({"proposed_by": proposed} if proposed else {}),
    )


def _require_no_title(case: Case) -> None:
    """Refuse to rule on a title: who settles the dispute rules on its case."""
    if case.dispute:
        raise ConflictError(
            f"{case.name} is decided by settling {case.dispute}.",
            metadata={"name": case.name, "dispute": case.dispute},
        )


def _not_yourself(principal: Principal, why: str) -> AccessError:
    return AccessError(
        f"{why}; somebody else has to look at it.",
        metadata={"permission": Permission.CASE_DECIDE, "clauses": "", "principal": principal.id},
    )


def _file(transaction: Transaction, tenant: str, name: str) -> CaseFile:
    case = transaction.cases.get(tenant, name)
    if case is None:
        raise NotFoundError(f"There is no case {name!r}.", metadata={"name": name})
    if not case.verdict:
        return CaseFile(case, None)
    verdict = transaction.verdicts.get(tenant, case.verdict)
    if verdict is None:
        raise StorageError(f"{case.verdict} of {name} is missing.")
    return CaseFile(case, verdict)


def require_reason(ruling: Ruling, reason: str, note: str) -> None:
    """Refuse reasons that are not on the list or explain another ruling, and long notes.

    Raises:
        InputError: Naming the field.
    """
    codes = set(CaseReason) - TITLE_REASONS
    known = {code.value for code in codes if ruling in RULINGS_OF[code]}
    if reason not in known:
        raise InputError(
            f"{reason[:MAX_REASON_CHARACTERS]!r} is no reason to rule {ruling}: "
            f"{', '.join(sorted(known))}.",
            metadata={"field": "reason"},
        )
    if reason == CaseReason.OTHER and not note.strip():
        raise InputError("Another reason is written down in the note.", metadata={"field": "note"})
    if len(note) > MAX_NOTE_CHARACTERS:
        raise InputError(
            f"The note has {len(note):,} characters; at most {MAX_NOTE_CHARACTERS:,} fit.",
            metadata={"field": "note"},
        )
