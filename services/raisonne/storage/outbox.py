"""The audit outbox: ledger events, written in the transaction that they tell of."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from raisonne.ledger.entry import canonical_entry
from raisonne.rights.ledger import LedgerEvent
from raisonne.storage.columns import insert_rows
from raisonne.storage.tables import OutboxRow


@dataclass(frozen=True, slots=True)
class SqlOutbox:
    """``Outbox`` within one transaction."""

    session: Session

    def append(self, event: LedgerEvent) -> None:
        """Add an event; it is in the ledger when, and only when, the transaction commits."""
        row = {"tenant": event.tenant, "event_id": event.id, "data": canonical_entry(event)}
        insert_rows(self.session, OutboxRow, row)
