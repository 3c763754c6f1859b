"""Works."""

from __future__ import annotations

from typing import Literal

from raisonne.api.v1 import catalogue_service_pb2, work_pb2
from raisonne.app.work_changes import WorkChange
from raisonne.rights.use_answer import UseAnswer
from raisonne.rights.work import Work, WorkState, WorkVersion
from raisonne.server.convert.enums import from_wire, to_wire
from raisonne.server.convert.statement import statement_from_message, statement_to_message
from raisonne.server.convert.times import to_timestamp

_TEXTS: tuple[Literal["title", "holder", "collection", "external_id", "source"], ...] = (
    "title",
    "holder",
    "collection",
    "external_id",
    "source",
)


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


def version_to_message(version: WorkVersion) -> work_pb2.WorkVersion:
    """Return the message of a version of a record."""
    return work_pb2.WorkVersion(
        work=work_to_message(version.work),
        effective_time=to_timestamp(version.effective_time),
        actor=version.actor,
        note=version.note,
        cancelled_by=version.cancelled_by,
    )


def change_from_message(request: catalogue_service_pb2.UpdateWorkRequest) -> WorkChange:
    """Return what is to be different; fields that are not set stay as they are."""
    texts = {name: getattr(request, name) for name in _TEXTS if request.HasField(name)}
    rights = statement_from_message(request.rights) if request.HasField("rights") else None
    return WorkChange(**texts, rights=rights)


def state_from_wire(state: work_pb2.Work.State.ValueType) -> WorkState | None:
    """Return the state; None, which stands for all, where none is said."""
    return from_wire(work_pb2.Work.State, WorkState, state) if state else None


def use_answer_to_message(answer: UseAnswer) -> catalogue_service_pb2.UseAnswer:
    """Return the message of what the policies say of a work."""
    return catalogue_service_pb2.UseAnswer(
        work=answer.work.name,
        allowed=answer.allowed,
        grounds=[
            catalogue_service_pb2.UseAnswer.Ground(
                clause=ground.clause,
                reason=ground.reason,
                cites=ground.cites,
                detail=ground.detail,
            )
            for ground in answer.grounds
        ],
        licence=answer.licence,
    )
