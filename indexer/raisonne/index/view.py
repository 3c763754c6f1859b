"""The index of one tenant as of one revision: what searches see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from raisonne.index.binary_segment import BinarySegment
from raisonne.index.engine_hits import EngineHits, SpaceValues
from raisonne.index.exact_segment import ExactSegment
from raisonne.index.float_segment import FloatSegment
from raisonne.index.indexed_space import IndexedSpace
from raisonne.index.local_view import LocalView
from raisonne.index.segment import Segment
from raisonne.index.spaces import BinarySpace, ExactSpace, FloatSpace, Hit
from raisonne.rights.fingerprint import FingerprintKind, WorkFingerprint

_SAMPLE = 20_000
"""Products from which a distribution is told."""


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """Rows of one segment that were found.

    Attributes:
        segment: Where they lie.
        query: intp, shape (n,): which row of the query they are near.
        position: int64, shape (n,).
        measure: float32, shape (n,).
    """

    segment: Segment
    query: NDArray[np.intp]
    position: NDArray[np.int64]
    measure: NDArray[np.float32]

    def hits(self) -> list[Hit]:
        entries = self.segment.entries(self.position)
        queries, measures = self.query.tolist(), self.measure.tolist()
        return [
            Hit(entry, query, measure)
            for entry, query, measure in zip(entries, queries, measures, strict=True)
        ]


class IndexView:
    """The index of a tenant, for the length of a ``CatalogueIndex.read`` block.

    Searches take ``reserving``: only works whose holders have reserved any of these things count
    (``raisonne.rights.statement.reservation_bits``); 0 for all works.

    Attributes:
        tenant: Whose works.
        revision: Change-log position that all answers reflect.
        erased: Fingerprints that were in force at that revision and cannot be found any more.
    """

    def __init__(
        self,
        tenant: str,
        spaces: Mapping[str, IndexedSpace],
        revision: int,
        *,
        erased: int = 0,
        engine: EngineHits | None = None,
    ) -> None:
        self.tenant = tenant
        self.revision = revision
        self.erased = erased
        self._spaces = spaces
        self._engine = engine

    def search_exact(
        self, algorithm: str, value: bytes, *, reserving: int = 0
    ) -> tuple[WorkFingerprint, ...]:
        """Return the entries with an equal value, in order of row id."""
        found: list[WorkFingerprint] = []
        space = self._space(algorithm, FingerprintKind.EXACT)
        for segment, searcher in _searchers(space, ExactSegment):
            live = segment.marks.selection(reserving)
            found += segment.entries(searcher.find(value, live))
        if isinstance(space.delta, ExactSpace):
            found += [e for e in space.delta.search(value) if _counts(e, reserving)]
        return tuple(sorted(found, key=lambda entry: entry.id))

    def search_binary(
        self,
        algorithm: str,
        codes: NDArray[np.uint8],
        radius: int,
        *,
        most: int | None = None,
        sure: int = -1,
        reserving: int = 0,
    ) -> list[Hit]:
        """Return the entries within a Hamming distance of any code, nearest first.

        Args:
            algorithm: Fingerprint algorithm.
            codes: Packed bits, shape (n, bytes).
            radius: Bits, inclusive.
            most: How many hits at most; of equally near ones those with the lowest row ids.
            sure: Bits within which hits are returned however many there are.
            reserving: See the class.
        """
        hits: list[Hit] = []
        space = self._space(algorithm, FingerprintKind.PERCEPTUAL)
        for segment, searcher in _searchers(space, BinarySegment):
            near = searcher.within(codes, radius, segment.marks.selection(reserving))
            measure = near.distance.astype(np.float32)
            found = _Found(segment, near.query, near.position, measure)
            hits += (found if most is None else _nearest(found, most, sure)).hits()
        if isinstance(space.delta, BinarySpace):
            hits += [h for h in space.delta.search(codes, radius) if _counts(h.entry, reserving)]
        hits.sort(key=lambda hit: (hit.measure, hit.entry.id, hit.row))
        if most is None:
            return hits
        return hits[: max(most, sum(hit.measure <= sure for hit in hits))]

    def search_float(
        self, algorithm: str, vectors: NDArray[np.float32], k: int, *, reserving: int = 0
    ) -> list[Hit]:
        """Return the entries with the largest inner products, best first for each vector.

        Args:
            algorithm: Fingerprint algorithm.
            vectors: Unit vectors, shape (n, dimensions).
            k: How many at most, for each vector.
            reserving: See the class.
        """
        hits: list[Hit] = []
        space = self._space(algorithm, FingerprintKind.EMBEDDING)
        if self._engine is not None and len(space):
            values = SpaceValues(space, reserving)
            return self._engine.nearest(self.tenant, algorithm, values, vectors, k)
        for segment, searcher in _searchers(space, FloatSegment):
            near = searcher.nearest(vectors, k, segment.marks.selection(reserving))
            hits += _Found(segment, near.query, near.position, near.product).hits()
        if isinstance(space.delta, FloatSpace):
            wanted = len(space.delta) if reserving else k
            hits += [h for h in space.delta.search(vectors, wanted) if _counts(h.entry, reserving)]
        return _best_of_each(hits, k)

    def search_float_range(
        self,
        algorithm: str,
        vectors: NDArray[np.float32],
        threshold: float,
        *,
        reserving: int = 0,
    ) -> list[Hit]:
        """Return all entries whose inner product with a vector reaches a threshold, best first.

        Args:
            algorithm: Fingerprint algorithm.
            vectors: Unit vectors, shape (n, dimensions).
            threshold: Least inner product.
            reserving: See the class.
        """
        hits: list[Hit] = []
        space = self._space(algorithm, FingerprintKind.EMBEDDING)
        if self._engine is not None and len(space):
            values = SpaceValues(space, reserving)
            return self._engine.within(self.tenant, algorithm, values, vectors, threshold)
        for segment, searcher in _searchers(space, FloatSegment):
            near = searcher.within(vectors, threshold, segment.marks.selection(reserving))
            hits += _Found(segment, near.query, near.position, near.product).hits()
        if isinstance(space.delta, FloatSpace):
            hits += [
                hit
                for hit in space.delta.search(vectors, len(space.delta))
                if hit.measure >= threshold and _counts(hit.entry, reserving)
            ]
        return _best_of_each(hits, len(hits))

    def products(self, algorithm: str, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return inner products of the entries, in no order: of all, or an even sample of many.

        Args:
            algorithm: Fingerprint algorithm.
            vector: Unit vector, shape (dimensions,).
        """
        space = self._space(algorithm, FingerprintKind.EMBEDDING)
        parts = [np.empty(0, np.float32)]
        share = min(1.0, _SAMPLE / max(len(space), 1))
        for segment, searcher in _searchers(space, FloatSegment):
            wanted = round(share * segment.marks.in_force)
            live = segment.marks.selection()
            parts.append(searcher.sample_products(vector, wanted, live))
        if isinstance(space.delta, FloatSpace):
            products = space.delta.products(vector)
            parts.append(products[: max(round(share * len(products)), 1)])
        return np.concatenate(parts)

    def count(self, algorithm: str) -> int:
        """Return how many entries there are of an algorithm."""
        space = self._spaces.get(algorithm)
        return 0 if space is None else len(space)

    def local(self, algorithm: str) -> LocalView | None:
        """Return the local features, or None where there are none."""
        space = self._spaces.get(algorithm)
        if space is None or space.kind is not FingerprintKind.LOCAL or not len(space):
            return None
        return LocalView(space)

    def of_asset(self, algorithm: str, asset: str) -> WorkFingerprint | None:
        """Return an asset's own entry, or None."""
        space = self._spaces.get(algorithm)
        return None if space is None else space.of_asset(asset)

    def counts(self) -> dict[str, int]:
        """Return how many entries there are, by algorithm."""
        return {name: len(space) for name, space in sorted(self._spaces.items())}

    def contents(self) -> dict[str, dict[int, bytes]]:
        """Return every row id and value, read back from what is searched; for tests."""
        return {
            name: {
                entry.id: entry.fingerprint.value
                for page in space.searched_rows()
                for entry in page
            }
            for name, space in self._spaces.items()
            if len(space)
        }

    def _space(self, algorithm: str, kind: FingerprintKind) -> IndexedSpace:
        space = self._spaces.get(algorithm)
        return IndexedSpace(kind) if space is None or space.kind is not kind else space


_Kind = TypeVar("_Kind")


def _searchers(space: IndexedSpace, kind: type[_Kind]) -> Iterator[tuple[Segment, _Kind]]:
    for segment in space.segments:
        if isinstance(segment.searcher, kind):
            yield segment, segment.searcher


def _nearest(found: _Found, most: int, sure: int) -> _Found:
    """Return the nearest of all queries together, and all as near as the last or ``sure``."""
    if len(found.measure) <= most:
        return found
    kept = found.measure <= max(np.partition(found.measure, most - 1)[most - 1], sure)
    return _Found(found.segment, found.query[kept], found.position[kept], found.measure[kept])


def _best_of_each(hits: list[Hit], k: int) -> list[Hit]:
    hits.sort(key=lambda hit: (hit.row, -hit.measure, hit.entry.id))
    taken: dict[int, int] = {}
    best = []
    for hit in hits:
        taken[hit.row] = taken.get(hit.row, 0) + 1
        if taken[hit.row] <= k:
            best.append(hit)
    return best


def _counts(entry: WorkFingerprint, reserving: int) -> bool:
    return not reserving or bool(entry.reserved & reserving)
