"""Cases and decisions."""

from __future__ import annotations

from raisonne.api.v1 import case_pb2
from raisonne.rights.case import Case, CaseState, Decision, Ruling
from raisonne.server.convert.enums import from_wire, to_wire
from raisonne.server.convert.times import to_timestamp


def case_to_message(case: Case) -> case_pb2.Case:
    """Return the message of a case."""
    return case_pb2.Case(
        name=case.name,
        tenant=case.tenant,
        verdict=case.verdict,
        generation=case.generation,
        state=to_wire(case_pb2.Case.State, case.state),
        decision=None if case.decision is None else _decision(case.decision),
        create_time=to_timestamp(case.create_time),
        kind=to_wire(case_pb2.Case.Kind, case.kind),
        notice=case.notice,
        work=case.work,
        unjudged=case.unjudged,
        stay_down=case.stay_down,
        appeals=case.appeals,
        restore_time=to_timestamp(case.restore_time),
        leased_to=case.leased_to,
        lease_until=to_timestamp(case.lease_until),
        confirmed_by=case.confirmed_by,
        confirm_time=to_timestamp(case.confirm_time),
        wants_stay_down=case.wants_stay_down,
        dispute=case.dispute,
    )


def state_from_wire(state: case_pb2.Case.State.ValueType) -> CaseState | None:
    """Return the state; None, which stands for all, where none is said."""
    return from_wire(case_pb2.Case.State, CaseState, state) if state else None


def ruling_from_wire(ruling: case_pb2.Decision.Ruling.ValueType) -> Ruling:
    """Return the ruling of a validated request."""
    return from_wire(case_pb2.Decision.Ruling, Ruling, ruling)


def _decision(decision: Decision) -> case_pb2.Decision:
    return case_pb2.Decision(
        verdict=decision.verdict,
        ruling=to_wire(case_pb2.Decision.Ruling, decision.ruling),
        reason=decision.reason,
        note=decision.note,
        decided_by=decision.decided_by,
        decide_time=to_timestamp(decision.decide_time),
    )
