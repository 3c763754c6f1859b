from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.unit.index.memory_engine import MemoryCatalogue, MemoryEngine, unit

from raisonne.index.candidate_engine import (
    NOTHING,
    CandidateEngineError,
    Candidates,
    space_changes,
)
from raisonne.index.engine_search import EngineSearch, follow
from raisonne.rights.errors import InputError, Reason, StorageError
from raisonne.rights.fingerprint import FingerprintKind

TENANT = "tenants/a"
OTHER = "tenants/b"
ALGORITHM = "copy-v1"


def vectors(count: int, dimensions: int = 8, seed: int = 1) -> NDArray[np.float32]:
    return unit(np.random.default_rng(seed).normal(size=(count, dimensions)))


def filled(count: int, tenant: str = TENANT) -> MemoryCatalogue:
    catalogue = MemoryCatalogue()
    for vector in vectors(count):
        catalogue.add(tenant, ALGORITHM, vector)
    return catalogue


def search_in(catalogue: MemoryCatalogue, engine: MemoryEngine) -> EngineSearch:
    return EngineSearch(engine, catalogue, catalogue)


@given(
    history=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30)), max_size=60),
    heard=st.floats(0, 1),
    k=st.integers(1, 12),
    minimum=st.floats(-1, 1, width=32),
)
@settings(max_examples=150, deadline=None)
def test_any_history_is_searched_exactly_however_little_the_engine_has_heard(
    history: list[tuple[int, int]], heard: float, k: int, minimum: float
) -> None:
    catalogue, engine = MemoryCatalogue(), MemoryEngine()
    choices = vectors(6, 4)  # Few, so that many rows have equal products.
    for step, (what, which) in enumerate(history):
        if step == round(heard * len(history)):
            follow(engine, catalogue, TENANT)
        if what == 0 or which >= len(catalogue._entries):
            catalogue.add((TENANT, OTHER)[which % 2], ALGORITHM, choices[which % 6])
        elif what == 1:
            catalogue.remove(which + 1)
        else:
            catalogue.restore(which + 1)
    queries = vectors(3, 4, seed=2)
    search = search_in(catalogue, engine)
    nearest = search.nearest(TENANT, ALGORITHM, queries, k)
    within = search.within(TENANT, ALGORITHM, queries, minimum)
    for query, near, all_near in zip(queries, nearest, within, strict=True):
        exact = catalogue.exact(TENANT, ALGORITHM, query)
        assert near.rows.tolist() == exact.rows[:k].tolist()
        assert near.products.tolist() == exact.products[:k].tolist()
        assert all_near.rows.tolist() == exact.rows[exact.products >= minimum].tolist()


def test_a_threshold_that_very_many_rows_meet_finds_them_all() -> None:
    catalogue, engine = filled(3000), MemoryEngine()
    follow(engine, catalogue, TENANT)
    (near,) = search_in(catalogue, engine).within(TENANT, ALGORITHM, vectors(1, seed=2), -1.0)
    assert sorted(near.rows.tolist()) == list(range(1, 3001))
    assert engine.asked == [64, 256, 1024, 4096]


def test_rows_that_the_engine_still_holds_do_not_crowd_out_those_in_force() -> None:
    catalogue, engine = filled(500), MemoryEngine()
    follow(engine, catalogue, TENANT)
    (query,) = vectors(1, seed=2)
    order = catalogue.exact(TENANT, ALGORITHM, query).rows
    for row in order[:400].tolist():
        catalogue.remove(row)
    (near,) = search_in(catalogue, engine).nearest(TENANT, ALGORITHM, query[np.newaxis], 5)
    assert near.rows.tolist() == order[400:405].tolist()


def test_ties_without_end_are_not_asked_for_without_end() -> None:
    catalogue, engine = MemoryCatalogue(), MemoryEngine()
    (vector,) = vectors(1)
    for _ in range(9000):
        catalogue.add(TENANT, ALGORITHM, vector)
    follow(engine, catalogue, TENANT)
    (near,) = search_in(catalogue, engine).nearest(TENANT, ALGORITHM, vector[np.newaxis], 5)
    assert len(near.rows) == 5
    assert max(engine.asked) == 4096


def test_only_what_the_engine_has_not_heard_of_is_read_from_the_log() -> None:
    catalogue, engine = filled(50), MemoryEngine()
    follow(engine, catalogue, TENANT)
    catalogue.add(TENANT, ALGORITHM, vectors(1, seed=3)[0])
    catalogue.asked.clear()
    (near,) = search_in(catalogue, engine).nearest(TENANT, ALGORITHM, vectors(1, seed=3), 1)
    assert near.rows.tolist() == [51]
    assert set(catalogue.asked) == {50}


def test_following_takes_the_log_page_by_page_and_then_nothing() -> None:
    catalogue, engine = filled(12_345), MemoryEngine()
    assert follow(engine, catalogue, TENANT) == catalogue.head()
    assert catalogue.asked == [0, 5000, 10_000]
    assert follow(engine, catalogue, TENANT) == catalogue.head()
    assert catalogue.asked == [0, 5000, 10_000]
    assert follow(engine, catalogue, OTHER) == catalogue.head()


def test_a_slice_that_does_not_begin_where_the_engine_stands_is_not_taken() -> None:
    catalogue, engine = filled(10), MemoryEngine()
    changes = catalogue.changes(TENANT, 5, 100)
    assert engine.apply(TENANT, 5, changes, catalogue.head()) == NOTHING
    (found,) = engine.candidates(TENANT, ALGORITHM, vectors(1), 10).rows
    assert not len(found)


def test_an_engine_that_followed_another_catalogue_is_not_believed_and_then_rebuilt() -> None:
    engine = MemoryEngine()
    follow(engine, filled(40), TENANT)
    restored = MemoryCatalogue(seed=5)
    for vector in vectors(60, seed=9):
        restored.add(TENANT, ALGORITHM, vector)
    query = vectors(1, seed=2)
    expected = restored.exact(TENANT, ALGORITHM, query[0]).rows[:10].tolist()
    (near,) = search_in(restored, engine).nearest(TENANT, ALGORITHM, query, 10)
    assert near.rows.tolist() == expected
    assert follow(engine, restored, TENANT) == restored.head()
    (near,) = search_in(restored, engine).nearest(TENANT, ALGORITHM, query, 10)
    assert near.rows.tolist() == expected


class BrokenEngine(MemoryEngine):
    def candidates(self, *_: object, **__: object) -> Candidates:
        raise ConnectionResetError("by peer")


class ShortEngine(MemoryEngine):
    def candidates(self, *_: object, **__: object) -> Candidates:
        return Candidates([], NOTHING)


class WildEngine(MemoryEngine):
    """Proposes what it never heard of, several times."""

    def candidates(
        self,
        tenant: str,
        algorithm: str,
        queries: NDArray[np.float32],
        k: int,
        minimum: float | None = None,
    ) -> Candidates:
        return Candidates([np.array([3, -5, 999, 3, 11])] * len(queries), self.watermark(tenant))


@pytest.mark.parametrize("engine", [BrokenEngine(), ShortEngine()])
def test_an_engine_that_fails_is_an_error_and_never_an_empty_answer(engine: MemoryEngine) -> None:
    search = search_in(filled(3), engine)
    with pytest.raises(CandidateEngineError) as raised:
        search.nearest(TENANT, ALGORITHM, vectors(2), 1)
    assert raised.value.reason is Reason.ENGINE_UNAVAILABLE


def test_what_an_engine_makes_up_is_dropped() -> None:
    catalogue, engine = filled(10), WildEngine()
    stranger = catalogue.add(OTHER, ALGORITHM, vectors(1)[0])
    follow(engine, catalogue, TENANT)
    (near,) = search_in(catalogue, engine).nearest(TENANT, ALGORITHM, vectors(1), 5)
    assert stranger == 11
    assert near.rows.tolist() == [3]


def test_no_queries_have_no_answers_and_no_neighbours_cannot_be_asked_for() -> None:
    search = search_in(filled(3), MemoryEngine())
    assert search.nearest(TENANT, ALGORITHM, vectors(1)[:0], 1) == []
    with pytest.raises(InputError):
        search.nearest(TENANT, ALGORITHM, vectors(1), 0)


@pytest.mark.parametrize("query", [np.full((1, 8), np.nan, np.float32), vectors(1)[0]])
def test_queries_that_are_no_rows_of_numbers_are_refused(query: NDArray[np.float32]) -> None:
    search = search_in(filled(3), MemoryEngine())
    with pytest.raises(InputError, match="finite"):
        search.within(TENANT, ALGORITHM, query, 0.5)


def test_a_query_of_another_length_is_refused() -> None:
    with pytest.raises(InputError, match="4 components"):
        search_in(filled(3), MemoryEngine()).nearest(TENANT, ALGORITHM, vectors(1, 4), 1)


def damaged(*values: Sequence[float]) -> MemoryCatalogue:
    catalogue = MemoryCatalogue()
    for value in values:
        catalogue.add(TENANT, ALGORITHM, np.array(value))
    return catalogue


@pytest.mark.parametrize(
    ("catalogue", "sentence"),
    [(damaged([1, 0], [1]), "length"), (damaged([1, 0], [0, np.nan]), "no number")],
)
def test_damaged_values_are_refused_by_name(catalogue: MemoryCatalogue, sentence: str) -> None:
    engine = MemoryEngine()
    with pytest.raises(StorageError, match=f"Fingerprint 2 .*{sentence}"):
        follow(engine, catalogue, TENANT)
    assert engine.watermark(TENANT) == NOTHING


def test_changes_come_to_the_last_word_on_each_embedding() -> None:
    catalogue = MemoryCatalogue()
    for vector in vectors(3):
        catalogue.add(TENANT, ALGORITHM, vector)
    catalogue.add(TENANT, "pdq-256-v1", vectors(1)[0], FingerprintKind.PERCEPTUAL)
    catalogue.remove(1)
    catalogue.remove(2)
    catalogue.restore(2)
    (algorithm, change), *others = space_changes(catalogue.rows).items()
    assert algorithm == ALGORITHM
    assert not others
    assert change.removed.tolist() == [1]
    assert change.added.tolist() == [2, 3]
    assert change.vectors.shape == (2, 8)
