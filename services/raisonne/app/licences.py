"""Licences that were negotiated for works: recorded, listed, revoked, never changed.

What is recorded or revoked also becomes a version of the work's record, so that its history and its
revision tell of it and whoever follows changes of works looks again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from raisonne.app.documents import require_documents
from raisonne.app.events import event
from raisonne.app.ids import new_name
from raisonne.app.licence_drafts import (
    LicenceDraft,
    require_aware,
    require_licence,
    require_note,
)
from raisonne.app.ports import Clock, Transaction, Transactions
from raisonne.app.work_changes import MAX_NOTE_CHARACTERS
from raisonne.policy.access import authorise
from raisonne.policy.engine import Policies
from raisonne.rights.errors import ConflictError, InputError, LimitError, NotFoundError
from raisonne.rights.ledger import LedgerAction
from raisonne.rights.principal import Permission, Principal
from raisonne.rights.recorded_licence import Grant, Licence
from raisonne.rights.work import Work, WorkState, version_at

MAX_WORKS_AT_ONCE = 500
"""Most works that one licence is recorded for at once, so that nobody else waits long."""


@dataclass(frozen=True, slots=True)
class LicenceQuery:
    """Which licences are wanted.

    Attributes:
        work: Only those of this work; of all if empty.
        with_ended: Also those that have ended or were revoked.
        expiring_by: Only those that end by this time (UTC).
    """

    work: str = ""
    with_ended: bool = False
    expiring_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Licences:
    """Use cases ``licence:*``."""

    transactions: Transactions
    policies: Policies
    clock: Clock

    def record(
        self, principal: Principal, works: Sequence[str], draft: LicenceDraft
    ) -> Sequence[Licence]:
        """Record a licence for works, one record each; all of them or none.

        Args:
            principal: Who asks.
            works: ``works/{id}``.
            draft: What was agreed.

        Returns:
            The records in the order of the works.

        Raises:
            AccessError: If the principal may not record licences.
            InputError: If the draft cannot be used, or no work is named.
            LimitError: If there are too many works.
            NotFoundError: If the tenant has not all of the works, or not the document.
            ConflictError: If one of them is withdrawn, or the document is another than was said.
        """
        authorise(self.policies, principal, Permission.LICENCE_CREATE, principal.tenant)
        require_licence(draft)
        wanted = list(dict.fromkeys(works))
        if not wanted:
            raise InputError("A licence is for one work at least.", metadata={"field": "works"})
        if len(wanted) > MAX_WORKS_AT_ONCE:
            raise LimitError(
                f"A licence is recorded for at most {MAX_WORKS_AT_ONCE} works at once."
            )
        now = self.clock.now()
        with self.transactions.write() as transaction:
            draft = _with_document(transaction, principal.tenant, draft)
            licences = []
            for name in wanted:
                work = _work(transaction, principal.tenant, name)
                if work.state is WorkState.WITHDRAWN:
                    raise ConflictError(f"{name} is withdrawn.", metadata={"name": name})
                licence = _licence(principal, name, draft, now)
                _tell(transaction, principal, work, now, f"{licence.name} recorded")
                transaction.outbox.append(
                    event(
                        principal,
                        LedgerAction.LICENCE_RECORDED,
                        licence.name,
                        now,
                        sha256=draft.document_sha256,
                        details=_details(licence),
                    )
                )
                licences.append(licence)
            transaction.licences.add(licences)
        return licences

    def list(
        self, principal: Principal, query: LicenceQuery, *, limit: int, after: str = ""
    ) -> Sequence[Licence]:
        """Return licences, those first that end first, at most ``limit`` after the given name.

        Raises:
            AccessError: If the principal may not read licences.
            NotFoundError: If the tenant has no such work.
        """
        authorise(self.policies, principal, Permission.LICENCE_READ, principal.tenant)
        with self.transactions.read() as transaction:
            if query.work:
                _work(transaction, principal.tenant, query.work)
            return transaction.licences.list(
                principal.tenant,
                limit=limit,
                after=after,
                work=query.work,
                ended_by=None if query.with_ended else self.clock.now(),
                expiring_by=query.expiring_by,
            )

    def revoke(
        self,
        principal: Principal,
        name: str,
        *,
        end_time: datetime | None = None,
        note: str = "",
    ) -> Licence:
        """Revoke a licence as of a time; what it permitted before stays permitted then.

        Args:
            principal: Who asks.
            name: ``licences/{id}``.
            end_time: From when on it counts no more (UTC), before or after now; now if None.
            note: Why; kept in the history of the work.

        Raises:
            AccessError: If the principal may not revoke licences.
            InputError: If the note is too long or the time has no time zone.
            NotFoundError: If the tenant has no such licence.
            ConflictError: If it is revoked already.
        """
        authorise(self.policies, principal, Permission.LICENCE_REVOKE, principal.tenant)
        require_note(note)
        require_aware("end_time", end_time)
        now = self.clock.now()
        with self.transactions.write() as transaction:
            held = transaction.licences.get(principal.tenant, name)
            if held is None:
                raise NotFoundError(f"There is no licence {name!r}.", metadata={"name": name})
            if held.revoke_time is not None:
                raise ConflictError(f"{name} is revoked already.", metadata={"name": name})
            grant = replace(held.grant, end_time=end_time or now)
            revoked = replace(held, grant=grant, revoke_time=now)
            work = _work(transaction, principal.tenant, held.work)
            _tell(transaction, principal, work, now, f"{name} revoked" + (note and f": {note}"))
            transaction.licences.revoke(revoked)
            details = _details(revoked)
            transaction.outbox.append(
                event(principal, LedgerAction.LICENCE_REVOKED, name, now, details=details)
            )
        return revoked


def _work(transaction: Transaction, tenant: str, name: str) -> Work:
    work = transaction.works.get(tenant, name)
    if work is None:
        raise NotFoundError(f"There is no work {name!r}.", metadata={"name": name})
    return work


def _licence(principal: Principal, work: str, draft: LicenceDraft, now: datetime) -> Licence:
    grant = Grant(
        licence=new_name("licences"),
        identifier=draft.identifier,
        uses=draft.uses,
        territories=draft.territories,
        valid_from=draft.valid_from,
        valid_until=draft.valid_until,
        attribution=draft.attribution,
        fee=draft.fee,
        releases=draft.releases,
        effective_time=draft.effective_time or now,
    )
    return Licence(
        tenant=principal.tenant,
        work=work,
        grant=grant,
        licensor=draft.licensor,
        licensee=draft.licensee,
        document=draft.document,
        document_sha256=draft.document_sha256,
        note=draft.note,
        actor=principal.id,
        create_time=now,
    )


def _with_document(transaction: Transaction, tenant: str, draft: LicenceDraft) -> LicenceDraft:
    """Take the digest from the document that is kept, so that the two cannot differ."""
    if not draft.document:
        return draft
    (kept,) = require_documents(transaction, tenant, (draft.document,))
    if draft.document_sha256 not in {"", kept.sha256}:
        raise ConflictError(
            f"{kept.name} has another digest than the licence says.",
            metadata={"name": kept.name},
        )
    return replace(draft, document_sha256=kept.sha256)


def _tell(
    transaction: Transaction, principal: Principal, work: Work, now: datetime, note: str
) -> None:
    """Add a version that says the same to a work's record, with a note.

    It holds from now on whenever the licence counts: one that came into force later would undo what
    is changed in the record until then.
    """
    standing = version_at(transaction.works.versions(work.tenant, work.name), now).work
    version = replace(standing, revision=work.revision + 1, update_time=now)
    transaction.works.replace(version, actor=principal.id, note=note[:MAX_NOTE_CHARACTERS])


def _details(licence: Licence) -> dict[str, str]:
    """Return what an outsider needs to prove what was granted; the parties stay out."""
    grant = licence.grant
    granted = {
        "identifier": grant.identifier,
        "uses": sorted(grant.uses),
        "territories": sorted(grant.territories),
        "valid_from": grant.valid_from and grant.valid_from.isoformat(),
        "valid_until": grant.valid_until and grant.valid_until.isoformat(),
        "attribution": grant.attribution,
        "fee": grant.fee,
        "releases": sorted(grant.releases),
    }
    text = json.dumps(granted, sort_keys=True, separators=(",", ":"))
    details = {
        "work": licence.work,
        "effective_time": grant.effective_time.isoformat(),
        "grant_sha256": hashlib.sha256(text.encode()).hexdigest(),
    }
    if licence.document:
        details["document"] = licence.document
    if grant.end_time is not None:
        details["end_time"] = grant.end_time.isoformat()
    return details
