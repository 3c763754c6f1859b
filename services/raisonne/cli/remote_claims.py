"""Documents, contested titles and registrations of a served product."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from raisonne.app.disputes import Contest, DisputeFile
from raisonne.app.documents import DocumentDraft
from raisonne.app.office_registrations import OfficeEntry
from raisonne.client import Client
from raisonne.rights.dispute import DisputeState, TitleDispute, TitleLink
from raisonne.rights.document import Document
from raisonne.rights.office import Due, OfficeRegistration


@dataclass(frozen=True, slots=True)
class RemoteClaims:
    """Implements ``ClaimsGateway`` over a connection."""

    client: Client

    def add_document(self, draft: DocumentDraft) -> Document:
        """Keep a document."""
        return self.client.documents.add(
            draft.data, file_name=draft.file_name, about=draft.about, note=draft.note
        )

    def documents(self, about: str) -> Iterator[Document]:
        """Iterate over documents: of one thing, if it is named, else all."""
        return self.client.documents.list(about=about)

    def document(self, name: str) -> tuple[Document, bytes]:
        """Return a document with its file."""
        file = self.client.documents.download(name)
        return file.document, file.data

    def erase_document(self, name: str) -> Document:
        """Erase a document's bytes with their key."""
        return self.client.documents.erase(name)

    def open_dispute(self, contest: Contest) -> DisputeFile:
        """Contest a title."""
        file = self.client.disputes.open(contest.work, contest.words, documents=contest.documents)
        return DisputeFile(file.dispute, file.words)

    def disputes(self, state: DisputeState | None, work: str) -> Iterator[TitleDispute]:
        """Iterate over disputes: over one work, if it is named, else all."""
        return self.client.disputes.list(state=state, work=work)

    def dispute(self, name: str) -> DisputeFile:
        """Return a dispute with what was written."""
        file = self.client.disputes.get(name)
        return DisputeFile(file.dispute, file.words)

    def settle_dispute(
        self, name: str, outcome: DisputeState, note: str, effective_time: datetime | None
    ) -> TitleDispute:
        """Settle a dispute, or propose how."""
        return self.client.disputes.settle(name, outcome, note, effective_time=effective_time)

    def title(self, work: str) -> Sequence[TitleLink]:
        """Return the chain of title of a work."""
        return self.client.disputes.title(work)

    def add_registration(self, work: str, entry: OfficeEntry) -> OfficeRegistration:
        """Record a registration of a work with an office."""
        return self.client.registrations.add(
            work,
            entry.office,
            entry.number,
            grant_date=entry.grant_date,
            renewal_date=entry.renewal_date,
            document=entry.document,
        )

    def registrations(self, work: str) -> Sequence[OfficeRegistration]:
        """Return all registrations of a work, removed ones included."""
        return self.client.registrations.list(work)

    def remove_registration(self, name: str) -> OfficeRegistration:
        """Let a registration count no longer."""
        return self.client.registrations.remove(name)

    def due(self, within: timedelta) -> Sequence[Due]:
        """Return what falls due, soonest first."""
        return tuple(self.client.registrations.due(within))
