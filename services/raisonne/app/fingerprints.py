"""Ports of fingerprints in force: what works are found by, and what some of them lack."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from raisonne.rights.fingerprint import Fingerprint


@dataclass(frozen=True, slots=True)
class FingerprintedWork:
    """A REGISTERED work and what it is found by.

    Attributes:
        work: ``works/{id}``.
        asset: ``assets/{id}``.
        sha256: Hex digest of the asset's bytes.
        algorithms: Of its fingerprints in force.
    """

    work: str
    asset: str
    sha256: str
    algorithms: frozenset[str]


class FingerprintStore(Protocol):
    """Which fingerprints of registered works are in force."""

    def held(self, tenant: str, *, limit: int, after: str = "") -> Sequence[FingerprintedWork]:
        """Return REGISTERED works ordered by name, at most ``limit``, after the given name."""
        ...

    def lacking(self, tenant: str, algorithms: Collection[str]) -> int:
        """Return how many REGISTERED works lack a fingerprint of one of these algorithms."""
        ...

    def counts(self, tenant: str, revision: int) -> Mapping[str, int]:
        """Return how many fingerprints were in force at a change-log position, by algorithm."""
        ...

    def add(
        self, tenant: str, work: str, asset: str, fingerprints: Sequence[Fingerprint]
    ) -> Sequence[str]:
        """Put fingerprints that a REGISTERED work lacks in force, with their change-log rows.

        Returns:
            The algorithms of those that were not in force before; none for a work that is not
            REGISTERED.
        """
        ...

    def remove(self, tenant: str, work: str, algorithms: Collection[str]) -> Sequence[str]:
        """Put a REGISTERED work's fingerprints of these algorithms out of force.

        Returns:
            The algorithms of those that were in force before.
        """
        ...
