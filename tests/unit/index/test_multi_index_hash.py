from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.index.binary_codes import brute_force, flipped, pairs, random_codes
from tests.unit.index.memory_arrays import MemoryArrays

from raisonne.index import hamming
from raisonne.index.hamming import Near
from raisonne.index.multi_index_hash import CROWDS, POSITIONS, STARTS, WIDTHS, build, within

ROWS = 20_000


def built(codes: np.ndarray, parts: int = 1) -> MemoryArrays:
    return MemoryArrays(build(np.array_split(codes, parts), len(codes), codes.shape[1]))


def used_tables(arrays: MemoryArrays) -> bool:
    return any(name == POSITIONS for name, _, _ in arrays.checked)


def traced(search: Callable[[], Near]) -> tuple[Near, int]:
    """Return an answer and how many bytes it took at most."""
    tracemalloc.start()
    try:
        return search(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_it_finds_what_a_scan_finds(data):
    width = data.draw(st.sampled_from([2, 8, 12, 16, 32]))
    rows = data.draw(st.sampled_from([1, 2, 300, 3000, ROWS]))
    codes, queries = random_codes(data.draw, rows, width, data.draw(st.integers(0, 20)))
    live = data.draw(st.sampled_from([None, 0.0, 0.01, 0.5, 1.0]))
    if live is not None:
        live = np.packbits(np.random.default_rng(rows).random(rows) < live, bitorder="little")
    radius = data.draw(st.integers(-2, 40) | st.integers(0, 8 * width + 1))
    near = within(built(codes), queries, radius, live)
    assert pairs(near) == pairs(hamming.within(codes, queries, radius, live))


@pytest.mark.parametrize("radius", [0, 7, 14, 20])
@pytest.mark.parametrize("kind", ["random", "clustered", "constant bits", "skewed bits", "same"])
def test_tables_find_what_brute_force_finds(kind, radius):
    random = np.random.default_rng(radius)
    codes = random.integers(0, 256, (ROWS, 32), np.uint8)
    if kind == "clustered":
        codes = flipped(random, codes[random.integers(0, 2000, ROWS)], 0.03)
    elif kind == "constant bits":
        codes[:, 4:12] = 0
    elif kind == "skewed bits":
        codes[:, 20:] &= np.packbits(random.random((ROWS, 96)) < 0.1, axis=1)
    elif kind == "same":
        codes[random.random(ROWS) < 0.5] = codes[0]
    queries = flipped(random, codes[:40], 0.03)
    arrays = built(codes, parts=3)
    assert pairs(within(arrays, queries, radius)) == brute_force(codes, queries, radius)
    assert used_tables(arrays)


@pytest.mark.parametrize("radius", [0, 3, 10, 17])
def test_every_way_to_spread_the_radius_over_the_chunks_is_found(radius):
    random = np.random.default_rng(11)
    codes = random.integers(0, 256, (ROWS, 32), np.uint8)
    bits = np.zeros((500, 256), np.bool_)
    for query in bits:
        # Differing bits in one run, as if to spare or to hit single chunks, and anywhere.
        start, spread = random.integers(0, 256), random.choice([radius + 1, 64, 256])
        query[(start + random.choice(spread, radius, replace=False)) % 256] = True
    arrays = built(codes)
    near = within(arrays, codes[:500] ^ np.packbits(bits, axis=1), radius)
    assert pairs(near) == [(row, row, radius) for row in range(500)]
    assert used_tables(arrays)


def test_a_large_radius_needs_no_tables():
    codes = np.random.default_rng(1).integers(0, 256, (ROWS, 32), np.uint8)
    arrays = built(codes)
    near = within(arrays, codes[:3], 100)
    assert pairs(near) == brute_force(codes, codes[:3], 100)
    assert not used_tables(arrays)


@pytest.mark.parametrize("copies", [150_000, 1900])
def test_crowded_buckets_cost_no_more_memory_than_a_scan(copies):
    random = np.random.default_rng(2)
    codes = random.integers(0, 256, (200_000, 32), np.uint8)
    codes[:copies, :4] = 0
    queries = random.integers(0, 256, (100, 32), np.uint8)
    queries[:, :4] = 0
    made = build([codes], len(codes), 32)
    arrays = MemoryArrays({**made, CROWDS: np.zeros_like(made[CROWDS])})
    near, most = traced(lambda: within(arrays, queries, 15))
    assert pairs(near) == []
    assert most < 8_000_000
    assert used_tables(arrays)


def test_many_queries_are_looked_up_a_few_at_a_time():
    random = np.random.default_rng(3)
    codes = random.integers(0, 256, (ROWS, 32), np.uint8)
    # More rows than tables are for, so that the last queries are left to a scan.
    codes[ROWS - 5000 :] = codes[-1]
    queries = np.concatenate([codes[: ROWS - 5000], codes[-3:]])
    arrays = built(codes)
    near, most = traced(lambda: within(arrays, queries, 7))
    assert pairs(near) == pairs(hamming.within(codes, queries, 7))
    assert most < 8_000_000
    assert used_tables(arrays)


def test_chunks_that_tell_no_rows_apart_are_known():
    codes = np.random.default_rng(8).integers(0, 256, (ROWS, 32), np.uint8)
    codes[:, 2:10] = 7
    arrays = built(codes)
    ends = np.cumsum(arrays.whole(WIDTHS))
    constant = (ends - arrays.whole(WIDTHS) >= 16) & (ends <= 80)
    assert constant.sum() >= 3
    assert (arrays.whole(CROWDS)[constant] == ROWS - 1).all()
    assert (arrays.whole(CROWDS)[ends > 100] <= 1).all()
    assert within(arrays, codes[:9], 20).position.tolist() == list(range(9))
    assert used_tables(arrays)


def test_what_is_read_was_checked_before():
    codes = np.random.default_rng(4).integers(0, 256, (ROWS, 32), np.uint8)
    arrays = built(codes)
    assert within(arrays, codes[5:6], 9).position.tolist() == [5]
    assert {name for name, _, _ in arrays.checked} >= {"value", STARTS, POSITIONS}


def test_positions_in_a_bucket_ascend_and_each_table_holds_every_row():
    codes = np.random.default_rng(4).integers(0, 4, (5000, 32), np.uint8)
    arrays = built(codes)
    positions = arrays.whole(POSITIONS).reshape(-1, 5000)
    starts = arrays.whole(STARTS).astype(np.int64)
    assert np.array_equal(np.sort(positions, axis=1), np.tile(np.arange(5000), (len(positions), 1)))
    falls = np.flatnonzero(np.diff(positions.ravel().astype(np.int64)) < 0) + 1
    assert np.isin(falls, starts).all()


@pytest.mark.parametrize("rows", [99, 101])
def test_another_number_of_codes_than_said_is_refused(rows):
    with pytest.raises(ValueError, match=r"codes, not 100|broadcast"):
        build([np.zeros((rows, 32), np.uint8)], 100, 32)


def test_queries_of_another_length_are_refused():
    arrays = built(np.zeros((100, 32), np.uint8))
    with pytest.raises(ValueError, match="codes of 32 bytes"):
        within(arrays, np.zeros((1, 31), np.uint8), 3)


def test_threads_search_together():
    codes = np.random.default_rng(6).integers(0, 256, (ROWS, 32), np.uint8)
    queries = flipped(np.random.default_rng(7), codes[:200], 0.04)
    arrays = built(codes)
    alone = pairs(within(arrays, queries, 15))
    assert len(alone) > 100
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda _: pairs(within(arrays, queries, 15)), range(8)))
    assert together == [alone] * 8
