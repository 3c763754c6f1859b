"""The Merkle log over everything that the audit outbox held.

Entries, tiles (C2SP tlog-tiles) and one signed checkpoint (C2SP tlog-checkpoint) a batch are
written, and the outbox rows removed, in one transaction; one sequencer works at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Protocol

from sqlalchemy import LargeBinary, bindparam, cast, delete, select
from sqlmodel import Session, col, func

from raisonne.ledger.checkpoint import NoteSigner, sign_checkpoint
from raisonne.ledger.tree import GetTile, TileReader, Tree, leaf_hash
from raisonne.rights.errors import InputError, LedgerError
from raisonne.rights.ledger import Checkpoint, LedgerEntry
from raisonne.storage.columns import insert_rows
from raisonne.storage.engine import Database, Lock, take_lock
from raisonne.storage.ledger_audit import LedgerAudit
from raisonne.storage.tables import CheckpointRow, EntryRow, OutboxRow, TileRow

BATCH = 1_000
"""Most events that one transaction moves, and most entries that one reads."""

_oldest = select(col(OutboxRow.id)).order_by(col(OutboxRow.id)).limit(BATCH)
# What is deleted is what is read. On PostgreSQL identifiers become visible out of order, so
# deleting "up to the last one read" would lose events.
_TAKE = (
    delete(OutboxRow)
    .where(col(OutboxRow.id).in_(_oldest))
    .returning(
        col(OutboxRow.id), col(OutboxRow.tenant), col(OutboxRow.event_id), col(OutboxRow.data)
    )
)
_DROP_TILE = delete(TileRow).where(
    col(TileRow.level) == bindparam("of_level"), col(TileRow.number) == bindparam("of_number")
)
# SQLite returns what somebody else's UPDATE has stored, whatever its type; it is to be bytes.
_ENTRIES = select(
    col(EntryRow.position), col(EntryRow.event_id), cast(col(EntryRow.data), LargeBinary)
).order_by(col(EntryRow.position))


class LedgerSigner(NoteSigner, Protocol):
    """The log's own key."""

    @property
    def verifier_key(self) -> str:
        """Public half, in the text form of C2SP signed-note."""
        ...


class SqlLedger:
    """``Ledger`` in SQL.

    Args:
        database: Where it lies.
        signer: Signs the checkpoints.
        origin: Name of the log, for example ``ledger.example.org/raisonne``.
    """

    def __init__(self, database: Database, signer: LedgerSigner, origin: str) -> None:
        self._database = database
        self._signer = signer
        self._origin = origin

    def integrate(self) -> int:
        """Move all waiting events into the log and sign a checkpoint; return how many moved.

        Raises:
            LedgerError: If the stored tiles are not those of the newest checkpoint; nothing moved.
            StorageError: If the database cannot serve.
        """
        moved = 0
        while self._waiting():
            moved += self._integrate_batch()
        return moved

    def head(self) -> Checkpoint | None:
        """Return the newest checkpoint, or None while the log is empty."""
        with self._database.read() as session:
            return _head(session)

    def entry(self, index: int) -> LedgerEntry | None:
        """Return the entry at this position, or None."""
        with self._database.read() as session:
            row = session.execute(_ENTRIES.where(col(EntryRow.position) == index)).one_or_none()
        return None if row is None else LedgerEntry(*row)

    def index_of(self, event_id: str) -> int | None:
        """Return the position of an event, or None while it waits."""
        with self._database.read() as session:
            return session.scalar(
                select(col(EntryRow.position)).where(col(EntryRow.event_id) == event_id)
            )

    def inclusion_proof(self, index: int, size: int) -> Sequence[bytes]:
        """Return the RFC 9162 section 2.1.3 audit path of an entry in the tree of ``size``.

        Raises:
            InputError: Unless ``0 <= index < size <= head``.
            LedgerError: If a tile is missing.
        """
        with self._database.read() as session:
            return _reader(session, size).inclusion(index, size)

    def consistency_proof(self, old_size: int, size: int) -> Sequence[bytes]:
        """Return the RFC 9162 section 2.1.4 proof between two sizes.

        Raises:
            InputError: Unless ``1 <= old_size <= size <= head``.
            LedgerError: If a tile is missing.
        """
        with self._database.read() as session:
            return _reader(session, size).consistency(old_size, size)

    def entries(self, start: int = 0) -> Iterator[LedgerEntry]:
        """Iterate over entries in order; no transaction stays open between two of them."""
        while True:
            with self._database.read() as session:
                page = session.execute(
                    _ENTRIES.where(col(EntryRow.position) >= start).limit(BATCH)
                ).all()
            for row in page:
                yield LedgerEntry(*row)
            if len(page) < BATCH:
                return
            start = page[-1].position + 1

    def verify(self) -> int:
        """Recompute everything: leaves, tiles, root and checkpoint signatures.

        Returns:
            The size that verified.

        Raises:
            LedgerError: With ``metadata["position"]`` naming the first bad entry or size.
        """
        with self._database.read() as session:
            return LedgerAudit(session, self._origin, self._signer.verifier_key).run()

    def _waiting(self) -> bool:
        # Asked in a read, so that readers of the ledger do not queue behind writers for nothing.
        with self._database.read() as session:
            return session.scalar(select(col(OutboxRow.id)).limit(1)) is not None

    def _integrate_batch(self) -> int:
        with self._database.write() as session:
            take_lock(session, Lock.SEQUENCER)
            waiting = sorted(session.connection().execute(_TAKE), key=itemgetter(0))
            if not waiting:  # Another sequencer was faster.
                return 0
            tree = _restore(session)
            entries = []
            for _, tenant, event_id, data in waiting:
                place = {"position": tree.size, "tenant": tenant}
                entries.append(place | {"event_id": event_id, "data": data})
                tree.append(leaf_hash(data))
            insert_rows(session, EntryRow, *entries)
            _store_tiles(session, tree)
            signed = sign_checkpoint(self._origin, tree.size, tree.root(), [self._signer])
            row = {"origin": signed.origin, "size": signed.size, "root": signed.root}
            insert_rows(session, CheckpointRow, row | {"note": signed.note})
        return len(waiting)


def _head(session: Session) -> Checkpoint | None:
    newest = select(CheckpointRow).order_by(col(CheckpointRow.size).desc()).limit(1)
    row = session.scalars(newest).one_or_none()
    return None if row is None else Checkpoint(row.origin, row.size, row.root, row.note)


def _tiles(session: Session) -> GetTile:
    def get(level: int, number: int) -> bytes:
        data = session.scalar(
            select(cast(col(TileRow.data), LargeBinary)).where(
                col(TileRow.level) == level, col(TileRow.number) == number
            )
        )
        return data or b""

    return get


def _reader(session: Session, size: int) -> TileReader:
    head = session.scalar(select(func.max(col(CheckpointRow.size)))) or 0
    if size > head:
        raise InputError(f"The log has {head} entries, so there is no proof for {size}.")
    return TileReader(_tiles(session))


def _restore(session: Session) -> Tree:
    head = _head(session)
    if head is None:
        return Tree()
    tree = Tree.restore(head.size, _tiles(session))
    if tree.root() != head.root:
        # Signing on top would cover up what somebody did to the log.
        raise LedgerError(
            f"The tiles of the log are not those of its checkpoint at size {head.size}.",
            metadata={"position": str(head.size)},
        )
    return tree


def _store_tiles(session: Session, tree: Tree) -> None:
    tiles = tree.take()
    connection = session.connection()
    connection.execute(
        _DROP_TILE, [{"of_level": tile.level, "of_number": tile.index} for tile in tiles]
    )
    insert_rows(
        session,
        TileRow,
        *({"level": tile.level, "number": tile.index, "data": tile.data} for tile in tiles),
    )
