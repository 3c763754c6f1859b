from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.index.memory_arrays import MemoryArrays

from raisonne.index import key_table as module
from raisonne.index.exact_segment import ExactSegment, build_exact
from raisonne.index.key_table import hashes_of, key_table, positions_of

KEYS = st.lists(st.sampled_from([b"a", b"b", b"ab", b"abc", b"", b"b\0c"]), min_size=1, max_size=20)


def table(keys: list[bytes]) -> MemoryArrays:
    width = max(*map(len, keys), 1)
    column = np.frombuffer(b"".join(k.ljust(width, b"\0") for k in keys), np.uint8)
    arrays = {**key_table("name", hashes_of(keys)), "name": column.reshape(len(keys), width)}
    return MemoryArrays(arrays)


@given(KEYS, st.sampled_from([b"a", b"ab", b"abcd", b"missing", b""]))
def test_a_key_leads_to_all_rows_that_hold_it(keys, wanted):
    found = positions_of(table(keys), "name", wanted)
    assert found.tolist() == [place for place, key in enumerate(keys) if key == wanted]


def test_keys_with_the_same_hash_are_told_apart(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "hashes_of", lambda keys: np.zeros(len(list(keys)), np.uint64))
    column = np.frombuffer(b"aba", np.uint8).reshape(3, 1)
    arrays = MemoryArrays({**key_table("name", np.zeros(3, np.uint64)), "name": column})
    assert positions_of(arrays, "name", b"a").tolist() == [0, 2]
    assert positions_of(arrays, "name", b"b").tolist() == [1]
    assert positions_of(arrays, "name", b"c").tolist() == []


@given(KEYS.map(lambda keys: [key.ljust(4, b"\0") for key in keys]), st.data())
def test_equal_values_of_rows_that_count_are_found(values, data):
    chunks = [np.frombuffer(b"".join(values), np.uint8).reshape(len(values), 4)]
    arrays = MemoryArrays(build_exact(chunks, len(values), 4))
    live = data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values)))
    packed = np.packbits(np.array(live), bitorder="little")
    for wanted in {*values, b"none"}:
        every = [place for place, value in enumerate(values) if value == wanted]
        segment = ExactSegment(arrays)
        assert segment.find(wanted, None).tolist() == every
        assert segment.find(wanted, packed).tolist() == [place for place in every if live[place]]
