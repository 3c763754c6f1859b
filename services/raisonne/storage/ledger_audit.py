"""Recomputing the whole log from its entries, and naming the first place that differs."""

from __future__ import annotations

from typing import NoReturn

from sqlalchemy import LargeBinary, Row, Text, cast, select
from sqlmodel import Session, col, func

from raisonne.ledger.checkpoint import verify_note
from raisonne.ledger.entry import decode_entry
from raisonne.ledger.tree import HASH_SIZE, TILE_WIDTH, Tile, Tree, edge_tiles, leaf_hash
from raisonne.rights.errors import LedgerError
from raisonne.rights.ledger import Checkpoint
from raisonne.storage.tables import CheckpointRow, EntryRow, TileRow

# Whoever alters an SQLite file can store any type in any column; what is compared is bytes.
_ENTRIES = (
    select(
        col(EntryRow.position),
        col(EntryRow.tenant),
        col(EntryRow.event_id),
        cast(col(EntryRow.data), LargeBinary),
    )
    .order_by(col(EntryRow.position))
    .limit(TILE_WIDTH)
)
_CHECKPOINTS = select(
    col(CheckpointRow.origin),
    col(CheckpointRow.size),
    cast(col(CheckpointRow.root), LargeBinary),
    cast(col(CheckpointRow.note), Text),
)


class LedgerAudit:
    """One pass over the log, from the first entry to the last.

    Args:
        session: A transaction that sees one snapshot.
        origin: Name of the log.
        verifier_key: Key that the checkpoints are signed by.
    """

    def __init__(self, session: Session, origin: str, verifier_key: str) -> None:
        self._session = session
        self._origin = origin
        self._verifier_key = verifier_key
        self._tree = Tree()
        self._checkpoints = 0

    def run(self) -> int:
        """Compare every entry, tile and checkpoint with what the entries before it make of them.

        Returns:
            The number of entries.

        Raises:
            LedgerError: With ``metadata["position"]`` naming the first bad entry or size.
        """
        while self._check_page():
            pass
        self._check_extent()
        return self._tree.size

    def _check_page(self) -> bool:
        """Check the entries under the next tile of level 0; False when they were the last."""
        start = self._tree.size
        leaves = self._stored_tile(0, start // TILE_WIDTH)
        signed = self._stored_checkpoints(start)
        page = self._session.execute(_ENTRIES.where(col(EntryRow.position) >= start)).all()
        for at, entry in enumerate(page):
            self._check_entry(leaves[at * HASH_SIZE : (at + 1) * HASH_SIZE], entry)
            if self._tree.size in signed:
                self._check_checkpoint(signed[self._tree.size])
        for tile in self._tree.take():
            self._check_tile(tile)
        return len(page) == TILE_WIDTH

    def _check_entry(self, stored: bytes, entry: Row[int, str, str, bytes]) -> None:
        expected = self._tree.size
        position, tenant, event_id, data = entry
        if position != expected:
            _fail(expected, "The entry is missing.")
        leaf = leaf_hash(data)
        if leaf != stored:
            _fail(expected, "The entry and its hash in the log differ.")
        try:
            event = decode_entry(data)
        except LedgerError as error:
            _fail(expected, error.message, error)
        if (event.tenant, event.id) != (tenant, event_id):
            _fail(expected, "The columns that the entry is found by are not what it says.")
        self._tree.append(leaf)

    def _check_checkpoint(self, stored: Checkpoint) -> None:
        size = self._tree.size
        try:
            signed = verify_note(stored.note, [self._verifier_key])
        except LedgerError as error:
            _fail(size, error.message, error)
        if signed != stored or signed.origin != self._origin:
            _fail(size, "The checkpoint's columns are not what was signed.")
        if signed.root != self._tree.root():
            _fail(size, "The entries do not have the root that was signed.")
        self._checkpoints += 1

    def _check_tile(self, tile: Tile) -> None:
        stored = self._stored_tile(tile.level, tile.index)
        # A tile that is not full yet is the beginning of the one that is stored.
        full = len(tile.data) == TILE_WIDTH * HASH_SIZE
        if stored == tile.data if full else stored.startswith(tile.data):
            return
        hashes = range(0, len(tile.data), HASH_SIZE)
        equal = [tile.data[at : at + HASH_SIZE] == stored[at : at + HASH_SIZE] for at in hashes]
        first = tile.index * TILE_WIDTH + [*equal, False].index(False)
        _fail(
            first * TILE_WIDTH**tile.level,
            f"A hash of level {tile.level} is not that of the entries below it.",
        )

    def _check_extent(self) -> None:
        """Check that nothing is stored beyond what the entries account for, or is missing."""
        size = self._tree.size
        newest = self._session.scalar(select(func.max(col(CheckpointRow.size)))) or 0
        if newest > size:
            _fail(size, "The entry is missing.")
        if newest < size:
            _fail(newest, "No checkpoint speaks of the entry.")
        edges = list(edge_tiles(size))
        for level, index, width in edges:
            if width and len(self._stored_tile(level, index)) != width * HASH_SIZE:
                _fail(size, f"The last tile of level {level} has another width.")
        tiles = sum(index + bool(width) for _, index, width in edges)
        if self._count(TileRow) != tiles or self._count(CheckpointRow) != self._checkpoints:
            _fail(size, "There are tiles or checkpoints that belong to no entries.")

    def _count(self, table: type[TileRow | CheckpointRow]) -> int:
        return self._session.scalar(select(func.count()).select_from(table)) or 0

    def _stored_tile(self, level: int, number: int) -> bytes:
        data = self._session.scalar(
            select(cast(col(TileRow.data), LargeBinary)).where(
                col(TileRow.level) == level, col(TileRow.number) == number
            )
        )
        return data or b""

    def _stored_checkpoints(self, start: int) -> dict[int, Checkpoint]:
        size = col(CheckpointRow.size)
        rows = self._session.execute(_CHECKPOINTS.where(size > start, size <= start + TILE_WIDTH))
        return {row.size: Checkpoint(*row) for row in rows}


def _fail(position: int, problem: str, cause: Exception | None = None) -> NoReturn:
    raise LedgerError(
        f"The ledger does not verify at {position}: {problem}",
        metadata={"position": str(position)},
    ) from cause
