"""Jobs as ``google.longrunning`` operations."""

from __future__ import annotations

from collections.abc import Sequence

from google.longrunning import operations_pb2
from google.rpc import status_pb2

from raisonne.api.v1 import generation_service_pb2
from raisonne.rights.errors import CancelledError, RaisonneError, Reason
from raisonne.rights.generation import Generation
from raisonne.rights.job import Job, JobState
from raisonne.server.convert.enums import to_wire
from raisonne.server.convert.generation import generation_to_message
from raisonne.server.convert.times import to_timestamp
from raisonne.server.statuses import status_of


def operation_to_message(job: Job, generations: Sequence[Generation]) -> operations_pb2.Operation:
    """Return the operation of a job.

    Args:
        job: The job.
        generations: What it made; read only when it succeeded.
    """
    operation = operations_pb2.Operation(name=job.name, done=job.state.done)
    operation.metadata.Pack(_metadata(job))
    match job.state:
        case JobState.PENDING | JobState.RUNNING:
            pass
        case JobState.SUCCEEDED:
            response = generation_service_pb2.GenerateArtworkResponse(
                generations=[generation_to_message(generation) for generation in generations]
            )
            operation.response.Pack(response)
        case JobState.FAILED | JobState.CANCELLED:
            operation.error.CopyFrom(_error(job))
    return operation


def _metadata(job: Job) -> generation_service_pb2.OperationMetadata:
    wire = generation_service_pb2.OperationMetadata
    return wire(
        state=to_wire(wire.State, job.state),
        done_units=job.done_units,
        total_units=job.total,
        cancel_requested=job.cancel_requested,
        create_time=to_timestamp(job.create_time),
        update_time=to_timestamp(job.update_time),
    )


def _error(job: Job) -> status_pb2.Status:
    if job.state is JobState.CANCELLED:
        return status_of(CancelledError(f"{job.name} was cancelled."))
    return status_of(RaisonneError(job.error_message, reason=Reason(job.error_reason)))
