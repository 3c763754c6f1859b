"""Rights statements."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from raisonne.api.v1 import rights_pb2
from raisonne.rights.statement import WORLD, ReservationKind, RightsStatement, Use
from raisonne.server.convert.enums import from_wire, to_wire
from raisonne.server.convert.times import from_timestamp, to_timestamp


def statement_to_message(statement: RightsStatement) -> rights_pb2.RightsStatement:
    """Return the message of a statement; sets come out sorted."""
    return rights_pb2.RightsStatement(
        licence=statement.licence,
        uses=[to_wire(rights_pb2.Use, use) for use in sorted(statement.uses)],
        reservations=[
            to_wire(rights_pb2.ReservationKind, kind) for kind in sorted(statement.reservations)
        ],
        territories=sorted(statement.territories),
        valid_from_time=to_timestamp(statement.valid_from),
        valid_until_time=to_timestamp(statement.valid_until),
        embargo_until_time=to_timestamp(statement.embargo_until),
        attribution=statement.attribution,
    )


def statement_from_message(message: rights_pb2.RightsStatement) -> RightsStatement:
    """Return the statement of a validated message."""
    return RightsStatement(
        licence=message.licence,
        uses=frozenset(use_from_wire(use) for use in message.uses),
        reservations=frozenset(
            from_wire(rights_pb2.ReservationKind, ReservationKind, kind)
            for kind in message.reservations
        ),
        territories=frozenset(message.territories) or frozenset({WORLD}),
        valid_from=_time(message, "valid_from_time"),
        valid_until=_time(message, "valid_until_time"),
        embargo_until=_time(message, "embargo_until_time"),
        attribution=message.attribution,
    )


def use_from_wire(use: rights_pb2.Use.ValueType, default: Use = Use.DISPLAY) -> Use:
    """Return the use, or the default where none is said."""
    return from_wire(rights_pb2.Use, Use, use) if use else default


def _time(
    message: rights_pb2.RightsStatement,
    field: Literal["valid_from_time", "valid_until_time", "embargo_until_time"],
) -> datetime | None:
    return from_timestamp(getattr(message, field)) if message.HasField(field) else None
