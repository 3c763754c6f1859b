from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.fingerprint.features import random_features, rooted
from tests.unit.index.memory_arrays import MemoryArrays

from raisonne.fingerprint.local import ALGORITHM
from raisonne.fingerprint.vocabulary import nearest_words_of, pack, rewritten, unpack
from raisonne.index.local_segment import LocalSegment, build_local, merge_hits
from raisonne.index.local_space import LocalHits, LocalSpace
from raisonne.rights.errors import StorageError
from raisonne.rights.fingerprint import Fingerprint, FingerprintKind, WorkFingerprint

LUMA = np.zeros((64, 64), np.uint8)
WORD = 77


@cache
def value_of(seed: int, points: int = 12) -> bytes:
    return pack(random_features(seed, points), LUMA)


@cache
def crowded(seed: int) -> bytes:
    """Three hundred points that are all of one word."""
    value = value_of(seed, 300)
    return rewritten(value, np.full(300, WORD, np.uint16), unpack(value).codes)


def segment_of(values: list[bytes]) -> LocalSegment:
    return LocalSegment(MemoryArrays(build_local([values], len(values))))


def space_of(values: dict[int, bytes]) -> LocalSpace:
    space = LocalSpace()
    prints = {
        row: Fingerprint(FingerprintKind.LOCAL, ALGORITHM, value, 80)
        for row, value in values.items()
    }
    space.change([WorkFingerprint(r, "t", f"w{r}", f"a{r}", p) for r, p in prints.items()], [])
    return space


def bits(positions: set[int], count: int) -> np.ndarray:
    return np.packbits(np.isin(np.arange(count), list(positions)), bitorder="little")


def everywhere(count: int, values: list[bytes]) -> np.ndarray:
    """All words that there are points of, for each of some descriptors."""
    used = [unpack(value).words.astype(np.int64) for value in values]
    return np.tile(np.unique(np.concatenate([np.array([0]), *used])), (count, 1))


def found(hits: LocalHits) -> set[tuple[float, ...]]:
    fields = hits.row, hits.slot, hits.size, hits.angle, hits.distance, hits.farthest
    return {tuple(float(value) for value in hit) for hit in zip(*fields, strict=True)}


def far(hits: LocalHits) -> list[tuple[float, ...]]:
    """Hits but for which of equally far ones they are."""
    fields = hits.row, hits.distance, hits.farthest
    return sorted(tuple(float(value) for value in hit) for hit in zip(*fields, strict=True))


# --- What is found -------------------------------------------------------------------------------


@given(
    counts=st.lists(st.integers(0, 30), max_size=9),
    live=st.none() | st.sets(st.integers(0, 8)),
    nearest=st.integers(1, 40),
    given_words=st.integers(0, 4),
)
@settings(deadline=None, max_examples=25)
def test_few_works_are_searched_as_exhaustively_as_in_memory(counts, live, nearest, given_words):
    values = [value_of(row, count) for row, count in enumerate(counts)]
    kept = set(range(len(values))) if live is None else live & set(range(len(values)))
    space = space_of({row: values[row] for row in sorted(kept)})
    query = rooted(np.random.default_rng(5), 6)
    words = nearest_words_of(query, given_words) if given_words else everywhere(6, values)
    words[2:, 1:] = -1
    query = query.astype(np.float32)
    selection = None if live is None else bits(live, len(values))
    hits = segment_of(values).search(query, words, nearest, selection)
    same = space.search(query, words, nearest)
    assert far(hits) == far(same)
    assert set(hits.slot.tolist()) <= kept
    if nearest > 30:
        rows = np.array(sorted(kept), np.intp)
        every = found(segment_of(values).search(query, words, 1000, selection))
        same = space.search(query, words, 1000)
        assert every == found(
            LocalHits(
                same.row, rows[same.slot], same.size, same.angle, same.distance, same.farthest
            )
        )


def test_a_point_is_found_by_its_code_however_many_lists_its_word_has():
    values = [crowded(seed) for seed in range(20)]
    segment = segment_of(values)
    assert len(segment.arrays.unchecked("centre")) == 20 * 300 / 400
    for position in (0, 7, 19):
        work = unpack(values[position])
        hits = segment.search(work.descriptors(), np.full((300, 1), WORD), 1)
        assert hits.row.tolist() == list(range(300))
        assert not hits.distance.any()
        assert not hits.farthest.any()
        assert (hits.slot == position).all()
        assert np.array_equal(np.stack([hits.size, hits.angle], axis=1), work.points[:, 2:])


def test_only_some_lists_of_a_word_are_read():
    segment = segment_of([crowded(seed) for seed in range(20)])
    segment.arrays.checked.clear()
    query = rooted(np.random.default_rng(3), 1).astype(np.float32)
    hits = segment.search(query, np.array([[WORD, -1, -1]]), 6000)
    read = [stop - start for name, start, stop in segment.arrays.checked if name == "entry"]
    assert len(read) > 1
    assert sum(read) >= 785
    assert sum(read) == len(hits.row) < 3000
    assert (np.diff(hits.distance) >= 0).all()
    assert (hits.farthest == hits.distance[-1]).all()


def test_nothing_is_found_among_no_works_or_no_points_or_for_no_points():
    query = rooted(np.random.default_rng(1), 2).astype(np.float32)
    for hits in (
        segment_of([]).search(query, everywhere(2, [value_of(1)]), 8),
        segment_of([value_of(1, 0)]).search(query, everywhere(2, [value_of(1)]), 8),
        segment_of([value_of(1, 0)]).search(query, everywhere(2, [value_of(1)]), 8, bits({0}, 1)),
        segment_of([value_of(1)]).search(query[:0], everywhere(0, []), 8),
        segment_of([value_of(1)]).search(query, np.full((2, 3), -1), 8),
        segment_of([value_of(1)]).search(query, everywhere(2, [value_of(1)]), 8, bits(set(), 1)),
    ):
        assert len(hits.row) == len(hits.slot) == len(hits.farthest) == 0


def test_many_threads_find_the_same():
    segment = segment_of([crowded(seed) for seed in range(4)] + [value_of(9, 300)])
    query = rooted(np.random.default_rng(2), 40)
    words = nearest_words_of(query, 3)
    words[:, 2] = WORD
    query = query.astype(np.float32)
    alone = found(segment.search(query, words, 8))
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda _: found(segment.search(query, words, 8)), range(16))
        assert all(answer == alone for answer in answers)


# --- Which works may be found --------------------------------------------------------------------


@pytest.mark.parametrize("copies", [3, 400])
def test_a_work_is_found_behind_any_number_of_withdrawn_copies(copies):
    segment = segment_of([value_of(1)] * copies + [value_of(2)])
    own = unpack(value_of(1))
    words = own.words[:, None].astype(np.int64)
    for live in ({copies - 1}, {0}, {copies // 2, copies}):
        hits = segment.search(own.descriptors(), words, 1, bits(live, copies + 1))
        assert hits.row.tolist() == list(range(12))
        assert set(hits.slot.tolist()) <= live
        assert not hits.distance.any()


@given(st.sets(st.integers(0, 11)), st.integers(1, 600))
@settings(deadline=None, max_examples=15)
def test_crowded_lists_yield_live_works_as_if_there_were_no_others(live, nearest):
    segment = segment_of([crowded(seed) for seed in range(12)])
    query = rooted(np.random.default_rng(4), 3).astype(np.float32)
    words = np.array([[WORD, 5], [WORD, -1], [-1, -1]])
    everything = segment.search(query, words, 4000)
    hits = segment.search(query, words, nearest, bits(live, 12))
    for row in range(3):
        mine = np.isin(everything.slot, list(live)) & (everything.row == row)
        expected = np.sort(everything.distance[mine])[:nearest]
        assert hits.distance[hits.row == row].tolist() == expected.tolist()
    assert set(hits.slot.tolist()) <= live


# --- Several parts -------------------------------------------------------------------------------


@given(
    st.lists(st.lists(st.integers(0, 9), max_size=4), min_size=1, max_size=4), st.integers(1, 30)
)
@settings(deadline=None, max_examples=20)
def test_parts_together_find_what_one_would(parts, nearest):
    values = [[value_of(seed, 25) for seed in part] for part in parts]
    query = rooted(np.random.default_rng(6), 4).astype(np.float32)
    last = space_of(dict(enumerate(values[-1])))
    searched = [*map(segment_of, values[:-1]), last]
    offsets = np.cumsum([0, *map(len, values)])[:-1].tolist()
    together = [value for part in values for value in part]
    words = everywhere(4, together)
    hits = [part.search(query, words, nearest) for part in searched]
    merged = merge_hits(hits, offsets, nearest)
    expected = segment_of(together).search(query, words, nearest)
    assert far(merged) == far(expected)
    every = segment_of(together).search(query, words, 5000)
    kinds = "row", "slot", "size", "angle", "distance"
    there = {tuple(float(getattr(every, k)[i]) for k in kinds) for i in range(len(every.row))}
    assert {tuple(float(getattr(merged, k)[i]) for k in kinds) for i in range(len(merged.row))} <= (
        there
    )


def test_no_parts_have_no_hits():
    assert len(merge_hits([], [], 8).row) == 0


# --- What is kept --------------------------------------------------------------------------------


@given(st.lists(st.lists(st.integers(0, 300), max_size=3), max_size=5))
@settings(deadline=None, max_examples=12)
def test_values_come_back_as_they_were_whatever_the_batches(batches):
    values = [[value_of(count, count) for count in batch] for batch in batches]
    flat = [value for batch in values for value in batch]
    written = MemoryArrays(build_local(values, len(flat)))
    segment = LocalSegment(written)
    assert len(segment) == len(flat)
    assert segment.values(np.arange(len(flat))[::-1]) == flat[::-1]
    assert [segment.value(position) for position in range(len(flat))] == flat
    together = MemoryArrays(build_local([flat], len(flat)))
    for name in ("entry", "list_start", "word_start", "centre", "value_start"):
        assert np.array_equal(written.unchecked(name), together.unchecked(name)), name


def test_only_the_values_asked_for_are_read():
    segment = segment_of([value_of(seed) for seed in range(9)])
    segment.arrays.checked.clear()
    segment.value(4)
    size = len(value_of(0))
    assert [c for c in segment.arrays.checked if c[0] == "value"] == [("value", 4 * size, 5 * size)]


def test_what_cannot_be_written_is_refused():
    with pytest.raises(StorageError, match="damaged"):
        build_local([[value_of(1), value_of(2)[:-1]]], 2)
    for rows in (1, 3):
        with pytest.raises(ValueError, match="There are 2 works"):
            build_local([[value_of(1), value_of(2)]], rows)
