"""Signals."""

from __future__ import annotations

from raisonne.api.v1 import rights_pb2, signal_pb2
from raisonne.rights.signal import Signal
from raisonne.server.convert.enums import to_wire
from raisonne.server.convert.times import to_timestamp


def signal_to_message(signal: Signal) -> signal_pb2.Signal:
    """Return the message of a signal; sets come out sorted."""
    return signal_pb2.Signal(
        dialect=to_wire(signal_pb2.Signal.Dialect, signal.dialect),
        source=signal.source,
        seen_time=to_timestamp(signal.seen_time),
        sha256=signal.sha256,
        state=to_wire(signal_pb2.Signal.State, signal.state),
        permitted=[to_wire(rights_pb2.Use, use) for use in sorted(signal.permitted)],
        reserved=[to_wire(rights_pb2.ReservationKind, kind) for kind in sorted(signal.reserved)],
        prohibited=[to_wire(rights_pb2.Use, use) for use in sorted(signal.prohibited)],
        licence=signal.licence,
        territories=sorted(signal.territories),
        attribution=signal.attribution,
        note=signal.note,
    )
