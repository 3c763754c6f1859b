from __future__ import annotations

import numpy as np
import pytest
from tests.unit.index.binary_codes import brute_force, flipped, pairs
from tests.unit.index.memory_arrays import MemoryArrays

from raisonne.index.binary_segment import TABLES_FROM_ROWS, BinarySegment, build_binary
from raisonne.index.multi_index_hash import POSITIONS


@pytest.mark.parametrize("rows", [0, 1, 9999, 10_000, 20_001])
@pytest.mark.parametrize("share", [None, 0.2])
def test_it_finds_the_same_with_tables_and_without(rows, share):
    random = np.random.default_rng(rows)
    codes = random.integers(0, 256, (rows, 32), np.uint8)
    queries = np.concatenate([flipped(random, codes[:5], 0.02), np.zeros((1, 32), np.uint8)])
    live = None if share is None else np.packbits(random.random(rows) < share, bitorder="little")
    arrays = MemoryArrays(build_binary([codes], rows, 32, tables_from=10_000))
    near = BinarySegment(arrays).within(queries, 12, live)
    assert pairs(near) == brute_force(codes, queries, 12, live)
    used = any(name == POSITIONS for name, _, _ in arrays.checked)
    assert used == (rows >= 10_000)


def test_a_small_segment_holds_nothing_but_its_codes():
    codes = np.zeros((100, 32), np.uint8)
    arrays = build_binary([codes], 100, 32)
    written = MemoryArrays(arrays)
    assert sum(written.whole(name).nbytes for name in arrays) == codes.nbytes
    assert TABLES_FROM_ROWS > 100
