"""Contracts, evidence of title and certificates."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Sequence

import grpc.aio

from raisonne.api.v1 import document_service_pb2 as pb
from raisonne.api.v1.document_service_pb2_grpc import DocumentServiceStub
from raisonne.client._async.assets import AsyncAssets
from raisonne.client._async.calls import receiving, unary
from raisonne.client.convert.document import document_from_message
from raisonne.client.deadlines import Deadlines
from raisonne.client.values import DocumentFile
from raisonne.rights.document import Document


class AsyncDocuments:
    """``client.documents``."""

    def __init__(
        self, channel: grpc.aio.Channel, deadlines: Deadlines, assets: AsyncAssets
    ) -> None:
        self._stub = DocumentServiceStub(channel)
        self._deadlines = deadlines
        self._assets = assets

    async def add(
        self, data: bytes, *, file_name: str = "", about: Sequence[str] = (), note: str = ""
    ) -> Document:
        """Keep a document; the same bytes are kept once, and add to what they are evidence for.

        Args:
            data: The file, of at most 32 MiB.
            file_name: As it is called.
            about: Names of what it is evidence for.
            note: Why it is kept.

        Raises:
            InputError: If it is empty, too large or of an unknown kind.
            NotFoundError: If something that it is about does not exist.
        """
        request = pb.AddDocumentRequest(
            source=await self._assets.source(data),
            file_name=file_name,
            about=list(about),
            note=note,
        )
        message = await unary(self._stub.AddDocument, request, self._deadlines.compute)
        return document_from_message(message)

    async def get(self, name: str) -> Document:
        """Return a document without its file.

        Raises:
            NotFoundError: If there is no such document.
        """
        request = pb.GetDocumentRequest(name=name)
        message = await unary(self._stub.GetDocument, request, self._deadlines.read)
        return document_from_message(message)

    async def list(self, *, about: str = "") -> AsyncIterator[Document]:
        """Iterate over documents in the order in which they were added, page by page.

        Args:
            about: Only documents that are evidence for this.
        """
        request = pb.ListDocumentsRequest(about=about)
        while True:
            page = await unary(self._stub.ListDocuments, request, self._deadlines.read)
            for message in page.documents:
                yield document_from_message(message)
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    async def download(self, name: str) -> DocumentFile:
        """Fetch a document with its file.

        Raises:
            NotFoundError: If there is no such document, or it was erased.
        """
        request = pb.DownloadDocumentRequest(name=name)
        answers = receiving(self._stub.DownloadDocument, request, self._deadlines.transfer)
        first = await anext(answers)
        data = io.BytesIO()
        async for answer in answers:
            data.write(answer.chunk)
        return DocumentFile(document_from_message(first.document), data.getvalue())

    async def erase(self, name: str) -> Document:
        """Erase a document's bytes with their key; its record and digest stay.

        Raises:
            NotFoundError: If there is no such document.
            ConflictError: If it is erased already.
        """
        request = pb.EraseDocumentRequest(name=name)
        message = await unary(self._stub.EraseDocument, request, self._deadlines.read)
        return document_from_message(message)
