from __future__ import annotations

import pytest
from sqlalchemy import text

from raisonne.rights.errors import StorageError
from raisonne.storage.engine import Database


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_entry SET tenant = 'other'", "DELETE FROM audit_entry"],
)
def test_entries_can_be_added_and_not_changed(database: Database, statement: str) -> None:
    with database.write() as session:
        session.connection().execute(
            text("INSERT INTO audit_entry VALUES (0, 'gallery', 'events/1', :data)"),
            {"data": b"{}"},
        )
    with pytest.raises(StorageError) as raised, database.write() as session:
        session.connection().execute(text(statement))
    assert "append-only" in str(raised.value.__cause__)


def test_postgresql_refuses_to_truncate_entries(database: Database) -> None:
    if database.is_sqlite:
        return  # It has no TRUNCATE.
    with pytest.raises(StorageError) as raised, database.write() as session:
        session.connection().execute(text("TRUNCATE audit_entry"))
    assert "append-only" in str(raised.value.__cause__)
