"""Ledger events, built in one place so that every use case records the same facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from raisonne.app.ids import new_name
from raisonne.rights.ledger import LedgerAction, LedgerEvent
from raisonne.rights.principal import Principal
from raisonne.rights.verdict import Verdict


def event(
    principal: Principal,
    action: LedgerAction,
    subject: str,
    when: datetime,
    *,
    sha256: str = "",
    details: Mapping[str, str] | None = None,
) -> LedgerEvent:
    """Return an event by this principal.

    Args:
        principal: Who acted.
        action: What happened.
        subject: Resource name.
        when: UTC.
        sha256: Digest of the bytes concerned, if any.
        details: Further flat facts without personal data.
    """
    return LedgerEvent(
        id=new_name("events"),
        time=when,
        tenant=principal.tenant,
        actor=principal.id,
        action=action,
        object=subject,
        object_sha256=sha256,
        details=dict(details or {}),
    )


def verdict_details(verdict: Verdict) -> dict[str, str]:
    """Return the facts of a verdict that an outsider needs to replay it."""
    return {
        "verdict": verdict.name,
        "outcome": verdict.outcome.value,
        "policy_revision": verdict.policy_revision,
        "index_revision": str(verdict.inputs.index_revision),
        "clauses": ",".join(sorted({finding.clause for finding in verdict.findings})),
    }
