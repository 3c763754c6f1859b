"""Refusals at opening: a lost part is never replaced by a new one in silence."""

from __future__ import annotations

from pathlib import Path

from raisonne.app.ports import Ledger
from raisonne.keys.note_key import NoteSigner
from raisonne.keys.uri import split_uri
from raisonne.ledger.checkpoint import verify_note
from raisonne.rights.errors import KeyUnavailableError, LedgerError, StorageError
from raisonne.runtime.settings import Settings
from raisonne.storage.engine import Database
from raisonne.storage.holdings import holds_checkpoints, holds_wrapped_keys


def require_catalogue(settings: Settings) -> None:
    """Refuse a home that has lost its catalogue: an empty one would allow everything.

    Raises:
        StorageError: If stored files are there and the default catalogue is not.
    """
    catalogue = settings.home / "catalogue.db"
    if settings.database or (catalogue.exists() and catalogue.stat().st_size):
        return
    if next(settings.blob_root.glob("??/*"), None) is not None:
        raise StorageError(
            f"{catalogue} is gone or empty, but its stored files are here: restore a backup."
        )


def require_keys(settings: Settings, database: Database) -> None:
    """Refuse to make a key where a catalogue needs the one it had.

    Raises:
        KeyUnavailableError: If the root key or the ledger key is gone.
    """
    root, ledger = settings.root_key_uri, settings.ledger_key_uri
    # What is held is asked first: another process that starts now makes its key before it uses it.
    if holds_wrapped_keys(database) and _is_missing_file(root):
        raise KeyUnavailableError(f"The root key {root} is gone: a new one would open nothing.")
    if holds_checkpoints(database) and _is_missing_file(ledger):
        raise KeyUnavailableError(
            f"The ledger key {ledger} is gone: a new one would spoil the log."
        )


def require_ledger_key(ledger: Ledger, signer: NoteSigner) -> None:
    """Refuse a key that did not sign the newest checkpoint.

    Raises:
        KeyUnavailableError: If it is another key.
    """
    head = ledger.head()
    if head is None:
        return
    try:
        verify_note(head.note, [signer.verifier_key])
    except LedgerError as error:
        raise KeyUnavailableError(
            "The ledger key is not the one that signed the newest checkpoint."
        ) from error


def _is_missing_file(uri: str) -> bool:
    scheme, location = split_uri(uri)
    return scheme == "file" and not Path(location).exists()
