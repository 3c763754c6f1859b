"""``LedgerService``."""

# ruff: noqa: N802, ARG002 - method names and signatures are the protocol's.

from __future__ import annotations

import asyncio
from typing import Any

from raisonne.api.v1 import ledger_pb2, ledger_service_pb2_grpc
from raisonne.api.v1 import ledger_service_pb2 as pb
from raisonne.app.audit_log import AuditLog, ProvenEntry
from raisonne.rights.errors import NotFoundError
from raisonne.rights.principal import Principal
from raisonne.server.convert.ledger import (
    checkpoint_to_message,
    entry_to_message,
    proof_to_message,
)
from raisonne.server.interceptors.principal import current_principal
from raisonne.server.paging import cut, next_token, read_page


class LedgerServicer(ledger_service_pb2_grpc.LedgerServiceServicer):
    """Reads the audit log with proofs."""

    def __init__(self, audit_log: AuditLog) -> None:
        self._audit_log = audit_log

    async def GetCheckpoint(
        self, request: pb.GetCheckpointRequest, context: Any
    ) -> ledger_pb2.Checkpoint:
        """Return the newest checkpoint."""
        head = await asyncio.to_thread(self._audit_log.head, current_principal())
        return checkpoint_to_message(head)

    async def GetEntry(self, request: pb.GetEntryRequest, context: Any) -> pb.GetEntryResponse:
        """Return an entry with its proof."""
        proven = await asyncio.to_thread(self._proven, current_principal(), request)
        return pb.GetEntryResponse(
            entry=entry_to_message(proven.entry), proof=proof_to_message(proven)
        )

    async def ListEntries(
        self, request: pb.ListEntriesRequest, context: Any
    ) -> pb.ListEntriesResponse:
        """List entries in order."""
        page = read_page(request)
        found = await asyncio.to_thread(
            self._audit_log.entries, current_principal(), int(page.after or 0), page.size + 1
        )
        entries = cut(found, page)
        following = str(entries.items[-1].index + 1) if entries.more else ""
        return pb.ListEntriesResponse(
            entries=[entry_to_message(entry) for entry in entries.items],
            next_page_token=next_token(request, following) if following else "",
        )

    async def GetConsistencyProof(
        self, request: pb.GetConsistencyProofRequest, context: Any
    ) -> pb.GetConsistencyProofResponse:
        """Return the proof that one size extends another."""
        hashes = await asyncio.to_thread(
            self._audit_log.consistency, current_principal(), request.old_size, request.size
        )
        return pb.GetConsistencyProofResponse(hashes=hashes)

    async def VerifyLedger(
        self, request: pb.VerifyLedgerRequest, context: Any
    ) -> pb.VerifyLedgerResponse:
        """Recompute the whole log."""
        size = await asyncio.to_thread(self._audit_log.verify, current_principal())
        return pb.VerifyLedgerResponse(size=size)

    def _proven(self, principal: Principal, request: pb.GetEntryRequest) -> ProvenEntry:
        if request.WhichOneof("selector") == "event":
            index = self._audit_log.index_of(principal, request.event)
            if index is None:
                raise NotFoundError(
                    f"There is no entry of {request.event!r}.", metadata={"name": request.event}
                )
            return self._audit_log.entry(principal, index)
        return self._audit_log.entry(principal, _index(request.name))


def _index(name: str) -> int:
    position = name.removeprefix("entries/")
    if not position.isdecimal():
        raise NotFoundError(f"There is no {name!r}.", metadata={"name": name})
    return int(position)
