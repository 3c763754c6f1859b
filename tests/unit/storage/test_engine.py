from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from raisonne.rights.errors import ConfigError, StorageError
from raisonne.storage.engine import open_database
from raisonne.storage.migrate import upgrade


@pytest.mark.parametrize(
    "url",
    [
        "",
        "catalogue.db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite+aiosqlite:///catalogue.db",
        "postgresql+psycopg2://host/database",
        "mysql://host/database",
        "nonsense://host/database",
    ],
)
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ConfigError):
        open_database(url)


def test_a_url_that_cannot_be_used_is_not_repeated() -> None:
    with pytest.raises(ConfigError) as raised:
        open_database("mysql://user:hunter2@host/database")
    assert "hunter2" not in str(raised.value)


def test_a_driver_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)  # Python's own mark of "not there".
    with pytest.raises(ConfigError, match=r"raisonne\[postgres\]"):
        open_database("postgresql+psycopg://host/database")


def test_the_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    os.umask(0o022)
    database = open_database(f"sqlite:///{tmp_path / 'catalogue.db'}")
    upgrade(database)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys(["catalogue.db", "catalogue.db-wal", "catalogue.db-shm"], 0o600)
    database.close()


def test_sqlite_is_durable_keeps_references_and_overwrites_what_is_deleted(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'catalogue.db'}")
    with database.read() as session:
        connection = session.connection()
        pragmas = {
            name: connection.scalar(text(f"PRAGMA {name}"))
            for name in (
                "journal_mode",
                "synchronous",
                "foreign_keys",
                "secure_delete",
                "busy_timeout",
            )
        }
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 30_000,
    }
    database.close()


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="folder is missing") as raised:
        open_database(f"sqlite:///{tmp_path / 'none' / 'catalogue.db'}")
    assert isinstance(raised.value.__cause__, FileNotFoundError)


def test_a_file_that_is_no_catalogue_is_told(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    path.write_bytes(b"A letter to my aunt. " * 100)
    with (
        closing(open_database(f"sqlite:///{path}")) as database,
        pytest.raises(StorageError, match="damaged or is no catalogue"),
    ):
        upgrade(database)


def test_a_file_that_vanished_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    database = open_database(f"sqlite:///{folder / 'catalogue.db'}")
    (folder / "catalogue.db").unlink()
    folder.rmdir()
    with pytest.raises(StorageError, match="missing or not accessible"):
        upgrade(database)


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    database = open_database(f"postgresql+psycopg://user:hunter2@/raisonne?host={tmp_path}")
    with pytest.raises(StorageError, match="cannot be reached") as raised:
        upgrade(database)
    assert "hunter2" not in str(raised.value)
