"""Searching a space's vectors through an engine that only proposes rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from raisonne.index.candidate_engine import CandidateEngine
from raisonne.index.engine_search import EngineSearch, Neighbours
from raisonne.index.indexed_space import IndexedSpace
from raisonne.index.marks import IN_FORCE, mark_of
from raisonne.index.ports import FingerprintLog
from raisonne.index.spaces import Hit


@dataclass(frozen=True, slots=True)
class SpaceValues:
    """``ExactValues`` of one space: the rows in force that a search may find.

    Attributes:
        space: Where they lie.
        reserving: Only works whose holders have reserved any of these; 0 for all.
    """

    space: IndexedSpace
    reserving: int = 0

    def values(
        self,
        tenant: str,  # noqa: ARG002
        algorithm: str,  # noqa: ARG002
        rows: NDArray[np.int64],
    ) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
        """See ``ExactValues``."""
        found: dict[int, NDArray[np.float16]] = {}
        wanted = mark_of(self.reserving) ^ IN_FORCE
        for segment in self.space.segments:
            positions = segment.positions(rows)
            held = np.flatnonzero(positions >= 0)
            marks = segment.marks.values[positions[held]]
            counts = marks & IN_FORCE != 0
            if self.reserving:
                counts &= marks & wanted != 0
            held = held[counts]
            vectors = segment.file.rows("value", positions[held])
            found |= dict(zip(rows[held].tolist(), vectors, strict=True))
        asked = set(rows.tolist())
        for entry in () if self.space.delta is None else self.space.delta.entries():
            if entry.id in asked and (not self.reserving or entry.reserved & self.reserving):
                found[entry.id] = np.frombuffer(entry.fingerprint.value, "<f2")
        ids = sorted(found)
        if not ids:
            return np.empty(0, np.int64), np.empty((0, 0), np.float16)
        return np.array(ids, np.int64), np.stack([found[row] for row in ids])


@dataclass(frozen=True, slots=True)
class EngineHits:
    """Searches a tenant's vectors through an engine.

    Attributes:
        engine: What proposes rows.
        log: The catalogue's, for what the engine has not heard of yet.
    """

    engine: CandidateEngine
    log: FingerprintLog

    def nearest(
        self,
        tenant: str,
        algorithm: str,
        values: SpaceValues,
        vectors: NDArray[np.float32],
        k: int,
    ) -> list[Hit]:
        """Return the rows with the largest products, best first for each vector.

        Raises:
            CandidateEngineError: If the engine does not serve; never an empty answer instead.
        """
        search = EngineSearch(self.engine, self.log, values)
        return list(_hits(values.space, search.nearest(tenant, algorithm, vectors, k)))

    def within(
        self,
        tenant: str,
        algorithm: str,
        values: SpaceValues,
        vectors: NDArray[np.float32],
        threshold: float,
    ) -> list[Hit]:
        """Return all rows whose product reaches a threshold, best first for each vector.

        Raises:
            CandidateEngineError: See ``nearest``.
        """
        search = EngineSearch(self.engine, self.log, values)
        return list(_hits(values.space, search.within(tenant, algorithm, vectors, threshold)))


def _hits(space: IndexedSpace, found: list[Neighbours]) -> Iterator[Hit]:
    rows = {row for near in found for row in near.rows.tolist()}
    entries = {entry.id: entry for entry in space.entries(sorted(rows))}
    for query, near in enumerate(found):
        for row, product in zip(near.rows.tolist(), near.products.tolist(), strict=True):
            yield Hit(entries[row], query, product)
