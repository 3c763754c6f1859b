"""A segment of vectors: exact while rows are few, by lists when they are many."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from tests.unit.index.memory_arrays import MemoryArrays

from raisonne.index import float_segment, products
from raisonne.index.float_segment import FloatSegment, build_float
from raisonne.index.rabitq_effort import noisy

ROWS, D = 6000, 64


@cache
def vectors() -> np.ndarray:
    rng = np.random.default_rng(3)
    rows = rng.standard_normal((60, D), dtype=np.float32)[rng.integers(0, 60, ROWS)]
    rows = rows + 0.7 * rng.standard_normal((ROWS, D), dtype=np.float32)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)


def queries() -> np.ndarray:
    return noisy(vectors()[:40].astype(np.float32), np.random.default_rng(4))


def segment() -> FloatSegment:
    return FloatSegment(MemoryArrays(build_float(np.split(vectors(), 6), ROWS, D)))


def test_few_rows_are_searched_exactly_without_lists() -> None:
    arrays = build_float(np.split(vectors(), 6), ROWS, D)
    assert set(arrays) == {"value"}
    live = np.packbits(np.random.default_rng(5).random(ROWS) < 0.2, bitorder="little")
    for mask in (None, live):
        found = segment().nearest(queries(), 7, mask)
        expected = products.nearest(vectors(), queries(), 7, mask)
        assert np.array_equal(found.position, expected.position)
        found = segment().within(queries(), 0.5, mask)
        expected = products.within(vectors(), queries(), 0.5, mask)
        assert np.array_equal(found.position, expected.position)


def test_many_rows_are_searched_by_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(float_segment, "MANY_ROWS", ROWS)
    arrays = MemoryArrays(build_float(np.split(vectors(), 6), ROWS, D))
    many = FloatSegment(arrays)
    found = many.nearest(queries(), 5)
    few = segment().nearest(queries(), 5)
    same = np.isin(found.query * ROWS + found.position, few.query * ROWS + few.position)
    assert same.mean() >= 0.95
    near = many.within(queries(), 0.7)
    assert len(near.query) >= 0.95 * len(segment().within(queries(), 0.7).query)
    assert ("value", 0, ROWS) not in arrays.checked


def test_no_rows_are_near_nothing() -> None:
    empty = FloatSegment(MemoryArrays(build_float([], 0, D)))
    assert not len(empty.nearest(queries(), 5).query)
    assert not len(empty.within(queries(), -2.0).query)
    assert not len(empty.sample_products(queries()[0], 5))


@pytest.mark.parametrize("count", [0, 1, 7, ROWS, ROWS + 9])
def test_a_sample_is_spread_over_all_rows(count: int) -> None:
    sample = segment().sample_products(queries()[0], count)
    assert len(sample) == min(count, ROWS)
    every = products.multiply(vectors(), queries()[0])
    assert np.isin(sample, every).all()
    if count >= ROWS:
        assert np.array_equal(sample, every)


def test_a_sample_is_of_live_rows_only() -> None:
    live = np.zeros(ROWS, bool)
    live[1000:1100] = True
    mask = np.packbits(live, bitorder="little")
    sample = segment().sample_products(queries()[0], 50, mask)
    assert np.array_equal(sample, products.multiply(vectors()[1000:1100:2], queries()[0]))
