from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from raisonne.rights.errors import Reason, StorageError
from raisonne.storage.engine import Database, open_database
from raisonne.storage.errors import translate


def test_a_full_disk_is_told_and_nothing_is_half_written(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'catalogue.db'}")
    with database.write() as session:
        session.connection().execute(text("CREATE TABLE t (data BLOB)"))
    with pytest.raises(StorageError, match="disk that holds the catalogue is full") as raised:
        _fill(database)
    assert raised.value.reason is Reason.STORAGE_UNAVAILABLE
    with database.read() as session:
        assert session.connection().scalar(text("SELECT count(*) FROM t")) == 0
    database.close()


def test_a_mistake_of_ours_is_an_internal_error(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'catalogue.db'}")
    with pytest.raises(StorageError) as raised, database.read() as session:
        session.connection().execute(text("SELECT * FROM none"))
    assert raised.value.reason is Reason.INTERNAL
    database.close()


def test_errors_that_are_no_driver_s_pass() -> None:
    assert translate(ValueError("x")) is None
    assert translate(KeyboardInterrupt()) is None


def _fill(database: Database) -> None:
    with database.write() as session:
        # SQLite meets this limit with the code that a full disk gives it.
        session.connection().execute(text("PRAGMA max_page_count = 8"))
        session.connection().execute(text("INSERT INTO t VALUES (zeroblob(10)), (zeroblob(99999))"))
