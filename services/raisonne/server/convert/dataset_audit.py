"""Answers to the items of a dataset, and what was found in all."""

from __future__ import annotations

from raisonne.api.v1 import dataset_audit_service_pb2 as pb
from raisonne.app.dataset_audit import AuditSummary
from raisonne.rights.errors import RaisonneError
from raisonne.rights.verdict import Outcome, Verdict
from raisonne.server.convert.verdict import verdict_to_message
from raisonne.server.statuses import status_of


def audited_to_message(item_id: str, answer: Verdict | RaisonneError) -> pb.AuditedItem:
    """Return the message of an answer: a verdict, or why the item could not be read."""
    if isinstance(answer, Verdict):
        return pb.AuditedItem(item_id=item_id, verdict=verdict_to_message(answer))
    return pb.AuditedItem(item_id=item_id, error=status_of(answer))


def summary_to_message(summary: AuditSummary) -> pb.AuditSummary:
    """Return the message of a summary."""
    return pb.AuditSummary(
        items=summary.items,
        unreadable=summary.unreadable,
        allowed=summary.outcomes[Outcome.ALLOW],
        for_review=summary.outcomes[Outcome.REVIEW],
        blocked=summary.outcomes[Outcome.BLOCK],
        reasons=summary.reasons,
    )
