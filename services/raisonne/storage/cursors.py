"""Rows of how far changes were followed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import update
from sqlmodel import Session, col, select

from raisonne.app.work_ports import Cursor
from raisonne.storage.columns import insert_rows
from raisonne.storage.tables import CursorRow


@dataclass(frozen=True, slots=True)
class SqlCursors:
    """``CursorStore`` within one transaction."""

    session: Session

    def get(self, tenant: str, name: str) -> Cursor | None:
        """Return how far it is, or None where it has not begun."""
        row = self.session.exec(
            select(CursorRow).where(col(CursorRow.tenant) == tenant, col(CursorRow.name) == name)
        ).one_or_none()
        return None if row is None else Cursor(row.sequence, row.time)

    def put(self, tenant: str, name: str, cursor: Cursor) -> None:
        """Write how far it is."""
        values = {"sequence": cursor.sequence, "time": cursor.time}
        changed = self.session.exec(
            update(CursorRow)
            .where(col(CursorRow.tenant) == tenant, col(CursorRow.name) == name)
            .values(**values)
        )
        if changed.rowcount == 0:
            insert_rows(self.session, CursorRow, {"tenant": tenant, "name": name, **values})
