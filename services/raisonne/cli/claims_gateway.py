"""What commands ask of documents, contested titles and registrations, embedded or served."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from raisonne.rights.dispute import DisputeState, TitleDispute, TitleLink
from raisonne.rights.document import Document
from raisonne.rights.office import Due, OfficeRegistration

if TYPE_CHECKING:
    from raisonne.app.disputes import Contest, DisputeFile
    from raisonne.app.documents import DocumentDraft
    from raisonne.app.office_registrations import OfficeEntry


class ClaimsGateway(Protocol):
    """Evidence and titles as commands see them."""

    def add_document(self, draft: DocumentDraft) -> Document:
        """Keep a document."""
        ...

    def documents(self, about: str) -> Iterator[Document]:
        """Iterate over documents: of one thing, if it is named, else all."""
        ...

    def document(self, name: str) -> tuple[Document, bytes]:
        """Return a document with its file."""
        ...

    def erase_document(self, name: str) -> Document:
        """Erase a document's bytes with their key."""
        ...

    def open_dispute(self, contest: Contest) -> DisputeFile:
        """Contest a title."""
        ...

    def disputes(self, state: DisputeState | None, work: str) -> Iterator[TitleDispute]:
        """Iterate over disputes: over one work, if it is named, else all."""
        ...

    def dispute(self, name: str) -> DisputeFile:
        """Return a dispute with what was written."""
        ...

    def settle_dispute(
        self, name: str, outcome: DisputeState, note: str, effective_time: datetime | None
    ) -> TitleDispute:
        """Settle a dispute, or propose how."""
        ...

    def title(self, work: str) -> Sequence[TitleLink]:
        """Return the chain of title of a work."""
        ...

    def add_registration(self, work: str, entry: OfficeEntry) -> OfficeRegistration:
        """Record a registration of a work with an office."""
        ...

    def registrations(self, work: str) -> Sequence[OfficeRegistration]:
        """Return all registrations of a work, removed ones included."""
        ...

    def remove_registration(self, name: str) -> OfficeRegistration:
        """Let a registration count no longer."""
        ...

    def due(self, within: timedelta) -> Sequence[Due]:
        """Return what falls due, soonest first."""
        ...
