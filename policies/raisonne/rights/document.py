"""Documents: contracts, evidence of title, certificates. They are kept, never interpreted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Document:
    """A file that is evidence for something.

    Attributes:
        name: ``documents/{id}``.
        tenant: Owner.
        file_name: As it was called, without folders; for people.
        media_type: As found from its first bytes.
        sha256: Hex digest of its bytes; it stays when they are erased.
        size_bytes: Length.
        about: Names of what it is evidence for, in order.
        note: Why it is kept; may be empty.
        actor: Principal id of who added it.
        create_time: When it was added (UTC).
        erase_time: When its bytes and their key were erased (UTC), if they were.
    """

    name: str
    tenant: str
    file_name: str
    media_type: str
    sha256: str
    size_bytes: int
    about: tuple[str, ...]
    note: str
    actor: str
    create_time: datetime
    erase_time: datetime | None = None
