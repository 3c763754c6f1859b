"""Cutting binary codes into chunks, each the key of a table; see ``multi_index_hash``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

WIDEST_CHUNK = 24
"""Bits; with those before it in its first byte, a chunk then fits into four bytes."""


@dataclass(frozen=True, slots=True)
class Cut:
    """How the codes of a segment are cut.

    Attributes:
        widths: Bits of each chunk, descending.
        crowds: How many other rows share a row's bucket, for nearly all rows at least; of each
            chunk.
    """

    widths: tuple[int, ...]
    crowds: tuple[int, ...]

    def looks(self, radius: int) -> int:
        """Return how many buckets and rows in them a query looks at, about."""
        return sum(
            comb(width, bits) * (1 + crowd)
            for width, crowd, threshold in zip(
                self.widths, self.crowds, thresholds(self, radius), strict=True
            )
            for bits in range(threshold + 1)
        )


def widths_for(bits: int, rows: int) -> tuple[int, ...]:
    """Return how wide the chunks of a new segment are: so that a bucket holds about one row.

    Args:
        bits: Of a code.
        rows: Of the segment.
    """
    width = min(max(rows - 1, 1).bit_length(), WIDEST_CHUNK)
    count = max(-(-bits // WIDEST_CHUNK), round(bits / width))
    narrow, wider = divmod(bits, count)
    return (narrow + 1,) * wider + (narrow,) * (count - wider)


def first_buckets(widths: tuple[int, ...]) -> list[int]:
    """Return where the buckets of each chunk begin, and how many buckets there are.

    They begin at a multiple of their number, for no chunk before has fewer.

    Args:
        widths: See ``Cut``.
    """
    return list(accumulate((1 << width for width in widths), initial=0))


@lru_cache(maxsize=256)
def thresholds(cut: Cut, radius: int) -> tuple[int, ...]:
    """Return how many bits of each chunk may differ; below zero: it need not be looked at.

    Codes within the radius keep to the threshold of at least one chunk, because the sum of all is
    ``radius - chunks + 1``. Each bit is allowed where that adds the fewest looks, as in Qin et al.,
    "GPH: Similarity Search in Hamming Space" (ICDE 2018), but once for all queries: a chunk whose
    bits are nearly the same in all codes is left out.

    Args:
        cut: Of the codes.
        radius: How many bits of the codes may differ.
    """
    allowed = [-1] * len(cut.widths)
    for _ in range(radius + 1):
        added = [
            comb(width, bits + 1) * (1 + crowd)
            for width, crowd, bits in zip(cut.widths, cut.crowds, allowed, strict=True)
        ]
        allowed[added.index(min(added))] += 1
    return tuple(allowed)


@lru_cache(maxsize=32)
def near_keys(
    widths: tuple[int, ...], allowed: tuple[int, ...]
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Return which keys are looked at: of which chunk, and which bits differ from the query's key.

    Args:
        widths: See ``Cut``.
        allowed: From ``thresholds``.

    Returns:
        Two arrays of one length, shared by all callers.
    """
    # Keys that differ in their lowest bits have neighbouring buckets: in order, they share pages.
    flips = [
        sorted(
            sum(1 << bit for bit in bits)
            for differing in range(threshold + 1)
            for bits in combinations(range(width), differing)
        )
        for width, threshold in zip(widths, allowed, strict=True)
    ]
    chunk = np.repeat(np.arange(len(flips)), [len(of_chunk) for of_chunk in flips])
    flip = np.array([flip for of_chunk in flips for flip in of_chunk], np.int64)
    chunk.flags.writeable = flip.flags.writeable = False
    return chunk, flip


def bucket_numbers(
    codes: NDArray[np.uint8], widths: tuple[int, ...], chunks: slice = slice(None)
) -> NDArray[np.int64]:
    """Return in which buckets codes lie, shape (n, chunks).

    Args:
        codes: Packed bits, shape (n, bytes).
        widths: See ``Cut``.
        chunks: Which chunks are wanted.
    """
    first = np.array(list(accumulate(widths[:-1], initial=0))[chunks])
    places = (first[:, np.newaxis] >> 3) + np.arange(4)
    # What is read in place of bytes after the last is shifted out again.
    four = codes.take(np.minimum(places, codes.shape[1] - 1), axis=1)
    keys = four.view(">u4")[..., 0].astype(np.uint32)
    keys <<= (first & 7).astype(np.uint32)
    keys >>= (32 - np.array(widths[chunks])).astype(np.uint32)
    numbers: NDArray[np.int64] = keys + np.array(first_buckets(widths)[:-1][chunks])
    return numbers
