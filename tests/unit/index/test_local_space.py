from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.fingerprint.features import random_features, rooted
from tests.unit.index.memory_log import MemoryLog

from raisonne.fingerprint.local import ALGORITHM, REGISTERED_POINTS
from raisonne.fingerprint.vocabulary import nearest_words_of, pack, rewritten, unpack
from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.index.local_space import LocalHits, LocalSpace
from raisonne.index.local_view import LocalView
from raisonne.rights.errors import StorageError
from raisonne.rights.fingerprint import Fingerprint, FingerprintKind, WorkFingerprint

LUMA = np.zeros((64, 64), np.uint8)


def value_of(seed: int, points: int = 12) -> bytes:
    return pack(random_features(seed, points), LUMA)


def local(seed: int, points: int = 12) -> Fingerprint:
    return Fingerprint(FingerprintKind.LOCAL, ALGORITHM, value_of(seed, points), 80)


def entry(row: int, points: int = 12) -> WorkFingerprint:
    return WorkFingerprint(row, "t", f"works/{row}", f"assets/{row}", local(row, points))


def filled(*rows: int, points: int = 12) -> LocalSpace:
    space = LocalSpace()
    space.change([entry(row, points) for row in rows], [])
    return space


def found(
    space: LocalSpace | LocalView, hits: LocalHits
) -> set[tuple[int, str, float, float, float]]:
    """Hits without regard to slots and order."""
    return {
        (int(row), space.entry(int(slot)).work, float(size), float(angle), float(distance))
        for row, slot, size, angle, distance in zip(
            hits.row, hits.slot, hits.size, hits.angle, hits.distance, strict=True
        )
    }


def everywhere(count: int) -> np.ndarray:
    """All lists for each of some descriptors."""
    return np.tile(np.arange(4096), (count, 1))


# --- What is found -------------------------------------------------------------------------------


def test_hits_are_the_nearest_by_code_and_exactly_as_far():
    space = filled(*range(20), points=50)
    works = [unpack(value_of(row, 50)) for row in range(20)]
    queries = rooted(np.random.default_rng(99), 6).astype(np.float32)
    hits = space.search(queries, everywhere(6), 8)
    away = np.concatenate([work.descriptors() for work in works])
    squares = ((queries[:, None].astype(np.int64) - away.astype(np.int64)) ** 2).sum(axis=2)
    for row in range(6):
        mine = hits.row == row
        assert sorted(hits.distance[mine]) == sorted(squares[row])[:8]
        assert (hits.farthest[mine] == hits.distance[mine].max()).all()
        for slot, size, angle, distance in zip(
            hits.slot[mine], hits.size[mine], hits.angle[mine], hits.distance[mine], strict=True
        ):
            number = int(space.entry(slot).work.removeprefix("works/"))
            points = works[number].points[squares[row, 50 * number :][:50] == distance]
            assert [size, angle] in points[:, 2:].tolist()


def test_only_the_given_lists_are_searched():
    space = filled(*range(20), points=50)
    works = [unpack(value_of(row, 50)) for row in range(20)]
    queries = rooted(np.random.default_rng(98), 30)
    lists = nearest_words_of(queries, 3)
    lists[10:, 2] = -1
    hits = space.search(queries.astype(np.float32), lists, 1000)
    expected = {
        (row, f"works/{number}", float(point[2]), float(point[3]))
        for row in range(30)
        for number, work in enumerate(works)
        for point in work.points[np.isin(work.words, lists[row])]
    }
    assert {hit[:4] for hit in found(space, hits)} == expected


def test_a_work_is_found_by_its_own_points():
    space = filled(1, 2, 3, points=REGISTERED_POINTS)
    own = random_features(2, REGISTERED_POINTS)
    hits = space.search(own.descriptors.astype(np.float32), nearest_words_of(own.descriptors, 1), 1)
    assert hits.row.tolist() == list(range(REGISTERED_POINTS))
    assert {space.entry(slot).work for slot in hits.slot} == {"works/2"}
    kept = unpack(value_of(2, REGISTERED_POINTS)).points
    assert np.array_equal(np.stack([hits.size, hits.angle], axis=1), kept[:, 2:])


def test_nothing_is_found_in_an_empty_space_or_for_no_points():
    none = np.empty((0, 128), np.float32)
    query = rooted(np.random.default_rng(1), 2).astype(np.float32)
    for hits in (
        LocalSpace().search(query, everywhere(2), 8),
        filled(1, points=0).search(query, everywhere(2), 8),
        filled(1).search(none, np.empty((0, 4), np.int64), 8),
    ):
        assert len(hits.row) == len(hits.slot) == len(hits.farthest) == 0


# --- Changes -------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.sets(st.integers(1, 6)), st.sets(st.integers(1, 6))), max_size=8))
@settings(deadline=None, max_examples=40)
def test_any_changes_end_as_a_fresh_space(history):
    space, expected = LocalSpace(), set()
    for added, removed in history:
        space.change([entry(row, 3 * row - 3) for row in sorted(added)], sorted(removed))
        expected = (expected - removed) | added
    fresh = LocalSpace()
    fresh.change([entry(row, 3 * row - 3) for row in sorted(expected)], [])
    assert len(space) == len(expected)
    assert space.contents() == fresh.contents()
    assert space.contents() == {row: value_of(row, 3 * row - 3) for row in expected}
    query = rooted(np.random.default_rng(5), 4).astype(np.float32)
    everything = 6 * REGISTERED_POINTS
    assert found(space, space.search(query, everywhere(4), everything)) == found(
        fresh, fresh.search(query, everywhere(4), everything)
    )


def test_a_removed_work_is_found_no_more_and_its_place_is_used_again():
    space = filled(1, 2)
    own = random_features(1, 12).descriptors
    query, lists = own.astype(np.float32), nearest_words_of(own, 1)
    assert {space.entry(slot).work for slot in space.search(query, lists, 1).slot} == {"works/1"}
    space.change([], [1, 77])
    assert "works/1" not in {hit[1] for hit in found(space, space.search(query, lists, 8))}
    assert space.of_asset("assets/1") is None
    space.change([entry(3)], [])
    assert set(space.contents()) == {2, 3}
    slots = set(space.search(query, everywhere(12), 100).slot.tolist())
    assert slots == {0, 1}
    assert {space.entry(slot).work for slot in slots} == {"works/2", "works/3"}


def test_works_without_points_come_and_go_alone():
    space = filled(1, points=0)
    assert (len(space), space.contents()) == (1, {1: value_of(1, 0)})
    space.change([entry(2)], [])
    space.change([entry(3, 0)], [2])
    assert space.contents() == {1: value_of(1, 0), 3: value_of(3, 0)}
    space.change([], [1, 3])
    assert space.contents() == {}


def test_an_entry_that_comes_again_replaces_itself():
    space = filled(1, 2)
    other = WorkFingerprint(1, "t", "works/other", "assets/other", local(50, 4))
    space.change([other], [])
    assert space.contents() == {1: value_of(50, 4), 2: value_of(2)}
    assert (space.of_asset("assets/1"), space.of_asset("assets/other")) == (None, other)


def test_a_damaged_value_changes_nothing_and_is_named():
    space = filled(1)
    damaged = WorkFingerprint(
        9, "t", "works/9", "assets/9", Fingerprint(FingerprintKind.LOCAL, ALGORITHM, b"any", 80)
    )
    with pytest.raises(StorageError, match="Fingerprint 9"):
        space.change([entry(2), damaged], [1])
    assert space.contents() == {1: value_of(1)}


# --- In the catalogue's index --------------------------------------------------------------------


def test_the_index_serves_each_tenant_its_own():
    log = MemoryLog()
    log.add("one", "a", [local(1)])
    log.add("other", "b", [local(2)])
    index = CatalogueIndex(log)
    own = random_features(1, 12).descriptors
    query, lists = own.astype(np.float32), nearest_words_of(own, 1)
    with index.read("one") as view:
        one = view.local(ALGORITHM)
        assert {hit[1] for hit in found(one, one.search(query, lists, 9))} == {"works/a"}
        assert view.local("another-v1") is None
        assert view.counts() == {ALGORITHM: 1}
    with index.read("other") as view:
        other = view.local(ALGORITHM)
        everything = other.search(query, everywhere(12), 99)
        assert {hit[1] for hit in found(other, everything)} == {"works/b"}
    with index.read("third") as view:
        assert view.local(ALGORITHM) is None


def test_the_index_follows_changes_and_agrees_with_itself():
    log = MemoryLog()
    index = CatalogueIndex(log)
    kept = []
    for seed in range(12):
        kept.append(log.add("t", str(seed), [local(seed)]))
        if seed % 3 == 2:
            log.remove(kept.pop(0))
        if seed % 2:
            index.refresh("t")
            assert index.verify("t") == []
    with index.read("t") as view:
        assert set(view.contents()[ALGORITHM]) == {entries[0].id for entries in kept}


def test_verification_sees_every_kind_of_difference():
    log = MemoryLog()
    for seed in range(4):
        log.add("t", str(seed), [local(seed)])
    index = CatalogueIndex(log)
    index.refresh("t")
    with index._of("t").read() as state:
        space = state.spaces[ALGORITHM].delta
    space._index.remove_ids(np.array([space._slots[2] * REGISTERED_POINTS + 5], np.int64))
    space.change([], [3])
    assert index.verify("t") == [
        "Fingerprint 2 of t, rootsift-v1: is another in the index.",
        "Fingerprint 3 of t, rootsift-v1: missing from the index.",
    ]


def test_verification_sees_another_word_in_the_log():
    log, other = MemoryLog(), MemoryLog()
    log.add("t", "a", [local(1)])
    index = CatalogueIndex(log)
    assert index.verify("t") == []
    kept = unpack(value_of(1))
    words = kept.words.copy()
    words[3] = (words[3] + 1) % 4096
    changed = rewritten(value_of(1), words, kept.codes)
    other.add("t", "a", [Fingerprint(FingerprintKind.LOCAL, ALGORITHM, changed, 80)])
    log.rows = other.rows
    assert index.verify("t") == ["Fingerprint 1 of t, rootsift-v1: is another in the index."]


def test_a_damaged_value_stops_every_query():
    log = MemoryLog()
    log.add("t", "a", [local(1)])
    index = CatalogueIndex(log)
    index.refresh("t")
    log.add("t", "b", [Fingerprint(FingerprintKind.LOCAL, ALGORITHM, value_of(2)[:-1], 80)])
    for _ in range(2):
        with pytest.raises(StorageError, match="Fingerprint 2"):
            index.refresh("t")
