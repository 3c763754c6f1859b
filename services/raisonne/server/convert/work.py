"""Works."""

from __future__ import annotations

from raisonne.api.v1 import work_pb2
from raisonne.rights.work import Work, WorkState
from raisonne.server.convert.enums import from_wire, to_wire
from raisonne.server.convert.statement import statement_to_message
from raisonne.server.convert.times import to_timestamp


def work_to_message(work: Work) -> work_pb2.Work:
    """Return the message of a work."""
    return work_pb2.Work(
        name=work.name,
        tenant=work.tenant,
        title=work.title,
        holder=work.holder,
        collection=work.collection,
        external_id=work.external_id,
        source=work.source,
        asset=work.asset,
        sha256=work.sha256,
        state=to_wire(work_pb2.Work.State, work.state),
        rights=statement_to_message(work.rights),
        revision=work.revision,
        create_time=to_timestamp(work.create_time),
        update_time=to_timestamp(work.update_time),
    )


def state_from_wire(state: work_pb2.Work.State.ValueType) -> WorkState | None:
    """Return the state; None, which stands for all, where none is said."""
    return from_wire(work_pb2.Work.State, WorkState, state) if state else None
