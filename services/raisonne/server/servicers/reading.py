"""Reading an operation with its result, for the three services that answer one."""

from __future__ import annotations

from dataclasses import dataclass

from google.longrunning import operations_pb2

from raisonne.app.operations import Artworks, Operations
from raisonne.rights.job import Job, JobState
from raisonne.rights.principal import Principal
from raisonne.server.convert.operation import operation_to_message


@dataclass(frozen=True, slots=True)
class OperationReader:
    """Makes operation messages. Blocks; call it in a thread."""

    operations: Operations
    artworks: Artworks

    def message(self, principal: Principal, job: Job) -> operations_pb2.Operation:
        """Return the message of a job, with what it made once it succeeded.

        Raises:
            AccessError: If the principal may not read generations.
        """
        if job.state is not JobState.SUCCEEDED:
            return operation_to_message(job, ())
        made = self.artworks.list(principal, limit=job.total, operation=job.name)
        return operation_to_message(job, made)

    def read(self, principal: Principal, name: str) -> operations_pb2.Operation:
        """Return the message of an operation by name.

        Raises:
            AccessError: If the principal may not read operations.
            NotFoundError: If the tenant has no such operation.
        """
        return self.message(principal, self.operations.get(principal, name))
