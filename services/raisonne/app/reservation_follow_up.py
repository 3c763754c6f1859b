"""Works that are reserved anew, a batch at a time, to be looked for in what was released."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from raisonne.app.ports import Transaction, Transactions
from raisonne.app.reservation_ports import FollowUp
from raisonne.app.work_ports import Cursor

CURSOR = "retroactive-reservations"
"""Name of the position that tells until when reservations were followed."""
BATCH = 64
"""Works that are looked for before it is written down how far."""
_AT_ONCE = 500
"""Reservations that are followed at once, as most have few works here."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some works, and how far each reservation is followed once they were looked for.

    Attributes:
        works: ``works/{id}``.
        reached: Follow-ups that have more works.
        finished: Those that have not.
    """

    works: Sequence[str]
    reached: Sequence[FollowUp]
    finished: Sequence[FollowUp]


@dataclass(frozen=True, slots=True)
class ReservationFollowUps:
    """Follows what holders and collections reserve, however many works they have."""

    transactions: Transactions
    batch: int = BATCH

    def skip(self, tenant: str, until: datetime) -> None:
        """Forget what was reserved before a time: whatever was released since was judged by it."""
        with self.transactions.read() as transaction:
            first = transaction.reservations.due(tenant, until, 1)
        if first and first[0].due_time < until:
            with self.transactions.write() as transaction:
                transaction.reservations.forget(tenant, until)
                _reach(transaction, tenant, [until])

    def next(self, tenant: str, now: datetime) -> Batch | None:
        """Return what is to be looked for next, or None."""
        works: list[str] = []
        reached: list[FollowUp] = []
        finished: list[FollowUp] = []
        with self.transactions.read() as transaction:
            for follow_up in transaction.reservations.due(tenant, now, _AT_ONCE):
                room = self.batch - len(works)
                more = transaction.reservations.works_after(tenant, follow_up, room)
                works += more
                if len(more) == room:
                    reached.append(replace(follow_up, position=more[-1]))
                    break
                finished.append(follow_up)
        return Batch(works, reached, finished) if reached or finished else None

    def done(self, tenant: str, batch: Batch) -> None:
        """Write that the works of a batch were looked for."""
        with self.transactions.write() as transaction:
            for follow_up in batch.reached:
                transaction.reservations.reach(tenant, follow_up)
            for follow_up in batch.finished:
                transaction.reservations.finish(tenant, follow_up)
            times = [each.due_time for each in (*batch.reached, *batch.finished)]
            _reach(transaction, tenant, times)

    def followed_until(self, tenant: str) -> datetime | None:
        """Return when the latest reservation came into force that was followed, or None."""
        with self.transactions.read() as transaction:
            cursor = transaction.cursors.get(tenant, CURSOR)
        return cursor.time if cursor else None


def _reach(transaction: Transaction, tenant: str, times: list[datetime]) -> None:
    before = transaction.cursors.get(tenant, CURSOR)
    latest = max([*times, *([before.time] if before else [])])
    transaction.cursors.put(tenant, CURSOR, Cursor(0, latest))
