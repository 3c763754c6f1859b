"""Reservations that an artist or a collection makes once: recorded, listed, withdrawn."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from raisonne.app.events import event
from raisonne.app.ports import Clock, Transaction, Transactions
from raisonne.app.reservation_drafts import (
    MAX_AT_ONCE,
    Recorded,
    ReservationDraft,
    require_draft,
    require_note,
)
from raisonne.app.reserving import Reserving
from raisonne.policy.access import authorise
from raisonne.policy.engine import Policies
from raisonne.rights.errors import (
    ConflictError,
    InputError,
    LimitError,
    NotFoundError,
    RaisonneError,
)
from raisonne.rights.ledger import LedgerAction, LedgerEvent
from raisonne.rights.principal import Permission, Principal
from raisonne.rights.reservation import RecordedState, Reservation, ReservationScope


@dataclass(frozen=True, slots=True)
class Reservations:
    """Use cases ``reservation:*``; what they do is effective on the next check and prompt."""

    transactions: Transactions
    policies: Policies
    clock: Clock

    def record(
        self, principal: Principal, draft: ReservationDraft, *, only_new: bool = False
    ) -> Recorded:
        """Record a reservation; an artist who is no rights holder here yet becomes one.

        Args:
            principal: Who reserves.
            draft: What, and for whom.
            only_new: As of ``record_all``.

        Returns:
            The reservation, or the one that reserves all of it already.

        Raises:
            AccessError: If the principal may not reserve, or not record or change the artist.
            InputError: If the draft cannot be used; nothing is stored.
            LimitError: If the tenant has too many names; nothing is stored.
            NotFoundError: If ``holders/{id}`` is named and there is none.
            ConflictError: If the names of the artist belong to different holders.
        """
        (recorded,) = self.record_all(principal, [draft], only_new=only_new)
        if recorded.error is not None:
            raise recorded.error
        return recorded

    def record_all(
        self,
        principal: Principal,
        drafts: Sequence[ReservationDraft],
        *,
        only_new: bool = False,
    ) -> Sequence[Recorded]:
        """Record reservations in one transaction; those that cannot be are passed over, and told.

        Args:
            principal: Who reserves.
            drafts: In order; a later one sees what earlier ones made.
            only_new: Do not record again what was recorded before and withdrawn, by the same
                source.

        Returns:
            What became of each draft, in order.

        Raises:
            AccessError: If the principal may not reserve, or not record or change an artist.
            LimitError: If there are too many, at once or in all; nothing is stored.
        """
        authorise(self.policies, principal, Permission.RESERVATION_CREATE, principal.tenant)
        if len(drafts) > MAX_AT_ONCE:
            raise LimitError(f"At most {MAX_AT_ONCE:,} reservations are recorded at once.")
        errors = [_refusal(draft) for draft in drafts]
        now = self.clock.now()
        with self.transactions.write() as transaction:
            usable = [d for d, error in zip(drafts, errors, strict=True) if error is None]
            reserving = Reserving(transaction, self.policies, principal, now, only_new=only_new)
            reserving.look_up(usable)
            recorded = [
                Recorded(None, None, error) if error else reserving.record(draft)
                for draft, error in zip(drafts, errors, strict=True)
            ]
            new = [
                each.reservation
                for each in recorded
                if each.reservation is not None and each.state is RecordedState.RECORDED
            ]
            transaction.reservations.add(new)
            for reservation in new:
                transaction.outbox.append(_recorded(principal, reservation))
        return recorded

    def get(self, principal: Principal, name: str) -> Reservation:
        """Return a reservation.

        Raises:
            AccessError: If the principal may not read reservations.
            NotFoundError: If the tenant has no such reservation.
        """
        authorise(self.policies, principal, Permission.RESERVATION_READ, principal.tenant)
        with self.transactions.read() as transaction:
            return _found(transaction, principal.tenant, name)

    def count_works(self, principal: Principal, name: str) -> int:
        """Return how many registered works a reservation is for by now.

        Raises:
            AccessError: If the principal may not read reservations.
            NotFoundError: If the tenant has no such reservation.
        """
        authorise(self.policies, principal, Permission.RESERVATION_READ, principal.tenant)
        with self.transactions.read() as transaction:
            reservation = _found(transaction, principal.tenant, name)
            return transaction.reservations.count_works(reservation)

    def list(self, principal: Principal, *, limit: int, after: str = "") -> Sequence[Reservation]:
        """Return reservations in order of recording, at most ``limit``, after the given name.

        Raises:
            AccessError: If the principal may not read reservations.
        """
        authorise(self.policies, principal, Permission.RESERVATION_READ, principal.tenant)
        with self.transactions.read() as transaction:
            return transaction.reservations.list(principal.tenant, limit=limit, after=after)

    def withdraw(
        self, principal: Principal, name: str, *, at: datetime | None = None, note: str = ""
    ) -> Reservation:
        """Withdraw a reservation from a time on; before that, it counts as it did.

        Args:
            principal: Who asks.
            name: ``reservations/{id}``.
            at: From when on (UTC), before or after now; from now on if None. A reservation that
                would not have come into force by then never does.
            note: Why.

        Raises:
            AccessError: If the principal may not withdraw reservations.
            InputError: If the note is too long or the time has no time zone.
            NotFoundError: If the tenant has no such reservation.
            ConflictError: If it is withdrawn already.
        """
        authorise(self.policies, principal, Permission.RESERVATION_WITHDRAW, principal.tenant)
        require_note(note)
        if at is not None and at.tzinfo is None:
            raise InputError("The time from which on a reservation is withdrawn needs a time zone.")
        now = self.clock.now()
        with self.transactions.write() as transaction:
            held = _found(transaction, principal.tenant, name)
            if held.withdraw_time is not None:
                raise ConflictError(f"{name} is withdrawn already.", metadata={"name": name})
            withdrawn = replace(
                held,
                end_time=max(at or now, held.effective_time),
                withdraw_time=now,
                withdrawn_by=principal.id,
                withdraw_note=note,
            )
            transaction.reservations.withdraw(withdrawn)
            transaction.outbox.append(_withdrawn(principal, withdrawn))
        return withdrawn


def _refusal(draft: ReservationDraft) -> RaisonneError | None:
    try:
        require_draft(draft)
    except InputError as error:
        return error
    return None


def _found(transaction: Transaction, tenant: str, name: str) -> Reservation:
    reservation = transaction.reservations.get(tenant, name)
    if reservation is None:
        raise NotFoundError(f"There is no reservation {name!r}.", metadata={"name": name})
    return reservation


def _recorded(principal: Principal, reservation: Reservation) -> LedgerEvent:
    """Return the ledger's event; names of people stay out, and what was said is a digest."""
    details = {
        "scope": reservation.scope.value,
        "kinds": ",".join(sorted(reservation.kinds)),
        "effective_time": reservation.effective_time.isoformat(),
        "evidence_sha256": reservation.evidence_sha256,
    }
    if reservation.scope is ReservationScope.HOLDER:
        details["holder"] = reservation.subject
    recorded, when = LedgerAction.RESERVATION_RECORDED, reservation.create_time
    return event(
        principal, recorded, reservation.name, when, sha256=_digest(reservation), details=details
    )


def _withdrawn(principal: Principal, reservation: Reservation) -> LedgerEvent:
    assert reservation.end_time is not None  # noqa: S101 - it was withdrawn from some time on
    assert reservation.withdraw_time is not None  # noqa: S101
    details = {"end_time": reservation.end_time.isoformat()}
    withdrawn, when = LedgerAction.RESERVATION_WITHDRAWN, reservation.withdraw_time
    return event(
        principal, withdrawn, reservation.name, when, sha256=_digest(reservation), details=details
    )


def _digest(reservation: Reservation) -> str:
    """Return a digest of what was recorded, to prove it by."""
    document = {
        "name": reservation.name,
        "scope": reservation.scope.value,
        "subject": reservation.subject,
        "kinds": sorted(reservation.kinds),
        "effective_time": reservation.effective_time.isoformat(),
        "end_time": reservation.end_time and reservation.end_time.isoformat(),
        "source": reservation.source,
        "evidence_sha256": reservation.evidence_sha256,
        "note": reservation.note,
        "withdraw_note": reservation.withdraw_note,
    }
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
