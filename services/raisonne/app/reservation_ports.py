"""Ports of rights holders and of what they reserve for all their works."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from raisonne.rights.holder import HolderVersion, RightsHolder
from raisonne.rights.reservation import Reservation, ReservationScope
from raisonne.rights.verdict import HolderRights


@dataclass(frozen=True, slots=True)
class SaidOfHolder:
    """What a version of a holder's record said, as it is kept.

    Attributes:
        document: Of the record's fields, with a random salt.
        sha256: Digest of it, for the ledger.
        actor: Principal id of who said it.
    """

    document: Mapping[str, object]
    sha256: str
    actor: str


class HolderStore(Protocol):
    """Rights holders. A key of a name leads to one holder of a tenant at most."""

    def add(self, holder: RightsHolder, contact: bytes | None, said: SaidOfHolder) -> None:
        """Insert a holder with their names, sealed contact and first version.

        Raises:
            ConflictError: ``ALREADY_EXISTS``; also if one of the names is another holder's.
        """
        ...

    def get(self, tenant: str, name: str) -> RightsHolder | None:
        """Return the holder, or None."""
        ...

    def many(self, tenant: str, names: Sequence[str]) -> Mapping[str, RightsHolder]:
        """Return holders by their resource names; unknown ones are left out."""
        ...

    def contact(self, tenant: str, name: str) -> bytes | None:
        """Return the sealed contact of a holder, or None."""
        ...

    def by_keys(self, tenant: str, keys: Sequence[str]) -> Mapping[str, str]:
        """Return whose the names with these keys are, by key; unknown ones are left out."""
        ...

    def list(self, tenant: str, *, limit: int, after: str = "") -> Sequence[RightsHolder]:
        """Return holders ordered by resource name, at most ``limit``, after the given one."""
        ...

    def replace(self, holder: RightsHolder, contact: bytes | None, said: SaidOfHolder) -> None:
        """Write a changed record with its new version.

        Args:
            holder: The record; its revision is one more than the stored one.
            contact: Sealed; the one that is stored stays if None.
            said: The version.

        Raises:
            ConflictError: If it was changed meanwhile, or one of the names is another holder's.
        """
        ...

    def versions(self, tenant: str, name: str) -> Sequence[HolderVersion]:
        """Return all versions of a record in the order in which they were recorded."""
        ...

    def count_names(self, tenant: str) -> int:
        """Return how many names the holders of a tenant have."""
        ...


@dataclass(frozen=True, slots=True)
class ReservedName:
    """A name that prompts are screened for.

    Attributes:
        spelling: As people write it.
        holder: ``holders/{id}``.
    """

    spelling: str
    holder: str


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Works that are reserved anew, to be looked for among what was released.

    Attributes:
        sequence: Identifies it.
        due_time: From when on they are reserved (UTC).
        position: The last work that was looked for; empty for none.
    """

    sequence: int
    due_time: datetime
    position: str


class ReservationStore(Protocol):
    """Reservations for all works of a holder or of a collection; never edited, but withdrawn."""

    def add(self, reservations: Sequence[Reservation]) -> None:
        """Insert reservations, and what is to be followed up for each."""
        ...

    def get(self, tenant: str, name: str) -> Reservation | None:
        """Return the reservation, or None."""
        ...

    def list(self, tenant: str, *, limit: int, after: str = "") -> Sequence[Reservation]:
        """Return reservations in order of recording, at most ``limit``, after the given name."""
        ...

    def of_subjects(
        self, tenant: str, subjects: Sequence[tuple[ReservationScope, str]]
    ) -> Sequence[Reservation]:
        """Return all reservations for holders and collections by name, withdrawn or not."""
        ...

    def withdraw(self, reservation: Reservation) -> None:
        """Write that a reservation was withdrawn, from when on, by whom and why.

        Raises:
            ConflictError: If it was withdrawn meanwhile.
        """
        ...

    def count_works(self, reservation: Reservation) -> int:
        """Return how many registered works a reservation is for by now."""
        ...

    def names_of_reserved(self, tenant: str) -> Sequence[ReservedName]:
        """Return all names of holders who have, or had, or will have reserved style or generation.

        The time of a prompt is not known to whoever asks, so ``rights_of_holders`` is asked then.
        """
        ...

    def rights_of_holders(
        self, tenant: str, holders: Sequence[str], at: datetime
    ) -> Mapping[str, HolderRights]:
        """Return what holders have reserved as of a time; those who have nothing are left out."""
        ...

    def follow_up(self, tenant: str, holder: str, due_time: datetime) -> None:
        """Note that works of a holder may be reserved anew, as the holder's names have changed."""
        ...

    def due(self, tenant: str, now: datetime, limit: int) -> Sequence[FollowUp]:
        """Return what is to be followed up first by now, at most ``limit``."""
        ...

    def forget(self, tenant: str, until: datetime) -> None:
        """Forget what was due before a time."""
        ...

    def works_after(self, tenant: str, follow_up: FollowUp, limit: int) -> Sequence[str]:
        """Return registered works of a follow-up by name, after its position."""
        ...

    def reach(self, tenant: str, follow_up: FollowUp) -> None:
        """Write how far a follow-up has come."""
        ...

    def finish(self, tenant: str, follow_up: FollowUp) -> None:
        """Forget a follow-up, as it is done."""
        ...
