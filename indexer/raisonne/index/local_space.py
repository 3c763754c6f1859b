"""An inverted file of local descriptors: which registered points look like a query's.

The lists are the shipped vocabulary's words and the entries its codes (``IndexIVFPQ`` without
residuals), so nothing is trained here and an index is filled by copying.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from raisonne.fingerprint.local import REGISTERED_POINTS
from raisonne.fingerprint.vocabulary import (
    PARTS,
    RegisteredFeatures,
    rewritten,
    unpack,
    vocabulary,
)
from raisonne.index.space import Space
from raisonne.rights.errors import StorageError
from raisonne.rights.fingerprint import WorkFingerprint


@dataclass(frozen=True, slots=True, eq=False)
class LocalHits:
    """Registered points near the points of a query, row by row of what was looked up.

    Attributes:
        row: intp, shape (m,): which query descriptor.
        slot: intp, shape (m,): which entry; see ``LocalSpace.entry``.
        size: float32, shape (m,): the registered point's diameter.
        angle: float32, shape (m,): the registered point's angle in degrees.
        distance: float32, shape (m,): squared.
        farthest: float32, shape (m,): squared distance of the farthest hit of the same row.
    """

    row: NDArray[np.intp]
    slot: NDArray[np.intp]
    size: NDArray[np.float32]
    angle: NDArray[np.float32]
    distance: NDArray[np.float32]
    farthest: NDArray[np.float32]


class LocalSpace(Space):
    """Local features of one tenant, in one inverted file."""

    def __init__(self) -> None:
        super().__init__()
        words, parts = vocabulary().words, vocabulary().parts
        self._coarse: Any = faiss.IndexFlatL2(words.shape[1])
        self._coarse.add(words.astype(np.float32))
        self._index: Any = faiss.IndexIVFPQ(self._coarse, words.shape[1], len(words), PARTS, 8)
        self._index.by_residual = False
        centroids = parts.astype(np.float32).ravel()
        faiss.copy_array_to_vector(centroids, self._index.pq.centroids)
        self._index.is_trained = True
        self._slots: dict[int, int] = {}
        self._rows: list[int] = []
        self._free: list[int] = []
        self._size = np.zeros((0, REGISTERED_POINTS), np.float32)
        self._angle = np.zeros((0, REGISTERED_POINTS), np.float32)

    def entry(self, slot: int) -> WorkFingerprint:
        """Return the entry in a slot."""
        return self._entries[self._rows[slot]]

    def search(
        self, descriptors: NDArray[np.float32], lists: NDArray[np.int64], nearest: int
    ) -> LocalHits:
        """Find the registered points that look most like a query's.

        Args:
            descriptors: Shape (n, 128).
            lists: Words whose lists are searched for each, shape (n, p); -1 for none.
            nearest: How many at most, for each descriptor.
        """
        if not len(self) or not len(descriptors):
            return _no_hits()
        faiss.omp_set_num_threads(1)  # See BinarySpace.search.
        self._index.nprobe = lists.shape[1]
        unused = np.zeros(lists.shape, np.float32)
        distances, numbers = self._index.search_preassigned(descriptors, nearest, lists, unused)
        found = numbers >= 0
        farthest = np.where(found, distances, 0).max(axis=1)
        row, place = np.nonzero(found)
        number = numbers[row, place]
        slot, point = number // REGISTERED_POINTS, number % REGISTERED_POINTS
        return LocalHits(
            row=row,
            slot=slot,
            size=self._size[slot, point],
            angle=self._angle[slot, point],
            distance=distances[row, place],
            farthest=farthest[row],
        )

    def contents(self) -> Mapping[int, bytes]:
        """See ``Space.contents``; words and codes are read back from the lists."""
        count = len(self._rows) * REGISTERED_POINTS
        words = np.zeros(count, np.uint16)
        codes = np.zeros((count, PARTS), np.uint8)
        lists = self._index.invlists
        for word in range(lists.nlist):
            size = lists.list_size(word)
            if size:
                numbers = faiss.rev_swig_ptr(lists.get_ids(word), size)
                words[numbers] = word
                stored = faiss.rev_swig_ptr(lists.get_codes(word), size * PARTS)
                codes[numbers] = stored.reshape(size, PARTS)
        return {
            row: rewritten(
                self._entries[row].fingerprint.value,
                words[slot * REGISTERED_POINTS :],
                codes[slot * REGISTERED_POINTS :],
            )
            for row, slot in self._slots.items()
        }

    def _check(self, entry: WorkFingerprint) -> None:
        try:
            unpack(entry.fingerprint.value)
        except StorageError as error:
            raise StorageError(
                f"Fingerprint {entry.id} ({entry.fingerprint.algorithm}): {error}"
            ) from error

    def _add(self, entries: Sequence[WorkFingerprint]) -> None:
        features = [unpack(entry.fingerprint.value) for entry in entries]
        slots = [self._slot_for(entry.id) for entry in entries]
        missing = len(self._rows) - len(self._size)
        if missing > 0:
            # Doubling keeps a catalogue that grows work by work from being copied each time.
            more = np.zeros((max(missing, len(self._size)), REGISTERED_POINTS), np.float32)
            self._size = np.concatenate([self._size, more])
            self._angle = np.concatenate([self._angle, more])
        for slot, work in zip(slots, features, strict=True):
            self._size[slot, : len(work.points)] = work.points[:, 2]
            self._angle[slot, : len(work.points)] = work.points[:, 3]
        self._fill_lists(slots, features)

    def _slot_for(self, row: int) -> int:
        if self._free:
            slot = self._free.pop()
            self._rows[slot] = row
        else:
            slot = len(self._rows)
            self._rows.append(row)
        self._slots[row] = slot
        return slot

    def _fill_lists(self, slots: Sequence[int], features: Sequence[RegisteredFeatures]) -> None:
        words = np.concatenate([work.words for work in features])
        codes = np.concatenate([work.codes for work in features])
        numbers = np.concatenate(
            [
                slot * REGISTERED_POINTS + np.arange(len(work.words), dtype=np.int64)
                for slot, work in zip(slots, features, strict=True)
            ]
        )
        order = np.argsort(words, kind="stable")
        codes, numbers = np.ascontiguousarray(codes[order]), numbers[order]
        used, starts = np.unique(words[order], return_index=True)
        ends = np.append(starts, len(words))[1:]
        for word, start, end in zip(used, starts, ends, strict=True):
            self._index.invlists.add_entries(
                int(word),
                int(end - start),
                faiss.swig_ptr(numbers[start:end]),
                faiss.swig_ptr(codes[start:end]),
            )
        self._index.ntotal += len(words)

    def _remove(self, rows: Sequence[int]) -> None:
        slots = [self._slots.pop(row) for row in rows]
        points = np.arange(REGISTERED_POINTS, dtype=np.int64)
        self._index.remove_ids(
            np.concatenate([slot * REGISTERED_POINTS + points for slot in slots])
        )
        self._free += slots


def _no_hits() -> LocalHits:
    whole, real = np.empty(0, np.intp), np.empty(0, np.float32)
    return LocalHits(whole, whole, real, real, real, real)
