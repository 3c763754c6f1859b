"""Builds the lists of ``rabitq`` in two passes over the vectors.

Centroids are vectors drawn at random, so nothing is trained. The pass that codes the vectors also
compares all of them with noisy copies of some; these tell how many lists have to be probed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import faiss
import numpy as np
from numpy.typing import NDArray

from raisonne.index.arrays import NewArrays
from raisonne.index.faiss_memory import converted, flat_index
from raisonne.index.rabitq_effort import COPIES, Trial
from raisonne.index.rabitq_lists import RabitqLists, encoder

CHUNK_ROWS = 4096
"""Rows that are coded at a time."""


def build_rabitq(vectors: Iterable[NDArray[np.float16]], rows: int, dimensions: int) -> NewArrays:
    """Return all that ``RabitqSegment`` reads beside the vectors themselves.

    Memory is used for some d / 4 + 40 bytes a row: the lists and what they are made from.

    Args:
        vectors: Pieces of shape (m, d), of length one; iterated twice, each time from the first.
        rows: How many in all, some thousand at least.
        dimensions: Their d.

    Raises:
        ValueError: If there are more or fewer rows than said.
    """
    rng = np.random.default_rng(rows)
    count = round(4 * rows**0.5)
    drawn = _rows_at(vectors, rng.choice(rows, count + COPIES, replace=False), rows, dimensions)
    centroids, originals = drawn[:count], drawn[count:]
    coarse = flat_index(centroids)
    coder = encoder(coarse)
    trial = Trial(originals, centroids, rows, rng)
    assigned = np.empty(rows, np.int64)
    codes = np.empty((rows, coder.code_size), np.uint8)
    faiss.omp_set_num_threads(1)  # The setting is one of the calling thread.
    for start, chunk in _chunks(vectors, rows):
        part, wide = slice(start, start + len(chunk)), converted(chunk)
        assigned[part] = coarse.search(wide, 1)[1][:, 0]
        addresses = [faiss.swig_ptr(array) for array in (wide, assigned[part], codes[part])]
        coder.encode_vectors(len(wide), *addresses)
        trial.compare(start, wide, assigned[part])
    lists, starts = _lists(codes, assigned, count)
    effort = trial.effort(RabitqLists(centroids, lists, starts), assigned)
    return {"centroids": centroids, "lists": lists, "list_starts": starts, **effort.arrays()}


def _chunks(
    vectors: Iterable[NDArray[np.float16]], rows: int
) -> Iterator[tuple[int, NDArray[np.float16]]]:
    """Give first positions and pieces of a size that fits memory."""
    start = 0
    for piece in vectors:
        if start + len(piece) > rows:
            raise ValueError(f"There are more than {rows} vectors.")
        for first in range(0, len(piece), CHUNK_ROWS):
            chunk = piece[first : first + CHUNK_ROWS]
            yield start + first, chunk
        start += len(piece)
    if start != rows:
        raise ValueError(f"There are {start} vectors instead of {rows}.")


def _rows_at(
    vectors: Iterable[NDArray[np.float16]],
    positions: NDArray[np.int64],
    rows: int,
    dimensions: int,
) -> NDArray[np.float32]:
    out = np.empty((len(positions), dimensions), np.float32)
    order = np.argsort(positions)
    ascending = positions[order]
    for start, chunk in _chunks(vectors, rows):
        first, last = np.searchsorted(ascending, (start, start + len(chunk)))
        out[order[first:last]] = chunk[ascending[first:last] - start]
    return out


def _lists(
    codes: NDArray[np.uint8], assigned: NDArray[np.int64], count: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return lists and starts as ``MappedLists`` takes them."""
    order = np.argsort(assigned, kind="stable")
    starts = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(assigned, minlength=count), out=starts[1:])
    code_bytes = codes.shape[1]
    lists = np.empty((len(codes), code_bytes + 8), np.uint8)
    for number in range(count):
        here = slice(starts[number], starts[number + 1])
        entries, block = order[here], lists[here].reshape(-1)
        block[: len(entries) * code_bytes] = codes[entries].reshape(-1)
        block[len(entries) * code_bytes :] = entries.astype("<i8").view(np.uint8)
    return lists, starts
