"""Local features of one tenant, in segments and in memory, as one inverted file."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from raisonne.index.indexed_space import IndexedSpace
from raisonne.index.local_segment import LocalSegment, merge_hits
from raisonne.index.local_space import LocalHits, LocalSpace
from raisonne.rights.fingerprint import WorkFingerprint


class LocalView:
    """Numbers the works of all parts through: slots.

    Args:
        space: What is searched.
    """

    def __init__(self, space: IndexedSpace) -> None:
        self._segments = space.segments
        self._delta = space.delta if isinstance(space.delta, LocalSpace) else None
        # The delta's slots come last.
        self._starts = list(accumulate((len(s) for s in space.segments), initial=0))

    def search(
        self, descriptors: NDArray[np.float32], lists: NDArray[np.int64], nearest: int
    ) -> LocalHits:
        """Find the registered points that look most like a query's; see ``LocalSpace.search``."""
        parts = []
        for segment in self._segments:
            if isinstance(segment.searcher, LocalSegment):
                live = segment.marks.selection()
                parts.append(segment.searcher.search(descriptors, lists, nearest, live))
        if self._delta is not None:
            parts.append(self._delta.search(descriptors, lists, nearest))
        return merge_hits(parts, self._starts[: len(parts)], nearest)

    def entry(self, slot: int) -> WorkFingerprint:
        """Return the entry in a slot."""
        if self._delta is not None and slot >= self._starts[-1]:
            return self._delta.entry(slot - self._starts[-1])
        part = int(np.searchsorted(self._starts, slot, side="right")) - 1
        return self._segments[part].entries(np.array([slot - self._starts[part]]))[0]
