from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.congruence.builders import TENANT, make_asset, make_blob, make_work

from raisonne.rights.errors import ConflictError, StorageError
from raisonne.storage.engine import Database, open_database
from raisonne.storage.transactions import SqlTransactions


def test_a_read_sees_one_snapshot(transactions: SqlTransactions) -> None:
    with transactions.read() as reader:
        assert reader.works.count(TENANT) == 0
        with transactions.write() as writer:
            writer.works.add(make_work(), ())
            writer.assets.add(make_asset(), make_blob())
        assert reader.works.count(TENANT) == 0
    with transactions.read() as reader:
        assert reader.works.count(TENANT) == 1


def test_a_transaction_sees_what_it_wrote(transactions: SqlTransactions) -> None:
    with transactions.write() as transaction:
        transaction.assets.add(make_asset(), make_blob())
        assert transaction.assets.get(TENANT, make_asset().name) == make_asset()


def test_a_read_cannot_write(transactions: SqlTransactions) -> None:
    with (
        pytest.raises(StorageError, match="cannot be written"),
        transactions.read() as transaction,
    ):
        transaction.assets.add(make_asset(), make_blob())
    with transactions.write() as transaction:
        transaction.assets.add(make_asset(), make_blob())


def test_a_conflict_can_be_caught_where_it_happens(transactions: SqlTransactions) -> None:
    with transactions.write() as transaction:
        transaction.assets.add(make_asset(), make_blob())
    with transactions.write() as transaction, pytest.raises(ConflictError):
        transaction.assets.add(make_asset(), make_blob())


def test_a_lock_that_is_held_too_long_is_told(url: str) -> None:
    first = open_database(url)
    second = open_database(url, lock_timeout=timedelta(milliseconds=50))
    with first.write() as holder:
        holds = "SELECT 1" if first.is_sqlite else "LOCK TABLE asset IN EXCLUSIVE MODE"
        holder.connection().execute(text(holds))
        with (
            pytest.raises(StorageError, match="locked by another") as raised,
            SqlTransactions(second).write() as transaction,
        ):
            transaction.assets.add(make_asset(), make_blob())
    assert raised.value.__cause__ is not None
    with SqlTransactions(second).write() as transaction:
        transaction.assets.add(make_asset(), make_blob())
    first.close()
    second.close()


def test_a_write_within_a_write_is_told_and_does_not_hang(tmp_path: Path) -> None:
    database = open_database(
        f"sqlite:///{tmp_path / 'catalogue.db'}", lock_timeout=timedelta(milliseconds=50)
    )
    with database.write(), pytest.raises(StorageError, match="locked by another"):
        _write(database)
    _write(database)
    database.close()


def _write(database: Database) -> None:
    with database.write():
        pass


def test_writers_wait_for_one_another(transactions: SqlTransactions) -> None:
    """Read, decide, write: no update of eight threads is lost."""
    with transactions.write() as transaction:
        transaction.assets.add(make_asset(), make_blob())
        transaction.works.add(make_work(), ())

    def rename() -> None:
        for _ in range(5):
            done = False
            while not done:
                done = attempt()

    def attempt() -> bool:
        with transactions.read() as transaction:
            work = transaction.works.get(TENANT, make_work().name)
        assert work is not None
        try:
            with transactions.write() as transaction:
                transaction.works.replace(make_work(revision=work.revision + 1))
        except ConflictError:
            return False
        return True

    threads = [threading.Thread(target=rename) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transactions.read() as transaction:
        work = transaction.works.get(TENANT, make_work().name)
    assert work is not None
    assert work.revision == 1 + 8 * 5
