"""The change log of a registry of synthetic works that is stored nowhere.

A million works take 20 GB in a catalogue. Here each value is computed when it is asked for, always
the same one for the same row, so that an index of millions can be made and measured on one disk.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from raisonne.evaluation.synthetic import random_like, synthetic_points
from raisonne.index.ports import Erasure, LogHead
from raisonne.rights.fingerprint import (
    ChangeOperation,
    Fingerprint,
    FingerprintChange,
    FingerprintKind,
    WorkFingerprint,
)


class SyntheticLog:
    """``FingerprintLog`` of one tenant whose works were registered one by one.

    Args:
        tenant: Whose works.
        works: How many are synthetic; they come first.
        shapes: A fingerprint of each algorithm.
        seed: Decides every value.
        real: Fingerprints of works that come after those, of the same algorithms in the same order.
    """

    def __init__(
        self,
        tenant: str,
        works: int,
        shapes: Sequence[Fingerprint],
        seed: int = 1,
        real: Sequence[Sequence[Fingerprint]] = (),
    ) -> None:
        self._tenant = tenant
        self._works = works
        self._shapes = shapes
        self._seed = seed
        self._real = real
        self._points = synthetic_points(np.random.default_rng(seed))

    def head(self) -> LogHead:
        """See ``FingerprintLog``."""
        sequence = (self._works + len(self._real)) * len(self._shapes)
        return LogHead(sequence, sequence)

    def mark(self, sequence: int) -> int | None:
        """See ``FingerprintLog``."""
        return sequence if 0 <= sequence <= self.head().sequence else None

    def changes(self, tenant: str, after: int, limit: int) -> Sequence[FingerprintChange]:
        """See ``FingerprintLog``; each row was added once and never removed."""
        if tenant != self._tenant:
            return []
        last = min(after + limit, self.head().sequence)
        return [
            FingerprintChange(row, ChangeOperation.ADD, self._entry(row))
            for row in range(after + 1, last + 1)
        ]

    def algorithms(self, tenant: str) -> Sequence[tuple[str, FingerprintKind]]:
        """See ``FingerprintLog``."""
        held = self._shapes if tenant == self._tenant else []
        return sorted((shape.algorithm, shape.kind) for shape in held)

    def in_force(
        self, tenant: str, algorithm: str, revision: int, *, after: int, until: int, limit: int
    ) -> Sequence[WorkFingerprint]:
        """See ``FingerprintLog``."""
        places = [p for p, shape in enumerate(self._shapes) if shape.algorithm == algorithm]
        if tenant != self._tenant or not places:
            return []
        step = len(self._shapes)
        first = after + 1 + (places[0] - after) % step
        last = min(until, revision, self.head().sequence)
        return [self._entry(row) for row in range(first, last + 1, step)[:limit]]

    def at(self, tenant: str, rows: Sequence[int], revision: int) -> Sequence[WorkFingerprint]:
        """See ``FingerprintLog``."""
        known = sorted(row for row in rows if 0 < row <= min(revision, self.head().sequence))
        return [self._entry(row) for row in known] if tenant == self._tenant else []

    def erase(self, tenant: str, until: int) -> Erasure:  # noqa: ARG002
        """See ``FingerprintLog``; nothing was ever withdrawn."""
        return Erasure(0, "")

    def _entry(self, row: int) -> WorkFingerprint:
        work, place = divmod(row - 1, len(self._shapes))
        if work >= self._works:
            value = self._real[work - self._works][place]
        else:
            # Made in a few microseconds, because a key needs no mixing.
            generator = np.random.Generator(np.random.Philox(key=[self._seed, row]))
            value = random_like(self._shapes[place], self._points, generator)
        return WorkFingerprint(
            row, self._tenant, f"works/{work:032x}", f"assets/{work:032x}", value
        )
