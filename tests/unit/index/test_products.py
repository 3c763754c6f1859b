"""Exact products: the same answers as a plain loop, whatever the batch, mask or order of sums."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raisonne.index import products
from raisonne.index.products import Nearest, multiply, nearest, ranked, within


def unit(seed: int, n: int, d: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((n, d), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def bits(rows: np.ndarray) -> np.ndarray:
    return np.packbits(rows, bitorder="little")


def in_plain(vectors: np.ndarray, queries: np.ndarray, live: np.ndarray | None) -> list[list]:
    """All live rows of each query, best first."""
    answers = []
    for query in queries.astype(np.float64):
        product = (vectors.astype(np.float64) @ query).astype(np.float32)
        rows = range(len(vectors)) if live is None else np.flatnonzero(live).tolist()
        answers.append(sorted((-product[row], row) for row in rows))
    return answers


def of_query(found: Nearest, query: int) -> list[tuple[float, int]]:
    here = found.query == query
    return list(zip((-found.product[here]).tolist(), found.position[here].tolist(), strict=True))


# Whole numbers are summed without error in any order, so ties are ties to every method.
@st.composite
def cases(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, int]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, d = draw(st.integers(0, 300)), draw(st.sampled_from([1, 3, 8, 64, 100]))
    q = draw(st.integers(0, 20))
    span = draw(st.sampled_from([1, 4]))
    vectors = rng.integers(-span, span + 1, (n, d)).astype(np.float16)
    queries = rng.integers(-span, span + 1, (q, d)).astype(np.float32)
    share = draw(st.sampled_from([None, 0.0, 0.05, 0.5, 1.0]))
    live = None if share is None else rng.random(n) < share
    return vectors, queries, live, draw(st.sampled_from([0, 1, 2, 10, 400]))


@pytest.fixture
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "TILE_ROWS", 64)
    monkeypatch.setattr(products, "TILE_QUERIES", 7)
    monkeypatch.setattr(products, "PAIRS", 50)


@pytest.mark.usefixtures("small_tiles")
def test_nearest_rows_are_those_of_a_plain_loop() -> None:
    @settings(max_examples=150, deadline=None)
    @given(cases())
    def check(case: tuple) -> None:
        vectors, queries, live, k = case
        found = nearest(vectors, queries, k, None if live is None else bits(live))
        expected = in_plain(vectors, queries, live)
        for query in range(len(queries)):
            assert of_query(found, query) == expected[query][:k]
        assert np.all(np.diff(found.query) >= 0)

    check()


@pytest.mark.usefixtures("small_tiles")
def test_rows_within_a_threshold_are_those_of_a_plain_loop() -> None:
    @settings(max_examples=100, deadline=None)
    @given(cases(), st.integers(-8, 8))
    def check(case: tuple, threshold: int) -> None:
        vectors, queries, live, _ = case
        found = within(vectors, queries, threshold, None if live is None else bits(live))
        expected = in_plain(vectors, queries, live)
        for query in range(len(queries)):
            near = [pair for pair in expected[query] if -pair[0] >= threshold]
            assert of_query(found, query) == near

    check()


@pytest.mark.parametrize("d", [32, 512, 77])
def test_a_product_is_the_same_number_in_every_batch(d: int) -> None:
    vectors, queries = unit(1, 5000, d).astype(np.float16), unit(2, 40, d)
    together = nearest(vectors, queries, 12)
    for query in range(40):
        alone = nearest(vectors, queries[query : query + 1], 12)
        here = together.query == query
        assert np.array_equal(alone.position, together.position[here])
        assert np.array_equal(alone.product, together.product[here])
        threshold = float(alone.product[5])
        near = within(vectors, queries[query : query + 1], threshold)
        assert np.array_equal(near.position, alone.position[:6])
    assert np.array_equal(
        together.product, multiply(vectors[together.position], queries[together.query])
    )


def test_many_equal_rows_are_told_by_position() -> None:
    vectors = np.repeat(unit(3, 4, 64), 3000, axis=0).astype(np.float16)
    for count in (1, 20):
        queries = np.repeat(unit(3, 1, 64), count, axis=0)
        found = nearest(vectors, queries, 50)
        assert np.array_equal(found.position, np.tile(np.arange(50), count))


def test_vectors_are_read_from_a_read_only_file(tmp_path: Path) -> None:
    vectors, queries = unit(4, 3000, 96).astype(np.float16), unit(5, 3, 96)
    np.save(tmp_path / "vectors.npy", vectors)
    mapped = np.load(tmp_path / "vectors.npy", mmap_mode="r")
    found, expected = nearest(mapped, queries, 5), nearest(vectors, queries, 5)
    assert np.array_equal(found.position, expected.position)


@pytest.mark.parametrize("count", [1, 20])
def test_what_is_no_number_is_near_nothing(count: int) -> None:
    vectors = unit(6, 200, 16).astype(np.float16)
    vectors[7] = np.nan
    queries = np.repeat(unit(7, 1, 16), count, axis=0)
    assert 7 not in nearest(vectors, queries, 200).position
    assert 7 not in within(vectors, queries, -2.0).position
    queries[0] = np.nan
    assert 0 not in nearest(vectors, queries, 3).query


def test_ranking_keeps_the_best_of_each_query() -> None:
    found = ranked(
        np.array([1, 0, 1, 1]),
        np.array([5, 9, 2, 1]),
        np.array([0.5, 0.1, 0.5, 0.9], np.float32),
        2,
    )
    assert found.query.tolist() == [0, 1, 1]
    assert found.position.tolist() == [9, 1, 2]
