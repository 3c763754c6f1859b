"""Versions of a work's record that a dispute over its title adds, within one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from raisonne.app.events import event
from raisonne.app.ports import Transaction
from raisonne.rights.errors import ConflictError, NotFoundError
from raisonne.rights.ledger import LedgerAction
from raisonne.rights.principal import Principal
from raisonne.rights.work import Work, WorkState, WorkVersion, version_at


def mark_contested(
    transaction: Transaction, principal: Principal, name: str, now: datetime, note: str
) -> Work:
    """Add a version that says what the record says anyhow, so that changes that are followed tell.

    Args:
        transaction: That it belongs to.
        principal: Who records it.
        name: ``works/{id}``.
        now: UTC.
        note: Why, for its history.

    Raises:
        NotFoundError: If the tenant has no such work.
        ConflictError: If it is withdrawn.
    """
    work, versions = _record(transaction, principal.tenant, name)
    same = replace(version_at(versions, now).work, revision=work.revision, update_time=now)
    return _append(transaction, principal, same, now, note)


def transfer_title(
    transaction: Transaction,
    principal: Principal,
    name: str,
    holder: str,
    now: datetime,
    since: datetime,
    note: str,
) -> Work:
    """Add a version with another holder, who holds the title from then on.

    Versions that come into force later say who held it before, so each gets a successor of the same
    time that says who does now; nothing else in them changes.

    Args:
        transaction: That it belongs to.
        principal: Who records it.
        name: ``works/{id}``.
        holder: Who holds the title.
        now: UTC.
        since: From when on (UTC).
        note: Why, for its history.

    Returns:
        The record by the version that transfers the title.

    Raises:
        NotFoundError: If the tenant has no such work.
        ConflictError: If it is withdrawn.
    """
    work, versions = _record(transaction, principal.tenant, name)
    held = replace(
        version_at(versions, since).work, holder=holder, revision=work.revision, update_time=now
    )
    transferred = last = _append(transaction, principal, held, since, note)
    later = {one.effective_time for one in versions if not one.cancelled_by}
    for when in sorted(time for time in later if time > since):
        following = version_at(versions, when).work
        if following.holder != holder:
            changed = replace(following, holder=holder, revision=last.revision, update_time=now)
            last = _append(transaction, principal, changed, when, note)
    return transferred


def _append(
    transaction: Transaction, principal: Principal, work: Work, since: datetime, note: str
) -> Work:
    changed = replace(work, revision=work.revision + 1)
    transaction.works.replace(changed, effective_time=since, actor=principal.id, note=note)
    # As for any change of a record: which version, from when on; names of people stay out.
    details = {"revision": str(changed.revision), "effective_time": since.isoformat()}
    updated, now = LedgerAction.WORK_UPDATED, changed.update_time
    transaction.outbox.append(
        event(principal, updated, work.name, now, sha256=work.sha256, details=details)
    )
    return changed


def _record(transaction: Transaction, tenant: str, name: str) -> tuple[Work, Sequence[WorkVersion]]:
    work = transaction.works.get(tenant, name)
    if work is None:
        raise NotFoundError(f"There is no work {name!r}.", metadata={"name": name})
    if work.state is WorkState.WITHDRAWN:
        raise ConflictError(f"{name} is withdrawn.", metadata={"name": name})
    return work, transaction.works.versions(tenant, name)
