"""Search structures for fingerprints that are one value a picture, and which kind has which."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from raisonne.index.local_space import LocalSpace
from raisonne.index.products import multiply
from raisonne.index.space import Space
from raisonne.rights.errors import StorageError
from raisonne.rights.fingerprint import FingerprintKind, WorkFingerprint

# FAISS 1.15 uses BLAS from 128,000 query components on; from 4,096 on, small batches of queries
# are up to ten times as fast.
faiss.cvar.distance_compute_blas_threshold = 4096


@dataclass(frozen=True, slots=True)
class Hit:
    """A catalogue entry near a query.

    Attributes:
        entry: The entry.
        row: Which row of the query it is near.
        measure: Hamming distance in bits, or inner product.
    """

    entry: WorkFingerprint
    row: int
    measure: float


class FixedSpace(Space):
    """Values that all have one length.

    Attributes:
        value_bytes: That length.
    """

    def __init__(self, value_bytes: int) -> None:
        super().__init__()
        self.value_bytes = value_bytes

    def _check(self, entry: WorkFingerprint) -> None:
        if len(entry.fingerprint.value) != self.value_bytes:
            raise StorageError(
                f"Fingerprint {entry.id} ({entry.fingerprint.algorithm}) has "
                f"{len(entry.fingerprint.value)} bytes instead of {self.value_bytes}."
            )


class ExactSpace(FixedSpace):
    """Equality of values, by a dictionary."""

    def __init__(self, value_bytes: int) -> None:
        super().__init__(value_bytes)
        self._rows: dict[bytes, set[int]] = {}

    def search(self, value: bytes) -> tuple[WorkFingerprint, ...]:
        """Return the entries with this value, in order of row id."""
        return tuple(self._entries[row] for row in sorted(self._rows.get(value, ())))

    def contents(self) -> Mapping[int, bytes]:
        """See ``Space.contents``."""
        return {row: value for value, rows in self._rows.items() for row in rows}

    def _add(self, entries: Sequence[WorkFingerprint]) -> None:
        for entry in entries:
            self._rows.setdefault(entry.fingerprint.value, set()).add(entry.id)

    def _remove(self, rows: Sequence[int]) -> None:
        for row in rows:
            value = self._entries[row].fingerprint.value
            self._rows[value].remove(row)
            if not self._rows[value]:
                del self._rows[value]


class BinarySpace(FixedSpace):
    """Hamming distance between packed bits, by exhaustive search."""

    def __init__(self, value_bytes: int) -> None:
        super().__init__(value_bytes)
        self._flat: Any = faiss.IndexBinaryFlat(value_bytes * 8)
        self._index: Any = faiss.IndexBinaryIDMap2(self._flat)

    def search(self, codes: NDArray[np.uint8], radius: int) -> list[Hit]:
        """Return all entries within a distance.

        Args:
            codes: Shape (n, value_bytes).
            radius: Bits, inclusive.
        """
        # The setting is one of the calling thread; a parallel region costs more than it gains here.
        faiss.omp_set_num_threads(1)
        # FAISS reports distances strictly below its radius.
        starts, distances, rows = self._index.range_search(codes, radius + 1)
        return [
            Hit(self._entries[int(rows[i])], query, float(distances[i]))
            for query in range(len(codes))
            for i in range(int(starts[query]), int(starts[query + 1]))
        ]

    def contents(self) -> Mapping[int, bytes]:
        """See ``Space.contents``."""
        codes = faiss.vector_to_array(self._flat.xb).reshape(-1, self.value_bytes)
        rows = faiss.vector_to_array(self._index.id_map)
        return {int(row): code.tobytes() for row, code in zip(rows, codes, strict=True)}

    def _add(self, entries: Sequence[WorkFingerprint]) -> None:
        packed = np.frombuffer(b"".join(e.fingerprint.value for e in entries), np.uint8)
        self._index.add_with_ids(packed.reshape(len(entries), -1), _ids([e.id for e in entries]))

    def _remove(self, rows: Sequence[int]) -> None:
        self._index.remove_ids(_ids(rows))


class FloatSpace(FixedSpace):
    """Inner product between unit vectors that are stored as float16, by exhaustive search."""

    def __init__(self, value_bytes: int) -> None:
        super().__init__(value_bytes)
        self._flat: Any = faiss.IndexFlatIP(value_bytes // 2)
        self._index: Any = faiss.IndexIDMap2(self._flat)

    def search(self, vectors: NDArray[np.float32], k: int) -> list[Hit]:
        """Return the nearest entries of each query, best first.

        Args:
            vectors: Shape (n, dimensions).
            k: How many at most, for each query.
        """
        if not len(self) or k < 1:
            return []  # FAISS wants at least one neighbour to look for.
        faiss.omp_set_num_threads(1)  # See BinarySpace.search.
        _, rows = self._index.search(vectors, min(k, len(self)))
        return [
            hit
            for query in range(len(vectors))
            for hit in self._hits(rows[query], query, vectors[query])
        ]

    def _hits(
        self, rows: NDArray[np.int64], query: int, vector: NDArray[np.float32]
    ) -> Iterator[Hit]:
        """Give hits with products as segments have them, whatever else was searched with them."""
        entries = [self._entries[row] for row in rows.tolist()]
        packed = np.frombuffer(b"".join(entry.fingerprint.value for entry in entries), "<f2")
        products = multiply(packed.reshape(len(entries), -1), vector)
        for entry, product in zip(entries, products.tolist(), strict=True):
            yield Hit(entry, query, product)

    def products(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the inner products of all entries, in no order.

        Args:
            vector: Shape (dimensions,), of length one.
        """
        faiss.omp_set_num_threads(1)  # See BinarySpace.search.
        # Products of vectors of length one are all above the radius.
        _, products, _ = self._flat.range_search(vector[np.newaxis], -2.0)
        return np.asarray(products, np.float32)

    def contents(self) -> Mapping[int, bytes]:
        """See ``Space.contents``."""
        vectors = self._flat.reconstruct_n(0, self._flat.ntotal).astype("<f2")
        rows = faiss.vector_to_array(self._index.id_map)
        return {int(row): vector.tobytes() for row, vector in zip(rows, vectors, strict=True)}

    def _add(self, entries: Sequence[WorkFingerprint]) -> None:
        packed = np.frombuffer(b"".join(e.fingerprint.value for e in entries), "<f2")
        vectors = packed.reshape(len(entries), -1).astype(np.float32)
        self._index.add_with_ids(vectors, _ids([e.id for e in entries]))

    def _remove(self, rows: Sequence[int]) -> None:
        self._index.remove_ids(_ids(rows))


SPACES: Mapping[FingerprintKind, Callable[[int], Space]] = {
    FingerprintKind.EXACT: ExactSpace,
    FingerprintKind.PERCEPTUAL: BinarySpace,
    FingerprintKind.EMBEDDING: FloatSpace,
    FingerprintKind.LOCAL: lambda _: LocalSpace(),
}
"""Makes the space for fingerprints of a kind, given the length of their values."""


def _ids(rows: Sequence[int]) -> NDArray[np.int64]:
    return np.array(rows, dtype=np.int64)
