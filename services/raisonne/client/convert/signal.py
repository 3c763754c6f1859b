"""Signals."""

from __future__ import annotations

from raisonne.api.v1 import rights_pb2, signal_pb2
from raisonne.client.convert.enums import from_wire
from raisonne.client.convert.times import from_timestamp
from raisonne.rights.signal import Dialect, Signal, SignalState
from raisonne.rights.statement import ReservationKind, Use


def signal_from_message(message: signal_pb2.Signal) -> Signal:
    """Return the signal of a message."""
    return Signal(
        dialect=from_wire(signal_pb2.Signal.Dialect, Dialect, message.dialect),
        source=message.source,
        seen_time=from_timestamp(message.seen_time),
        sha256=message.sha256,
        state=from_wire(signal_pb2.Signal.State, SignalState, message.state),
        permitted=frozenset(from_wire(rights_pb2.Use, Use, use) for use in message.permitted),
        reserved=frozenset(
            from_wire(rights_pb2.ReservationKind, ReservationKind, kind)
            for kind in message.reserved
        ),
        prohibited=frozenset(from_wire(rights_pb2.Use, Use, use) for use in message.prohibited),
        licence=message.licence,
        territories=frozenset(message.territories),
        attribution=message.attribution,
        note=message.note,
    )
