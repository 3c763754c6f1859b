"""Changes of works' records: dated, versioned, never lost."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from raisonne.app.events import event
from raisonne.app.ports import Clock, Transaction, Transactions
from raisonne.app.texts import require_short
from raisonne.policy.access import authorise
from raisonne.policy.engine import Policies
from raisonne.rights.errors import ConflictError, InputError, NotFoundError
from raisonne.rights.ledger import LedgerAction
from raisonne.rights.principal import Permission, Principal
from raisonne.rights.statement import RightsStatement
from raisonne.rights.statement_json import rights_to_json
from raisonne.rights.work import Work, WorkState, WorkVersion, version_at

MAX_NOTE_CHARACTERS = 4_000
"""Longest note on why a record was changed."""


@dataclass(frozen=True, slots=True)
class WorkChange:
    """What is to be different in a record; None leaves a field as it is.

    Attributes:
        title: As of now on.
        holder: Rights holder's name: a change of it is a transfer of title.
        collection: Grouping label.
        external_id: Registrant's identifier.
        source: Where the file was, for people.
        rights: The statement, whole.
    """

    title: str | None = None
    holder: str | None = None
    collection: str | None = None
    external_id: str | None = None
    source: str | None = None
    rights: RightsStatement | None = None

    def changed(self, work: Work) -> dict[str, Any]:
        """Return the fields that differ from a record's, by name."""
        wanted = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: value
            for name, value in wanted.items()
            if value is not None and value != getattr(work, name)
        }


@dataclass(frozen=True, slots=True)
class WorkChanges:
    """Use cases of works' records that change: ``work:update`` and their history."""

    transactions: Transactions
    policies: Policies
    clock: Clock

    def update(
        self,
        principal: Principal,
        name: str,
        change: WorkChange,
        *,
        effective_time: datetime | None = None,
        note: str = "",
        revision: int | None = None,
    ) -> WorkVersion:
        """Change a record from a time on; what it said before stays known.

        Args:
            principal: Who asks.
            name: ``works/{id}``.
            change: What is to be different from what holds at that time.
            effective_time: From when on (UTC), before or after now; from now on if None. A version
                that comes into force later than this one takes its place then.
            note: Why.
            revision: The record's revision as the caller knows it; whatever it is if None.

        Returns:
            The version that was added, or the one that says so already.

        Raises:
            AccessError: If the principal may not change works.
            InputError: If a text is too long or a time has no time zone.
            NotFoundError: If the tenant has no such work.
            ConflictError: If it is withdrawn, or at another revision.
        """
        authorise(self.policies, principal, Permission.WORK_UPDATE, principal.tenant)
        _require(change, effective_time, note)
        now = self.clock.now()
        since = effective_time or now
        with self.transactions.write() as transaction:
            work, versions = _record(transaction, principal.tenant, name, revision)
            standing = version_at(versions, since)
            changed = change.changed(standing.work)
            if not changed:
                return standing
            updated = replace(standing.work, **changed, revision=work.revision + 1, update_time=now)
            transaction.works.replace(updated, effective_time=since, actor=principal.id, note=note)
            transaction.outbox.append(
                event(
                    principal,
                    LedgerAction.WORK_UPDATED,
                    name,
                    now,
                    sha256=work.sha256,
                    details=_details(updated, since, changed),
                )
            )
        return WorkVersion(updated, since, principal.id, note)

    def history(self, principal: Principal, name: str) -> Sequence[WorkVersion]:
        """Return all versions of a record in the order in which they were recorded.

        Raises:
            AccessError: If the principal may not read works.
            NotFoundError: If the tenant has no such work.
        """
        authorise(self.policies, principal, Permission.WORK_READ, principal.tenant)
        with self.transactions.read() as transaction:
            versions = transaction.works.versions(principal.tenant, name)
        if not versions:
            raise NotFoundError(f"There is no work {name!r}.", metadata={"name": name})
        return versions


def bring_into_force(transactions: Transactions, tenant: str, now: datetime) -> None:
    """Make sure that records say what holds by now; nearly always they do."""
    with transactions.read() as transaction:
        due = transaction.works.is_due(tenant, now)
    if due:
        with transactions.write() as transaction:
            transaction.works.apply_scheduled(tenant, now)


def _record(
    transaction: Transaction, tenant: str, name: str, revision: int | None
) -> tuple[Work, Sequence[WorkVersion]]:
    work = transaction.works.get(tenant, name)
    if work is None:
        raise NotFoundError(f"There is no work {name!r}.", metadata={"name": name})
    if work.state is WorkState.WITHDRAWN:
        raise ConflictError(f"{name} is withdrawn.", metadata={"name": name})
    if revision is not None and revision != work.revision:
        raise ConflictError(
            f"{name} was changed meanwhile: it is at revision {work.revision}.",
            metadata={"name": name, "revision": str(work.revision)},
        )
    return work, transaction.works.versions(tenant, name)


def _require(change: WorkChange, effective_time: datetime | None, note: str) -> None:
    texts = ("title", "holder", "collection", "external_id", "source")
    require_short({name: getattr(change, name) or "" for name in texts})
    if len(note) > MAX_NOTE_CHARACTERS:
        raise InputError(
            f"The note has {len(note):,} characters; at most {MAX_NOTE_CHARACTERS:,} fit.",
            metadata={"field": "note"},
        )
    if effective_time is not None and effective_time.tzinfo is None:
        raise InputError("The time from which on a change holds needs a time zone.")


def _details(work: Work, since: datetime, changed: Mapping[str, object]) -> dict[str, str]:
    """Return what an outsider needs to prove what a record said; names of people stay out."""
    statement = json.dumps(rights_to_json(work.rights), sort_keys=True, separators=(",", ":"))
    return {
        "revision": str(work.revision),
        "effective_time": since.isoformat(),
        "changed": ",".join(sorted(changed)),
        "rights_sha256": hashlib.sha256(statement.encode()).hexdigest(),
    }
