"""What a catalogue already holds, asked before keys are made for it."""

from __future__ import annotations

from sqlmodel import select

from raisonne.storage.engine import Database
from raisonne.storage.tables import CheckpointRow, KekRow


def holds_wrapped_keys(database: Database) -> bool:
    """Return whether there are keys that only the present root key opens.

    Raises:
        StorageError: If the database cannot serve.
    """
    with database.read() as session:
        return session.exec(select(KekRow.version).limit(1)).first() is not None


def holds_checkpoints(database: Database) -> bool:
    """Return whether the ledger has been signed before.

    Raises:
        StorageError: If the database cannot serve.
    """
    with database.read() as session:
        return session.exec(select(CheckpointRow.size).limit(1)).first() is not None
