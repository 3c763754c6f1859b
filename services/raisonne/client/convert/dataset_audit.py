"""Answers to the items of a dataset, and what was found in all."""

from __future__ import annotations

from raisonne.api.v1 import dataset_audit_service_pb2 as pb
from raisonne.client.convert.verdict import verdict_from_message
from raisonne.client.errors import error_from_status
from raisonne.client.values import AuditedItem, AuditSummary
from raisonne.rights.verdict import Outcome


def audited_from_message(message: pb.AuditedItem) -> AuditedItem:
    """Return the answer of a message."""
    failed = message.HasField("error")
    return AuditedItem(
        item_id=message.item_id,
        verdict=None if failed else verdict_from_message(message.verdict),
        error=error_from_status(message.error) if failed else None,
    )


def summary_from_message(message: pb.AuditSummary) -> AuditSummary:
    """Return the summary of a message."""
    return AuditSummary(
        items=message.items,
        unreadable=message.unreadable,
        outcomes={
            Outcome.ALLOW: message.allowed,
            Outcome.REVIEW: message.for_review,
            Outcome.BLOCK: message.blocked,
        },
        reasons=dict(message.reasons),
    )
