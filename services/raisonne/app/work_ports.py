"""Ports of works: records, what follows them, and the artworks that they are looked for in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from raisonne.policy.condition import NEVER, Condition
from raisonne.rights.fingerprint import Fingerprint
from raisonne.rights.recorded_licence import Grant
from raisonne.rights.reservation import ReservationInForce
from raisonne.rights.signal import Signal
from raisonne.rights.verdict import WorkRights
from raisonne.rights.work import Work, WorkState, WorkVersion


@dataclass(frozen=True, slots=True)
class ReservedTerm:
    """A registered name that prompts must not use: holder of works with a reservation."""

    term: str
    work: str


@dataclass(frozen=True, slots=True)
class WorksFound:
    """A part of a list of works.

    Attributes:
        works: By name.
        next_after: Name after which the list goes on; empty at its end. There may be a next part
            although this one is shorter than was asked for.
        reservations: Those of holders and collections that counted then, by name of the work. It
            may tell of further works.
        licences: Those of the works, perhaps of others too, that counted at the time.
    """

    works: Sequence[Work]
    next_after: str
    reservations: Mapping[str, tuple[ReservationInForce, ...]] = field(default_factory=dict)
    licences: Mapping[str, tuple[Grant, ...]] = field(default_factory=dict)


class WorkStore(Protocol):
    """Registered works."""

    def add(self, work: Work, fingerprints: Sequence[Fingerprint], *, actor: str = "") -> None:
        """Insert a work with its first version, its fingerprints and their change-log rows."""
        ...

    def get(self, tenant: str, name: str) -> Work | None:
        """Return the work, or None."""
        ...

    def find_by_sha256(self, tenant: str, sha256: str) -> Work | None:
        """Return the REGISTERED work whose primary asset has this digest, or None."""
        ...

    def list(
        self, tenant: str, *, limit: int, after: str = "", state: WorkState | None = None
    ) -> Sequence[Work]:
        """Return works ordered by name, at most ``limit``, after the given name."""
        ...

    def list_at(
        self,
        tenant: str,
        condition: Condition,
        *,
        at: datetime,
        state: WorkState,
        limit: int,
        after: str = "",
        licensed: Condition = NEVER,
        denied: bool = False,
    ) -> WorksFound:
        """Return works as they were at a time, by name, with their licences that counted then.

        Args:
            tenant: Whose works.
            condition: What their own statements were like.
            at: The time.
            state: The state that they were in then.
            limit: Most works to return.
            after: Name after which they begin.
            licensed: What one of their licences came to, where their own statement was not so.
            denied: Those of which neither was so, instead.
        """
        ...

    def count(self, tenant: str, state: WorkState | None = None) -> int:
        """Return how many works there are."""
        ...

    def replace(
        self,
        work: Work,
        *,
        effective_time: datetime | None = None,
        actor: str = "",
        note: str = "",
    ) -> None:
        """Add a version of a record; it stands in the record from its time on.

        When the record's state becomes WITHDRAWN, whatever was to come into force later is taken
        back, and REMOVE rows for its fingerprints are appended to the change log in the same
        transaction.

        Args:
            work: The record by this version, recorded at its ``update_time``.
            effective_time: From when on it holds; from when it was recorded if None.
            actor: Who recorded it.
            note: Why.

        Raises:
            ConflictError: If the stored revision is not ``work.revision - 1``.
            NotFoundError: If there is no such work.
        """
        ...

    def versions(self, tenant: str, name: str) -> Sequence[WorkVersion]:
        """Return all versions of a record in the order in which they were recorded."""
        ...

    def is_due(self, tenant: str, now: datetime) -> bool:
        """Whether a version waits that holds from by now on."""
        ...

    def apply_scheduled(self, tenant: str, now: datetime) -> None:
        """Bring into force what was recorded before and holds from by now on."""
        ...

    def changed(self, tenant: str, after: int, limit: int) -> Sequence[tuple[int, str, datetime]]:
        """Return positions above one at which versions were recorded, of which works, and when."""
        ...

    def came_into_force(self, tenant: str, since: datetime, until: datetime) -> Sequence[str]:
        """Return the works whose rights came to be others between two times, as was scheduled."""
        ...

    def rights_of(
        self, tenant: str, names: Sequence[str], at: datetime
    ) -> Mapping[str, WorkRights]:
        """Return the rights of many works as of a time; unknown names are left out."""
        ...

    def reserved_terms(self, tenant: str) -> Sequence[ReservedTerm]:
        """Return one term per holder that has a REGISTERED work reserving style or generation."""
        ...


class SignalStore(Protocol):
    """What works' files said about their rights, never edited."""

    def add(self, tenant: str, work: str, signals: Sequence[Signal]) -> None:
        """Insert the signals of a work that is added in the same transaction."""
        ...

    def of_work(self, tenant: str, work: str) -> Sequence[Signal]:
        """Return the signals of a work, in the order in which they were found."""
        ...


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far somebody has followed the versions of works' records.

    Attributes:
        sequence: The last position that was looked at.
        time: Until when versions that were scheduled were looked at (UTC).
    """

    sequence: int
    time: datetime


class CursorStore(Protocol):
    """How far changes were followed, by whoever follows them."""

    def get(self, tenant: str, name: str) -> Cursor | None:
        """Return how far it is, or None where it has not begun."""
        ...

    def put(self, tenant: str, name: str, cursor: Cursor) -> None:
        """Write how far it is."""
        ...


class ReleasedArtworks(Protocol):
    """What was released, to be searched by what is registered or changed later."""

    def missing(self, tenant: str) -> Sequence[str]:
        """Return ``generations/{id}`` of those that were released and are not held here yet."""
        ...

    def take(self, tenant: str, generation: str) -> None:
        """Hold one more; one whose file cannot be read is logged once and left out."""
        ...

    def since(self, tenant: str) -> datetime | None:
        """Return when the first of them was made, or None if there are none."""
        ...

    def like(self, tenant: str, picture: bytes) -> Sequence[str]:
        """Return ``generations/{id}`` of the released artworks that may contain a picture."""
        ...
