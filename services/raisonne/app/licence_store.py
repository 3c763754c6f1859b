"""The port to recorded licences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from raisonne.rights.recorded_licence import Licence


class LicenceStore(Protocol):
    """Licences of works; what policies need of them comes with the works' rights."""

    def add(self, licences: Sequence[Licence]) -> None:
        """Insert licences of one tenant, for works that there are."""
        ...

    def get(self, tenant: str, name: str) -> Licence | None:
        """Return the licence, or None."""
        ...

    def list(
        self,
        tenant: str,
        *,
        limit: int,
        after: str = "",
        work: str = "",
        ended_by: datetime | None = None,
        expiring_by: datetime | None = None,
    ) -> Sequence[Licence]:
        """Return licences, those first that end first and then by name.

        Args:
            tenant: Whose.
            limit: Most to return.
            after: Name of the licence after which they begin.
            work: Only those of this work.
            ended_by: Only those that have neither ended nor been revoked by this time.
            expiring_by: Only those that end by this time.
        """
        ...

    def revoke(self, licence: Licence) -> None:
        """Write the end of a licence and when it was recorded.

        Raises:
            ConflictError: If it was revoked meanwhile.
        """
        ...
