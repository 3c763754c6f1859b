from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from tests.congruence.builders import TENANT, make_asset, make_blob, make_fingerprints, make_work
from tests.congruence.registry import add, register, remove, withdraw

from raisonne.app.fingerprints import FingerprintedWork
from raisonne.rights.fingerprint import ChangeOperation, Fingerprint, FingerprintKind
from raisonne.storage.engine import Database
from raisonne.storage.fingerprint_log import SqlFingerprintLog
from raisonne.storage.transactions import SqlTransactions

HELD = frozenset(each.algorithm for each in make_fingerprints())
NEW = Fingerprint(FingerprintKind.EMBEDDING, "new-v1", b"\x00\x3c", 50)


def held(transactions: SqlTransactions) -> dict[str, frozenset[str]]:
    with transactions.read() as transaction:
        return {
            each.work: each.algorithms for each in transaction.fingerprints.held(TENANT, limit=9)
        }


def last_changes(database: Database) -> list[tuple[str, str]]:
    """Work and algorithm of each fingerprint whose last change is an ADD."""
    last = {
        change.entry.id: change for change in SqlFingerprintLog(database).changes(TENANT, 0, 1_000)
    }
    return sorted(
        (change.entry.work, change.entry.fingerprint.algorithm)
        for change in last.values()
        if change.operation is ChangeOperation.ADD
    )


def test_registered_works_are_listed_in_pages_with_what_they_are_found_by(
    transactions: SqlTransactions,
) -> None:
    works = [register(transactions, number) for number in range(3)]
    gone = register(transactions, 3)
    withdraw(transactions, gone)
    register(transactions, 4, tenant="other")
    with transactions.write() as transaction:
        transaction.assets.add(make_asset(5), make_blob(5))
        transaction.works.add(make_work(5), ())
    with transactions.read() as transaction:
        store = transaction.fingerprints
        first = store.held(TENANT, limit=2)
        rest = store.held(TENANT, limit=2, after=first[-1].work)
        assert store.held(TENANT, limit=2, after=rest[-1].work) == ()
        assert store.held("nobody", limit=2) == ()
    expected = [FingerprintedWork(work.name, work.asset, work.sha256, HELD) for work in works]
    assert [*first, *rest[:1]] == expected
    assert (rest[1].work, rest[1].algorithms) == ("works/000005", frozenset())


def test_works_that_lack_any_of_some_algorithms_are_counted_once(
    transactions: SqlTransactions,
) -> None:
    works = [register(transactions, number) for number in range(3)]
    withdraw(transactions, works[2])
    register(transactions, 4, tenant="other")
    add(transactions, works[0], NEW)
    with transactions.read() as transaction:
        store = transaction.fingerprints
        assert store.lacking(TENANT, HELD) == 0
        assert store.lacking(TENANT, HELD | {"new-v1"}) == 1
        assert store.lacking(TENANT, ["new-v1", "new-v1"]) == 1
        assert store.lacking(TENANT, ["new-v1", "newer-v1"]) == 2
        assert store.lacking(TENANT, []) == 0
        assert store.lacking("nobody", HELD) == 0


def test_only_what_is_lacking_is_added_and_only_once(
    database: Database, transactions: SqlTransactions
) -> None:
    work, other = register(transactions, 0), register(transactions, 1)
    assert add(transactions, work, *make_fingerprints(0), NEW) == ("new-v1",)
    assert add(transactions, work, NEW) == ()
    assert held(transactions) == {work.name: HELD | {"new-v1"}, other.name: HELD}
    (change,) = SqlFingerprintLog(database).changes(TENANT, 6, 10)
    assert (change.operation, change.entry.fingerprint) == (ChangeOperation.ADD, NEW)
    assert (change.entry.work, change.entry.asset) == (work.name, work.asset)


def test_what_is_removed_is_out_of_force_and_returns_as_it_was(
    database: Database, transactions: SqlTransactions
) -> None:
    work = register(transactions, 0)
    assert remove(transactions, work, "orb-v1", "unknown-v1") == ("orb-v1",)
    assert remove(transactions, work, "orb-v1") == ()
    assert held(transactions) == {work.name: HELD - {"orb-v1"}}
    assert add(transactions, work, *make_fingerprints(0)) == ("orb-v1",)
    assert held(transactions) == {work.name: HELD}
    changes = SqlFingerprintLog(database).changes(TENANT, 3, 10)
    assert [change.operation for change in changes] == ["REMOVE", "ADD"]
    assert len({change.entry.id for change in changes}) == 1


def test_a_withdrawn_work_is_left_alone(database: Database, transactions: SqlTransactions) -> None:
    work = register(transactions, 0)
    withdraw(transactions, work)
    head = SqlFingerprintLog(database).head()
    assert add(transactions, work, NEW) == ()
    assert remove(transactions, work, "orb-v1") == ()
    assert add(transactions, replace(work, tenant="other"), NEW) == ()
    assert SqlFingerprintLog(database).head() == head


def test_a_refreshed_work_leaves_with_all_its_fingerprints(
    database: Database, transactions: SqlTransactions
) -> None:
    work = register(transactions, 0)
    add(transactions, work, NEW)
    remove(transactions, work, "orb-v1")
    withdraw(transactions, work)
    assert last_changes(database) == []


def test_two_that_refresh_at_once_add_once(
    database: Database, transactions: SqlTransactions
) -> None:
    works = [register(transactions, number) for number in range(20)]
    together = threading.Barrier(4)

    def refresh() -> int:
        together.wait()
        return sum(len(add(transactions, work, NEW)) for work in works)

    with ThreadPoolExecutor(4) as pool:
        added = [future.result() for future in [pool.submit(refresh) for _ in range(4)]]
    assert sum(added) == len(works)
    assert len(last_changes(database)) == 4 * len(works)


def test_what_is_in_force_is_counted_as_of_any_revision(
    database: Database, transactions: SqlTransactions
) -> None:
    first, _ = register(transactions, 0), register(transactions, 1)
    log = SqlFingerprintLog(database)
    both = log.head().sequence
    withdraw(transactions, first)
    one = log.head().sequence
    add(transactions, make_work(1), NEW)
    newest = log.head().sequence
    with transactions.read() as transaction:
        counts = transaction.fingerprints.counts
        assert counts(TENANT, 0) == {}
        assert counts(TENANT, both) == dict.fromkeys(HELD, 2)
        assert counts(TENANT, one) == dict.fromkeys(HELD, 1)
        assert counts(TENANT, newest) == dict.fromkeys(HELD, 1) | {"new-v1": 1}
        assert counts("nobody", newest) == {}
    for algorithm, _ in log.algorithms(TENANT):
        held = log.in_force(TENANT, algorithm, newest, after=0, until=99, limit=99)
        assert len(held) == 1
