"""Entries: the exact bytes that the log keeps and hashes for an event."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from raisonne.rights.errors import InputError, LedgerError
from raisonne.rights.ledger import LedgerAction, LedgerEvent

VERSION = 1
"""Version of the format, written into each entry."""

MAX_ENTRY_SIZE = 65_535
"""Most bytes of an entry: C2SP tlog-tiles writes its length in 16 bits."""


def canonical_entry(event: LedgerEvent) -> bytes:
    """Return an event as canonical JSON: sorted keys, no spaces, UTF-8, times in UTC.

    Raises:
        InputError: If the time has no time zone, the text cannot be written in UTF-8, or the entry
            would be longer than ``MAX_ENTRY_SIZE``.
    """
    if event.time.tzinfo is None:
        raise InputError("The time of a ledger event needs a time zone.")
    document = {
        "v": VERSION,
        "id": event.id,
        "time": event.time.astimezone(UTC).isoformat(timespec="microseconds"),
        "tenant": event.tenant,
        "actor": event.actor,
        "action": event.action.value,
        "object": event.object,
        "object_sha256": event.object_sha256,
        "details": dict(event.details),
    }
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        raise InputError("A ledger event holds text that is not Unicode.") from error
    if len(data) > MAX_ENTRY_SIZE:
        raise InputError(
            f"A ledger entry of {len(data):,} bytes is too long.",
            metadata={"limit_bytes": str(MAX_ENTRY_SIZE)},
        )
    return data


def decode_entry(data: bytes) -> LedgerEvent:
    """Return the event that an entry was made from.

    Raises:
        LedgerError: If the bytes are not exactly those that ``canonical_entry`` writes.
    """
    try:
        document = dict(json.loads(data))
        event = _event(document)
        if document["v"] == VERSION and canonical_entry(event) == data:
            return event
    except (InputError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise LedgerError("The bytes are no ledger entry.") from error
    raise LedgerError(f"The bytes are no canonical ledger entry of version {VERSION}.")


def _event(document: dict[str, Any]) -> LedgerEvent:
    details = document["details"]
    texts = {key: value for key, value in document.items() if key not in {"v", "details"}}
    if not isinstance(details, dict):
        raise TypeError("the details are no mapping")
    if not all(isinstance(value, str) for value in (*texts.values(), *details.values())):
        raise TypeError("a value is no text")
    return LedgerEvent(
        id=document["id"],
        time=datetime.fromisoformat(document["time"]),
        tenant=document["tenant"],
        actor=document["actor"],
        action=LedgerAction(document["action"]),
        object=document["object"],
        object_sha256=document["object_sha256"],
        details=details,
    )
