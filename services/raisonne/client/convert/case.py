"""Cases and decisions."""

from __future__ import annotations

from raisonne.api.v1 import case_pb2
from raisonne.client.convert.enums import from_wire
from raisonne.client.convert.times import from_timestamp, optional_time
from raisonne.rights.case import Case, CaseKind, CaseState, Decision, Ruling


def case_from_message(message: case_pb2.Case) -> Case:
    """Return the case of a message."""
    decided = message.HasField("decision")
    return Case(
        name=message.name,
        tenant=message.tenant,
        verdict=message.verdict,
        generation=message.generation,
        state=from_wire(case_pb2.Case.State, CaseState, message.state),
        decision=_decision(message.name, message.decision) if decided else None,
        create_time=from_timestamp(message.create_time),
        kind=from_wire(case_pb2.Case.Kind, CaseKind, message.kind),
        notice=message.notice,
        work=message.work,
        unjudged=message.unjudged,
        stay_down=message.stay_down,
        appeals=message.appeals,
        restore_time=optional_time(message, "restore_time", message.restore_time),
        leased_to=message.leased_to,
        lease_until=optional_time(message, "lease_until", message.lease_until),
        confirmed_by=message.confirmed_by,
        confirm_time=optional_time(message, "confirm_time", message.confirm_time),
        wants_stay_down=message.wants_stay_down,
        dispute=message.dispute,
    )


def _decision(case: str, message: case_pb2.Decision) -> Decision:
    return Decision(
        case=case,
        verdict=message.verdict,
        ruling=from_wire(case_pb2.Decision.Ruling, Ruling, message.ruling),
        reason=message.reason,
        note=message.note,
        decided_by=message.decided_by,
        decide_time=from_timestamp(message.decide_time),
    )
