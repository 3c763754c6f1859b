"""The index over a real catalogue: the same on SQLite and on PostgreSQL, fresh, and erased."""

from __future__ import annotations

import random
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.congruence.builders import RIGHTS, TENANT, make_asset, make_work
from tests.congruence.index_freshness import missed, store_of
from tests.congruence.registry import add, change, register, remove, restore, withdraw
from tests.unit.index.world import (
    DIGEST,
    HASH,
    LOCAL,
    VECTOR,
    assert_alike,
    fingerprints,
    small_limits,
    unit,
)

from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.rights.fingerprint import Fingerprint
from raisonne.rights.statement import ReservationKind, reservation_bits
from raisonne.storage.engine import Database, open_database
from raisonne.storage.fingerprint_log import SqlFingerprintLog
from raisonne.storage.transactions import SqlTransactions

KINDS = list(ReservationKind)
ALGORITHMS = [DIGEST, HASH, LOCAL, VECTOR]


@pytest.fixture(autouse=True)
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    small_limits(monkeypatch)


@pytest.fixture
def log(database: Database) -> SqlFingerprintLog:
    return SqlFingerprintLog(database)


class History:
    """Works that come, go and change, and what is in force in the end.

    Attributes:
        expected: What a work reserves, by number, of those in force.
    """

    def __init__(self, transactions: SqlTransactions, seed: int) -> None:
        self._transactions = transactions
        self._chance = random.Random(seed)
        self.works: list[Any] = []
        self.expected: dict[int, int] = {}
        self.withdrawn: set[int] = set()

    def step(self) -> None:
        chance, what = self._chance, self._chance.random()
        number = chance.randrange(len(self.works)) if self.works else 0
        if not self.works or what < 0.5:
            self.register()
        elif what < 0.65 and number not in self.withdrawn:
            self.works[number] = withdraw(self._transactions, self.works[number])
            self.withdrawn.add(number)
            self.expected.pop(number, None)
        elif what < 0.8 and number in self.expected:
            kinds = chance.sample(KINDS, chance.randrange(3))
            rights = replace(RIGHTS, reservations=frozenset(kinds))
            self.works[number] = change(self._transactions, self.works[number], rights=rights)
            self.expected[number] = reservation_bits(kinds)
        elif number in self.expected:
            remove(self._transactions, self.works[number], *ALGORITHMS)
            del self.expected[number]
        elif number not in self.withdrawn:
            add(self._transactions, self.works[number], *fingerprints(number))
            rights = self.works[number].rights
            self.expected[number] = reservation_bits(rights.reservations)

    def register(self) -> None:
        number = len(self.works)
        kinds = frozenset(self._chance.sample(KINDS, self._chance.randrange(3)))
        rights = replace(RIGHTS, reservations=kinds)
        work = register(
            self._transactions,
            number,
            fingerprints(number),
            sha256=f"{number:064x}",
            rights=rights,
        )
        self.works.append(work)
        self.expected[number] = reservation_bits(kinds)


def check(index: CatalogueIndex, log: SqlFingerprintLog, history: History) -> None:
    """Compare with an index in memory, and with what is expected wherever the catalogue lies."""
    with index.read(TENANT) as one, CatalogueIndex(log).read(TENANT) as other:
        assert_alike(one, other)
        query = unit(np.random.default_rng(3), 1)
        stored = {
            number: np.frombuffer(fingerprints(number)[2].value, "<f2").astype(np.float32)
            for number in history.expected
        }
        for reserving in (0, 1, 6):
            order = sorted(
                (
                    number
                    for number, reserved in history.expected.items()
                    if not reserving or reserved & reserving
                ),
                key=lambda number: -float(stored[number] @ query[0]),
            )
            hits = one.search_float(VECTOR, query, 5, reserving=reserving)
            assert [hit.entry.work for hit in hits] == [make_work(n).name for n in order[:5]]
            code = np.frombuffer(fingerprints(5)[1].value, np.uint8)[None]
            found = {hit.entry.work for hit in one.search_binary(HASH, code, 256)}
            assert found == {make_work(number).name for number in history.expected}
        for number in range(len(history.works)):
            held = one.of_asset(LOCAL, make_asset(number).name)
            assert (held is not None) == (number in history.expected)
            if held is not None:
                assert held.fingerprint == fingerprints(number)[3]
                assert held.reserved == history.expected[number]
    assert index.verify(TENANT) == []


def test_a_history_ends_the_same_wherever_the_catalogue_lies(
    database: Database, log: SqlFingerprintLog, transactions: SqlTransactions, tmp_path: Path
) -> None:
    history = History(transactions, 4)
    index = CatalogueIndex(log, store_of(database, tmp_path / "index"))
    jobs = [index.maintain, index.compact, index.maintain, index.rebuild]
    for turn in range(120):
        history.step()
        if turn % 15 == 14:
            jobs[turn // 15 % 4](TENANT)
        if turn % 40 == 39:
            check(index, log, history)
            check(CatalogueIndex(log, store_of(database, tmp_path / "index")), log, history)
    names = {path.name for path in (tmp_path / "index").glob("*.segment")}
    for path in sorted((tmp_path / "index").glob("*.segment"))[::2]:
        path.unlink()
    again = CatalogueIndex(log, store_of(database, tmp_path / "index"))
    check(again, log, history)
    assert again.repairs(TENANT)
    assert {path.name for path in (tmp_path / "index").glob("*.segment")} != names


def test_another_machine_keeps_files_of_its_own(
    url: str,
    database: Database,
    log: SqlFingerprintLog,
    transactions: SqlTransactions,
    tmp_path: Path,
) -> None:
    history = History(transactions, 5)
    for _ in range(30):
        history.register()
    one = CatalogueIndex(log, store_of(database, tmp_path / "one"))
    one.maintain(TENANT)
    with closing(open_database(url)) as elsewhere:
        other = CatalogueIndex(
            SqlFingerprintLog(elsewhere), store_of(elsewhere, tmp_path / "other")
        )
        other.rebuild(TENANT)
        history.works[3] = withdraw(transactions, history.works[3])
        del history.expected[3]
        one.compact(TENANT)
        check(other, log, history)
        other.compact(TENANT)
        check(other, log, history)
    check(one, log, history)


def test_what_was_in_force_is_told_of_each_row_as_of_each_revision(
    log: SqlFingerprintLog, transactions: SqlTransactions
) -> None:
    history = History(transactions, 6)
    for _ in range(60):
        history.step()
    head = log.head().sequence
    rows = sorted({each.entry.id for each in log.changes(TENANT, 0, 10_000)})

    def expected(revision: int) -> list[Any]:
        pages = [
            log.in_force(TENANT, name, revision, after=0, until=10**9, limit=10_000)
            for name in ALGORITHMS
        ]
        return sorted((entry for page in pages for entry in page), key=lambda entry: entry.id)

    for revision in [0, *random.Random(1).sample(range(1, head), 20), head]:
        assert list(log.at(TENANT, rows, revision)) == expected(revision)
        assert list(log.at(TENANT, rows[::-3], revision)) == [
            entry for entry in expected(revision) if entry.id in rows[::-3]
        ]
    assert list(log.at("other", rows, head)) == []
    assert list(log.at(TENANT, [], head)) == []
    then = expected(head)
    for number in sorted(history.expected):
        withdraw(transactions, history.works[number])
    log.erase(TENANT, log.head().sequence)
    assert expected(head) == []
    assert list(log.at(TENANT, rows, head)) == [
        replace(entry, fingerprint=replace(entry.fingerprint, value=b"")) for entry in then
    ]


def test_the_past_is_read_from_the_catalogue(
    database: Database, log: SqlFingerprintLog, transactions: SqlTransactions, tmp_path: Path
) -> None:
    history = History(transactions, 7)
    index = CatalogueIndex(log, store_of(database, tmp_path / "index"))
    pasts = []
    for turn in range(60):
        history.step()
        if turn % 12 == 11:
            with CatalogueIndex(log).read(TENANT) as view:
                pasts.append((view.revision, view.contents()))
            index._of(TENANT).maintain(compact=turn % 24 == 23)
    for revision, contents in pasts:
        for opened in (index, CatalogueIndex(log)):
            with opened.read(TENANT, revision) as view:
                assert (view.contents(), view.erased) == (contents, 0)
    erased = index.compact(TENANT).values
    assert erased
    revision, contents = pasts[0]
    with index.read(TENANT, revision) as view:
        kept = view.contents()
        assert all(kept.get(name, {}).items() <= rows.items() for name, rows in contents.items())
        lost = sum(map(len, contents.values())) - sum(map(len, kept.values()))
        assert view.erased == lost


def parts(value: bytes) -> list[bytes]:
    """Pieces of a value that occur nowhere else by chance."""
    pieces = [value[start : start + 24] for start in range(0, len(value) - 23, 8)]
    return [piece for piece in pieces if len(set(piece)) > 16]


def found_in(folder: Path, value: Fingerprint) -> list[str]:
    pieces = parts(value.value)
    assert pieces
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file()
        for content in [path.read_bytes()]
        if any(piece in content for piece in pieces)
    ]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("in_files", [True, False])
def test_no_file_holds_a_byte_of_a_withdrawn_work_after_compaction(
    database: Database,
    log: SqlFingerprintLog,
    transactions: SqlTransactions,
    tmp_path: Path,
    *,
    in_files: bool,
) -> None:
    history = History(transactions, 8)
    index = CatalogueIndex(log, store_of(database, tmp_path / "index"))
    index.refresh(TENANT)
    for _ in range(40 if in_files else 5):
        history.register()
    index.maintain(TENANT)
    assert bool(list((tmp_path / "index").glob("*.segment"))) == in_files
    gone, kept = fingerprints(3), fingerprints(4)
    for value in (*gone, *kept):
        assert found_in(tmp_path, value)
    work = withdraw(transactions, history.works[3])
    erasure = index.compact(TENANT)
    assert (erasure.values, erasure.pending) == (4, "")
    for value in gone:
        assert found_in(tmp_path, value) == []
    for value in kept:
        assert found_in(tmp_path, value)
    restore(transactions, work)
    with index.read(TENANT) as view:
        assert view.search_exact(DIGEST, gone[0].value) == ()
        assert view.search_exact(DIGEST, kept[0].value)
    assert index.verify(TENANT) == []


def test_the_next_query_of_another_process_sees_every_change(url: str, tmp_path: Path) -> None:
    """``tests.perf.index_freshness`` does so a thousand times."""
    assert missed(url, tmp_path / "index", 100) == []
