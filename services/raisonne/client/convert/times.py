"""Times: timestamps to aware UTC datetimes and back, to the microsecond."""

from __future__ import annotations

from datetime import UTC, datetime

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp


def from_timestamp(stamp: Timestamp) -> datetime:
    """Return the time (UTC) of a message."""
    return stamp.ToDatetime(tzinfo=UTC)


def optional_time(message: Message, field: str, stamp: Timestamp) -> datetime | None:
    """Return the time (UTC) of a field; None where the message does not set it."""
    return from_timestamp(stamp) if message.HasField(field) else None


def to_timestamp(when: datetime | None) -> Timestamp | None:
    """Return the message for a time; None, which leaves the field unset, for None."""
    if when is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(when)
    return stamp
