from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.congruence.builders import TENANT, make_asset, make_blob, make_fingerprints, make_work

from raisonne.rights.fingerprint import ChangeOperation, FingerprintChange, WorkFingerprint
from raisonne.storage.engine import Database
from raisonne.storage.fingerprint_log import SqlFingerprintLog
from raisonne.storage.transactions import SqlTransactions


def register(transactions: SqlTransactions, number: int) -> None:
    with transactions.write() as transaction:
        transaction.assets.add(make_asset(number), make_blob(number))
        transaction.works.add(make_work(number), make_fingerprints(number))


def test_an_empty_log_is_at_0(database: Database) -> None:
    log = SqlFingerprintLog(database)
    assert log.head() == 0
    assert log.changes(0, 10) == ()


def test_changes_hold_the_fingerprints_in_order(
    database: Database, transactions: SqlTransactions
) -> None:
    register(transactions, 0)
    log = SqlFingerprintLog(database)
    changes = log.changes(0, 10)
    assert changes == tuple(
        FingerprintChange(
            sequence,
            ChangeOperation.ADD,
            WorkFingerprint(sequence, TENANT, "works/000000", "assets/000000", fingerprint),
        )
        for sequence, fingerprint in enumerate(make_fingerprints(0), start=1)
    )
    assert log.head() == 3
    assert log.changes(1, 1) == changes[1:2]


def test_a_rolled_back_transaction_leaves_nothing(
    database: Database, transactions: SqlTransactions
) -> None:
    with pytest.raises(ZeroDivisionError):
        _register_and_fail(transactions)
    register(transactions, 1)
    changes = SqlFingerprintLog(database).changes(0, 10)
    assert {change.entry.work for change in changes} == {"works/000001"}


def test_a_reader_that_follows_misses_nothing_while_many_write(
    database: Database, transactions: SqlTransactions
) -> None:
    """Sequences become visible in order, so a reader never has to look back."""
    log = SqlFingerprintLog(database)
    seen: list[FingerprintChange] = []
    done = threading.Event()

    def follow() -> None:
        while not done.is_set() or log.head() > (seen[-1].sequence if seen else 0):
            seen.extend(log.changes(seen[-1].sequence if seen else 0, 1_000))

    with ThreadPoolExecutor(5) as pool:
        reader = pool.submit(follow)
        list(pool.map(lambda number: register(transactions, number), range(60)))
        done.set()
        reader.result()
    assert len(seen) == 60 * 3
    assert len({change.entry.id for change in seen}) == 60 * 3


def _register_and_fail(transactions: SqlTransactions) -> None:
    with transactions.write() as transaction:
        transaction.assets.add(make_asset(0), make_blob(0))
        transaction.works.add(make_work(0), make_fingerprints(0))
        raise ZeroDivisionError
