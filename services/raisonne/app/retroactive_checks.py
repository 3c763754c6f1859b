"""Looking back at checks: what was allowed is judged again when the works that it is like change.

The checked files were not kept, so nothing is searched again: a verdict names the works that it
matched, and is judged by their records of now under the same question. What would not be allowed
any more becomes a case. A work that is registered later is not found in files that are gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from raisonne.app.events import event, verdict_details
from raisonne.app.ids import new_name
from raisonne.app.ports import Clock, Transaction, Transactions
from raisonne.app.review import open_case
from raisonne.app.work_changes import bring_into_force
from raisonne.app.work_ports import Cursor
from raisonne.policy.access import authorise
from raisonne.policy.engine import Policies
from raisonne.policy.judge import judge
from raisonne.rights.case import CaseKind, CaseState
from raisonne.rights.ledger import LedgerAction
from raisonne.rights.principal import Permission, Principal
from raisonne.rights.verdict import Judgement, Outcome, Subject, Verdict

CURSOR = "retroactive-checks"
"""Name of the position up to which changes of works were followed."""
BATCH = 500
"""Changes of works that are followed before it is written down how far."""
PAGE = 200
"""Verdicts that are read at a time."""
_COMMITTED_WITHIN = timedelta(minutes=1)
"""How long after it has read a work's rights a check may be committed; such changes are followed
again, so that no verdict slips through between."""
_FOLLOWED = frozenset({Subject.UPLOAD, Subject.REFERENCE})


@dataclass(frozen=True, slots=True)
class RejudgedCheck:
    """A checked file that was allowed, and would not be any more.

    Attributes:
        before: The verdict that allowed it.
        verdict: What it would be now; stored.
        works: Works whose records are others than they were.
        case: ``cases/{id}`` that was opened.
    """

    before: Verdict
    verdict: Verdict
    works: tuple[str, ...]
    case: str


def works_to_follow(verdict: Verdict) -> tuple[str, ...]:
    """Return the works whose changes may make a verdict worse, in order; none if it is no ALLOW.

    Items of datasets are not followed: who audits keeps the verdicts and audits again.
    """
    inputs = verdict.inputs
    if verdict.outcome is not Outcome.ALLOW or inputs.subject not in _FOLLOWED:
        return ()
    known = {work.work for work in inputs.works if work.tenant == inputs.tenant}
    return tuple(sorted(known & {match.work for match in inputs.matches}))


@dataclass(frozen=True, slots=True)
class RetroactiveChecks:
    """Use case ``generation:rejudge``, for what was checked and not made here."""

    transactions: Transactions
    policies: Policies
    clock: Clock

    def __call__(self, principal: Principal) -> Iterator[RejudgedCheck]:
        """Follow all changes of works since the last time.

        May be stopped anywhere and begun again; nothing is missed and no case is opened twice.

        Args:
            principal: Who asks.

        Returns:
            Checks that became cases.

        Raises:
            AccessError: If the principal may not have things judged again.
            StorageError: If the catalogue cannot serve.
        """
        authorise(self.policies, principal, Permission.GENERATION_REJUDGE, principal.tenant)
        return self._all(principal)

    def _all(self, principal: Principal) -> Iterator[RejudgedCheck]:
        tenant, now = principal.tenant, self.clock.now()
        settled = now - _COMMITTED_WITHIN
        bring_into_force(self.transactions, tenant, now)
        with self.transactions.read() as transaction:
            begun = transaction.cursors.get(tenant, CURSOR)
            since = begun.time - _COMMITTED_WITHIN if begun else now
            due = transaction.works.came_into_force(tenant, since, now) if begun else ()
        yield from self._concerned(principal, due)
        reached = kept = begun.sequence if begun else 0
        while changed := self._changed(tenant, reached):
            yield from self._concerned(principal, (work for _, work, _ in changed))
            for position, _, when in changed:
                if kept == reached and when < settled:
                    kept = position
                reached = position
            self._reach(tenant, Cursor(kept, begun.time if begun else now))
        if due or begun is None or kept != begun.sequence:
            self._reach(tenant, Cursor(kept, now))

    def _changed(self, tenant: str, after: int) -> Sequence[tuple[int, str, datetime]]:
        with self.transactions.read() as transaction:
            return transaction.works.changed(tenant, after, BATCH)

    def _reach(self, tenant: str, cursor: Cursor) -> None:
        with self.transactions.write() as transaction:
            transaction.cursors.put(tenant, CURSOR, cursor)

    def _concerned(self, principal: Principal, works: Iterable[str]) -> Iterator[RejudgedCheck]:
        names = sorted(set(works))
        seen: set[tuple[object, ...]] = set()
        before = ""
        while names:
            with self.transactions.read() as transaction:
                page = transaction.verdicts.following(
                    principal.tenant, names, limit=PAGE, before=before
                )
            for name in page:
                found = self._rejudge(principal, name, seen)
                if found is not None:
                    yield found
            if len(page) < PAGE:
                return
            before = page[-1]

    def _rejudge(
        self, principal: Principal, name: str, seen: set[tuple[object, ...]]
    ) -> RejudgedCheck | None:
        """Judge a verdict again, unless a newer one answers the same question about the bytes."""
        tenant, now = principal.tenant, self.clock.now()
        with self.transactions.read() as transaction:
            before = transaction.verdicts.get(tenant, name)
            if before is None or (key := _question(before.inputs)) in seen:
                return None
            seen.add(key)
            names = sorted(work.work for work in before.inputs.works)
            current = transaction.works.rights_of(tenant, names, now)
        works = tuple(current[work] for work in names if work in current)
        changed = set(works) ^ set(before.inputs.works)
        if not changed:
            return None
        inputs = replace(before.inputs, works=works, at=now)
        verdict = judge(inputs, self.policies.current(), new_name("verdicts"))
        if verdict.outcome is Outcome.ALLOW:
            return None
        because = tuple(sorted({work.work for work in changed}))
        return self._ask(principal, before, verdict, because, now)

    def _ask(
        self,
        principal: Principal,
        before: Verdict,
        verdict: Verdict,
        works: tuple[str, ...],
        now: datetime,
    ) -> RejudgedCheck | None:
        case = open_case(verdict, now, kind=CaseKind.RETROACTIVE)
        with self.transactions.write() as transaction:
            if _is_asked(transaction, verdict):
                return None
            transaction.verdicts.add(verdict)
            transaction.cases.add(case)
            transaction.outbox.append(
                event(
                    principal,
                    LedgerAction.ASSET_REJUDGED,
                    verdict.name,
                    now,
                    sha256=verdict.inputs.sha256,
                    details={
                        **verdict_details(verdict),
                        "before": before.name,
                        "case": case.name,
                    },
                )
            )
        return RejudgedCheck(before, verdict, works, case.name)


def _question(inputs: Judgement) -> tuple[object, ...]:
    return inputs.sha256, inputs.subject, inputs.use, inputs.territory


def _is_asked(transaction: Transaction, verdict: Verdict) -> bool:
    """Whether a person has these bytes before them, or ruled on them knowing all that is known."""
    inputs = verdict.inputs
    accused = {work for finding in verdict.findings for work in finding.works}
    now = {(work.work, work.revision) for work in inputs.works if work.work in accused}
    for case in transaction.cases.of_bytes(inputs.tenant, inputs.sha256):
        if case.state is not CaseState.DECIDED:
            return True
        known = transaction.verdicts.get(inputs.tenant, case.verdict)
        works = known.inputs.works if known else ()
        if now <= {(work.work, work.revision) for work in works}:
            return True
    return False
