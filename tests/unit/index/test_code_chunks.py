from __future__ import annotations

from itertools import accumulate, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.index.code_chunks import (
    WIDEST_CHUNK,
    Cut,
    bucket_numbers,
    first_buckets,
    near_keys,
    thresholds,
    widths_for,
)

sizes = st.builds(widths_for, st.integers(1, 64).map(lambda n: 8 * n), st.integers(0, 10**9))


@given(st.integers(1, 64), st.integers(0, 10**9))
def test_chunks_make_up_the_code_and_none_is_too_wide(width, rows):
    widths = widths_for(8 * width, rows)
    assert sum(widths) == 8 * width
    assert list(widths) == sorted(widths, reverse=True)
    assert 1 <= widths[-1] <= widths[0] <= WIDEST_CHUNK


@given(sizes, st.integers(0, 2**32))
def test_buckets_are_the_bits_of_each_chunk(widths, seed):
    codes = np.random.default_rng(seed).integers(0, 256, (3, sum(widths) // 8), np.uint8)
    bounds = list(accumulate(widths, initial=0))
    for code, buckets in zip(codes, bucket_numbers(codes, widths), strict=True):
        bits = "".join(f"{byte:08b}" for byte in code)
        keys = [int(bits[a:b], 2) for a, b in pairwise(bounds)]
        assert (buckets - first_buckets(widths)[:-1]).tolist() == keys


@given(sizes, st.integers(-3, 300), st.data())
def test_thresholds_sum_up_so_that_nothing_near_is_missed(widths, radius, data):
    crowds = tuple(data.draw(st.integers(0, 10**6)) for _ in widths)
    allowed = thresholds(Cut(widths, crowds), radius)
    assert sum(threshold + 1 for threshold in allowed) == max(radius + 1, 0)


def test_a_chunk_that_tells_rows_apart_badly_is_left_out():
    widths = widths_for(256, 10**6)
    crowds = (10**6, *(1 for _ in widths[1:]))
    assert thresholds(Cut(widths, crowds), 31)[0] == -1
    assert min(thresholds(Cut(widths, crowds), 31)[1:]) >= 1


@pytest.mark.parametrize("radius", [0, 5, 12, 20])
def test_near_keys_are_all_within_the_thresholds_and_no_others(radius):
    cut = Cut((9, 9, 8, 8), (0, 3, 0, 1))
    allowed = thresholds(cut, radius)
    chunk, flips = near_keys(cut.widths, allowed)
    for number, threshold in enumerate(allowed):
        near = [key for key in range(1 << cut.widths[number]) if key.bit_count() <= threshold]
        assert flips[chunk == number].tolist() == near
    each = np.array([1 + crowd for crowd in cut.crowds])
    assert each[chunk].sum() == cut.looks(radius)
