from __future__ import annotations

from contextlib import closing

import pytest
from sqlalchemy import text
from tests.congruence.builders import make_asset, make_blob

from raisonne.rights.errors import InputError, Reason, StorageError
from raisonne.storage.engine import Database, open_database
from raisonne.storage.migrate import upgrade
from raisonne.storage.transactions import SqlTransactions


def test_a_number_that_does_not_fit_is_refused(transactions: SqlTransactions) -> None:
    with pytest.raises(InputError, match="too large"), transactions.write() as transaction:
        transaction.assets.add(make_asset(size_bytes=2**70), make_blob())


@pytest.mark.parametrize("changes", [{"origin": "FOUND"}, {"sha256": None}])
def test_a_row_that_the_tables_forbid_is_our_mistake(
    database: Database, changes: dict[str, str | None]
) -> None:
    columns = {
        **dict.fromkeys(
            ("tenant", "name", "sha256", "pixel_sha256", "media_type", "location"), "x"
        ),
        **dict.fromkeys(("size_bytes", "width", "height", "key_version"), 1),
        "origin": "UPLOADED",
        "create_time": "2026-01-01 00:00:00.000000",
        "wrapped_key": b"",
        **changes,
    }
    names = ", ".join(columns)
    values = ", ".join(f":{name}" for name in columns)
    insert = text(f"INSERT INTO asset ({names}) VALUES ({values})")  # noqa: S608
    with pytest.raises(StorageError) as raised, database.write() as session:
        session.connection().execute(insert, columns)
    assert raised.value.reason is Reason.INTERNAL


def test_a_connection_that_breaks_is_told_and_the_next_one_works(database: Database) -> None:
    if database.is_sqlite:
        return  # There is no server.
    kill = text("SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(StorageError, match="cannot be reached"), database.read() as session:
        session.connection().execute(kill)
    with database.read() as session:
        assert session.connection().scalar(text("SELECT 1")) == 1


def test_a_database_that_does_not_exist_is_told(url: str) -> None:
    if url.startswith("sqlite"):
        return  # A new file is made.
    with (
        closing(open_database(url.replace("/test", "/none"))) as database,
        pytest.raises(StorageError, match="refuses the connection") as raised,
    ):
        upgrade(database)
    assert "does not exist" in str(raised.value.__cause__)
