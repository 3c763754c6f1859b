from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.index.marks import IN_FORCE, Marks, mark_of
from raisonne.rights.errors import StorageError

RESERVED = st.integers(0, 0x7FFF)
ROWS = st.lists(st.none() | RESERVED, min_size=1, max_size=70)


def marks_of(rows: list[int | None]) -> Marks:
    """Rows out of force are None, others what they reserve."""
    return Marks(np.array([0 if row is None else mark_of(row) for row in rows], np.uint16))


def unpacked(marks: Marks, reserving: int) -> list[bool]:
    packed = marks.selection(reserving)
    if packed is None:
        return [True] * len(marks)
    bits = np.unpackbits(packed, bitorder="little")
    assert not bits[len(marks) :].any()
    return bits[: len(marks)].astype(bool).tolist()


@given(ROWS, RESERVED)
def test_a_search_may_find_what_is_in_force_and_reserves_one_of_these(rows, reserving):
    marks = marks_of(rows)
    expected = [row is not None and (not reserving or bool(row & reserving)) for row in rows]
    assert unpacked(marks, reserving) == expected
    assert marks.in_force == sum(row is not None for row in rows)


@given(ROWS, st.data())
def test_changes_count_at_once(rows, data):
    marks = marks_of(rows)
    assert unpacked(marks, 1)
    for _ in range(3):
        changed = data.draw(st.dictionaries(st.integers(0, len(rows) - 1), st.none() | RESERVED))
        for row, value in changed.items():
            rows[row] = value
        positions = np.array(list(changed), np.int64)
        marks.change(positions, marks_of([*changed.values(), 0]).values[:-1])
        assert marks.values.tolist() == marks_of(rows).values.tolist()
        assert marks.in_force == marks_of(rows).in_force
        for reserving in (0, 1, 0x7FFF):
            assert unpacked(marks, reserving) == unpacked(marks_of(rows), reserving)


@given(ROWS)
def test_what_is_stored_reads_back(rows):
    marks = marks_of(rows)
    read = Marks.read(marks.stored(), len(rows))
    assert (read.values == marks.values).all()
    assert read.in_force == marks.in_force
    read.change(np.array([0]), np.array([0], np.uint16))


def test_a_million_equal_marks_take_few_bytes():
    assert len(marks_of([0] * 1_000_000).stored()) < 10_000


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"no marks",
        marks_of([1, 2]).stored(),
        marks_of([1, 2, 3, 4]).stored(),
        marks_of([1, 2, 3]).stored()[:-1],
        zlib.compress(bytes(5)),
        zlib.compress(bytes(100_000_000)),
    ],
)
def test_others_marks_and_damaged_ones_are_refused(stored):
    with pytest.raises(StorageError, match="marks"):
        Marks.read(stored, 3)


def test_a_mark_says_that_its_row_is_in_force_whatever_is_reserved():
    assert {mark_of(bits) & IN_FORCE for bits in (0, 1, 0x7FFF)} == {1}
    assert mark_of(0x7FFF) == 0xFFFF
