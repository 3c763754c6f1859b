"""Licences that were negotiated for a work: recorded, and revoked, but never changed.

A work has one statement of its own and may have several licences beside it. What policies need of
a licence is its grant; whose contract it is stands apart, so that no verdict names the parties.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from raisonne.rights.statement import ReservationKind, RightsStatement, Use


class LicenceState(StrEnum):
    """How a licence stands at some time."""

    IN_FORCE = "IN_FORCE"
    NOT_YET = "NOT_YET"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a licence grants, and from when on the record of it counts.

    Attributes:
        licence: ``licences/{id}``.
        identifier: SPDX identifier or ``LicenseRef-…``.
        uses: What it permits.
        territories: ISO 3166-1 alpha-2 codes, or ``{"*"}``.
        valid_from: It begins (UTC), if bounded.
        valid_until: It ends (UTC, exclusive), if bounded.
        attribution: Whether the holder must be credited.
        fee: Whether money is due for a use.
        releases: Reservations that its licensor has set aside for the licensee.
        effective_time: From when on the record counts (UTC).
        end_time: From when on it is revoked (UTC); None if it is not.
    """

    licence: str
    identifier: str
    uses: frozenset[Use]
    territories: frozenset[str]
    valid_from: datetime | None
    valid_until: datetime | None
    attribution: bool
    fee: bool
    releases: frozenset[ReservationKind]
    effective_time: datetime
    end_time: datetime | None = None

    def counts_at(self, time: datetime) -> bool:
        """Whether the record counts at a time; that is no word on whether it is valid then."""
        return self.effective_time <= time and (self.end_time is None or time < self.end_time)

    def statement(self, own: RightsStatement) -> RightsStatement:
        """Return what a work may be used for under it.

        Args:
            own: The work's own statement, whose embargo and reservations hold for every licence,
                but for the reservations that this one releases.
        """
        return replace(
            own,
            licence=self.identifier,
            uses=self.uses,
            reservations=own.reservations - self.releases,
            territories=self.territories,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            attribution=self.attribution,
        )

    def state_at(self, time: datetime) -> LicenceState:
        """Return how it stands at a time."""
        if self.end_time is not None and self.end_time <= time:
            return LicenceState.REVOKED
        if self.valid_until is not None and self.valid_until <= time:
            return LicenceState.EXPIRED
        begins = max(filter(None, (self.effective_time, self.valid_from)))
        return LicenceState.NOT_YET if begins > time else LicenceState.IN_FORCE


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence as recorded.

    Attributes:
        tenant: Owner of the record.
        work: ``works/{id}`` that it is for.
        grant: What it permits.
        licensor: Who grants it, as written.
        licensee: Who may use the work, as written.
        document: ``documents/{id}`` of the contract; empty where none is kept.
        document_sha256: Lower-case hex digest of the contract; empty where it is not known.
        note: Anything else; may be empty.
        actor: Principal id of who recorded it.
        create_time: When it was recorded (UTC).
        revoke_time: When its revocation was recorded (UTC); None if it was not revoked.
    """

    tenant: str
    work: str
    grant: Grant
    licensor: str
    licensee: str
    document: str
    document_sha256: str
    note: str
    actor: str
    create_time: datetime
    revoke_time: datetime | None = None

    @property
    def name(self) -> str:
        """Resource name, ``licences/{id}``."""
        return self.grant.licence
