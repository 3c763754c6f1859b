"""Long-running operations."""

from __future__ import annotations

import time
from collections.abc import Iterator

import grpc
from google.longrunning import operations_pb2, operations_pb2_grpc
from google.protobuf.duration_pb2 import Duration

from raisonne.api.v1.operation_service_pb2 import WatchOperationRequest
from raisonne.api.v1.operation_service_pb2_grpc import OperationServiceStub
from raisonne.client._sync.calls import receiving, unary
from raisonne.client.convert.generation import snapshot_from_message
from raisonne.client.deadlines import Deadlines
from raisonne.client.values import OperationSnapshot
from raisonne.rights.errors import LimitError, Reason
from raisonne.rights.generation import Generation

_WAIT_SECONDS = 20.0
"""Longest single wait; longer ones are made of several, so that a lost connection is noticed."""


class Operations:
    """``client.operations``."""

    def __init__(self, channel: grpc.Channel, deadlines: Deadlines) -> None:
        self._standard = operations_pb2_grpc.OperationsStub(channel)
        self._watching = OperationServiceStub(channel)
        self._deadlines = deadlines

    def get(self, name: str) -> OperationSnapshot:
        """Return an operation as it stands.

        Raises:
            NotFoundError: If there is no such operation.
        """
        request = operations_pb2.GetOperationRequest(name=name)
        message = unary(self._standard.GetOperation, request, self._deadlines.read)
        return snapshot_from_message(message)

    def list(self) -> Iterator[OperationSnapshot]:
        """Iterate over operations in order of creation."""
        request = operations_pb2.ListOperationsRequest(name="operations")
        while True:
            page = unary(self._standard.ListOperations, request, self._deadlines.read)
            for message in page.operations:
                yield snapshot_from_message(message)
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    def cancel(self, name: str) -> None:
        """Ask an operation to stop; without effect on one that is done.

        Raises:
            NotFoundError: If there is no such operation.
        """
        request = operations_pb2.CancelOperationRequest(name=name)
        unary(self._standard.CancelOperation, request, self._deadlines.read)

    def wait(self, name: str, seconds: float | None = None) -> OperationSnapshot:
        """Return an operation once it is done.

        Args:
            name: ``operations/{operation}``.
            seconds: Longest wait; for ever if None.

        Raises:
            NotFoundError: If there is no such operation.
            LimitError: ``DEADLINE_EXCEEDED`` if it is not done by then; it goes on.
        """
        until = None if seconds is None else time.monotonic() + seconds
        while True:
            left = _WAIT_SECONDS if until is None else until - time.monotonic()
            snapshot = self._wait_once(name, min(max(left, 0.0), _WAIT_SECONDS))
            if snapshot.state.done:
                return snapshot
            if until is not None and time.monotonic() >= until:
                raise LimitError(f"{name} is not done yet.", reason=Reason.DEADLINE_EXCEEDED)

    def watch(self, name: str) -> Iterator[OperationSnapshot]:
        """Iterate over the changes of an operation until it is done.

        Raises:
            NotFoundError: If there is no such operation.
        """
        request = WatchOperationRequest(name=name)
        done = False
        while not done:
            # A stream that ends early means that the server is stopping: another one goes on.
            events = receiving(self._watching.WatchOperation, request, self._deadlines.follow)
            for event in events:
                snapshot = snapshot_from_message(event.operation)
                done = snapshot.state.done
                yield snapshot

    def _wait_once(self, name: str, seconds: float) -> OperationSnapshot:
        patience = Duration(nanos=int(seconds % 1 * 1e9), seconds=int(seconds))
        request = operations_pb2.WaitOperationRequest(name=name, timeout=patience)
        message = unary(self._standard.WaitOperation, request, seconds + self._deadlines.read)
        return snapshot_from_message(message)


class Operation:
    """A handle on one operation.

    Attributes:
        latest: The operation as it was last seen.
    """

    def __init__(self, operations: Operations, snapshot: OperationSnapshot) -> None:
        self._operations = operations
        self.latest = snapshot

    @property
    def name(self) -> str:
        """``operations/{operation}``."""
        return self.latest.name

    def wait(self, seconds: float | None = None) -> tuple[Generation, ...]:
        """Return what it made, the refused artworks too, once it is done.

        Args:
            seconds: Longest wait; for ever if None.

        Raises:
            RaisonneError: Why it failed; ``CancelledError`` if it was cancelled; ``LimitError``
                if it is not done in time.
        """
        self.latest = self._operations.wait(self.name, seconds)
        if self.latest.error is not None:
            raise self.latest.error
        return self.latest.generations

    def watch(self) -> Iterator[OperationSnapshot]:
        """Iterate over its changes until it is done."""
        for snapshot in self._operations.watch(self.name):
            self.latest = snapshot
            yield snapshot

    def cancel(self) -> None:
        """Ask it to stop."""
        self._operations.cancel(self.name)
