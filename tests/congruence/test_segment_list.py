from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pytest
from sqlalchemy import event
from tests.congruence.builders import TENANT, make_segment

from raisonne.index.ports import Checkpoint
from raisonne.rights.errors import ConflictError
from raisonne.rights.fingerprint import FingerprintKind
from raisonne.storage.engine import Database, open_database
from raisonne.storage.segment_list import SqlSegmentList

STORE = "0123456789abcdef"


@pytest.fixture
def segments(database: Database) -> SqlSegmentList:
    return SqlSegmentList(database)


def test_where_nothing_is_listed_the_checkpoint_is_empty(segments: SqlSegmentList) -> None:
    assert segments.checkpoint(STORE, TENANT) == Checkpoint()
    assert segments.names(STORE) == set()


def test_a_checkpoint_reads_back_in_order(segments: SqlSegmentList) -> None:
    a = make_segment(3, first=1, wrapped_key=b"\x00key", digest=b"")
    b, c = make_segment(1, first=2**40), make_segment(2, first=2**40)
    d = make_segment(0, algorithm="sha256-v1", kind=FingerprintKind.EXACT, first=0, marks=b"")
    assert segments.commit(STORE, TENANT, Checkpoint(2**41, 1, (d, c, b, a)))
    assert segments.checkpoint(STORE, TENANT) == Checkpoint(2**41, 1, (a, b, c, d))
    assert segments.names(STORE) == {each.name for each in (a, b, c, d)}


def test_a_checkpoint_takes_the_place_of_the_one_before(segments: SqlSegmentList) -> None:
    a, b, c = (make_segment(number) for number in range(3))
    assert segments.commit(STORE, TENANT, Checkpoint(5, 1, (a, b)))
    marked = replace(b, marks=b"other marks")
    assert segments.commit(STORE, TENANT, Checkpoint(9, 2, (marked, c)))
    assert segments.checkpoint(STORE, TENANT) == Checkpoint(9, 2, (marked, c))
    assert segments.commit(STORE, TENANT, Checkpoint(9, 3))
    assert segments.checkpoint(STORE, TENANT) == Checkpoint(9, 3)
    assert segments.names(STORE) == set()


@pytest.mark.parametrize("generation", [-1, 0, 1, 2, 4])
def test_a_checkpoint_out_of_turn_changes_nothing(
    segments: SqlSegmentList, generation: int
) -> None:
    a, b = make_segment(0), make_segment(1)
    segments.commit(STORE, TENANT, Checkpoint(5, 1, (a,)))
    segments.commit(STORE, TENANT, Checkpoint(6, 2, (a,)))
    late = Checkpoint(7, generation, (replace(a, marks=b""), b))
    assert not segments.commit(STORE, TENANT, late)
    assert segments.checkpoint(STORE, TENANT) == Checkpoint(6, 2, (a,))


def test_the_first_checkpoint_is_of_generation_1(segments: SqlSegmentList) -> None:
    assert not segments.commit(STORE, TENANT, Checkpoint(5, 0))
    assert not segments.commit(STORE, TENANT, Checkpoint(5, 2, (make_segment(),)))
    assert segments.checkpoint(STORE, TENANT) == Checkpoint()
    assert segments.names(STORE) == set()


def test_stores_and_tenants_are_kept_apart(segments: SqlSegmentList) -> None:
    ours, theirs, elsewhere = make_segment(0), make_segment(1), make_segment(0, rows=1)
    assert segments.commit(STORE, TENANT, Checkpoint(5, 1, (ours,)))
    assert segments.commit(STORE, "other", Checkpoint(6, 1, (theirs,)))
    assert segments.commit("another store", TENANT, Checkpoint(7, 1, (elsewhere,)))
    assert segments.commit(STORE, "other", Checkpoint(8, 2))
    assert segments.checkpoint(STORE, TENANT) == Checkpoint(5, 1, (ours,))
    assert segments.checkpoint("another store", TENANT) == Checkpoint(7, 1, (elsewhere,))
    assert segments.names(STORE) == {ours.name}


def test_a_file_belongs_to_one_tenant(segments: SqlSegmentList) -> None:
    segments.commit(STORE, TENANT, Checkpoint(5, 1, (make_segment(0),)))
    with pytest.raises(ConflictError):
        segments.commit(STORE, "other", Checkpoint(5, 1, (make_segment(0),)))
    assert segments.checkpoint(STORE, "other") == Checkpoint()


def test_marks_that_are_equal_are_not_written_again(
    database: Database, segments: SqlSegmentList
) -> None:
    a, b = make_segment(0), make_segment(1)
    segments.commit(STORE, TENANT, Checkpoint(5, 1, (a, b)))
    changed: list[int] = []

    def count(_c: object, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE index_segment"):
            changed.append(cursor.rowcount)  # type: ignore[attr-defined]

    event.listen(database.engine, "after_cursor_execute", count)
    segments.commit(STORE, TENANT, Checkpoint(6, 2, (a, b)))
    segments.commit(STORE, TENANT, Checkpoint(7, 3, (a, replace(b, marks=b"new"))))
    event.remove(database.engine, "after_cursor_execute", count)
    assert changed == [0, 1]


def test_of_those_that_commit_at_once_one_wins(url: str) -> None:
    """Each has connections of its own, as processes have."""
    racers, rounds = 4, 8
    together = threading.Barrier(racers)

    def race(number: int) -> list[bool]:
        with closing(open_database(url)) as database:
            segments, won = SqlSegmentList(database), []
            for generation in range(1, rounds + 1):
                own = make_segment(racers * generation + number)
                together.wait()
                won.append(segments.commit(STORE, TENANT, Checkpoint(number, generation, (own,))))
                together.wait()
                found = segments.checkpoint(STORE, TENANT)
                assert found.generation == generation
                assert (found.segments == (own,)) == won[-1]
            return won

    with ThreadPoolExecutor(racers) as pool:
        won = list(pool.map(race, range(racers)))
    assert [sum(each) for each in zip(*won, strict=True)] == [1] * rounds
