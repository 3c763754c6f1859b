"""The similarity index: a cache of the catalogue that follows its change log.

The database is the truth. The index keeps nothing of its own, starts empty, and can be thrown away
and rebuilt from the log at any time. Every read catches up with the log first, so a registration or
a withdrawal that was committed before a query began is in effect for it.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from raisonne.index.local_space import LocalSpace
from raisonne.index.lock import ReadWriteLock
from raisonne.index.space import Space
from raisonne.index.spaces import SPACES, BinarySpace, ExactSpace, FloatSpace, Hit
from raisonne.rights.fingerprint import ChangeOperation, FingerprintChange, WorkFingerprint

_BATCH = 5000

_Key = tuple[str, str]
"""Tenant and algorithm."""


class FingerprintLog(Protocol):
    """What the index follows; ``raisonne.app.ports.FingerprintLog`` in the same words."""

    def head(self) -> int:
        """Return the highest committed sequence, 0 when empty."""
        ...

    def changes(self, after: int, limit: int) -> Sequence[FingerprintChange]:
        """Return committed changes with ``sequence > after``, in order, at most ``limit``."""
        ...


class IndexView:
    """The index as of one revision, for the length of a ``CatalogueIndex.read`` block.

    Attributes:
        revision: Change-log position that all answers reflect.
    """

    def __init__(self, spaces: Mapping[_Key, Space], revision: int) -> None:
        self._spaces = spaces
        self.revision = revision

    def search_exact(
        self, tenant: str, algorithm: str, value: bytes
    ) -> tuple[WorkFingerprint, ...]:
        """Return the entries with an equal value."""
        space = self._spaces.get((tenant, algorithm))
        return space.search(value) if isinstance(space, ExactSpace) else ()

    def search_binary(
        self, tenant: str, algorithm: str, codes: NDArray[np.uint8], radius: int
    ) -> list[Hit]:
        """Return the entries within a Hamming distance of any code.

        Args:
            tenant: Whose works.
            algorithm: Fingerprint algorithm.
            codes: Packed bits, shape (n, bytes).
            radius: Bits, inclusive.
        """
        space = self._spaces.get((tenant, algorithm))
        return space.search(codes, radius) if isinstance(space, BinarySpace) else []

    def search_float(
        self, tenant: str, algorithm: str, vectors: NDArray[np.float32], k: int
    ) -> list[Hit]:
        """Return the entries with the largest inner products.

        Args:
            tenant: Whose works.
            algorithm: Fingerprint algorithm.
            vectors: Unit vectors, shape (n, dimensions).
            k: How many at most, for each vector.
        """
        space = self._spaces.get((tenant, algorithm))
        return space.search(vectors, k) if isinstance(space, FloatSpace) else []

    def products(
        self, tenant: str, algorithm: str, vector: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return the inner products of all entries, in no order.

        Args:
            tenant: Whose works.
            algorithm: Fingerprint algorithm.
            vector: Unit vector, shape (dimensions,).
        """
        space = self._spaces.get((tenant, algorithm))
        return space.products(vector) if isinstance(space, FloatSpace) else np.empty(0, np.float32)

    def local(self, tenant: str, algorithm: str) -> LocalSpace | None:
        """Return the local features of a tenant, or None where there are none."""
        space = self._spaces.get((tenant, algorithm))
        return space if isinstance(space, LocalSpace) else None

    def of_asset(self, tenant: str, algorithm: str, asset: str) -> WorkFingerprint | None:
        """Return an asset's own entry, or None."""
        space = self._spaces.get((tenant, algorithm))
        return None if space is None else space.of_asset(asset)

    def counts(self) -> dict[str, dict[str, int]]:
        """Return how many entries there are, by tenant and algorithm."""
        counts: dict[str, dict[str, int]] = {}
        for (tenant, algorithm), space in sorted(self._spaces.items()):
            counts.setdefault(tenant, {})[algorithm] = len(space)
        return counts

    def contents(self) -> Mapping[_Key, Mapping[int, bytes]]:
        """Return every row id and value, read back from what is searched."""
        return {key: space.contents() for key, space in self._spaces.items() if len(space)}


class CatalogueIndex:
    """Every fingerprint in force, searchable; safe to use from many threads.

    Each pair of tenant and algorithm has a search structure of its own, so no query can see another
    tenant's works.

    Args:
        log: The change log to follow.
    """

    def __init__(self, log: FingerprintLog) -> None:
        self._log = log
        self._spaces: dict[_Key, Space] = {}
        self._revision = 0
        self._lock = ReadWriteLock()
        self._refreshing = threading.Lock()

    def refresh(self) -> int:
        """Apply what is new in the log; one look at its head when nothing is.

        Returns:
            The revision reached.

        Raises:
            StorageError: If the log cannot be read or holds a damaged value. Nothing can be
                searched until that is repaired, because works would be missed silently.
        """
        head = self._log.head()
        if head != self._revision:
            with self._refreshing:
                head = self._log.head()
                if head < self._revision:
                    self._start_over(head)
                else:
                    self._follow(head)
        return self._revision

    @contextmanager
    def read(self) -> Iterator[IndexView]:
        """Catch up, and then hold the index still for some searches.

        Raises:
            StorageError: See ``refresh``.
        """
        self.refresh()
        with self._lock.reading():
            yield IndexView(self._spaces, self._revision)

    def state(self) -> dict[str, Any]:
        """Return the revision and the number of entries by tenant and algorithm, as for JSON."""
        with self.read() as view:
            return {"revision": view.revision, "entries": view.counts()}

    def verify(self, log: FingerprintLog) -> list[str]:
        """Rebuild from a log and compare with what is being searched.

        Returns:
            One sentence for each difference; empty where there is none.
        """
        rebuilt = CatalogueIndex(log)
        with self.read() as view:
            rebuilt._follow(view.revision)
            served = view.contents()
        expected = IndexView(rebuilt._spaces, rebuilt._revision).contents()
        return [
            f"Fingerprint {row} of {tenant}, {algorithm}: {difference}."
            for tenant, algorithm in sorted(served.keys() | expected.keys())
            for row, difference in _differences(
                served.get((tenant, algorithm), {}), expected.get((tenant, algorithm), {})
            )
        ]

    def _start_over(self, head: int) -> None:
        """Read a catalogue that was restored from an older copy: what we know is not its past.

        Searches that had caught up go on in what they know until all of the log is read, so that
        none of them finds an index without works.
        """
        anew = CatalogueIndex(self._log)
        anew._follow(head)
        with self._lock.writing():
            self._spaces, self._revision = anew._spaces, anew._revision

    def _follow(self, head: int) -> None:
        while self._revision < head:
            changes = self._log.changes(self._revision, _BATCH)
            changes = [change for change in changes if change.sequence <= head]
            if not changes:
                return
            with self._lock.writing():
                self._apply(changes)
                self._revision = changes[-1].sequence

    def _apply(self, changes: Sequence[FingerprintChange]) -> None:
        """Apply the last word on each row, all rows of a space at once."""
        latest = {change.entry.id: change for change in changes}
        added: dict[_Key, list[WorkFingerprint]] = defaultdict(list)
        removed: dict[_Key, list[int]] = defaultdict(list)
        for change in latest.values():
            entry = change.entry
            key = (entry.tenant, entry.fingerprint.algorithm)
            if key not in self._spaces:
                form = SPACES[entry.fingerprint.kind]
                self._spaces[key] = form(len(entry.fingerprint.value))
            if change.operation is ChangeOperation.ADD:
                added[key].append(entry)
            else:
                removed[key].append(entry.id)
        for key in added.keys() | removed.keys():
            self._spaces[key].change(added[key], removed[key])


def _differences(
    served: Mapping[int, bytes], expected: Mapping[int, bytes]
) -> Iterator[tuple[int, str]]:
    for row in sorted(served.keys() | expected.keys()):
        if row not in served:
            yield row, "missing from the index"
        elif row not in expected:
            yield row, "in the index but not in force"
        elif served[row] != expected[row]:
            yield row, "has another value in the index"
