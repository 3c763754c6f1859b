"""Documents."""

from __future__ import annotations

from raisonne.api.v1 import document_pb2
from raisonne.client.convert.times import from_timestamp, optional_time
from raisonne.rights.document import Document


def document_from_message(message: document_pb2.Document) -> Document:
    """Return the document of a message."""
    return Document(
        name=message.name,
        tenant=message.tenant,
        file_name=message.file_name,
        media_type=message.media_type,
        sha256=message.sha256,
        size_bytes=message.size_bytes,
        about=tuple(message.about),
        note=message.note,
        actor=message.actor,
        create_time=from_timestamp(message.create_time),
        erase_time=optional_time(message, "erase_time", message.erase_time),
    )
