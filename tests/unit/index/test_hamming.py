from __future__ import annotations

import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.index.binary_codes import brute_force, pairs, random_codes

from raisonne.index.hamming import TILE_ROWS, within


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_it_finds_what_brute_force_finds(data):
    width = data.draw(st.sampled_from([1, 4, 8, 12, 16, 32, 64]))
    rows = data.draw(st.integers(0, 300))
    codes, queries = random_codes(data.draw, rows, width, data.draw(st.integers(0, 12)))
    radius = data.draw(st.integers(-1, 8 * width + 1))
    live = data.draw(st.sampled_from([None, 0.0, 0.02, 0.3, 0.9, 1.0]))
    if live is not None:
        chosen = np.random.default_rng(rows).random(rows) < live
        live = np.packbits(chosen, bitorder="little")
    near = within(codes, queries, radius, live)
    assert pairs(near) == brute_force(codes, queries, radius, live)


@pytest.mark.parametrize("rows", [TILE_ROWS - 1, TILE_ROWS, TILE_ROWS + 1, 2 * TILE_ROWS + 3])
@pytest.mark.parametrize("share", [None, 0.1, 0.8])
def test_tiles_meet_without_gap_or_overlap_and_the_answer_is_in_order(rows, share):
    random = np.random.default_rng(3)
    codes = random.integers(0, 256, (rows, 8), np.uint8)
    queries = codes[[0, rows - 1, rows // 2]] ^ np.uint8(1)
    chosen = np.ones(rows, np.bool_) if share is None else random.random(rows) < share
    live = None if share is None else np.packbits(chosen, bitorder="little")
    near = within(codes, queries, 14, live)
    assert pairs(near) == brute_force(codes, queries, 14, live)
    assert np.array_equal(np.lexsort((near.position, near.query)), np.arange(len(near.query)))
    assert near.position.dtype == np.int64
    assert near.distance.dtype == np.int32


def test_live_bits_beyond_the_rows_are_nothing():
    codes = np.zeros((3, 4), np.uint8)
    near = within(codes, codes[:1], 0, np.full(9, 0xFF, np.uint8))
    assert near.position.tolist() == [0, 1, 2]


@pytest.mark.parametrize("shape", [(1, 31), (1, 33), (32,), (1, 0)])
def test_queries_of_another_length_are_refused(shape):
    with pytest.raises(ValueError, match="codes of 32 bytes"):
        within(np.zeros((5, 32), np.uint8), np.zeros(shape, np.uint8), 3)


def test_queries_of_another_type_are_refused():
    with pytest.raises(ValueError, match="int16"):
        within(np.zeros((5, 4), np.uint8), np.zeros((1, 4), np.int16), 3)


def test_too_few_live_bits_are_refused():
    with pytest.raises(ValueError, match="8 live bits for 9 rows"):
        within(np.zeros((9, 4), np.uint8), np.zeros((1, 4), np.uint8), 3, np.zeros(1, np.uint8))


def test_mapped_codes_are_searched_where_they_lie(tmp_path):
    codes = np.random.default_rng(5).integers(0, 256, (200_000, 32), np.uint8)
    np.save(tmp_path / "codes.npy", codes)
    mapped = np.load(tmp_path / "codes.npy", mmap_mode="r")
    tracemalloc.start()
    try:
        assert within(mapped, codes[7:8], 0).position.tolist() == [7]
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < codes.nbytes / 20


def test_threads_search_together():
    codes = np.random.default_rng(6).integers(0, 256, (5000, 32), np.uint8)
    alone = pairs(within(codes, codes[:20], 110))
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda _: pairs(within(codes, codes[:20], 110)), range(8)))
    assert together == [alone] * 8
