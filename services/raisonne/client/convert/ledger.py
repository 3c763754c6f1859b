"""Ledger entries, checkpoints and proofs."""

from __future__ import annotations

from raisonne.api.v1 import ledger_pb2, ledger_service_pb2
from raisonne.client.values import ProvenEntry
from raisonne.rights.ledger import Checkpoint, LedgerEntry


def entry_from_message(message: ledger_pb2.LedgerEntry) -> LedgerEntry:
    """Return the entry of a message."""
    return LedgerEntry(index=message.index, event_id=message.event, data=message.data)


def checkpoint_from_message(message: ledger_pb2.Checkpoint) -> Checkpoint:
    """Return the checkpoint of a message."""
    return Checkpoint(
        origin=message.origin, size=message.size, root=message.root, note=message.note
    )


def proven_from_message(message: ledger_service_pb2.GetEntryResponse) -> ProvenEntry:
    """Return the entry of a message with its proof."""
    return ProvenEntry(
        entry=entry_from_message(message.entry),
        proof=tuple(message.proof.hashes),
        checkpoint=checkpoint_from_message(message.proof.checkpoint),
    )
