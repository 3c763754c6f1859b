"""Documents: kept sealed, listed by what they are evidence for, erased with their key."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from raisonne.app.document_types import media_type_of
from raisonne.app.events import event
from raisonne.app.ids import new_name
from raisonne.app.ports import Clock, Transaction, Transactions
from raisonne.app.sealing import BlobStore, SealContext
from raisonne.app.texts import require_short
from raisonne.policy.access import authorise
from raisonne.policy.engine import Policies
from raisonne.rights.document import Document
from raisonne.rights.errors import ConflictError, InputError, LimitError, NotFoundError, Reason
from raisonne.rights.ledger import LedgerAction
from raisonne.rights.principal import Permission, Principal

DOCUMENT_PURPOSE = "document"
"""Key purpose of documents."""
MAX_DOCUMENT_BYTES = 32 * 1024 * 1024
"""Largest document that is kept."""
MAX_ABOUT = 50
"""Most things that one call names a document as evidence for."""
MAX_FILE_NAME_CHARACTERS = 255
"""Longest name of a file."""


@dataclass(frozen=True, slots=True)
class DocumentDraft:
    """A document to be kept.

    Attributes:
        data: The file.
        file_name: As it is called; folders are left out.
        about: Names of what it is evidence for; all exist here.
        note: Why it is kept.
    """

    data: bytes
    file_name: str = ""
    about: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Documents:
    """Use cases ``document:*``."""

    blobs: BlobStore
    transactions: Transactions
    policies: Policies
    clock: Clock

    def add(self, principal: Principal, draft: DocumentDraft) -> Document:
        """Keep a document; the same bytes are kept once, and add to what they are evidence for.

        Args:
            principal: Who adds it.
            draft: The file, and what it is about.

        Returns:
            The record; the one that was there, if the same bytes were.

        Raises:
            AccessError: If the principal may not add documents.
            InputError: If it is empty, of an unknown kind, or a text is too long.
            LimitError: If it is too large.
            NotFoundError: If something that it is about does not exist here.
        """
        authorise(self.policies, principal, Permission.DOCUMENT_CREATE, principal.tenant)
        document = self._record(principal, draft)
        tenant, about = principal.tenant, document.about
        with self.transactions.read() as transaction:
            _require_subjects(transaction, tenant, about)
            known = transaction.documents.find(tenant, document.sha256)
        if known is not None:
            return self._relate(principal, known, about)
        context = SealContext(tenant, DOCUMENT_PURPOSE, document.name)
        blob = self.blobs.put(context, draft.data)
        try:
            with self.transactions.write() as transaction:
                transaction.documents.add(document, blob)
                transaction.outbox.append(
                    event(
                        principal,
                        LedgerAction.DOCUMENT_ADDED,
                        document.name,
                        document.create_time,
                        sha256=document.sha256,
                        details={"about": ",".join(about), "media_type": document.media_type},
                    )
                )
        except ConflictError:
            # Two callers raced with the same bytes; the first one's record stands.
            with self.transactions.read() as transaction:
                known = transaction.documents.find(tenant, document.sha256)
            if known is None:
                raise
            return self._relate(principal, known, about)
        return document

    def get(self, principal: Principal, name: str) -> Document:
        """Return a record.

        Raises:
            AccessError: If the principal may not read documents.
            NotFoundError: If the tenant has no such document.
        """
        authorise(self.policies, principal, Permission.DOCUMENT_READ, principal.tenant)
        with self.transactions.read() as transaction:
            return _found(transaction, principal.tenant, name)

    def download(self, principal: Principal, name: str) -> tuple[Document, bytes]:
        """Return a record with its file.

        Raises:
            AccessError: If the principal may not read documents.
            NotFoundError: If the tenant has no such document, or it was erased.
            KeyUnavailableError: If the tenant's key for documents was shredded.
        """
        authorise(self.policies, principal, Permission.DOCUMENT_READ, principal.tenant)
        with self.transactions.read() as transaction:
            document = _found(transaction, principal.tenant, name)
            blob = transaction.documents.blob(principal.tenant, name)
        if blob is None:
            raise NotFoundError(f"The file of {name} was erased.", metadata={"name": name})
        return document, self.blobs.get(SealContext(document.tenant, DOCUMENT_PURPOSE, name), blob)

    def list(
        self, principal: Principal, *, limit: int, after: str = "", about: str = ""
    ) -> Sequence[Document]:
        """Return records in the order in which they were added: of one thing, or all.

        Raises:
            AccessError: If the principal may not read documents.
        """
        authorise(self.policies, principal, Permission.DOCUMENT_READ, principal.tenant)
        with self.transactions.read() as transaction:
            return transaction.documents.list(
                principal.tenant, limit=limit, after=after, about=about
            )

    def erase(self, principal: Principal, name: str) -> Document:
        """Erase a document's bytes with their key; its record and digest stay.

        The key goes with the record of where the file lies, in the transaction of the ledger event;
        without it the file is noise, wherever copies of it are. Then the file goes. One that an
        interruption leaves behind is named by nothing, and is swept like all such.

        Raises:
            AccessError: If the principal may not erase documents.
            NotFoundError: If the tenant has no such document.
            ConflictError: If it is erased already.
        """
        authorise(self.policies, principal, Permission.DOCUMENT_ERASE, principal.tenant)
        tenant, now = principal.tenant, self.clock.now()
        with self.transactions.write() as transaction:
            document = _found(transaction, tenant, name)
            blob = transaction.documents.blob(tenant, name)
            transaction.documents.erase(tenant, name, now)
            erased = LedgerAction.DOCUMENT_ERASED
            transaction.outbox.append(event(principal, erased, name, now, sha256=document.sha256))
            document = _found(transaction, tenant, name)
        if blob is not None:
            self.blobs.delete(blob.location)
        return document

    def _record(self, principal: Principal, draft: DocumentDraft) -> Document:
        if len(draft.data) > MAX_DOCUMENT_BYTES:
            raise LimitError(
                f"A document has at most {MAX_DOCUMENT_BYTES:,} bytes.",
                reason=Reason.FILE_TOO_LARGE,
                metadata={"limit_bytes": str(MAX_DOCUMENT_BYTES)},
            )
        if len(draft.about) > MAX_ABOUT:
            raise InputError(
                f"A document is about at most {MAX_ABOUT} things, not {len(draft.about):,}.",
                metadata={"field": "about"},
            )
        require_short({"note": draft.note})
        return Document(
            name=new_name("documents"),
            tenant=principal.tenant,
            file_name=_file_name(draft.file_name),
            media_type=media_type_of(draft.data),
            sha256=hashlib.sha256(draft.data).hexdigest(),
            size_bytes=len(draft.data),
            about=tuple(sorted(set(draft.about))),
            note=draft.note,
            actor=principal.id,
            create_time=self.clock.now(),
        )

    def _relate(self, principal: Principal, known: Document, about: Sequence[str]) -> Document:
        if set(about) <= set(known.about):
            return known
        with self.transactions.write() as transaction:
            transaction.documents.relate(known.tenant, known.name, about)
            transaction.outbox.append(
                event(
                    principal,
                    LedgerAction.DOCUMENT_ADDED,
                    known.name,
                    self.clock.now(),
                    sha256=known.sha256,
                    details={"about": ",".join(about)},
                )
            )
            return _found(transaction, known.tenant, known.name)


def require_documents(
    transaction: Transaction, tenant: str, names: Sequence[str]
) -> tuple[Document, ...]:
    """Return documents, and refuse those that the tenant does not have.

    Raises:
        NotFoundError: Naming the first.
    """
    return tuple(_found(transaction, tenant, name) for name in names)


def _found(transaction: Transaction, tenant: str, name: str) -> Document:
    document = transaction.documents.get(tenant, name)
    if document is None:
        raise NotFoundError(f"There is no document {name!r}.", metadata={"name": name})
    return document


def _require_subjects(transaction: Transaction, tenant: str, about: Sequence[str]) -> None:
    stores = {
        "works": transaction.works.get,
        "disputes": transaction.disputes.get,
        "registrations": transaction.registrations.get,
        "cases": transaction.cases.get,
        "notices": transaction.notices.get,
        "generations": transaction.generations.get,
    }
    for name in about:
        find = stores.get(name.partition("/")[0])
        if find is None or find(tenant, name) is None:
            raise NotFoundError(f"There is no {name!r}.", metadata={"name": name})


def _file_name(name: str) -> str:
    bare = name.replace("\\", "/").rpartition("/")[2]
    if len(bare) > MAX_FILE_NAME_CHARACTERS or not bare.isprintable():
        raise InputError(
            f"A file's name has at most {MAX_FILE_NAME_CHARACTERS} printable characters.",
            metadata={"field": "file_name"},
        )
    return bare
