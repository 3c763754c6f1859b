"""Registrations of works with offices and schemes, and reminders of what falls due."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from raisonne.app.documents import require_documents
from raisonne.app.events import event
from raisonne.app.ids import new_name
from raisonne.app.ports import Clock, Transaction, Transactions
from raisonne.app.work_changes import bring_into_force
from raisonne.policy.access import authorise
from raisonne.policy.condition import And, Compare, Or, Order, RightsField
from raisonne.policy.engine import Policies
from raisonne.rights.errors import ConflictError, InputError, NotFoundError
from raisonne.rights.ledger import LedgerAction
from raisonne.rights.office import Due, DueKind, OfficeRegistration
from raisonne.rights.principal import Permission, Principal
from raisonne.rights.work import Work, WorkState

MAX_NUMBER_CHARACTERS = 200
"""Longest number of a registration."""
MAX_WITHIN = timedelta(days=36_525)
"""Farthest that reminders look ahead: a hundred years."""
MAX_DUE = 100_000
"""Most that falls due in one answer."""
_OFFICE = re.compile(r"[a-z0-9]([a-z0-9.-]{0,62}[a-z0-9])?")
_PAGE = 500


@dataclass(frozen=True, slots=True)
class OfficeEntry:
    """A registration to be recorded.

    Attributes:
        office: Office or scheme as a slug: lower-case letters, digits, dots and hyphens.
        number: As the office gave it.
        grant_date: When the office registered it, if known.
        renewal_date: When it is to be renewed by, if it is.
        document: ``documents/{id}`` of the certificate; may be empty.
    """

    office: str
    number: str
    grant_date: date | None = None
    renewal_date: date | None = None
    document: str = ""


@dataclass(frozen=True, slots=True)
class OfficeRegistrations:
    """Use cases of registrations elsewhere: part of ``work:update`` and ``work:read``."""

    transactions: Transactions
    policies: Policies
    clock: Clock

    def add(self, principal: Principal, work: str, entry: OfficeEntry) -> OfficeRegistration:
        """Record a registration of a work.

        Raises:
            AccessError: If the principal may not change works.
            InputError: If the office is no slug, the number is missing or too long, or it is to be
                renewed before it was granted.
            NotFoundError: If the tenant has no such work or document.
            ConflictError: If the work is withdrawn, or has that number of that office.
        """
        authorise(self.policies, principal, Permission.WORK_UPDATE, principal.tenant)
        _require(entry)
        tenant, now = principal.tenant, self.clock.now()
        registration = OfficeRegistration(
            name=new_name("registrations"),
            tenant=tenant,
            work=work,
            office=entry.office,
            number=entry.number.strip(),
            grant_date=entry.grant_date,
            renewal_date=entry.renewal_date,
            document=entry.document,
            actor=principal.id,
            record_time=now,
        )
        with self.transactions.write() as transaction:
            if _work(transaction, tenant, work).state is WorkState.WITHDRAWN:
                raise ConflictError(f"{work} is withdrawn.", metadata={"name": work})
            if entry.document:
                require_documents(transaction, tenant, (entry.document,))
            transaction.registrations.add(registration)
            if entry.document:
                transaction.documents.relate(tenant, entry.document, (registration.name, work))
            details = {"work": work, "office": entry.office, "number": registration.number}
            added = LedgerAction.REGISTRATION_ADDED
            transaction.outbox.append(
                event(principal, added, registration.name, now, details=details)
            )
        return registration

    def list(self, principal: Principal, work: str) -> Sequence[OfficeRegistration]:
        """Return all registrations of a work, removed ones included.

        Raises:
            AccessError: If the principal may not read works.
            NotFoundError: If the tenant has no such work.
        """
        authorise(self.policies, principal, Permission.WORK_READ, principal.tenant)
        with self.transactions.read() as transaction:
            _work(transaction, principal.tenant, work)
            return transaction.registrations.of_work(principal.tenant, work)

    def remove(self, principal: Principal, name: str) -> OfficeRegistration:
        """Let a registration count no longer; that it did stays known.

        Raises:
            AccessError: If the principal may not change works.
            NotFoundError: If the tenant has no such registration.
            ConflictError: If it is removed already.
        """
        authorise(self.policies, principal, Permission.WORK_UPDATE, principal.tenant)
        tenant, now = principal.tenant, self.clock.now()
        with self.transactions.write() as transaction:
            _registration(transaction, tenant, name)
            transaction.registrations.remove(tenant, name, principal.id, now)
            removed = _registration(transaction, tenant, name)
            gone, details = LedgerAction.REGISTRATION_REMOVED, {"work": removed.work}
            transaction.outbox.append(event(principal, gone, name, now, details=details))
        return removed

    def due(self, principal: Principal, within: timedelta) -> Sequence[Due]:
        """Return what falls due for registered works, soonest first.

        Renewals are told when they are overdue, too; grants and embargoes only before they end.

        Args:
            principal: Who asks.
            within: How far to look ahead.

        Raises:
            AccessError: If the principal may not read works.
            InputError: If that is less than nothing or more than a hundred years.
        """
        authorise(self.policies, principal, Permission.WORK_READ, principal.tenant)
        if not timedelta(0) <= within <= MAX_WITHIN:
            raise InputError(
                f"Reminders look 0 to {MAX_WITHIN.days:,} days ahead.", metadata={"field": "within"}
            )
        tenant, now = principal.tenant, self.clock.now()
        bring_into_force(self.transactions, tenant, now)
        found = [*self._renewals(tenant, now + within), *self._ends(tenant, now, now + within)]
        return sorted(found, key=lambda one: (one.when, one.work, one.kind))[:MAX_DUE]

    def _renewals(self, tenant: str, until: datetime) -> Iterator[Due]:
        with self.transactions.read() as transaction:
            due = transaction.registrations.due(tenant, until.date(), limit=MAX_DUE)
            for registration in due:
                work = _work(transaction, tenant, registration.work)
                when = datetime.combine(
                    registration.renewal_date or until.date(), time(), tzinfo=UTC
                )
                yield Due(when, DueKind.RENEWAL, work.name, work.title, registration)

    def _ends(self, tenant: str, now: datetime, until: datetime) -> Iterator[Due]:
        wanted = Or(
            (
                _between(RightsField.VALID_UNTIL, now, until),
                _between(RightsField.EMBARGO_UNTIL, now, until),
            )
        )
        after = ""
        while True:
            with self.transactions.read() as transaction:
                found = transaction.works.list_at(
                    tenant, wanted, at=now, state=WorkState.REGISTERED, limit=_PAGE, after=after
                )
            for work in found.works:
                yield from _ending(work, now, until)
            if not found.next_after:
                return
            after = found.next_after


def _between(field: RightsField, now: datetime, until: datetime) -> And:
    return And((Compare(field, Order.AFTER, now), Compare(field, Order.NOT_AFTER, until)))


def _ending(work: Work, now: datetime, until: datetime) -> Iterator[Due]:
    ends = (
        (work.rights.valid_until, DueKind.GRANT_ENDS),
        (work.rights.embargo_until, DueKind.EMBARGO_ENDS),
    )
    for when, kind in ends:
        if when is not None and now < when <= until:
            yield Due(when, kind, work.name, work.title)


def _require(entry: OfficeEntry) -> None:
    if not _OFFICE.fullmatch(entry.office):
        raise InputError(
            f"{entry.office[:64]!r} is no office: lower-case letters, digits, dots and hyphens.",
            metadata={"field": "office"},
        )
    if not 0 < len(entry.number.strip()) <= MAX_NUMBER_CHARACTERS:
        raise InputError(
            f"A number has 1 to {MAX_NUMBER_CHARACTERS} characters.", metadata={"field": "number"}
        )
    if entry.grant_date and entry.renewal_date and entry.renewal_date < entry.grant_date:
        raise InputError(
            "A registration is renewed after it was granted.", metadata={"field": "renewal_date"}
        )


def _work(transaction: Transaction, tenant: str, name: str) -> Work:
    work = transaction.works.get(tenant, name)
    if work is None:
        raise NotFoundError(f"There is no work {name!r}.", metadata={"name": name})
    return work


def _registration(transaction: Transaction, tenant: str, name: str) -> OfficeRegistration:
    registration = transaction.registrations.get(tenant, name)
    if registration is None:
        raise NotFoundError(f"There is no registration {name!r}.", metadata={"name": name})
    return registration
