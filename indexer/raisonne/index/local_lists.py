"""Points of many works in lists of bounded length, so that a search reads few of them.

The shipped words are too coarse for many works: their lists grow with the catalogue. Here each
word's points are divided among centres that are found among them, as many as the word needs.
Centres are written in the points' own codes, so a search finds the nearest centres the way it finds
the nearest points: a tree of two levels (Nister and Stewenius, "Scalable recognition with a
vocabulary tree", CVPR 2006), of which the upper one ships and the lower one is the segment's own.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from raisonne.fingerprint.local import REGISTERED_POINTS
from raisonne.fingerprint.vocabulary import PARTS, RegisteredFeatures, unpack, vocabulary
from raisonne.index.code_lists import ENTRY, codes_of, meant_by, nearest_of, packed

POSITION_BIT = 16
"""The lowest bit of an id that tells the position of the work; above its 32 bits is the word."""
SIZE_BIT = 8
"""The lowest of the eight bits of an id that tell the size; below is the angle."""
SIZE_STEPS = 16
"""Sizes are told in sixteenths of an octave, as in the packed features."""
ANGLE_STEP = 360 / 256
_WORD_BIT = 48

_LIST = 400
"""Points of a list, on average; more where a word has very many."""
_SAMPLE = 16
"""Points for each centre, among which centres are moved."""
_ROUNDS = 3
_PARTITION = 1 << 21
_MOST_PARTITIONS = 256


@dataclass(frozen=True, slots=True, eq=False)
class SpilledPoints:
    """Points of all works, in temporary files by ranges of words.

    Attributes:
        files: Without names; each holds the entries of its words, and is gone when closed.
        value_start: int64, shape (works + 1,): bytes of all packed features before each work.
    """

    files: Sequence[IO[bytes]]
    value_start: NDArray[np.int64]

    def entries(self) -> Iterator[NDArray[np.uint8]]:
        """Yield what the files hold, shape (n, 40) each, and close them one by one."""
        for file in self.files:
            with file:
                content = _read(file)
            yield content.view(np.uint8).reshape(-1, ENTRY.itemsize)


@dataclass(frozen=True, slots=True, eq=False)
class Arrangement:
    """How points are divided among lists; all lists of a word lie together.

    Attributes:
        list_start: int64, shape (lists + 1,): the first entry of each list.
        word_start: int64, shape (words + 1,): the first list of each word.
        centre: uint8, shape (lists, 40): the centres, in lists by word; ids are numbers of lists.
    """

    list_start: NDArray[np.int64]
    word_start: NDArray[np.int64]
    centre: NDArray[np.uint8]


def spill(values: Iterable[Sequence[bytes]], rows: int, folder: Path | None) -> SpilledPoints:
    """Sort points roughly by word, into files of about 80 MB.

    Args:
        values: Packed features in order of position, in batches.
        rows: How many works.
        folder: Where the files lie; the system's folder for such if None.

    Raises:
        StorageError: If a value was damaged.
    """
    count = min(_MOST_PARTITIONS, 1 + rows * REGISTERED_POINTS // _PARTITION)
    bounds = np.arange(1, count) * len(vocabulary().words) // count
    sizes: list[int] = []
    with ExitStack() as opened:
        files = [opened.enter_context(tempfile.TemporaryFile(dir=folder)) for _ in range(count)]
        for batch in filter(None, values):
            entries, words = _entries([unpack(value) for value in batch], len(sizes))
            cuts = np.searchsorted(words, bounds)
            for file, part in zip(files, np.split(entries, cuts), strict=True):
                part.tofile(file)
            sizes += map(len, batch)
        if len(sizes) != rows:
            raise ValueError(f"There are {len(sizes)} works, not {rows}.")
        opened.pop_all()
    return SpilledPoints(files, np.cumsum([0, *sizes]))


def arrange(points: SpilledPoints) -> Arrangement:
    """Find centres, and put the points in each file in order, list by list."""
    centres, sizes = [np.empty((0, PARTS), np.uint8)], []
    lists = np.zeros(len(vocabulary().words), np.int64)
    for file in points.files:
        entries, words = _by_word(_read(file))
        owner = np.empty(len(entries), np.int64)
        first = 0
        used, starts, counts = np.unique(words, return_index=True, return_counts=True)
        for word, start, stop in zip(used, starts, starts + counts, strict=True):
            codes = entries["code"][start:stop]
            found = _centres(codes)
            owner[start:stop] = first + nearest_of(codes, found)
            centres.append(found)
            lists[word] = len(found)
            first += len(found)
        sizes.append(np.bincount(owner, minlength=first))
        entries = entries[np.argsort(owner, kind="stable")]
        file.seek(0)
        packed(entries["code"], entries["id"], sizes[-1]).entries.tofile(file)
    codes = np.concatenate(centres)
    return Arrangement(
        list_start=np.append(0, np.cumsum(np.concatenate(sizes))),
        word_start=np.append(0, np.cumsum(lists)),
        centre=packed(codes, np.arange(len(codes)), lists).entries,
    )


def _read(file: IO[bytes]) -> NDArray[np.void]:
    file.seek(0)
    return np.fromfile(file, ENTRY)


def _entries(
    works: Sequence[RegisteredFeatures], position: int
) -> tuple[NDArray[np.void], NDArray[np.uint16]]:
    """Return the points of works as entries, by word, and their words."""
    words = np.concatenate([work.words for work in works])
    points = np.concatenate([work.points for work in works]).astype(np.float64)
    counts = [len(work.words) for work in works]
    positions = np.repeat(np.arange(position, position + len(works)), counts)
    size = np.rint(np.log2(points[:, 2]) * SIZE_STEPS).astype(np.int64)
    angle = np.rint(points[:, 3] / ANGLE_STEP).astype(np.int64)
    entries = np.empty(len(words), ENTRY)
    entries["code"] = np.concatenate([work.codes for work in works])
    entries["id"] = words.astype(np.int64) << _WORD_BIT
    entries["id"] |= positions << POSITION_BIT | size << SIZE_BIT | angle
    return _by_word(entries)


def _by_word(entries: NDArray[np.void]) -> tuple[NDArray[np.void], NDArray[np.uint16]]:
    """Return entries by word, otherwise in the same order, and their words."""
    words = (entries["id"] >> _WORD_BIT).astype(np.uint16)  # Short numbers are sorted quickly.
    order = np.argsort(words, kind="stable")
    return entries[order], words[order]


def _centres(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return codes of as many centres as points need, found by Lloyd's algorithm on a sample."""
    # Of so many points, as much of a search goes into centres as into the points of two lists.
    count = -(-len(codes) // max(_LIST, math.isqrt(len(codes) // 2)))
    sample = codes[np.arange(count * _SAMPLE) * len(codes) // (count * _SAMPLE)]
    centres = sample[::_SAMPLE].copy()
    descriptors = meant_by(sample)
    for _ in range(_ROUNDS if count > 1 else 0):
        owner = nearest_of(sample, centres)
        order = np.argsort(owner, kind="stable")
        used, starts, members = np.unique(owner[order], return_index=True, return_counts=True)
        sums = np.add.reduceat(descriptors[order], starts, axis=0)
        centres[used] = codes_of((sums / members[:, None]).astype(np.float32))
    return centres
