"""Statements of reasons."""

from __future__ import annotations

from raisonne.api.v1 import review_service_pb2 as pb
from raisonne.client.convert.enums import from_wire
from raisonne.client.convert.times import from_timestamp, optional_time
from raisonne.rights.statement_of_reasons import Ground, Restriction, StatementOfReasons


def reasons_from_message(message: pb.StatementOfReasons) -> StatementOfReasons:
    """Return the statement of reasons of a message."""
    return StatementOfReasons(
        case=message.case,
        content=message.content,
        restriction=from_wire(pb.StatementOfReasons.Restriction, Restriction, message.restriction),
        territory=message.territory,
        start_time=from_timestamp(message.start_time),
        end_time=optional_time(message, "end_time", message.end_time),
        reason=message.reason,
        note=message.note,
        facts=tuple(message.facts),
        notice=message.notice,
        automated_detection=message.automated_detection,
        automated_decision=message.automated_decision,
        grounds=tuple(
            Ground(ground.clause, ground.reason, ground.cites, ground.detail)
            for ground in message.grounds
        ),
        policy_revision=message.policy_revision,
        redress=tuple(message.redress),
        complaint_until=from_timestamp(message.complaint_until),
    )
