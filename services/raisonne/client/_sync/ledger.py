"""The audit ledger."""

from __future__ import annotations

from collections.abc import Iterator

import grpc

from raisonne.api.v1 import ledger_service_pb2 as pb
from raisonne.api.v1.ledger_service_pb2_grpc import LedgerServiceStub
from raisonne.client._sync.calls import unary
from raisonne.client.convert.ledger import (
    checkpoint_from_message,
    entry_from_message,
    proven_from_message,
)
from raisonne.client.deadlines import Deadlines
from raisonne.client.values import ProvenEntry
from raisonne.rights.errors import NotFoundError
from raisonne.rights.ledger import Checkpoint, LedgerEntry


class Ledger:
    """``client.ledger``."""

    def __init__(self, channel: grpc.Channel, deadlines: Deadlines) -> None:
        self._stub = LedgerServiceStub(channel)
        self._deadlines = deadlines

    def checkpoint(self) -> Checkpoint:
        """Return the newest checkpoint.

        Raises:
            NotFoundError: If the ledger is empty.
        """
        request = pb.GetCheckpointRequest()
        message = unary(self._stub.GetCheckpoint, request, self._deadlines.read)
        return checkpoint_from_message(message)

    def entry(self, name: str) -> ProvenEntry:
        """Return an entry with the proof that the newest checkpoint covers it.

        Args:
            name: ``entries/{entry}``, or ``events/{event}`` of its event.

        Raises:
            NotFoundError: If there is no such entry.
        """
        if name.startswith("events/"):
            request = pb.GetEntryRequest(event=name)
        else:
            request = pb.GetEntryRequest(name=name)
        return proven_from_message(unary(self._stub.GetEntry, request, self._deadlines.read))

    def entry_of(self, event: str) -> str | None:
        """Return the name of an event's entry; None where the ledger has none.

        Args:
            event: ``events/{event}``, for example of a generation.
        """
        try:
            proven = self.entry(event)
        except NotFoundError:
            return None
        return f"entries/{proven.entry.index}"

    def entries(self) -> Iterator[LedgerEntry]:
        """Iterate over the tenant's entries in order, page by page as they are needed."""
        request = pb.ListEntriesRequest()
        while True:
            page = unary(self._stub.ListEntries, request, self._deadlines.read)
            for message in page.entries:
                yield entry_from_message(message)
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    def consistency_proof(self, old_size: int, size: int) -> tuple[bytes, ...]:
        """Return the RFC 9162 proof that one size of the log extends another.

        Raises:
            InputError: If the sizes are not ``1 <= old_size <= size <= newest``.
        """
        request = pb.GetConsistencyProofRequest(old_size=old_size, size=size)
        message = unary(self._stub.GetConsistencyProof, request, self._deadlines.read)
        return tuple(message.hashes)

    def verify(self) -> int:
        """Have the service recompute the whole log; return its size.

        Raises:
            LedgerError: With the first bad position in ``metadata["position"]``.
        """
        request = pb.VerifyLedgerRequest()
        message = unary(self._stub.VerifyLedger, request, self._deadlines.transfer)
        return message.size
