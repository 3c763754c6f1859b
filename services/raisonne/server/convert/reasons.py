"""Statements of reasons."""

from __future__ import annotations

from raisonne.api.v1 import review_service_pb2 as pb
from raisonne.rights.statement_of_reasons import StatementOfReasons
from raisonne.server.convert.enums import to_wire
from raisonne.server.convert.times import to_timestamp


def reasons_to_message(statement: StatementOfReasons) -> pb.StatementOfReasons:
    """Return the message of a statement of reasons."""
    grounds = [
        pb.StatementOfReasons.Ground(
            clause=ground.clause, reason=ground.reason, cites=ground.cites, detail=ground.detail
        )
        for ground in statement.grounds
    ]
    return pb.StatementOfReasons(
        case=statement.case,
        content=statement.content,
        restriction=to_wire(pb.StatementOfReasons.Restriction, statement.restriction),
        territory=statement.territory,
        start_time=to_timestamp(statement.start_time),
        end_time=to_timestamp(statement.end_time),
        reason=statement.reason,
        note=statement.note,
        facts=list(statement.facts),
        notice=statement.notice,
        automated_detection=statement.automated_detection,
        automated_decision=statement.automated_decision,
        grounds=grounds,
        policy_revision=statement.policy_revision,
        redress=list(statement.redress),
        complaint_until=to_timestamp(statement.complaint_until),
    )
