"""Which works may be used so? A page at a time, looked up where the policies can be looked up."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from raisonne.app.ports import Clock, Transactions
from raisonne.app.territories import normal_territory
from raisonne.app.work_ports import WorksFound
from raisonne.policy.condition import NEVER, Condition, Const
from raisonne.policy.engine import PolicyBundle
from raisonne.policy.listing import UseQuestion, answers, condition, licence_condition
from raisonne.rights.errors import PolicyError
from raisonne.rights.statement import WORLD, Use
from raisonne.rights.use_answer import UseAnswer
from raisonne.rights.work import WorkState

MAX_ASKED = 5_000
"""Works asked about one by one for a page; where more are needed, the page is shorter."""
_BATCH = 250

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class UseTerms:
    """Which works are wanted.

    Attributes:
        use: What for.
        territory: ISO 3166-1 alpha-2, or ``*``.
        at: Judge the rights as of this time (UTC); now if None.
        denied: Works that may not be used so, instead of those that may.
        state: Only works that are in this state by then.
    """

    use: Use
    territory: str = WORLD
    at: datetime | None = None
    denied: bool = False
    state: WorkState = WorkState.REGISTERED


@dataclass(frozen=True, slots=True)
class UsePage:
    """A part of a list.

    Attributes:
        answers: Works, by name, with what the policies say of each.
        at: The time that was judged as of; later pages are to be asked with it.
        next_after: Where the next page begins; empty at the end. A page may be shorter than was
            asked for, even empty, and have a next one.
    """

    answers: tuple[UseAnswer, ...]
    at: datetime
    next_after: str


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is looked up: statements that permit the use, works' own or what a licence comes to."""

    own: Condition
    licensed: Condition
    denied: bool


_EVERYTHING = _Wanted(Const(value=True), NEVER, denied=False)


@dataclass(frozen=True, slots=True)
class UseListing:
    """Lists works by what the policies say of a use.

    The catalogue is asked by a condition that the policies were translated to. That is a help and
    no decision: whatever it finds is put to the policies, work by work. Where there is no such
    condition, or the two disagree, every work is put to them.
    """

    transactions: Transactions
    policies: PolicyBundle
    clock: Clock
    max_asked: int = MAX_ASKED

    def page(self, tenant: str, terms: UseTerms, *, limit: int, after: str) -> UsePage:
        """Return at most ``limit`` works, by name, after the given name.

        Raises:
            InputError: If the territory is none or the time has no time zone.
        """
        at = terms.at or self.clock.now()
        question = UseQuestion(tenant, terms.use, normal_territory(terms.territory), at)
        try:
            wanted = self._wanted(question, terms)
        except PolicyError as error:
            _log.warning("The works are asked about one by one: %s", error.message)
            return self._one_by_one(question, terms, limit, after)
        page = self._looked_up(question, terms, wanted, limit, after)
        if any(answer.allowed is terms.denied for answer in page.answers):
            _log.error(
                "POLICY_ERROR: a look-up of works by policy revision %s found what the policies do "
                "not confirm, so all are asked about one by one.",
                self.policies.revision,
            )
            return self._one_by_one(question, terms, limit, after)
        return page

    def _wanted(self, question: UseQuestion, terms: UseTerms) -> _Wanted:
        own = condition(self.policies, question, terms.state)
        registered = terms.state is WorkState.REGISTERED
        licensed = licence_condition(self.policies, question) if registered else NEVER
        return _Wanted(own, licensed, terms.denied)

    def _looked_up(
        self, question: UseQuestion, terms: UseTerms, wanted: _Wanted, limit: int, after: str
    ) -> UsePage:
        found = self._found(question, terms, wanted, limit, after)
        given = answers(self.policies, question, found.works, found.reservations, found.licences)
        return UsePage(given, question.at, found.next_after)

    def _one_by_one(
        self, question: UseQuestion, terms: UseTerms, limit: int, after: str
    ) -> UsePage:
        kept: list[UseAnswer] = []
        for _ in range(0, self.max_asked, _BATCH):
            found = self._found(question, terms, _EVERYTHING, _BATCH, after)
            for answer in answers(
                self.policies, question, found.works, found.reservations, found.licences
            ):
                if answer.allowed is not terms.denied:
                    kept.append(answer)
                if len(kept) == limit:
                    return UsePage(tuple(kept), question.at, answer.work.name)
            after = found.next_after
            if not after:
                break
        return UsePage(tuple(kept), question.at, after)

    def _found(
        self, question: UseQuestion, terms: UseTerms, wanted: _Wanted, limit: int, after: str
    ) -> WorksFound:
        with self.transactions.read() as transaction:
            return transaction.works.list_at(
                question.tenant,
                wanted.own,
                at=question.at,
                state=terms.state,
                limit=limit,
                after=after,
                licensed=wanted.licensed,
                denied=wanted.denied,
            )
