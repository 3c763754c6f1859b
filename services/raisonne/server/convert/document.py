"""Documents."""

from __future__ import annotations

from raisonne.api.v1 import document_pb2
from raisonne.rights.document import Document
from raisonne.server.convert.times import to_timestamp


def document_to_message(document: Document) -> document_pb2.Document:
    """Return the message of a document."""
    return document_pb2.Document(
        name=document.name,
        tenant=document.tenant,
        file_name=document.file_name,
        media_type=document.media_type,
        sha256=document.sha256,
        size_bytes=document.size_bytes,
        about=document.about,
        note=document.note,
        actor=document.actor,
        create_time=to_timestamp(document.create_time),
        erase_time=to_timestamp(document.erase_time),
    )
