"""Erasing the values of fingerprints that are out of force, so that no file holds them."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sqlalchemy import bindparam, exists, select, text, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from raisonne.index.ports import Erasure
from raisonne.storage.change_log import NOT_ERASED
from raisonne.storage.engine import Database, Lock, take_lock
from raisonne.storage.tables import CHANGE_REMOVES, FingerprintChangeRow, FingerprintRow

BATCH = 1_000
"""Values a transaction."""
_WAIT_SECONDS = 5.0
_PAUSE_SECONDS = 0.05

_WAL_IN_USE = (
    "The write-ahead log of SQLite holds erased values until it is next truncated: "
    "a transaction that is still open reads from it."
)
_KEPT_BY_POSTGRESQL = (
    "PostgreSQL's pages hold erased values in free space until it is used again, its write-ahead "
    "log until it is recycled, and backups until they are deleted."
)

_Later = aliased(FingerprintChangeRow)
# A REMOVE that is the last change of a value that is still there.
_PAGE = (
    select(col(FingerprintChangeRow.sequence), col(FingerprintChangeRow.fingerprint))
    .join(FingerprintRow, col(FingerprintRow.id) == col(FingerprintChangeRow.fingerprint))
    .where(
        col(FingerprintChangeRow.tenant) == bindparam("of_tenant"),
        CHANGE_REMOVES,
        col(FingerprintChangeRow.sequence) > bindparam("after"),
        col(FingerprintChangeRow.sequence) <= bindparam("until"),
        NOT_ERASED,
        ~exists().where(
            col(_Later.fingerprint) == col(FingerprintChangeRow.fingerprint),
            col(_Later.sequence) > col(FingerprintChangeRow.sequence),
        ),
    )
    .order_by(col(FingerprintChangeRow.sequence))
    .limit(bindparam("at_most"))
)


def erase(
    database: Database, tenant: str, until: int, wait_seconds: float = _WAIT_SECONDS
) -> Erasure:
    """Empty the values of fingerprints whose last change is a REMOVE up to a position.

    The rows stay, so that their identifiers are not used again. Batches commit one by one; after an
    interruption the next call does the rest.

    On SQLite the database's file is overwritten where the values were (``secure_delete``) and the
    write-ahead log is truncated; what the file system keeps of a truncated file is its own. On
    PostgreSQL ``VACUUM`` takes the values out of the table, but does not overwrite the free space
    of its pages, nor the server's own write-ahead log and backups; ``VACUUM FULL``, which locks the
    table, would.

    Args:
        database: The catalogue.
        tenant: Whose.
        until: Change-log position; what was put out of force later is left alone.
        wait_seconds: How long to try to truncate SQLite's log; see ``truncate_wal``.

    Raises:
        StorageError: If the database cannot serve.
    """
    values, after = 0, 0
    while page := _erase_batch(database, tenant, after, until):
        values += len(page)
        after = page[-1]
    if database.is_sqlite:
        return Erasure(values, "" if truncate_wal(database, wait_seconds) else _WAL_IN_USE)
    _vacuum(database)
    return Erasure(values, _KEPT_BY_POSTGRESQL)


def truncate_wal(database: Database, wait_seconds: float = _WAIT_SECONDS) -> bool:
    """Move SQLite's write-ahead log into the database and empty its file.

    Args:
        database: On SQLite.
        wait_seconds: How long to try while other transactions read from the log.

    Returns:
        Whether it is empty.
    """
    deadline = time.monotonic() + wait_seconds
    while not _checkpoint(database):
        if time.monotonic() > deadline:
            return False
        # Waiting within SQLite would keep writers out meanwhile.
        time.sleep(_PAUSE_SECONDS)
    return True


def _erase_batch(database: Database, tenant: str, after: int, until: int) -> Sequence[int]:
    """Return the change-log positions of what was erased."""
    with database.write() as session:
        # Whoever changes what is in force holds this lock, so nothing returns until we commit.
        take_lock(session, Lock.CHANGE_LOG)
        values = {"of_tenant": tenant, "after": after, "until": until, "at_most": BATCH}
        page = [(sequence, number) for sequence, number in session.execute(_PAGE, values)]
        if page:
            _empty(session, [number for _, number in page])
    return [sequence for sequence, _ in page]


def _empty(session: Session, numbers: Sequence[int]) -> None:
    rows = update(FingerprintRow).where(col(FingerprintRow.id).in_(numbers))
    session.connection().execute(rows.values(value=b""))


def _checkpoint(database: Database) -> bool:
    # A connection that is not given back to the pool: the timeout would stay with it.
    pooled = database.engine.raw_connection()
    pooled.detach()
    try:
        cursor = pooled.cursor()
        cursor.execute("PRAGMA busy_timeout = 0")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        row = cursor.fetchone()
    finally:
        pooled.close()
    return row is not None and row[0] == 0


def _vacuum(database: Database) -> None:
    alone = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with alone.connect() as connection:
        connection.execute(text("VACUUM fingerprint"))
