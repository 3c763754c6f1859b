"""Rows of documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, update
from sqlmodel import Session, col, select

from raisonne.app.sealing import BlobRecord, WrappedKey
from raisonne.rights.document import Document
from raisonne.rights.errors import ConflictError
from raisonne.storage.columns import insert_rows
from raisonne.storage.document_tables import DOCUMENT_IS_KEPT, DocumentRow, DocumentSubjectRow


@dataclass(frozen=True, slots=True)
class SqlDocuments:
    """``DocumentStore`` within one transaction."""

    session: Session

    def add(self, document: Document, blob: BlobRecord) -> None:
        """Insert the row that makes the blob count.

        Raises:
            ConflictError: ``ALREADY_EXISTS``; also if the tenant has the same bytes already.
        """
        row = {
            "tenant": document.tenant,
            "name": document.name,
            "file_name": document.file_name,
            "media_type": document.media_type,
            "sha256": document.sha256,
            "size_bytes": document.size_bytes,
            "note": document.note,
            "actor": document.actor,
            "create_time": document.create_time,
            "location": blob.location,
            "key_version": blob.key.version,
            "wrapped_key": blob.key.wrapped,
        }
        insert_rows(self.session, DocumentRow, row)
        self.relate(document.tenant, document.name, document.about)

    def get(self, tenant: str, name: str) -> Document | None:
        """Return the document, or None."""
        row = self._row(tenant, name)
        return None if row is None else self._documents(tenant, [row])[0]

    def find(self, tenant: str, sha256: str) -> Document | None:
        """Return the document with these bytes that is not erased, or None."""
        row = self.session.exec(
            select(DocumentRow).where(
                col(DocumentRow.tenant) == tenant,
                col(DocumentRow.sha256) == sha256,
                DOCUMENT_IS_KEPT,
            )
        ).one_or_none()
        return None if row is None else self._documents(tenant, [row])[0]

    def blob(self, tenant: str, name: str) -> BlobRecord | None:
        """Return where its bytes lie; None if there is no such document or it was erased."""
        row = self._row(tenant, name)
        if row is None or row.erase_time is not None:
            return None
        return BlobRecord(row.location, WrappedKey(row.key_version, row.wrapped_key))

    def relate(self, tenant: str, name: str, about: Sequence[str]) -> None:
        """Add to what a document is evidence for; what is there already stays."""
        known = self._subjects(tenant, [name]).get(name, ())
        rows = [
            {"tenant": tenant, "document": name, "subject": subject}
            for subject in sorted(set(about).difference(known))
        ]
        if rows:
            insert_rows(self.session, DocumentSubjectRow, *rows)

    def list(
        self, tenant: str, *, limit: int, after: str = "", about: str = ""
    ) -> Sequence[Document]:
        """Return documents ordered by name: of one thing, if it is named, else all."""
        statement = select(DocumentRow).where(col(DocumentRow.tenant) == tenant)
        if about:
            theirs = and_(
                col(DocumentSubjectRow.tenant) == col(DocumentRow.tenant),
                col(DocumentSubjectRow.document) == col(DocumentRow.name),
            )
            statement = statement.join(DocumentSubjectRow, theirs).where(
                col(DocumentSubjectRow.tenant) == tenant,
                col(DocumentSubjectRow.subject) == about,
                col(DocumentSubjectRow.document) > after,
            )
        else:
            statement = statement.where(col(DocumentRow.name) > after)
        rows = self.session.exec(statement.order_by(col(DocumentRow.name)).limit(limit)).all()
        return tuple(self._documents(tenant, rows))

    def erase(self, tenant: str, name: str, when: datetime) -> None:
        """Forget where a document's bytes lie and the key that opens them; its record stays.

        Raises:
            ConflictError: If there is no such document, or it was erased before.
        """
        erased = self.session.exec(
            update(DocumentRow)
            .where(
                col(DocumentRow.tenant) == tenant,
                col(DocumentRow.name) == name,
                col(DocumentRow.erase_time).is_(None),
            )
            .values(erase_time=when, wrapped_key=b"", location=f"erased:{tenant}:{name}")
        )
        if erased.rowcount != 1:
            raise ConflictError(f"{name} is erased already.", metadata={"name": name})

    def _row(self, tenant: str, name: str) -> DocumentRow | None:
        return self.session.exec(
            select(DocumentRow).where(
                col(DocumentRow.tenant) == tenant, col(DocumentRow.name) == name
            )
        ).one_or_none()

    def _subjects(self, tenant: str, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
        if not names:
            return {}
        rows = self.session.exec(
            select(DocumentSubjectRow)
            .where(
                col(DocumentSubjectRow.tenant) == tenant,
                col(DocumentSubjectRow.document).in_(names),
            )
            .order_by(col(DocumentSubjectRow.subject))
        )
        found: dict[str, tuple[str, ...]] = {}
        for row in rows:
            found[row.document] = (*found.get(row.document, ()), row.subject)
        return found

    def _documents(self, tenant: str, rows: Sequence[DocumentRow]) -> Sequence[Document]:
        subjects = self._subjects(tenant, [row.name for row in rows])
        return [
            Document(
                name=row.name,
                tenant=row.tenant,
                file_name=row.file_name,
                media_type=row.media_type,
                sha256=row.sha256,
                size_bytes=row.size_bytes,
                about=subjects.get(row.name, ()),
                note=row.note,
                actor=row.actor,
                create_time=row.create_time,
                erase_time=row.erase_time,
            )
            for row in rows
        ]
