"""Documents, contested titles and registrations of the product inside this process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from raisonne.app.disputes import Contest, DisputeFile
from raisonne.app.documents import DocumentDraft
from raisonne.app.office_registrations import OfficeEntry
from raisonne.rights.dispute import DisputeState, TitleDispute, TitleLink
from raisonne.rights.document import Document
from raisonne.rights.office import Due, OfficeRegistration
from raisonne.runtime.wiring import Service

_PAGE = 500


@dataclass(frozen=True, slots=True)
class EmbeddedClaims:
    """Implements ``ClaimsGateway`` over a service in this process."""

    service: Service

    def add_document(self, draft: DocumentDraft) -> Document:
        """Keep a document."""
        return self.service.documents.add(self.service.principal, draft)

    def documents(self, about: str) -> Iterator[Document]:
        """Iterate over documents: of one thing, if it is named, else all."""
        after, documents = "", self.service.documents
        while page := documents.list(self.service.principal, limit=_PAGE, after=after, about=about):
            yield from page
            after = page[-1].name

    def document(self, name: str) -> tuple[Document, bytes]:
        """Return a document with its file."""
        return self.service.documents.download(self.service.principal, name)

    def erase_document(self, name: str) -> Document:
        """Erase a document's bytes with their key."""
        return self.service.documents.erase(self.service.principal, name)

    def open_dispute(self, contest: Contest) -> DisputeFile:
        """Contest a title."""
        return self.service.disputes.open(self.service.principal, contest)

    def disputes(self, state: DisputeState | None, work: str) -> Iterator[TitleDispute]:
        """Iterate over disputes: over one work, if it is named, else all."""
        after, disputes, principal = "", self.service.disputes, self.service.principal
        while page := disputes.list(principal, limit=_PAGE, after=after, state=state, work=work):
            yield from page
            after = page[-1].name

    def dispute(self, name: str) -> DisputeFile:
        """Return a dispute with what was written."""
        return self.service.disputes.get(self.service.principal, name)

    def settle_dispute(
        self, name: str, outcome: DisputeState, note: str, effective_time: datetime | None
    ) -> TitleDispute:
        """Settle a dispute, or propose how."""
        return self.service.dispute_rulings.settle(
            self.service.principal, name, outcome, note, effective_time=effective_time
        )

    def title(self, work: str) -> Sequence[TitleLink]:
        """Return the chain of title of a work."""
        return self.service.disputes.title(self.service.principal, work)

    def add_registration(self, work: str, entry: OfficeEntry) -> OfficeRegistration:
        """Record a registration of a work with an office."""
        return self.service.office_registrations.add(self.service.principal, work, entry)

    def registrations(self, work: str) -> Sequence[OfficeRegistration]:
        """Return all registrations of a work, removed ones included."""
        return self.service.office_registrations.list(self.service.principal, work)

    def remove_registration(self, name: str) -> OfficeRegistration:
        """Let a registration count no longer."""
        return self.service.office_registrations.remove(self.service.principal, name)

    def due(self, within: timedelta) -> Sequence[Due]:
        """Return what falls due, soonest first."""
        return self.service.office_registrations.due(self.service.principal, within)
