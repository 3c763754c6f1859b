"""``DocumentService``."""

# ruff: noqa: N802, ARG002 - method names and signatures are the protocol's.

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from raisonne.api.v1 import document_pb2, document_service_pb2_grpc
from raisonne.api.v1 import document_service_pb2 as pb
from raisonne.app.documents import DocumentDraft, Documents
from raisonne.server.chunks import chunks
from raisonne.server.convert.document import document_to_message
from raisonne.server.interceptors.principal import current_principal
from raisonne.server.paging import cut, next_token, read_page
from raisonne.server.servicers.sources import source_bytes
from raisonne.server.uploads import StagedUploads


class DocumentServicer(document_service_pb2_grpc.DocumentServiceServicer):
    """Evidence, kept as files."""

    def __init__(self, documents: Documents, uploads: StagedUploads, chunk_bytes: int) -> None:
        self._documents = documents
        self._uploads = uploads
        self._chunk_bytes = chunk_bytes

    async def AddDocument(
        self, request: pb.AddDocumentRequest, context: Any
    ) -> document_pb2.Document:
        """Keep a document."""
        principal = current_principal()
        draft = DocumentDraft(
            source_bytes(self._uploads, principal, request.source),
            request.file_name,
            tuple(request.about),
            request.note,
        )
        document = await asyncio.to_thread(self._documents.add, principal, draft)
        return document_to_message(document)

    async def GetDocument(
        self, request: pb.GetDocumentRequest, context: Any
    ) -> document_pb2.Document:
        """Return a document without its file."""
        document = await asyncio.to_thread(self._documents.get, current_principal(), request.name)
        return document_to_message(document)

    async def ListDocuments(
        self, request: pb.ListDocumentsRequest, context: Any
    ) -> pb.ListDocumentsResponse:
        """List documents."""
        page = read_page(request)
        found = await asyncio.to_thread(
            self._documents.list,
            current_principal(),
            limit=page.size + 1,
            after=page.after,
            about=request.about,
        )
        documents = cut(found, page)
        more = documents.more
        return pb.ListDocumentsResponse(
            documents=[document_to_message(document) for document in documents.items],
            next_page_token=next_token(request, documents.items[-1].name) if more else "",
        )

    async def DownloadDocument(
        self, request: pb.DownloadDocumentRequest, context: Any
    ) -> AsyncIterator[pb.DownloadDocumentResponse]:
        """Send a document's file."""
        document, data = await asyncio.to_thread(
            self._documents.download, current_principal(), request.name
        )
        yield pb.DownloadDocumentResponse(document=document_to_message(document))
        for chunk in chunks(data, self._chunk_bytes):
            yield pb.DownloadDocumentResponse(chunk=chunk)

    async def EraseDocument(
        self, request: pb.EraseDocumentRequest, context: Any
    ) -> document_pb2.Document:
        """Erase a document's bytes with their key."""
        document = await asyncio.to_thread(self._documents.erase, current_principal(), request.name)
        return document_to_message(document)
