"""Lists of codes: candidates from memory that is not FAISS's, exact products, live rows only."""

from __future__ import annotations

import gc
import itertools
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from tests.unit.index.memory_arrays import MemoryArrays

from raisonne.index import products
from raisonne.index.arrays import Chunks
from raisonne.index.rabitq import RabitqSegment
from raisonne.index.rabitq_build import build_rabitq
from raisonne.index.rabitq_effort import noisy

ROWS, D = 8000, 64


class Pages:
    """Vectors in pieces of uneven sizes, as often as they are asked for."""

    def __init__(self, vectors: np.ndarray) -> None:
        self.vectors = vectors
        self.passes = 0

    def __iter__(self) -> Iterator[np.ndarray]:
        self.passes += 1
        yield from np.split(self.vectors, [1, 1, 3000, 7500])


@cache
def vectors() -> np.ndarray:
    """Some hundred clusters, a tenth of the rows twice."""
    rng = np.random.default_rng(3)
    centres = rng.standard_normal((150, D), dtype=np.float32)
    rows = centres[rng.zipf(1.4, ROWS) % 150]
    rows = rows + 0.7 * rng.standard_normal((ROWS, D), dtype=np.float32)
    rows[-ROWS // 10 :] = rows[: ROWS // 10]
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)


@cache
def built() -> dict:
    return {"value": vectors(), **build_rabitq(Pages(vectors()), ROWS, D)}


@pytest.fixture
def arrays() -> MemoryArrays:
    return MemoryArrays(built())


@cache
def queries() -> np.ndarray:
    rng = np.random.default_rng(4)
    return noisy(vectors()[rng.choice(ROWS, 100, replace=False)].astype(np.float32), rng)


def bits(live: np.ndarray) -> np.ndarray:
    return np.packbits(live, bitorder="little")


def pairs(found: products.Nearest) -> set[tuple[int, int]]:
    return set(zip(found.query.tolist(), found.position.tolist(), strict=True))


def recall(found: products.Nearest, expected: products.Nearest) -> float:
    return len(pairs(found) & pairs(expected)) / len(pairs(expected))


@pytest.mark.parametrize("share", [None, 0.9, 0.5, 0.3])
def test_nearly_all_of_the_nearest_live_rows_are_found(
    arrays: MemoryArrays, share: float | None
) -> None:
    live = None if share is None else np.random.default_rng(5).random(ROWS) < share
    mask = None if live is None else bits(live)
    found = RabitqSegment(arrays).nearest(queries(), 10, mask)
    expected = products.nearest(vectors(), queries(), 10, mask)
    assert recall(found, expected) >= 0.96
    assert np.array_equal(np.bincount(found.query), np.full(100, 10))
    if live is not None:
        assert live[found.position].all()
    again = products.multiply(vectors()[found.position], queries()[found.query])
    assert np.array_equal(found.product, again)
    assert np.array_equal(
        products.ranked(found.query, found.position, found.product).position, found.position
    )


def test_few_live_rows_are_all_multiplied(arrays: MemoryArrays) -> None:
    live = np.zeros(ROWS, bool)
    live[[3, 77, 4000, ROWS - 1]] = True
    found = RabitqSegment(arrays).nearest(queries(), 10, bits(live))
    expected = products.nearest(vectors(), queries(), 10, bits(live))
    assert np.array_equal(found.position, expected.position)
    assert not any(name == "lists" for name, _, _ in arrays.checked)


def test_nothing_live_is_near_nothing(arrays: MemoryArrays) -> None:
    segment, nothing = RabitqSegment(arrays), bits(np.zeros(ROWS, bool))
    assert not len(segment.nearest(queries(), 10, nothing).query)
    assert not len(segment.within(queries(), 0.1, nothing).query)
    assert not len(segment.nearest(queries()[:0], 10).query)
    assert not len(segment.nearest(queries(), 0).query)


def test_live_rows_that_all_lie_far_away_are_found_in_further_lists(arrays: MemoryArrays) -> None:
    far = np.argsort(vectors().astype(np.float32) @ queries()[0])[:2500]
    live = np.zeros(ROWS, bool)
    live[far] = True
    found = RabitqSegment(arrays).nearest(queries()[:1], 50, bits(live))
    assert len(found.query) == 50
    assert live[found.position].all()


@pytest.mark.parametrize("k", [1, 300, ROWS + 5])
def test_as_many_rows_as_wanted_are_found(arrays: MemoryArrays, k: int) -> None:
    found = RabitqSegment(arrays).nearest(queries()[:3], k)
    expected = products.nearest(vectors(), queries()[:3], k)
    assert np.array_equal(np.bincount(found.query), np.full(3, min(k, ROWS)))
    assert recall(found, expected) >= 0.9


@pytest.mark.parametrize("threshold", [-2.0, 0.3, 0.6, 0.8])
def test_nearly_all_rows_within_a_threshold_are_found(
    arrays: MemoryArrays, threshold: float
) -> None:
    asked = queries()[:10] if threshold < 0.5 else queries()
    found = RabitqSegment(arrays).within(asked, threshold)
    expected = products.within(vectors(), asked, threshold)
    assert pairs(found) <= pairs(expected)
    assert recall(found, expected) >= 0.96


def test_only_live_rows_are_within_a_threshold(arrays: MemoryArrays) -> None:
    live = np.random.default_rng(6).random(ROWS) < 0.5
    found = RabitqSegment(arrays).within(queries(), 0.5, bits(live))
    expected = products.within(vectors(), queries(), 0.5, bits(live))
    assert pairs(found) <= pairs(expected)
    assert recall(found, expected) >= 0.96


def test_what_is_read_of_the_lists_is_checked_and_not_more(arrays: MemoryArrays) -> None:
    segment = RabitqSegment(arrays)
    segment.nearest(queries()[:1], 1)
    starts = arrays.unchecked("list_starts")
    ranges = [(start, stop) for name, start, stop in arrays.checked if name == "lists"]
    assert 0 < len(ranges) < len(starts) - 1
    assert {(int(a), int(b)) for a, b in itertools.pairwise(starts)} >= set(ranges)


def test_each_row_lies_in_one_list(arrays: MemoryArrays) -> None:
    lists, starts = arrays.unchecked("lists"), arrays.unchecked("list_starts")
    numbers = [
        lists[start:stop].reshape(-1)[-8 * (stop - start) :].view("<i8")
        for start, stop in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)
        if stop > start
    ]
    assert np.array_equal(np.sort(np.concatenate(numbers)), np.arange(ROWS))


def test_vectors_are_read_twice(arrays: MemoryArrays) -> None:
    pages = Pages(vectors())
    again = build_rabitq(pages, ROWS, D)
    assert pages.passes == 2
    assert np.array_equal(again["lists"], arrays.unchecked("lists"))


@pytest.mark.parametrize("rows", [ROWS - 1, ROWS + 1])
def test_more_or_fewer_vectors_than_said_are_refused(rows: int) -> None:
    with pytest.raises(ValueError, match="vectors"):
        build_rabitq(Pages(vectors()), rows, D)


def test_mapped_lists_are_neither_changed_nor_unmapped(
    arrays: MemoryArrays, tmp_path: Path
) -> None:
    np.save(tmp_path / "lists.npy", arrays.unchecked("lists"))
    mapped = np.load(tmp_path / "lists.npy", mmap_mode="r")
    in_file = MemoryArrays({name: array for name, array in built().items() if name != "lists"})
    in_file._arrays["lists"] = mapped
    found = RabitqSegment(in_file).nearest(queries(), 10)
    expected = RabitqSegment(arrays).nearest(queries(), 10)
    gc.collect()
    assert pairs(found) == pairs(expected)
    assert np.array_equal(mapped, arrays.unchecked("lists"))


def test_many_threads_search_at_once(arrays: MemoryArrays) -> None:
    segment, found = RabitqSegment(arrays), {}
    expected = pairs(RabitqSegment(arrays).nearest(queries()[:20], 10))

    def search(number: int) -> None:
        for _ in range(5):
            found[number] = pairs(segment.nearest(queries()[:20], 10))

    threads = [threading.Thread(target=search, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(found[number] == expected for number in range(6))


def test_equal_vectors_make_lists_too() -> None:
    same = np.repeat(vectors()[:1], 3000, axis=0)
    arrays = MemoryArrays(
        {"value": Chunks("<f2", same.shape, [same]), **build_rabitq([same], 3000, D)}
    )
    found = RabitqSegment(arrays).nearest(same[:1].astype(np.float32), 10)
    assert len(found.query) == 10
