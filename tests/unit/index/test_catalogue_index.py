from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.index.memory_log import MemoryLog

from raisonne.index import tenant_index
from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.rights.errors import StorageError
from raisonne.rights.fingerprint import ChangeOperation, Fingerprint, FingerprintKind

DIGEST, HASH, VECTOR = "digest-v1", "hash-v1", "vector-v1"
DIMENSIONS = 8


def values(seed: int) -> list[Fingerprint]:
    """One fingerprint of each kind, another for each seed."""
    chance = np.random.default_rng(seed)
    vector = chance.normal(size=DIMENSIONS)
    return [
        Fingerprint(FingerprintKind.EXACT, DIGEST, chance.bytes(32)),
        Fingerprint(FingerprintKind.PERCEPTUAL, HASH, chance.bytes(32), 100),
        Fingerprint(
            FingerprintKind.EMBEDDING,
            VECTOR,
            (vector / np.linalg.norm(vector)).astype("<f2").tobytes(),
        ),
    ]


def found(index: CatalogueIndex, tenant: str, wanted: list[Fingerprint]) -> list[set[str]]:
    """Works that each mechanism finds for exactly these values."""
    digest, code, vector = wanted
    with index.read(tenant) as view:
        return [
            {entry.work for entry in view.search_exact(DIGEST, digest.value)},
            {
                hit.entry.work
                for hit in view.search_binary(HASH, np.frombuffer(code.value, np.uint8)[None], 0)
            },
            {
                hit.entry.work
                for hit in view.search_float(
                    VECTOR, np.frombuffer(vector.value, "<f2")[None].astype("f4"), 3
                )
                if hit.measure > 0.999
            },
        ]


def delta_of(index: CatalogueIndex, algorithm: str) -> Any:
    """What lies in memory of tenant t."""
    with index._of("t").read() as state:
        return state.spaces[algorithm].delta


def test_what_was_added_is_found_by_every_mechanism():
    log = MemoryLog()
    for seed in range(20):
        log.add("t", str(seed), values(seed))
    index = CatalogueIndex(log)
    for seed in range(20):
        assert found(index, "t", values(seed)) == [{f"works/{seed}"}] * 3
    assert found(index, "t", values(99)) == [set()] * 3


def test_a_change_is_in_effect_on_the_next_query():
    log = MemoryLog()
    index = CatalogueIndex(log)
    assert found(index, "t", values(0)) == [set()] * 3
    entries = log.add("t", "a", values(0))
    assert found(index, "t", values(0)) == [{"works/a"}] * 3
    log.remove(entries)
    assert found(index, "t", values(0)) == [set()] * 3
    log.append(ChangeOperation.ADD, entries[0])
    assert found(index, "t", values(0))[0] == {"works/a"}


def test_tenants_never_see_one_another():
    log = MemoryLog()
    log.add("one", "a", values(0))
    log.add("other", "b", values(0))
    index = CatalogueIndex(log)
    assert found(index, "one", values(0)) == [{"works/a"}] * 3
    assert found(index, "third", values(0)) == [set()] * 3


def test_nothing_new_costs_one_look():
    log = MemoryLog()
    log.add("t", "a", values(0))
    index = CatalogueIndex(log)
    assert index.refresh("t") == 3
    asked = log.heads_asked
    assert index.refresh("t") == 3
    assert log.heads_asked == asked + 1


def test_works_with_equal_values_are_all_found():
    log = MemoryLog()
    first, second = (log.add("t", name, values(0)) for name in ("a", "b"))
    index = CatalogueIndex(log)
    assert found(index, "t", values(0)) == [{"works/a", "works/b"}] * 3
    log.remove(first)
    assert found(index, "t", values(0)) == [{"works/b"}] * 3
    log.remove(second)
    assert found(index, "t", values(0)) == [set()] * 3


def test_distances_are_exact_and_the_radius_is_inclusive():
    code = np.frombuffer(values(0)[1].value, np.uint8)
    log = MemoryLog()
    log.add("t", "a", values(0))
    far = code.copy()
    far[:4] ^= 0xFF
    queries = np.stack([code, far, ~code])
    with CatalogueIndex(log).read("t") as view:
        hits = view.search_binary(HASH, queries, 32)
        assert [(hit.row, hit.measure) for hit in hits] == [(0, 0), (1, 32)]
        assert [hit.row for hit in view.search_binary(HASH, queries, 31)] == [0]


def test_the_nearest_vectors_come_best_first():
    log = MemoryLog()
    for seed in range(30):
        log.add("t", str(seed), values(seed)[2:])
    stored = np.stack([np.frombuffer(values(s)[2].value, "<f2") for s in range(30)]).astype("f4")
    queries = np.eye(DIMENSIONS, dtype=np.float32)[:2]
    with CatalogueIndex(log).read("t") as view:
        hits = view.search_float(VECTOR, queries, 5)
    products = queries @ stored.T
    for row in range(2):
        best = np.argsort(-products[row])[:5]
        mine = [hit for hit in hits if hit.row == row]
        assert [hit.entry.work for hit in mine] == [f"works/{seed}" for seed in best]
        assert np.allclose([hit.measure for hit in mine], products[row][best], atol=1e-6)


def test_an_asset_leads_to_its_own_entry():
    log = MemoryLog()
    entries = log.add("t", "a", values(0))
    index = CatalogueIndex(log)
    with index.read("t") as view:
        assert view.of_asset(HASH, "assets/a") == entries[1]
        assert view.of_asset(HASH, "assets/b") is None
    with index.read("other") as view:
        assert view.of_asset(HASH, "assets/a") is None
    log.remove(entries)
    with index.read("t") as view:
        assert view.of_asset(HASH, "assets/a") is None


def test_the_state_counts_what_is_in_force():
    log = MemoryLog()
    entries = log.add("t", "a", values(0))
    log.add("u", "b", values(1)[:1])
    log.remove(entries[:1])
    index = CatalogueIndex(log)
    assert index.state("t") == {"revision": 5, "entries": {DIGEST: 0, HASH: 1, VECTOR: 1}}
    assert index.state("u") == {"revision": 5, "entries": {DIGEST: 1}}


@pytest.mark.parametrize("kind", range(3))
def test_a_damaged_value_stops_every_query(kind):
    log = MemoryLog()
    log.add("t", "a", values(0))
    index = CatalogueIndex(log)
    index.refresh("t")
    whole = values(1)[kind]
    log.add("t", "b", [Fingerprint(whole.kind, whole.algorithm, whole.value[:-2])])
    for _ in range(2):
        with pytest.raises(StorageError, match="Fingerprint 4"):
            index.refresh("t")


def test_a_catalogue_restored_from_an_older_copy_is_read_anew():
    log = MemoryLog()
    log.add("t", "a", values(0))
    log.add("t", "b", values(1))
    index = CatalogueIndex(log)
    index.refresh("t")
    del log.rows[3:]
    assert found(index, "t", values(1)) == [set()] * 3
    assert found(index, "t", values(0)) == [{"works/a"}] * 3
    assert index.verify("t") == []


class RestoredLog(MemoryLog):
    """A log that calls back whenever somebody reads it."""

    def __init__(self) -> None:
        super().__init__()
        self.on_read = list

    def changes(self, tenant, after, limit):
        self.on_read()
        return super().changes(tenant, after, limit)


def test_nobody_sees_an_empty_index_while_a_restored_catalogue_is_read(monkeypatch):
    monkeypatch.setattr(tenant_index, "_BATCH", 2)
    log = RestoredLog()
    log.add("t", "a", values(0))
    log.add("t", "b", values(1))
    index = CatalogueIndex(log)
    index.refresh("t")
    del log.rows[3:]
    seen = []

    def late_reader() -> None:
        """Read as one that caught up before the restoration and begins only now."""
        with monkeypatch.context() as patch:
            patch.setattr(index._of("t"), "refresh", lambda: 6)
            with index.read("t") as view:
                hits = view.search_exact(DIGEST, values(0)[0].value)
                seen.append((view.revision, len(hits)))

    log.on_read = late_reader
    assert index.refresh("t") == 3
    late_reader()
    assert seen == [(6, 1), (6, 1), (3, 1)]
    assert found(index, "t", values(1)) == [set()] * 3


def test_a_restored_catalogue_that_cannot_be_read_stops_every_query():
    log = MemoryLog()
    for seed in range(3):
        log.add("t", str(seed), values(seed))
    index = CatalogueIndex(log)
    index.refresh("t")
    del log.rows[3:]
    whole = values(1)[0]
    log.add("t", "b", [Fingerprint(whole.kind, whole.algorithm, whole.value[:-2])])
    for _ in range(2):
        with pytest.raises(StorageError, match="Fingerprint 4"):
            index.refresh("t")


def test_a_catalogue_restored_to_nothing_is_empty():
    log = MemoryLog()
    log.add("t", "a", values(0))
    index = CatalogueIndex(log)
    index.refresh("t")
    log.rows.clear()
    assert index.state("t") == {"revision": 0, "entries": {}}


def test_verification_names_every_difference():
    log = MemoryLog()
    log.add("t", "a", values(0))
    log.add("t", "b", values(1))
    index = CatalogueIndex(log)
    assert index.verify("t") == []
    other = MemoryLog()
    other.add("t", "a", values(0))
    other.add("t", "b", values(2)[:2])
    other.add("t", "c", values(3)[:1])
    log.rows = other.rows  # As many, so that nobody sees that the head is another.
    assert index.verify("t") == [
        "Fingerprint 4 of t, digest-v1: is another in the index.",
        "Fingerprint 6 of t, digest-v1: missing from the index.",
        "Fingerprint 5 of t, hash-v1: is another in the index.",
        "Fingerprint 6 of t, vector-v1: in the index but not in force.",
    ]


def test_verification_notices_what_the_search_structure_lost():
    log = MemoryLog()
    log.add("t", "a", values(0))
    index = CatalogueIndex(log)
    index.refresh("t")
    delta_of(index, HASH)._index.remove_ids(np.array([2], np.int64))
    assert index.verify("t") == ["Fingerprint 2 of t, hash-v1: missing from the index."]


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=30), st.data())
def test_any_history_ends_as_if_replayed_at_once(history, data):
    log, entries = MemoryLog(), {}
    followed = CatalogueIndex(log)
    for seed, add in history:
        if seed not in entries:
            entries[seed] = log.add("t", str(seed), values(seed))
        operation = ChangeOperation.ADD if add else ChangeOperation.REMOVE
        for entry in entries[seed]:
            log.append(operation, entry)
        if data.draw(st.booleans()):
            followed.refresh("t")
    last = {row.entry.id: row.operation for row in log.rows}
    in_force = {row for row, operation in last.items() if operation is ChangeOperation.ADD}
    with followed.read("t") as view:
        rows = [set(space) for space in view.contents().values()]
    assert set().union(*rows) == in_force
    assert followed.verify("t") == []


def test_readers_and_changes_do_not_disturb_each_other():
    log = MemoryLog()
    lasting = log.add("t", "lasting", values(1000))
    index = CatalogueIndex(log)
    stop = threading.Event()

    def read() -> int:
        rounds = 0
        while not stop.is_set() or rounds == 0:
            assert found(index, "t", values(1000)) == [{"works/lasting"}] * 3
            rounds += 1
        return rounds

    with ThreadPoolExecutor(4) as threads:
        readers = [threads.submit(read) for _ in range(4)]
        for seed in range(60):
            entries = log.add("t", str(seed), values(seed))
            assert found(index, "t", values(seed)) == [{f"works/{seed}"}] * 3
            log.remove(entries)
        stop.set()
        assert all(reader.result(timeout=30) for reader in readers)
    with index.read("t") as view:
        assert view.of_asset(DIGEST, "assets/lasting") == lasting[0]
    assert index.verify("t") == []
