"""Ports of documents, contested titles and registrations with offices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from raisonne.app.sealing import BlobRecord
from raisonne.rights.dispute import DisputeState, TitleDispute
from raisonne.rights.document import Document
from raisonne.rights.office import OfficeRegistration


class DocumentStore(Protocol):
    """Documents; their bytes lie in the blob store."""

    def add(self, document: Document, blob: BlobRecord) -> None:
        """Insert the row that makes the blob count.

        Raises:
            ConflictError: ``ALREADY_EXISTS``; also if the tenant has the same bytes already.
        """
        ...

    def get(self, tenant: str, name: str) -> Document | None:
        """Return the document, or None."""
        ...

    def find(self, tenant: str, sha256: str) -> Document | None:
        """Return the document with these bytes that is not erased, or None."""
        ...

    def blob(self, tenant: str, name: str) -> BlobRecord | None:
        """Return where its bytes lie; None if there is no such document or it was erased."""
        ...

    def relate(self, tenant: str, name: str, about: Sequence[str]) -> None:
        """Add to what a document is evidence for; what is there already stays."""
        ...

    def list(
        self, tenant: str, *, limit: int, after: str = "", about: str = ""
    ) -> Sequence[Document]:
        """Return documents ordered by name: of one thing, if it is named, else all."""
        ...

    def erase(self, tenant: str, name: str, when: datetime) -> None:
        """Forget where a document's bytes lie and the key that opens them; its record stays.

        Raises:
            ConflictError: If there is no such document, or it was erased before.
        """
        ...


class DisputeStore(Protocol):
    """Disputes over titles; what people wrote is sealed by the caller."""

    def add(self, dispute: TitleDispute, payload: bytes) -> None:
        """Insert a dispute with its sealed words."""
        ...

    def get(self, tenant: str, name: str) -> TitleDispute | None:
        """Return the dispute, or None."""
        ...

    def payload(self, tenant: str, name: str) -> bytes | None:
        """Return the sealed words of a dispute, or None."""
        ...

    def list(
        self,
        tenant: str,
        *,
        limit: int,
        after: str = "",
        state: DisputeState | None = None,
        work: str = "",
    ) -> Sequence[TitleDispute]:
        """Return disputes ordered by name: over one work, if it is named, else all."""
        ...

    def update(self, dispute: TitleDispute) -> None:
        """Write what was proposed for or ruled of an open dispute.

        Raises:
            ConflictError: If the stored one is not open any more.
        """
        ...


class RegistrationStore(Protocol):
    """Registrations with offices, each recorded from one time to another."""

    def add(self, registration: OfficeRegistration) -> None:
        """Insert.

        Raises:
            ConflictError: ``ALREADY_EXISTS``; also if the work has that number of that office.
        """
        ...

    def get(self, tenant: str, name: str) -> OfficeRegistration | None:
        """Return the registration, removed or not, or None."""
        ...

    def of_work(self, tenant: str, work: str) -> Sequence[OfficeRegistration]:
        """Return all registrations of a work, removed ones included, as they were recorded."""
        ...

    def remove(self, tenant: str, name: str, by: str, when: datetime) -> None:
        """End the time for which a registration counts.

        Raises:
            ConflictError: If there is no such registration, or it was removed before.
        """
        ...

    def due(self, tenant: str, until: date, *, limit: int) -> Sequence[OfficeRegistration]:
        """Return registrations of registered works to renew by a day, soonest first."""
        ...
