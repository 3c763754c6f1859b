"""Works."""

from __future__ import annotations

from raisonne.api.v1 import catalogue_service_pb2 as pb
from raisonne.api.v1 import work_pb2
from raisonne.client.convert.enums import from_wire
from raisonne.client.convert.statement import statement_from_message
from raisonne.client.convert.times import from_timestamp
from raisonne.rights.use_answer import Ground, UseAnswer
from raisonne.rights.work import Work, WorkState, WorkVersion


def work_from_message(message: work_pb2.Work) -> Work:
    """Return the work of a message."""
    return Work(
        name=message.name,
        tenant=message.tenant,
        title=message.title,
        holder=message.holder,
        collection=message.collection,
        external_id=message.external_id,
        source=message.source,
        asset=message.asset,
        sha256=message.sha256,
        state=from_wire(work_pb2.Work.State, WorkState, message.state),
        rights=statement_from_message(message.rights),
        revision=message.revision,
        create_time=from_timestamp(message.create_time),
        update_time=from_timestamp(message.update_time),
    )


def version_from_message(message: work_pb2.WorkVersion) -> WorkVersion:
    """Return the version of a message."""
    return WorkVersion(
        work=work_from_message(message.work),
        effective_time=from_timestamp(message.effective_time),
        actor=message.actor,
        note=message.note,
        cancelled_by=message.cancelled_by,
    )


def use_answers_from_message(message: pb.ListWorksResponse) -> list[UseAnswer]:
    """Return the works of a page with what the policies say of each.

    Raises:
        ValueError: If the two lists do not belong together.
    """
    pairs = list(zip(message.works, message.answers, strict=True))
    if any(work.name != answer.work for work, answer in pairs):
        raise ValueError("The server's answers are about other works than it lists.")
    return [
        UseAnswer(
            work_from_message(work),
            answer.allowed,
            tuple(
                Ground(ground.clause, ground.reason, ground.cites, ground.detail)
                for ground in answer.grounds
            ),
            answer.licence,
        )
        for work, answer in pairs
    ]
