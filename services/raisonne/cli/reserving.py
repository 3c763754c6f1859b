"""What commands about rights holders and reservations ask of the product, embedded or served."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from raisonne.app.holders import HolderChange, HolderDraft, HolderFile
from raisonne.app.reservation_drafts import Recorded, ReservationDraft
from raisonne.cli.gateway import open_gateway
from raisonne.cli.state import GlobalFlags
from raisonne.rights.errors import ConflictError, InputError, NotFoundError
from raisonne.rights.holder import HolderVersion, RightsHolder
from raisonne.rights.reservation import Reservation

if TYPE_CHECKING:
    from raisonne.client import Client
    from raisonne.runtime.wiring import Service

_PAGE = 500


class ReservingGateway(Protocol):
    """The product as these commands see it."""

    def add_holder(self, draft: HolderDraft) -> HolderFile:
        """Record a rights holder."""
        ...

    def holders(self) -> Iterator[RightsHolder]:
        """Iterate over rights holders."""
        ...

    def holder(self, name: str) -> HolderFile:
        """Return a rights holder by resource name or by one of their names."""
        ...

    def update_holder(self, name: str, change: HolderChange, revision: int | None) -> HolderFile:
        """Change a rights holder's record."""
        ...

    def holder_versions(self, name: str) -> Sequence[HolderVersion]:
        """Return all versions of a rights holder's record."""
        ...

    def reserve(self, draft: ReservationDraft) -> Recorded:
        """Record a reservation."""
        ...

    def import_all(self, drafts: Sequence[ReservationDraft]) -> Sequence[Recorded]:
        """Record those of many reservations that are new, and say why others cannot be."""
        ...

    def reservations(self) -> Iterator[Reservation]:
        """Iterate over reservations."""
        ...

    def count_works(self, name: str) -> int:
        """Return how many registered works a reservation is for."""
        ...

    def withdraw_reservation(self, name: str, at: datetime | None, note: str) -> Reservation:
        """Withdraw a reservation from a time on."""
        ...


@dataclass(frozen=True, slots=True)
class EmbeddedReserving:
    """Implements ``ReservingGateway`` over a service in this process."""

    service: Service

    def add_holder(self, draft: HolderDraft) -> HolderFile:
        """Record a rights holder."""
        return self.service.holders.add(self.service.principal, draft)

    def holders(self) -> Iterator[RightsHolder]:
        """Iterate over rights holders."""
        after = ""
        while page := self.service.holders.list(self.service.principal, limit=_PAGE, after=after):
            yield from page
            after = page[-1].name

    def holder(self, name: str) -> HolderFile:
        """Return a rights holder by resource name or by one of their names."""
        return self.service.holders.get(self.service.principal, name)

    def update_holder(self, name: str, change: HolderChange, revision: int | None) -> HolderFile:
        """Change a rights holder's record."""
        principal = self.service.principal
        return self.service.holders.update(principal, name, change, revision=revision)

    def holder_versions(self, name: str) -> Sequence[HolderVersion]:
        """Return all versions of a rights holder's record."""
        return self.service.holders.history(self.service.principal, name)

    def reserve(self, draft: ReservationDraft) -> Recorded:
        """Record a reservation."""
        return self.service.reservations.record(self.service.principal, draft)

    def import_all(self, drafts: Sequence[ReservationDraft]) -> Sequence[Recorded]:
        """Record those of many reservations that are new, and say why others cannot be."""
        principal = self.service.principal
        return self.service.reservations.record_all(principal, drafts, only_new=True)

    def reservations(self) -> Iterator[Reservation]:
        """Iterate over reservations."""
        after, store = "", self.service.reservations
        while page := store.list(self.service.principal, limit=_PAGE, after=after):
            yield from page
            after = page[-1].name

    def count_works(self, name: str) -> int:
        """Return how many registered works a reservation is for."""
        return self.service.reservations.count_works(self.service.principal, name)

    def withdraw_reservation(self, name: str, at: datetime | None, note: str) -> Reservation:
        """Withdraw a reservation from a time on."""
        principal = self.service.principal
        return self.service.reservations.withdraw(principal, name, at=at, note=note)


@dataclass(frozen=True, slots=True)
class RemoteReserving:
    """Implements ``ReservingGateway`` over a connection."""

    client: Client

    def add_holder(self, draft: HolderDraft) -> HolderFile:
        """Record a rights holder."""
        file = self.client.holders.create(
            draft.display_name,
            aliases=draft.aliases,
            identifiers=draft.identifiers,
            contact=draft.contact,
            note=draft.note,
        )
        return HolderFile(file.holder, file.contact)

    def holders(self) -> Iterator[RightsHolder]:
        """Iterate over rights holders."""
        return self.client.holders.list()

    def holder(self, name: str) -> HolderFile:
        """Return a rights holder by resource name or by one of their names."""
        file = self.client.holders.get(name)
        return HolderFile(file.holder, file.contact)

    def update_holder(self, name: str, change: HolderChange, revision: int | None) -> HolderFile:
        """Change a rights holder's record."""
        file = self.client.holders.update(
            name,
            display_name=change.display_name,
            add_aliases=change.add_aliases,
            remove_aliases=change.remove_aliases,
            identifiers=change.identifiers,
            contact=change.contact,
            note=change.note,
            revision=revision,
        )
        return HolderFile(file.holder, file.contact)

    def holder_versions(self, name: str) -> Sequence[HolderVersion]:
        """Return all versions of a rights holder's record."""
        return self.client.holders.history(name)

    def reserve(self, draft: ReservationDraft) -> Recorded:
        """Record a reservation."""
        return self._record(draft, only_new=False)

    def import_all(self, drafts: Sequence[ReservationDraft]) -> Sequence[Recorded]:
        """Record those of many reservations that are new, and say why others cannot be."""
        return [self._import(draft) for draft in drafts]

    def reservations(self) -> Iterator[Reservation]:
        """Iterate over reservations."""
        return self.client.reservations.list()

    def count_works(self, name: str) -> int:
        """Return how many registered works a reservation is for."""
        return self.client.reservations.get(name).works

    def withdraw_reservation(self, name: str, at: datetime | None, note: str) -> Reservation:
        """Withdraw a reservation from a time on."""
        return self.client.reservations.withdraw(name, at=at, note=note)

    def _import(self, draft: ReservationDraft) -> Recorded:
        try:
            return self._record(draft, only_new=True)
        except (ConflictError, InputError, NotFoundError) as error:
            return Recorded(None, None, error)

    def _record(self, draft: ReservationDraft, *, only_new: bool) -> Recorded:
        recorded = self.client.reservations.record(
            draft.kinds,
            artist=draft.artist,
            aliases=draft.aliases,
            collection=draft.collection,
            effective_time=draft.effective_time,
            note=draft.note,
            source=draft.source,
            evidence_sha256=draft.evidence_sha256,
            only_new=only_new,
        )
        return Recorded(recorded.reservation, recorded.state)


@contextmanager
def open_reserving(flags: GlobalFlags) -> Iterator[ReservingGateway]:
    """Open the embedded product, or a connection to the served one.

    Raises:
        RaisonneError: If it cannot be opened.
    """
    from raisonne.cli.embedded import EmbeddedGateway

    with open_gateway(flags) as gateway:
        if isinstance(gateway, EmbeddedGateway):
            yield EmbeddedReserving(gateway.service)
            return
        from raisonne.cli.remote import RemoteGateway

        assert isinstance(gateway, RemoteGateway)  # noqa: S101 - there is no third one
        yield RemoteReserving(gateway.client)
