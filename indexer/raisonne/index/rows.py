"""Where the rows of a new segment come from: the catalogue, or what the index holds already.

All sources can be read again and again with the same answer, because a segment's arrays are written
one after the other and a source may be larger than memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from raisonne.index.ports import FingerprintLog
from raisonne.rights.fingerprint import WorkFingerprint

PAGE = 4096
"""Rows that are in memory at a time."""


class Rows(Protocol):
    """Fingerprints of one tenant and algorithm in order of row id, no two with the same id."""

    def __iter__(self) -> Iterator[Sequence[WorkFingerprint]]:
        """Give the rows in pages, from the first one on, each time anew."""
        ...


@dataclass(frozen=True, slots=True)
class LoggedRows:
    """Fingerprints that were in force at a revision.

    Attributes:
        log: The catalogue's.
        tenant: Whose.
        algorithm: Of which algorithm.
        revision: Change-log position.
        after: Only ids above this.
        until: Only ids up to this.
        omitted: Ids that are left out.
        most: How many at most, with those left out.
    """

    log: FingerprintLog
    tenant: str
    algorithm: str
    revision: int
    after: int = 0
    until: int = 2**63 - 1
    omitted: NDArray[np.int64] | None = None
    most: int = 2**63 - 1

    def __iter__(self) -> Iterator[Sequence[WorkFingerprint]]:
        """See ``Rows``."""
        after, left = self.after, self.most
        while left > 0:
            page = self.log.in_force(
                self.tenant,
                self.algorithm,
                self.revision,
                after=after,
                until=self.until,
                limit=min(PAGE, left),
            )
            if not page:
                return
            after, left = page[-1].id, left - len(page)
            yield page if self.omitted is None else _without(page, self.omitted)


class Part(Protocol):
    """What holds some rows in the index."""

    def entries(self, positions: NDArray[np.int64]) -> Sequence[WorkFingerprint]:
        """Return the rows at positions, in the order asked for."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class MergedRows:
    """Rows of several parts of the index.

    Attributes:
        parts: Where they lie.
        part: intp, shape (n,): which part, in order of row id.
        position: int64, shape (n,): where in the part.
    """

    parts: Sequence[Part]
    part: NDArray[np.intp]
    position: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.part)

    def split(self, most: int) -> Iterator[MergedRows]:
        """Give the rows in groups of at most so many."""
        for start in range(0, len(self.part), most):
            end = start + most
            yield MergedRows(self.parts, self.part[start:end], self.position[start:end])

    def __iter__(self) -> Iterator[Sequence[WorkFingerprint]]:
        """See ``Rows``."""
        for start in range(0, len(self.part), PAGE):
            part, position = self.part[start : start + PAGE], self.position[start : start + PAGE]
            page: list[WorkFingerprint | None] = [None] * len(part)
            for number in np.unique(part):
                places = np.flatnonzero(part == number)
                found = self.parts[number].entries(position[places])
                for place, entry in zip(places, found, strict=True):
                    page[place] = entry
            yield [entry for entry in page if entry is not None]


def merged(
    parts: Sequence[Part], ids: Sequence[NDArray[np.int64]], positions: Sequence[NDArray[np.int64]]
) -> MergedRows:
    """Return the rows of several parts in order of row id.

    Args:
        parts: Where they lie.
        ids: For each part the row ids that are wanted.
        positions: For each part where these are.
    """
    every = np.concatenate([np.empty(0, np.int64), *ids])
    part = np.repeat(np.arange(len(parts)), [len(each) for each in ids])
    order = np.argsort(every, kind="stable")
    place = np.concatenate([np.empty(0, np.int64), *positions])
    return MergedRows(parts, part[order], place[order])


@dataclass(frozen=True, slots=True)
class Values:
    """The values of rows that all have one length, page by page.

    Attributes:
        rows: Whose.
        dtype: What a value consists of.
    """

    rows: Rows
    dtype: DTypeLike

    def __iter__(self) -> Iterator[NDArray[Any]]:
        """Give arrays of shape (n, length) from the first page on, each time anew."""
        for page in self.rows:
            if page:
                joined = b"".join(entry.fingerprint.value for entry in page)
                yield np.frombuffer(joined, self.dtype).reshape(len(page), -1)


def _without(
    page: Sequence[WorkFingerprint], omitted: NDArray[np.int64]
) -> Sequence[WorkFingerprint]:
    ids = np.array([entry.id for entry in page], np.int64)
    kept = ~np.isin(ids, omitted)
    return [entry for entry, keep in zip(page, kept, strict=True) if keep]
