"""Retroactive matching: what was released is judged again by what is registered or changed later.

The search is turned round. Each work that is new, whose record has changed, or whose holder or
collection has reserved something since, is looked for among the released artworks. Those that may
contain it are then judged as they were before their release, from their own bytes and by everything
that is registered now. An artwork that would not be allowed any more becomes a case; whether it is
recalled, a person rules.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from raisonne.app.events import event, verdict_details
from raisonne.app.ports import Clock, Transaction, Transactions
from raisonne.app.reservation_follow_up import ReservationFollowUps
from raisonne.app.review import open_case
from raisonne.app.screening import Question, Screener
from raisonne.app.sealing import BlobStore, SealContext
from raisonne.app.work_ports import Cursor, ReleasedArtworks
from raisonne.app.works import ASSET_PURPOSE
from raisonne.policy.access import authorise
from raisonne.policy.engine import Policies
from raisonne.rights.case import CaseKind, CaseState, Ruling
from raisonne.rights.errors import InputError, LimitError, RaisonneError, Reason, StorageError
from raisonne.rights.generation import Generation, GenerationState
from raisonne.rights.ledger import LedgerAction
from raisonne.rights.principal import Permission, Principal
from raisonne.rights.statement import Use
from raisonne.rights.verdict import Outcome, Subject, Verdict, WorkRights
from raisonne.rights.work import WorkState

CURSOR = "retroactive"
"""Name of the position up to which changes of works were followed."""
BATCH = 64
"""Changes of works that are followed before it is written down how far."""
_MANY = 10_000
"""Likewise where nothing was released that could be concerned."""
_COMMITTED_WITHIN = timedelta(hours=1)
"""How long after its file was signed an artwork may be committed."""
_log = logging.getLogger(__name__)


class RejudgedState(StrEnum):
    """What came of judging a released artwork again."""

    ALLOWED = "ALLOWED"
    OPENED = "OPENED"
    WAITING = "WAITING"
    SETTLED = "SETTLED"


@dataclass(frozen=True, slots=True)
class Rejudged:
    """One released artwork that was judged again.

    Attributes:
        generation: The artwork.
        works: New or changed works that led to it; empty where it was released after a change.
        verdict: What it would be now.
        state: ALLOWED as before; a case was OPENED; one is WAITING already; or a person has
            SETTLED the same works in an earlier case.
        case: ``cases/{id}``; empty where there is none.
    """

    generation: Generation
    works: tuple[str, ...]
    verdict: Verdict
    state: RejudgedState
    case: str = ""


@dataclass(frozen=True, slots=True)
class Retroactive:
    """Use case ``generation:rejudge``."""

    artworks: ReleasedArtworks
    screener: Screener
    blobs: BlobStore
    transactions: Transactions
    policies: Policies
    clock: Clock

    def __call__(self, principal: Principal) -> Iterator[Rejudged]:
        """Follow all changes of works since the last time.

        May be stopped anywhere and begun again; nothing is missed and no case is opened twice.

        Args:
            principal: Who asks.

        Returns:
            What became of each released artwork that a change concerns.

        Raises:
            AccessError: If the principal may not have artworks judged again.
            StorageError: If the catalogue cannot serve.
            KeyUnavailableError: If the key of the stored files cannot be used.
        """
        authorise(self.policies, principal, Permission.GENERATION_REJUDGE, principal.tenant)
        return self._all(principal)

    def _all(self, principal: Principal) -> Iterator[Rejudged]:
        tenant, now = principal.tenant, self.clock.now()
        with self.transactions.read() as transaction:
            begun = transaction.cursors.get(tenant, CURSOR)
            due = transaction.works.came_into_force(tenant, begun.time, now) if begun else ()
        yield from self._follow(principal, begun)
        first = self.artworks.since(tenant)
        reached, since = (begun.sequence, begun.time) if begun else (0, now)
        yield from self._concerned(principal, due if first else ())
        while changed := self._changed(tenant, reached, BATCH if first else _MANY):
            # What was known when the first artwork was released, it was judged by.
            new = (work for _, work, when in changed if first and when >= first)
            yield from self._concerned(principal, new)
            reached = changed[-1][0]
            self._reach(tenant, Cursor(reached, since))
        if due or begun is None or reached != begun.sequence:
            self._reach(tenant, Cursor(reached, now))
        yield from self._reserved(principal, first or now, now)

    def _reserved(self, principal: Principal, first: datetime, now: datetime) -> Iterator[Rejudged]:
        """Look for works of holders and collections that have reserved something since then."""
        follow_ups = ReservationFollowUps(self.transactions)
        # What was reserved when the first artwork was released, it was judged by.
        follow_ups.skip(principal.tenant, first)
        while batch := follow_ups.next(principal.tenant, now):
            yield from self._concerned(principal, batch.works)
            follow_ups.done(principal.tenant, batch)

    def _follow(self, principal: Principal, begun: Cursor | None) -> Iterator[Rejudged]:
        """Take in what was released since, and judge what is released late.

        An artwork that was held for a person, or was being committed, may have been judged before
        changes that were followed already. It is taken when it was judged again, so that an
        interruption leaves it to the next time.
        """
        tenant = principal.tenant
        for name in self.artworks.missing(tenant):
            rejudged = None
            if begun is not None and self._is_late(tenant, name, begun):
                rejudged = self._rejudge(principal, name, ())
            if rejudged is not None:
                yield rejudged
            self.artworks.take(tenant, name)

    def _is_late(self, tenant: str, name: str, begun: Cursor) -> bool:
        """Whether an artwork was judged before what was followed, and released after that."""
        with self.transactions.read() as transaction:
            generation = transaction.generations.get(tenant, name)
            asset = transaction.assets.get(tenant, generation.asset) if generation else None
            before = transaction.verdicts.get(tenant, generation.verdict) if generation else None
            last = transaction.works.changed(tenant, begun.sequence - 1, 1)
        if asset is None or before is None or asset.create_time < begun.time - _COMMITTED_WITHIN:
            return False
        followed = [begun.time, *(recorded for _, _, recorded in last)]
        reserved = ReservationFollowUps(self.transactions).followed_until(tenant)
        followed += [reserved] if reserved else []
        return before.inputs.at < max(followed)

    def _changed(self, tenant: str, after: int, limit: int) -> Sequence[tuple[int, str, datetime]]:
        with self.transactions.read() as transaction:
            return transaction.works.changed(tenant, after, limit)

    def _reach(self, tenant: str, cursor: Cursor) -> None:
        with self.transactions.write() as transaction:
            transaction.cursors.put(tenant, CURSOR, cursor)

    def _concerned(self, principal: Principal, works: Iterable[str]) -> Iterator[Rejudged]:
        concerned: dict[str, list[str]] = {}
        for work in dict.fromkeys(works):
            for name in self._like(principal.tenant, work):
                concerned.setdefault(name, []).append(work)
        for name, because in concerned.items():
            rejudged = self._rejudge(principal, name, tuple(because))
            if rejudged is not None:
                yield rejudged

    def _like(self, tenant: str, work: str) -> Sequence[str]:
        """Return the artworks that may contain a work that protects."""
        with self.transactions.read() as transaction:
            found = transaction.works.get(tenant, work)
        if found is None or found.state is not WorkState.REGISTERED:
            return ()
        picture = self._file(tenant, found.asset)
        try:
            return () if picture is None else self.artworks.like(tenant, picture)
        except (InputError, LimitError) as error:
            _log.warning("%s cannot be looked for: %s", work, error.message)
            return ()

    def _file(self, tenant: str, asset: str) -> bytes | None:
        """Return a stored file; None, which is logged, if it is damaged or missing.

        One such file must not keep everything else from being looked at; ``doctor`` names it.
        """
        with self.transactions.read() as transaction:
            blob = transaction.assets.blob(tenant, asset)
        if blob is None:
            _log.warning("%s has no file", asset)
            return None
        try:
            return self.blobs.get(SealContext(tenant, ASSET_PURPOSE, asset), blob)
        except RaisonneError as error:
            if error.reason is Reason.KEY_UNAVAILABLE:
                raise  # It opens every file of the tenant: none of them could be read.
            _log.warning("%s cannot be read: %s", asset, error.message)
            return None

    def _rejudge(self, principal: Principal, name: str, works: tuple[str, ...]) -> Rejudged | None:
        """Judge an artwork again, if it is released and can be read."""
        tenant, now = principal.tenant, self.clock.now()
        with self.transactions.read() as transaction:
            generation = transaction.generations.get(tenant, name)
            if generation is None or generation.state is not GenerationState.RELEASED:
                return None
            before = transaction.verdicts.get(tenant, generation.verdict)
        if before is None:
            raise StorageError(f"{generation.verdict} of {name} is missing.")
        data = self._file(tenant, generation.asset)
        if data is None:
            return None
        question = Question(
            Subject.OUTPUT, tenant, Use.GENERATE_SIMILAR, before.inputs.territory, now
        )
        verdict = self.screener.picture(data, question, self.policies.current()).verdict
        if verdict.outcome is Outcome.ALLOW:
            return Rejudged(generation, works, verdict, RejudgedState.ALLOWED)
        return self._ask(principal, generation, works, verdict, now)

    def _ask(
        self,
        principal: Principal,
        generation: Generation,
        works: tuple[str, ...],
        verdict: Verdict,
        now: datetime,
    ) -> Rejudged:
        with self.transactions.write() as transaction:
            for case in transaction.cases.of_generation(generation.tenant, generation.name):
                if case.state is not CaseState.DECIDED:
                    state = RejudgedState.WAITING
                elif _settles(transaction, case.verdict, verdict) and (
                    case.decision is not None and case.decision.ruling is Ruling.CLEAR
                ):
                    state = RejudgedState.SETTLED
                else:
                    continue
                return Rejudged(generation, works, verdict, state, case.name)
            case = open_case(verdict, now, generation.name, CaseKind.RETROACTIVE)
            transaction.verdicts.add(verdict)
            transaction.cases.add(case)
            transaction.outbox.append(
                event(
                    principal,
                    LedgerAction.GENERATION_REJUDGED,
                    generation.name,
                    now,
                    sha256=verdict.inputs.sha256,
                    details={**verdict_details(verdict), "case": case.name},
                )
            )
        return Rejudged(generation, works, verdict, RejudgedState.OPENED, case.name)


def _settles(transaction: Transaction, decided: str, verdict: Verdict) -> bool:
    """Whether a verdict that was ruled on knew all that another one finds, as it is now."""
    known = transaction.verdicts.get(verdict.inputs.tenant, decided)
    if known is None:
        return False
    accused = {work for finding in verdict.findings for work in finding.works}
    now = {fact for work in verdict.inputs.works if work.work in accused for fact in _facts(work)}
    return now <= {fact for work in known.inputs.works for fact in _facts(work)}


def _facts(work: WorkRights) -> Iterator[tuple[str, str]]:
    """Yield what tells the rights of a work from its rights at another time."""
    yield work.work, str(work.revision)
    for reservation in work.reservations:
        yield work.work, reservation.name
