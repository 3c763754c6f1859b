"""Local features of many works in files: which registered points look like a query's.

Arrays, for n works with N points in L lists; see ``code_lists`` for what an entry is:

* ``value``: uint8, shape (bytes,): the packed features, work by work.
* ``value_start``: int64, shape (n + 1,): where each begins.
* ``entry``: uint8, shape (N, 40): the points in lists; ids are word, position, size and angle.
* ``list_start``, ``word_start``, ``centre``: see ``Arrangement``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from raisonne.index.arrays import Arrays, Chunks, NewArrays
from raisonne.index.code_lists import ENTRY, CodeLists
from raisonne.index.local_lists import (
    ANGLE_STEP,
    POSITION_BIT,
    SIZE_BIT,
    SIZE_STEPS,
    arrange,
    spill,
)
from raisonne.index.local_space import LocalHits

_EFFORT = 800
"""Centres and points together that a descriptor is compared with, for each of its words."""
_PROBES = 4
"""Lists that are searched for each word, at most."""
_SPARE = 4
"""Where some works are not to be found, so many times as many points are looked for at first."""


def build_local(
    values: Iterable[Sequence[bytes]], rows: int, scratch: Path | None = None
) -> NewArrays:
    """Write the packed features of works as a segment.

    Memory stays below about 1 GB up to three million works. Temporary files without a name take 40
    bytes a point, in the clear, until all is written.

    Args:
        values: Batches in order of position; gone through twice, so not an iterator.
        rows: How many works.
        scratch: Folder of the temporary files; the system's if None.

    Raises:
        StorageError: If a value was damaged.
    """
    points = spill(values, rows, scratch)
    lists = arrange(points)
    bytes_of_batches = (np.frombuffer(b"".join(batch), np.uint8) for batch in values)
    return {
        "value": Chunks(np.uint8, (int(points.value_start[-1]),), bytes_of_batches),
        "value_start": points.value_start,
        "entry": Chunks(np.uint8, (int(lists.list_start[-1]), ENTRY.itemsize), points.entries()),
        "list_start": lists.list_start,
        "word_start": lists.word_start,
        "centre": lists.centre,
    }


@dataclass(frozen=True, slots=True, eq=False)
class LocalSegment:
    """Searches what ``build_local`` wrote.

    Attributes:
        arrays: Of the segment.
    """

    arrays: Arrays

    def __len__(self) -> int:
        return len(self.arrays.unchecked("value_start")) - 1

    def value(self, position: int) -> bytes:
        """Return the packed features of one work."""
        return self.values(np.array([position]))[0]

    def values(self, positions: NDArray[np.intp]) -> list[bytes]:
        """Return the packed features of works, shape (n,), in the order asked for."""
        starts = self.arrays.rows("value_start", positions)
        stops = self.arrays.rows("value_start", positions + 1)
        self.arrays.check("value", starts, stops)
        content = self.arrays.unchecked("value")
        return [content[start:stop].tobytes() for start, stop in zip(starts, stops, strict=True)]

    def search(
        self,
        descriptors: NDArray[np.float32],
        words: NDArray[np.int64],
        nearest: int,
        live: NDArray[np.uint8] | None = None,
    ) -> LocalHits:
        """Find the registered points that look most like a query's.

        Of the lists of a descriptor's words, those with the nearest centres are searched, until it
        was compared with a fixed number of points. Where there are few works, that is all.

        Args:
            descriptors: Shape (m, 128).
            words: Whose lists are searched for each, shape (m, p); -1 for none.
            nearest: How many at most, for each descriptor.
            live: Works that may be found, as packed bits, the lowest first; all if None.

        Returns:
            Hits whose slots are positions.
        """
        probed = self._probed(descriptors, words)
        list_start = self.arrays.whole("list_start")
        entries = self.arrays.unchecked("entry")
        found, lists = CodeLists(entries, list_start[:-1], list_start[1:]).visited(probed)
        if not len(found.starts):
            return _hits(np.empty((0, 0), np.float32), np.empty((0, 0), np.int64))
        self.arrays.check("entry", found.starts, found.stops)
        if live is None:
            return _hits(*found.nearest(descriptors, lists, nearest))
        return _hits(*_among_live(found, descriptors, lists, nearest, live))

    def _probed(
        self, descriptors: NDArray[np.float32], words: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Return the lists that are searched for each descriptor, shape (m, q); -1 for none."""
        word_start = self.arrays.whole("word_start")
        starts, stops = word_start[:-1], word_start[1:]
        centres = CodeLists(self.arrays.whole("centre"), starts, stops)
        if not len(descriptors) or not len(centres.entries):
            return np.empty((0, 0), np.int64)
        _, probed = centres.nearest(descriptors, words, _PROBES * words.shape[1])
        # Any number of works takes the same effort: more centres leave fewer points.
        left = (words >= 0) * (_EFFORT - (stops - starts)[words])
        sizes = np.diff(self.arrays.whole("list_start"))
        before = np.cumsum(sizes[probed], axis=1) - sizes[probed]
        return np.where((before == 0) | (before < left.sum(axis=1)[:, None]), probed, -1)


def merge_hits(parts: Sequence[LocalHits], offsets: Sequence[int], nearest: int) -> LocalHits:
    """Return the nearest hits of each descriptor in several parts of an index.

    Args:
        parts: What was found in each for the same descriptors.
        offsets: What is added to the slots of each, to tell the parts apart.
        nearest: How many at most, for each descriptor.
    """
    if not parts:
        return _hits(np.empty((0, 0), np.float32), np.empty((0, 0), np.int64))
    row = np.concatenate([part.row for part in parts])
    distance = np.concatenate([part.distance for part in parts])
    order = np.lexsort((distance, row))
    rank = np.arange(len(row)) - np.searchsorted(row[order], row[order])
    kept = order[rank < nearest]
    row, distance = row[kept], distance[kept]
    # Distances rise within a row, so its last is its greatest.
    last = np.searchsorted(row, row, side="right") - 1
    slots = [part.slot + offset for part, offset in zip(parts, offsets, strict=True)]
    return LocalHits(
        row=row,
        slot=np.concatenate(slots)[kept],
        size=np.concatenate([part.size for part in parts])[kept],
        angle=np.concatenate([part.angle for part in parts])[kept],
        distance=distance,
        farthest=distance[last],
    )


def _among_live(
    found: CodeLists,
    descriptors: NDArray[np.float32],
    lists: NDArray[np.int64],
    nearest: int,
    live: NDArray[np.uint8],
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return what ``CodeLists.nearest`` would if the lists held live works only."""
    distances, ids = found.nearest(descriptors, lists, nearest * _SPARE)
    position = ids >> POSITION_BIT & 0xFFFFFFFF
    position[ids < 0] = 0
    withheld = live[position >> 3] >> (position & 7).astype(np.uint8) & 1 == 0
    full = ids[:, -1] >= 0
    ids[withheld] = -1
    order = np.argsort(ids < 0, axis=1, kind="stable")[:, :nearest]
    distances = np.take_along_axis(distances, order, axis=1)
    ids = np.take_along_axis(ids, order, axis=1)
    again = np.flatnonzero(full & (ids[:, -1] < 0))
    if len(again):
        # So many are withheld that the spare ones were not enough: the lists are copied without.
        some, numbers = found.visited(lists[again])
        some = some.only(live, POSITION_BIT)
        distances[again], ids[again] = some.nearest(descriptors[again], numbers, nearest)
    return distances, ids


def _hits(distances: NDArray[np.float32], ids: NDArray[np.int64]) -> LocalHits:
    row, place = np.nonzero(ids >= 0)
    number, distance = ids[row, place], distances[row, place]
    farthest = np.where(ids >= 0, distances, 0).max(axis=1, initial=0)
    return LocalHits(
        row=row,
        slot=(number >> POSITION_BIT & 0xFFFFFFFF).astype(np.intp),
        size=np.exp2((number >> SIZE_BIT & 0xFF) / SIZE_STEPS).astype(np.float32),
        angle=((number & 0xFF) * ANGLE_STEP).astype(np.float32),
        distance=distance,
        farthest=farthest[row],
    )
