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
    """How codes are cut.

    Attributes:
        widths: Bits of each chunk, descending.
    """

    widths: tuple[int, ...]

    def first_bits(self) -> list[int]:
        """Return where each chunk begins."""
        return list(accumulate(self.widths[:-1], initial=0))

    def first_buckets(self) -> list[int]:
        """Return where the buckets of each chunk begin, and how many buckets there are.

        They begin at a multiple of their number, for no chunk before has fewer.
        """
        return list(accumulate((1 << width for width in self.widths), initial=0))

    def thresholds(self, radius: int) -> list[int]:
        """Return how many bits of each chunk may differ; below zero: it need not be looked at.

        Codes within the radius keep to the threshold of at least one chunk, because the sum of all
        is ``radius - chunks + 1`` (Qin et al., "GPH: Similarity Search in Hamming Space", 2018).

        Args:
            radius: How many bits of the codes may differ.
        """
        each, rest = divmod(radius - len(self.widths) + 1, len(self.widths))
        # The narrowest chunks have the fewest keys at a distance.
        return [each + (place < rest) for place in reversed(range(len(self.widths)))]

    def buckets(self, radius: int) -> int:
        """Return how many buckets a query looks at."""
        return sum(count for _, count in self._near(radius))

    def candidates(self, radius: int, rows: int) -> float:
        """Return how many rows these hold if codes are random."""
        return sum(count * rows / (1 << width) for width, count in self._near(radius))

    def _near(self, radius: int) -> list[tuple[int, int]]:
        return [
            (width, sum(comb(width, bits) for bits in range(threshold + 1)))
            for width, threshold in zip(self.widths, self.thresholds(radius), strict=True)
        ]


def cut_for(bits: int, rows: int) -> Cut:
    """Return how to cut the codes of a new segment: so that a bucket holds about one row.

    Args:
        bits: Of a code.
        rows: Of the segment.
    """
    width = min(max(rows - 1, 1).bit_length(), WIDEST_CHUNK)
    count = max(-(-bits // WIDEST_CHUNK), round(bits / width))
    narrow, wider = divmod(bits, count)
    return Cut((narrow + 1,) * wider + (narrow,) * (count - wider))


@lru_cache(maxsize=64)
def near_keys(cut: Cut, radius: int) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Return which keys are looked at: of which chunk, and which bits differ from the query's key.

    Args:
        cut: Of the codes.
        radius: How many bits of the codes may differ.

    Returns:
        Two arrays of shape (``cut.buckets(radius)``,).
    """
    # Keys that differ in their lowest bits have neighbouring buckets: in order, they share pages.
    flips = [
        sorted(
            sum(1 << bit for bit in bits)
            for differing in range(threshold + 1)
            for bits in combinations(range(width), differing)
        )
        for width, threshold in zip(cut.widths, cut.thresholds(radius), strict=True)
    ]
    chunk = np.repeat(np.arange(len(flips)), [len(of_chunk) for of_chunk in flips])
    return chunk, np.array([flip for of_chunk in flips for flip in of_chunk], np.int64)


def bucket_numbers(codes: NDArray[np.uint8], cut: Cut, chunks: slice) -> NDArray[np.int64]:
    """Return in which buckets codes lie, shape (n, chunks).

    Args:
        codes: Packed bits, shape (n, bytes).
        cut: How they are cut.
        chunks: Which chunks are wanted.
    """
    first = np.array(cut.first_bits()[chunks])
    width = np.array(cut.widths[chunks])
    places = (first[:, np.newaxis] >> 3) + np.arange(4)
    # What is read in place of bytes after the last is shifted out again.
    four = codes.take(np.minimum(places, codes.shape[1] - 1), axis=1)
    keys = four.view(">u4")[..., 0].astype(np.uint32)
    keys <<= (first & 7).astype(np.uint32)
    keys >>= (32 - width).astype(np.uint32)
    numbers: NDArray[np.int64] = keys + np.array(cut.first_buckets()[:-1][chunks])
    return numbers
