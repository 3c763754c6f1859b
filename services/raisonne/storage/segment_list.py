"""The files of the similarity index that count, as the catalogue lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import LargeBinary, bindparam, delete, select, update
from sqlmodel import Session, col

from raisonne.index.ports import Checkpoint, SegmentRecord
from raisonne.rights.errors import ConflictError
from raisonne.rights.fingerprint import FingerprintKind
from raisonne.storage.columns import insert_rows
from raisonne.storage.engine import Database
from raisonne.storage.tables import IndexCheckpointRow, SegmentRow


class SqlSegmentList:
    """``SegmentList``; each call is its own transaction.

    Args:
        database: Where it lies.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def checkpoint(self, store: str, tenant: str) -> Checkpoint:
        """Return a tenant's files; an empty checkpoint of generation 0 where there is none.

        Args:
            store: Identity of the folder that the files lie in.
            tenant: Whose.
        """
        head = select(col(IndexCheckpointRow.revision), col(IndexCheckpointRow.generation)).where(
            col(IndexCheckpointRow.store) == store, col(IndexCheckpointRow.tenant) == tenant
        )
        segments = (
            select(SegmentRow)
            .where(col(SegmentRow.store) == store, col(SegmentRow.tenant) == tenant)
            .order_by(col(SegmentRow.algorithm), col(SegmentRow.first), col(SegmentRow.name))
        )
        with self._database.read() as session:
            found = session.execute(head).one_or_none()
            if found is None:
                return Checkpoint()
            revision, generation = found
            records = tuple(_record(row) for row in session.scalars(segments))
        return Checkpoint(revision, generation, records)

    def commit(self, store: str, tenant: str, checkpoint: Checkpoint) -> bool:
        """Put a checkpoint in the place of the one whose generation is one less.

        Args:
            store: Identity of the folder that the files lie in.
            tenant: Whose.
            checkpoint: The new one.

        Returns:
            Whether it was; nothing is changed if another one came first.

        Raises:
            ConflictError: If another tenant of the store has a file of the same name.
        """
        with self._database.write() as session:
            if not _advance(session, store, tenant, checkpoint):
                return False
            _replace(session, store, tenant, checkpoint.segments)
        return True

    def names(self, store: str) -> set[str]:
        """Return the names of all listed files."""
        statement = select(col(SegmentRow.name)).where(col(SegmentRow.store) == store)
        with self._database.read() as session:
            return set(session.scalars(statement))


def _advance(session: Session, store: str, tenant: str, checkpoint: Checkpoint) -> bool:
    """Write a checkpoint's head, unless another one has come first."""
    key = {"store": store, "tenant": tenant}
    head = {"revision": checkpoint.revision, "generation": checkpoint.generation}
    if checkpoint.generation == 1:
        try:
            with session.begin_nested():
                insert_rows(session, IndexCheckpointRow, key | head)
        except ConflictError:
            return False
        return True
    changed = session.connection().execute(
        update(IndexCheckpointRow)
        .where(
            col(IndexCheckpointRow.store) == store,
            col(IndexCheckpointRow.tenant) == tenant,
            col(IndexCheckpointRow.generation) == checkpoint.generation - 1,
        )
        .values(**head)
    )
    return changed.rowcount == 1


def _replace(session: Session, store: str, tenant: str, segments: Sequence[SegmentRecord]) -> None:
    of_tenant = (col(SegmentRow.store) == store, col(SegmentRow.tenant) == tenant)
    stored = set(session.scalars(select(col(SegmentRow.name)).where(*of_tenant)))
    gone = stored - {each.name for each in segments}
    connection = session.connection()
    if gone:
        connection.execute(delete(SegmentRow).where(*of_tenant, col(SegmentRow.name).in_(gone)))
    kept = [
        {"of_name": each.name, "new_marks": each.marks} for each in segments if each.name in stored
    ]
    if kept:
        # Marks that are equal are not written again: there may be megabytes of them.
        marks = bindparam("new_marks", type_=LargeBinary)
        changed = (*of_tenant, col(SegmentRow.name) == bindparam("of_name"))
        connection.execute(
            update(SegmentRow).where(*changed, col(SegmentRow.marks) != marks).values(marks=marks),
            kept,
        )
    new = [_values(store, tenant, each) for each in segments if each.name not in stored]
    if new:
        insert_rows(session, SegmentRow, *new)


def _values(store: str, tenant: str, segment: SegmentRecord) -> dict[str, Any]:
    values = {each.name: getattr(segment, each.name) for each in fields(segment)}
    return values | {"store": store, "tenant": tenant, "kind": segment.kind.value}


def _record(row: SegmentRow) -> SegmentRecord:
    values = {each.name: getattr(row, each.name) for each in fields(SegmentRecord)}
    return SegmentRecord(**values | {"kind": FingerprintKind(row.kind)})
