from __future__ import annotations

import gc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.fingerprint.features import rooted

from raisonne.index.code_lists import ENTRY, CodeLists, codes_of, meant_by, nearest_of, packed


def lists_of(sizes: list[int], seed: int = 1) -> tuple[CodeLists, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    codes = chance.integers(0, 256, (sum(sizes), 32), np.uint8)
    ids = np.arange(sum(sizes)) << 16 | 0xABC
    return packed(codes, ids, np.array(sizes, np.int64)), codes, ids


def padded(names: set[int]) -> list[int]:
    """Each list once, because FAISS counts an entry as often as its list is named."""
    return (sorted(names) + [-1] * 8)[:8]


@given(
    sizes=st.lists(st.integers(0, 20), min_size=8, max_size=8),
    asked=st.lists(st.sets(st.integers(0, 7)), min_size=1, max_size=5),
    count=st.integers(1, 50),
    live=st.none() | st.sets(st.integers(0, 160)),
)
@settings(deadline=None, max_examples=50)
def test_the_nearest_of_the_given_lists_are_found_exactly(sizes, asked, count, live):
    lists, codes, ids = lists_of(sizes)
    allowed = np.ones(len(ids), np.bool_)
    if live is not None:
        allowed = np.isin(np.arange(len(ids)), list(live))
        bits = np.packbits(np.isin(np.arange(161), list(live)), bitorder="little")
        lists = lists.only(bits, 16)
    wanted = np.array([padded(names) for names in asked])
    query = rooted(np.random.default_rng(2), len(wanted)).astype(np.float32)
    distances, found = lists.nearest(query, wanted, count)
    owner = np.repeat(np.arange(8), sizes)
    squares = ((query[:, None] - meant_by(codes)) ** 2).sum(axis=2)
    for row, names in enumerate(wanted):
        mine = np.isin(owner, names) & allowed
        expected = np.sort(squares[row, mine])[:count]
        there = found[row] >= 0
        assert distances[row, there].tolist() == expected.tolist()
        assert squares[row, found[row, there] >> 16].tolist() == expected.tolist()
        assert np.isin(found[row, there], ids[mine]).all()


def test_more_lists_may_be_searched_for_each_than_there_are():
    lists, _, ids = lists_of([4, 5])
    query = rooted(np.random.default_rng(3), 3).astype(np.float32)
    wanted = np.array([[0, -1, -1, -1, -1], [-1, -1, -1, 1, 0], [-1, 1, -1, -1, -1]])
    _, found = lists.nearest(query, wanted, 20)
    assert [set(row[row >= 0].tolist()) for row in found] == [
        set(ids[:4].tolist()),
        set(ids.tolist()),
        set(ids[4:].tolist()),
    ]


def test_lists_are_read_where_they_lie_and_stay_there(tmp_path):
    lists, _, _ = lists_of([40, 3, 90])
    (tmp_path / "entries").write_bytes(lists.entries.tobytes())
    mapped = np.memmap(tmp_path / "entries", np.uint8, "r").reshape(-1, ENTRY.itemsize)
    there = CodeLists(mapped, lists.starts, lists.stops)
    query = rooted(np.random.default_rng(4), 2).astype(np.float32)
    wanted = np.array([[2, 0], [1, -1]])
    for _ in range(3):
        found = there.nearest(query, wanted, 9)
        assert np.array_equal(found[1], lists.nearest(query, wanted, 9)[1])
        gc.collect()
    assert mapped.tobytes() == lists.entries.tobytes()


def test_only_the_named_lists_are_kept():
    lists, _, _ = lists_of([2, 3, 4, 5])
    some, numbers = lists.visited(np.array([[3, -1], [1, 3]]))
    assert numbers.tolist() == [[1, -1], [0, 1]]
    assert (some.stops - some.starts).tolist() == [3, 5]
    none, numbers = lists.visited(np.full((2, 2), -1))
    assert len(none.starts) == 0
    assert (numbers == -1).all()


def test_codes_mean_what_they_are_the_codes_of():
    codes = np.random.default_rng(5).integers(0, 256, (50, 32), np.uint8)
    assert np.array_equal(meant_by(codes_of(meant_by(codes))), meant_by(codes))


@pytest.mark.parametrize("count", [1, 7])
def test_the_nearest_centre_is_the_nearest(count):
    chance = np.random.default_rng(6)
    codes, centres = (chance.integers(0, 256, (n, 32), np.uint8) for n in (70_000, count))
    squares = ((meant_by(codes[-90:])[:, None] - meant_by(centres)) ** 2).sum(axis=2)
    assert np.array_equal(nearest_of(codes, centres)[-90:], squares.argmin(axis=1))
