from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text
from tests.congruence.builders import TENANT, make_fingerprints
from tests.congruence.registry import add, register, remove, restore, withdraw

from raisonne.index.ports import Erasure
from raisonne.rights.fingerprint import ChangeOperation, Fingerprint, FingerprintKind
from raisonne.rights.work import Work
from raisonne.storage import erasure
from raisonne.storage.engine import Database
from raisonne.storage.erasure import erase, truncate_wal
from raisonne.storage.fingerprint_log import SqlFingerprintLog
from raisonne.storage.tables import METADATA
from raisonne.storage.transactions import SqlTransactions

PDQ = "pdq-256-v1"
ON_SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("url", ["postgresql"], indirect=True)
HELD = frozenset(each.algorithm for each in make_fingerprints())


@pytest.fixture
def log(database: Database) -> SqlFingerprintLog:
    return SqlFingerprintLog(database)


def values(database: Database) -> dict[int, bytes]:
    with database.read() as session:
        return {
            number: bytes(value)
            for number, value in session.connection().execute(
                text("SELECT id, value FROM fingerprint")
            )
        }


def erased(database: Database) -> list[int]:
    return sorted(number for number, value in values(database).items() if not value)


def held(transactions: SqlTransactions) -> dict[str, frozenset[str]]:
    with transactions.read() as transaction:
        works = transaction.fingerprints.held(TENANT, limit=99)
        return {each.work: each.algorithms for each in works}


def files(database: Database) -> bytes:
    """All that SQLite keeps on the disk."""
    path = Path(str(database.engine.url.database))
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


def test_only_what_was_put_out_of_force_in_time_is_erased(
    database: Database, transactions: SqlTransactions, log: SqlFingerprintLog
) -> None:
    works = [register(transactions, number) for number in range(4)]
    foreign = register(transactions, 4, tenant="other")
    withdraw(transactions, works[0])
    restore(transactions, withdraw(transactions, works[1]))
    remove(transactions, works[2], PDQ)
    withdraw(transactions, foreign)
    until = log.head().sequence
    withdraw(transactions, works[3])
    assert log.erase("nobody", until).values == 0
    assert log.erase(TENANT, 0).values == 0
    assert erased(database) == []
    assert log.erase(TENANT, until).values == 4
    assert erased(database) == [1, 2, 3, 8]
    assert log.erase(TENANT, until).values == 0
    assert log.erase(TENANT, log.head().sequence).values == 3
    assert erased(database) == [1, 2, 3, 8, 10, 11, 12]


def test_what_returned_meanwhile_is_not_erased(
    database: Database, transactions: SqlTransactions, log: SqlFingerprintLog
) -> None:
    work = withdraw(transactions, register(transactions, 0))
    until = log.head().sequence
    restore(transactions, work)
    assert log.erase(TENANT, until).values == 0
    assert erased(database) == []


def test_it_is_done_in_batches(
    database: Database,
    transactions: SqlTransactions,
    log: SqlFingerprintLog,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(erasure, "BATCH", 4)
    for number in range(5):
        withdraw(transactions, register(transactions, number))
    assert log.erase(TENANT, log.head().sequence).values == 15
    assert len(erased(database)) == 15


def test_the_index_reads_on_past_what_was_erased(
    transactions: SqlTransactions, log: SqlFingerprintLog
) -> None:
    gone, stays = register(transactions, 0), register(transactions, 1)
    before = log.head().sequence
    withdraw(transactions, gone)
    log.erase(TENANT, log.head().sequence)
    found = log.in_force(TENANT, PDQ, before, after=0, until=99, limit=9)
    assert [each.work for each in found] == [stays.name]
    changes = log.changes(TENANT, 0, 99)
    assert [bool(each.entry.fingerprint.value) for each in changes] == (
        [False] * 3 + [True] * 3 + [False] * 3
    )
    assert log.algorithms(TENANT)[0] == ("orb-v1", FingerprintKind.LOCAL)


def test_a_work_that_returns_lacks_what_was_erased_until_it_is_refreshed(
    database: Database, transactions: SqlTransactions, log: SqlFingerprintLog
) -> None:
    work = register(transactions, 0)
    remove(transactions, work, PDQ)
    log.erase(TENANT, log.head().sequence)
    withdrawn = withdraw(transactions, work)
    restored = restore(transactions, withdrawn)
    assert held(transactions) == {work.name: HELD - {PDQ}}
    head = log.head().sequence
    assert add(transactions, restored, *make_fingerprints(0)) == (PDQ,)
    assert add(transactions, restored, *make_fingerprints(0)) == ()
    (change,) = log.changes(TENANT, head, 9)
    assert (change.operation, change.entry.id) == (ChangeOperation.ADD, 4)
    assert change.entry.fingerprint == make_fingerprints(0)[1]
    assert held(transactions) == {work.name: HELD}
    with transactions.read() as transaction:
        assert transaction.fingerprints.lacking(TENANT, HELD) == 0
    assert erased(database) == [2]


def test_a_row_that_was_erased_gets_no_changes_any_more(
    transactions: SqlTransactions, log: SqlFingerprintLog
) -> None:
    work = register(transactions, 0)
    remove(transactions, work, PDQ)
    log.erase(TENANT, log.head().sequence)
    add(transactions, work, *make_fingerprints(0))
    head = log.head().sequence
    assert remove(transactions, work, PDQ) == (PDQ,)
    assert add(transactions, work, *make_fingerprints(0)) == (PDQ,)
    restore(transactions, withdraw(transactions, work))
    ids = [each.entry.id for each in log.changes(TENANT, head, 99)]
    assert ids == [4, 4, 1, 3, 4, 1, 3, 4]


def test_a_work_may_be_erased_again_and_again(
    transactions: SqlTransactions, log: SqlFingerprintLog
) -> None:
    work = register(transactions, 0)
    for _ in range(3):
        work = withdraw(transactions, work)
        assert log.erase(TENANT, log.head().sequence).values == 3
        work = restore(transactions, work)
        assert held(transactions) == {work.name: frozenset()}
        assert set(add(transactions, work, *make_fingerprints(0))) == HELD
    assert held(transactions) == {work.name: HELD}
    found = log.in_force(TENANT, PDQ, log.head().sequence, after=0, until=99, limit=9)
    assert [each.fingerprint for each in found] == [make_fingerprints(0)[1]]


def make_noise(chance: random.Random) -> list[Fingerprint]:
    """Values of all sizes, some of many pages of a database."""
    sizes = {"pdq": 32, "gist": chance.choice([512, 1_500]), "orb": chance.choice([100, 20_000])}
    return [
        Fingerprint(FingerprintKind.LOCAL, algorithm, chance.randbytes(size))
        for algorithm, size in sizes.items()
    ]


def register_noise(
    transactions: SqlTransactions, count: int
) -> list[tuple[Work, Sequence[Fingerprint]]]:
    chance = random.Random(1863)
    made = [(number, make_noise(chance)) for number in range(count)]
    works = [(register(transactions, number, noise), noise) for number, noise in made]
    chance.shuffle(works)
    return works


def parts(fingerprints: Sequence[Fingerprint]) -> list[bytes]:
    """Beginning, middle and end of each value."""
    cuts = [(each.value, len(each.value) // 2) for each in fingerprints]
    return [
        part for value, half in cuts for part in (value[:12], value[half : half + 12], value[-12:])
    ]


@ON_SQLITE
def test_sqlite_keeps_no_byte_of_what_was_erased(
    database: Database, transactions: SqlTransactions, log: SqlFingerprintLog
) -> None:
    works = register_noise(transactions, 60)
    gone: list[bytes] = []
    for start in range(0, len(works), 20):
        for work, noise in works[start : start + 20]:
            withdraw(transactions, work)
            gone += parts(noise)
        kept = [part for _, noise in works[start + 20 :] for part in parts(noise)[::3]]
        assert all(part in files(database) for part in gone[-9:])
        assert log.erase(TENANT, log.head().sequence) == Erasure(60, "")
        found = files(database)
        assert not any(part in found for part in gone)
        assert all(part in found for part in kept)


@ON_POSTGRESQL
def test_postgresql_dumps_no_byte_of_what_was_erased(
    database: Database, transactions: SqlTransactions, log: SqlFingerprintLog
) -> None:
    works = register_noise(transactions, 20)
    for work, _ in works[:10]:
        withdraw(transactions, work)
    answer = log.erase(TENANT, log.head().sequence)
    assert answer.values == 30
    assert "PostgreSQL" in answer.pending
    with database.read() as session:
        connection = session.connection()
        dump = b"".join(
            field
            for table in METADATA.tables.values()
            for row in connection.execute(select(table))
            for field in row
            if isinstance(field, bytes)
        )
        vacuumed = connection.scalar(
            text("SELECT last_vacuum FROM pg_stat_user_tables WHERE relname = 'fingerprint'")
        )
    assert not any(part in dump for _, noise in works[:10] for part in parts(noise))
    assert all(part in dump for _, noise in works[10:] for part in parts(noise))
    assert vacuumed is not None


@ON_SQLITE
def test_an_open_reader_is_told_and_the_next_erasure_finishes(
    database: Database, transactions: SqlTransactions
) -> None:
    ((work, noise),) = register_noise(transactions, 1)
    with database.read() as session:
        session.connection().execute(text("SELECT count(*) FROM fingerprint")).all()
        withdraw(transactions, work)
        answer = erase(database, TENANT, 99, wait_seconds=0.1)
        assert answer.values == 3
        assert "still open" in answer.pending
        assert not truncate_wal(database, 0)
        assert any(part in files(database) for part in parts(noise))
    assert erase(database, TENANT, 99) == Erasure(0, "")
    assert not any(part in files(database) for part in parts(noise))


def test_a_value_is_erased_whatever_its_work_became(
    database: Database, transactions: SqlTransactions, log: SqlFingerprintLog
) -> None:
    """A withdrawn work whose record is changed later is as withdrawn as before."""
    work = withdraw(transactions, register(transactions, 0))
    until = log.head().sequence
    with transactions.write() as transaction:
        transaction.works.replace(replace(work, title="Renamed", revision=work.revision + 1))
    assert log.erase(TENANT, until).values == 3
    assert erased(database) == [1, 2, 3]
