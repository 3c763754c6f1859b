from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.congruence.builders import (
    RIGHTS,
    TENANT,
    make_asset,
    make_blob,
    make_fingerprints,
    make_work,
)
from tests.congruence.registry import add, change, register, remove, restore, withdraw

from raisonne.index.ports import LogHead
from raisonne.rights.fingerprint import (
    ChangeOperation,
    Fingerprint,
    FingerprintChange,
    FingerprintKind,
    WorkFingerprint,
)
from raisonne.rights.statement import ReservationKind, RightsStatement, reservation_bits
from raisonne.rights.work import Work, WorkState
from raisonne.storage.engine import Database
from raisonne.storage.fingerprint_log import SqlFingerprintLog
from raisonne.storage.transactions import SqlTransactions

RESERVED = reservation_bits(RIGHTS.reservations)
PDQ = "pdq-256-v1"
ADD, REMOVE = ChangeOperation.ADD, ChangeOperation.REMOVE


@pytest.fixture
def log(database: Database) -> SqlFingerprintLog:
    return SqlFingerprintLog(database)


def in_force(log: SqlFingerprintLog, algorithm: str = PDQ) -> dict[int, WorkFingerprint]:
    """What is in force now, by id."""
    found = log.in_force(
        TENANT, algorithm, log.head().sequence, after=0, until=10**9, limit=1_000_000
    )
    assert [each.id for each in found] == sorted(each.id for each in found)
    return {each.id: each for each in found}


def test_an_empty_log_is_at_0(log: SqlFingerprintLog) -> None:
    assert log.head() == LogHead(0, 0)
    assert log.mark(0) == 0
    assert log.mark(1) is None
    assert log.changes(TENANT, 0, 10) == ()
    assert log.algorithms(TENANT) == ()
    assert log.in_force(TENANT, PDQ, 0, after=0, until=10, limit=10) == ()


def test_changes_hold_the_fingerprints_in_order(
    log: SqlFingerprintLog, transactions: SqlTransactions
) -> None:
    register(transactions, 0)
    changes = log.changes(TENANT, 0, 10)
    assert changes == tuple(
        FingerprintChange(
            sequence,
            ADD,
            WorkFingerprint(
                sequence, TENANT, "works/000000", "assets/000000", fingerprint, RESERVED
            ),
        )
        for sequence, fingerprint in enumerate(make_fingerprints(0), start=1)
    )
    assert log.head().sequence == 3
    assert log.changes(TENANT, 1, 1) == changes[1:2]


def test_tenants_have_logs_of_their_own(
    log: SqlFingerprintLog, transactions: SqlTransactions
) -> None:
    for number, tenant in enumerate(["b", "a", "b", "ä", "B"]):
        register(transactions, number, tenant=tenant)
    assert [change.sequence for change in log.changes("b", 0, 99)] == [1, 2, 3, 7, 8, 9]
    assert {change.entry.tenant for change in log.changes("b", 0, 99)} == {"b"}
    assert [each.work for each in log.in_force("b", PDQ, 99, after=0, until=99, limit=9)] == [
        "works/000000",
        "works/000002",
    ]
    assert log.changes("nobody", 0, 99) == ()
    assert log.head().sequence == 15


def test_algorithms_are_those_that_a_tenant_ever_had(
    log: SqlFingerprintLog, transactions: SqlTransactions
) -> None:
    work = register(transactions, 0)
    register(transactions, 1)
    new = Fingerprint(FingerprintKind.EMBEDDING, "a-v1", b"\x01\x02")
    add(transactions, work, new)
    remove(transactions, work, "a-v1")
    register(transactions, 2, [new], tenant="other")
    assert log.algorithms(TENANT) == (
        ("a-v1", FingerprintKind.EMBEDDING),
        ("orb-v1", FingerprintKind.LOCAL),
        (PDQ, FingerprintKind.PERCEPTUAL),
        ("sha256-v1", FingerprintKind.EXACT),
    )
    assert log.algorithms("other") == (("a-v1", FingerprintKind.EMBEDDING),)


def test_marks_tell_one_log_from_another(
    log: SqlFingerprintLog, transactions: SqlTransactions
) -> None:
    register(transactions, 0)
    first = log.head()
    register(transactions, 1)
    second = log.head()
    assert first.mark != second.mark
    assert {log.mark(sequence) for sequence in (1, 2, 3)} == {first.mark}
    assert log.mark(6) == second.mark
    assert log.mark(7) is None
    assert 0 < first.mark < 2**63


def test_what_is_removed_is_told_without_its_value(
    log: SqlFingerprintLog, transactions: SqlTransactions
) -> None:
    work = register(transactions, 0)
    remove(transactions, work, PDQ)
    (removed,) = log.changes(TENANT, 3, 10)
    assert removed.operation is REMOVE
    assert removed.entry.id == 2
    assert removed.entry.fingerprint == Fingerprint(FingerprintKind.PERCEPTUAL, PDQ, b"", 87)


def test_pages_of_what_is_in_force(log: SqlFingerprintLog, transactions: SqlTransactions) -> None:
    works = [register(transactions, number) for number in range(5)]
    withdraw(transactions, works[1])

    def ids(revision: int, *, after: int = 0, until: int = 99, limit: int = 9) -> list[int]:
        found = log.in_force(TENANT, PDQ, revision, after=after, until=until, limit=limit)
        return [each.id for each in found]

    assert ids(15) == [2, 5, 8, 11, 14]
    assert ids(18) == [2, 8, 11, 14]
    assert ids(18, limit=2) == [2, 8]
    assert ids(18, after=8, limit=2) == [11, 14]
    assert ids(18, after=2, until=11) == [8, 11]
    assert ids(18, after=14) == []
    assert ids(10) == [2, 5, 8]
    assert ids(11) == [2, 5, 8, 11]
    assert ids(0) == []


def test_what_is_in_force_is_what_the_changes_lead_to(
    log: SqlFingerprintLog, transactions: SqlTransactions
) -> None:
    chance = random.Random(1908)
    works = [register(transactions, number) for number in range(12)]
    for _ in range(60):
        place = chance.randrange(len(works))
        work = works[place]
        turn = chance.randrange(4)
        if turn == 0:
            remove(transactions, work, *chance.sample([PDQ, "orb-v1"], chance.randrange(1, 3)))
        elif turn == 1:
            add(transactions, work, *make_fingerprints(place))
        else:
            other = WorkState.WITHDRAWN if work.state == "REGISTERED" else WorkState.REGISTERED
            kinds = chance.sample(list(ReservationKind), chance.randrange(3))
            rights = RightsStatement(reservations=frozenset(kinds))
            state = other if turn == 2 else work.state
            works[place] = change(transactions, work, state=state, rights=rights)
    changes = log.changes(TENANT, 0, 10_000)
    reserved = {work.name: reservation_bits(work.rights.reservations) for work in works}
    assert all(each.entry.reserved == reserved[each.entry.work] for each in changes)
    counting: dict[int, WorkFingerprint] = {}
    for each in changes:
        if each.operation is ADD:
            counting[each.entry.id] = each.entry
        else:
            counting.pop(each.entry.id, None)
        found = log.in_force(TENANT, PDQ, each.sequence, after=0, until=10**6, limit=99)
        assert {entry.id: entry for entry in found} == {
            number: entry
            for number, entry in counting.items()
            if entry.fingerprint.algorithm == PDQ
        }


@pytest.mark.parametrize(
    ("kinds", "announced"),
    [
        ({ReservationKind.STYLE, ReservationKind.TDM}, True),
        (set(), True),
        ({ReservationKind.STYLE}, False),
    ],
)
def test_a_change_of_what_is_reserved_is_announced(
    log: SqlFingerprintLog,
    transactions: SqlTransactions,
    kinds: set[ReservationKind],
    announced: bool,
) -> None:
    register(transactions, 1)
    work = register(transactions, 0)
    remove(transactions, work, "orb-v1")
    head = log.head().sequence
    rights = RightsStatement(reservations=frozenset(kinds))
    change(transactions, work, rights=rights, title="Another")
    changes = log.changes(TENANT, head, 10)
    assert [(each.operation, each.entry.id, each.entry.reserved) for each in changes] == [
        (ADD, number, reservation_bits(kinds)) for number in (4, 5) if announced
    ]
    assert in_force(log)[5].reserved == reservation_bits(kinds)


def test_a_withdrawn_work_announces_what_it_reserves_when_it_returns(
    log: SqlFingerprintLog, transactions: SqlTransactions
) -> None:
    work = withdraw(transactions, register(transactions, 0))
    head = log.head().sequence
    changed = change(transactions, work, rights=RightsStatement())
    assert log.head().sequence == head
    restore(transactions, changed)
    changes = log.changes(TENANT, head, 10)
    assert [(each.operation, each.entry.reserved) for each in changes] == [(ADD, 0)] * 3


def test_a_rolled_back_transaction_leaves_nothing(
    log: SqlFingerprintLog, transactions: SqlTransactions
) -> None:
    with pytest.raises(ZeroDivisionError):
        _register_and_fail(transactions)
    register(transactions, 1)
    assert {each.entry.work for each in log.changes(TENANT, 0, 10)} == {"works/000001"}


def test_a_reader_that_follows_misses_nothing_while_many_write(
    log: SqlFingerprintLog, transactions: SqlTransactions
) -> None:
    """Sequences become visible in order, so a reader never has to look back."""
    seen: list[FingerprintChange] = []
    done = threading.Event()

    def follow() -> None:
        while not done.is_set() or log.head().sequence > (seen[-1].sequence if seen else 0):
            seen.extend(log.changes(TENANT, seen[-1].sequence if seen else 0, 1_000))

    def write(number: int) -> Work:
        return register(transactions, number)

    with ThreadPoolExecutor(5) as pool:
        reader = pool.submit(follow)
        list(pool.map(write, range(60)))
        done.set()
        reader.result()
    assert len(seen) == 60 * 3
    assert len({each.entry.id for each in seen}) == 60 * 3


def _register_and_fail(transactions: SqlTransactions) -> None:
    with transactions.write() as transaction:
        transaction.assets.add(make_asset(0), make_blob(0))
        transaction.works.add(make_work(0), make_fingerprints(0))
        raise ZeroDivisionError
