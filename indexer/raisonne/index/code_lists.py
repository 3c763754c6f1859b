"""Inverted lists of product codes that lie one after another in mapped memory.

A list of m entries takes m rows of 40 bytes: first its m codes, then its m ids. FAISS scans such
lists where they lie (``OnDiskInvertedLists``), so an index needs no memory but what is visited.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from raisonne.fingerprint.vocabulary import PARTS, vocabulary

ENTRY = np.dtype([("code", "u1", PARTS), ("id", "<i8")])
_WORDS = ENTRY.itemsize // 8
_CODE_WORDS = PARTS // 8
_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class CodeLists:
    """Some lists of one array.

    Attributes:
        entries: uint8, shape (rows, 40), C order, its first byte at a multiple of eight.
        starts: int64, shape (n,): the first row of each list.
        stops: int64, shape (n,): the row after its last.
    """

    entries: NDArray[np.uint8]
    starts: NDArray[np.int64]
    stops: NDArray[np.int64]

    def nearest(
        self, descriptors: NDArray[np.float32], lists: NDArray[np.int64], count: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Find the entries that look most like each descriptor.

        Args:
            descriptors: Shape (m, 128).
            lists: Which are searched for each, shape (m, p); -1 for none.
            count: How many entries at most, for each.

        Returns:
            Squared distances, nearest first, and ids, both of shape (m, count); -1 where there are
            no more. Distances to codes are asymmetric (Jegou, Douze and Schmid, TPAMI 33, 2011).
        """
        faiss.omp_set_num_threads(1)  # See BinarySpace.search.
        # FAISS misreads what it is given where fewer lists exist than are searched for each.
        directory = np.zeros((max(len(self.starts), lists.shape[1]), 3), np.int64)
        # Size, capacity and offset, as in the C structure.
        directory[: len(self.starts), 0] = self.stops - self.starts
        directory[: len(self.starts), 1] = self.stops - self.starts
        directory[: len(self.starts), 2] = self.starts * ENTRY.itemsize
        index = _index(len(directory))
        index.nprobe = lists.shape[1]
        inverted: Any = faiss.OnDiskInvertedLists()
        inverted.nlist, inverted.code_size, inverted.prefetch_nthread = len(directory), PARTS, 0
        inverted.lists.resize(len(directory))
        faiss.memcpy(inverted.lists.data(), faiss.swig_ptr(directory), directory.nbytes)
        index.replace_invlists(inverted)
        try:
            inverted.ptr = faiss.swig_ptr(self.entries.reshape(-1))
            unused = np.zeros(lists.shape, np.float32)
            distances, ids = index.search_preassigned(descriptors, count, lists, unused)
        finally:
            inverted.ptr = None  # FAISS would give the memory back to the system.
        return distances, ids

    def visited(self, lists: NDArray[np.int64]) -> tuple[CodeLists, NDArray[np.int64]]:
        """Return only those lists that are named, and their new numbers in the same places."""
        named, number = np.unique(lists, return_inverse=True)
        unused = int(len(named) > 0 and named[0] < 0)
        named = named[unused:]
        some = CodeLists(self.entries, self.starts[named], self.stops[named])
        return some, number.reshape(lists.shape) - unused

    def only(self, live: NDArray[np.uint8], shift: int) -> CodeLists:
        """Return a copy without some entries.

        Args:
            live: Which stay, as packed bits, the lowest first.
            shift: An entry's bit is the number that is left of its id when its lowest ``shift``
                bits and all above 32 more are taken away.
        """
        words = self.entries.reshape(-1).view(np.int64)
        sizes = self.stops - self.starts
        owner = np.repeat(np.arange(len(sizes)), sizes)
        place = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        first = self.starts * _WORDS
        ids = words[(first + sizes * _CODE_WORDS)[owner] + place]
        bit = (ids >> shift) & 0xFFFFFFFF
        kept = np.flatnonzero(live[bit >> 3] >> (bit & 7).astype(np.uint8) & 1)
        owner, place, ids = owner[kept], place[kept], ids[kept]
        codes = words[(first[owner] + place * _CODE_WORDS)[:, None] + np.arange(_CODE_WORDS)]
        left = np.bincount(owner, minlength=len(sizes))
        return packed(codes.view(np.uint8), ids, left)


def nearest_of(codes: NDArray[np.uint8], centres: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return which centre each code is nearest to.

    Args:
        codes: Shape (n, 32).
        centres: Codes, shape (m, 32), m at least one.
    """
    if len(centres) == 1:
        return np.zeros(len(codes), np.int64)
    faiss.omp_set_num_threads(1)  # See BinarySpace.search.
    index = faiss.IndexFlatL2(vocabulary().words.shape[1])
    index.add(meant_by(centres))
    blocks = np.split(codes, range(_BLOCK, len(codes), _BLOCK))
    return np.concatenate([index.assign(meant_by(block), 1)[:, 0] for block in blocks])


def packed(codes: NDArray[np.uint8], ids: NDArray[np.int64], sizes: NDArray[np.int64]) -> CodeLists:
    """Write lists one after another.

    Args:
        codes: Of all entries, list by list, shape (n, 32).
        ids: Of all entries, shape (n,).
        sizes: Entries of each list.
    """
    stops = np.cumsum(sizes)
    starts = stops - sizes
    owner = np.repeat(np.arange(len(sizes)), sizes)
    place = np.arange(len(ids)) - starts[owner]
    words = np.empty(len(ids) * _WORDS, np.int64)
    first = starts * _WORDS
    target = (first[owner] + place * _CODE_WORDS)[:, None] + np.arange(_CODE_WORDS)
    words[target] = np.ascontiguousarray(codes).view(np.int64)
    words[(first + sizes * _CODE_WORDS)[owner] + place] = ids
    return CodeLists(words.view(np.uint8).reshape(-1, ENTRY.itemsize), starts, stops)


def meant_by(codes: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the descriptors that codes stand for, shape (n, 128)."""
    return np.asarray(_quantiser().decode(np.ascontiguousarray(codes)))


def codes_of(descriptors: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return the nearest codes of descriptors, shape (n, 32)."""
    faiss.omp_set_num_threads(1)  # See BinarySpace.search.
    return np.asarray(_quantiser().compute_codes(descriptors))


@cache
def _quantiser() -> Any:
    """Return the shipped codes; for reading only, which many threads may do at once."""
    quantiser = faiss.ProductQuantizer(vocabulary().words.shape[1], PARTS, 8)
    faiss.copy_array_to_vector(vocabulary().parts.astype(np.float32).ravel(), quantiser.centroids)
    return quantiser


def _index(count: int) -> Any:
    """Return an index with the shipped codes and no lists; FAISS needs one for each search."""
    dimensions = vocabulary().words.shape[1]
    unused = faiss.IndexFlatL2(dimensions)
    index = faiss.IndexIVFPQ(unused, dimensions, count, PARTS, 8)
    index.by_residual = False
    index.pq = _quantiser()  # Copied.
    index.is_trained = True
    return index
