"""Ledger entries, checkpoints and proofs."""

from __future__ import annotations

from raisonne.api.v1 import ledger_pb2
from raisonne.app.audit_log import ProvenEntry
from raisonne.rights.ledger import Checkpoint, LedgerEntry


def entry_to_message(entry: LedgerEntry) -> ledger_pb2.LedgerEntry:
    """Return the message of an entry."""
    return ledger_pb2.LedgerEntry(
        name=f"entries/{entry.index}", index=entry.index, event=entry.event_id, data=entry.data
    )


def checkpoint_to_message(checkpoint: Checkpoint) -> ledger_pb2.Checkpoint:
    """Return the message of a checkpoint."""
    return ledger_pb2.Checkpoint(
        origin=checkpoint.origin, size=checkpoint.size, root=checkpoint.root, note=checkpoint.note
    )


def proof_to_message(proven: ProvenEntry) -> ledger_pb2.InclusionProof:
    """Return the message of an entry's proof."""
    return ledger_pb2.InclusionProof(
        hashes=proven.proof, checkpoint=checkpoint_to_message(proven.checkpoint)
    )
