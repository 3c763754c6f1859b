"""Facts about what an input says of its own rights: what the judge tells the policies."""

from __future__ import annotations

from collections.abc import Mapping

from raisonne.policy import facts
from raisonne.policy.cedar import Uid
from raisonne.rights.signal import RESERVED_USES, Signal, SignalState
from raisonne.rights.statement import ReservationKind


def signal_context(
    inputs: facts.UseCircumstances,
    signal: Signal,
    released: frozenset[ReservationKind] = frozenset(),
) -> dict[str, object]:
    """Return the context of the action ``screen-signal``.

    Args:
        inputs: The use that is asked about.
        signal: What the input says.
        released: Reservations that a licence for this very work sets aside. What cannot be read is
            not released: nobody knows what it reserves.
    """
    if signal.state is SignalState.READ:
        reserved, lifted = signal.reserved - released, signal.reserved & released
    else:
        reserved, lifted = signal.reserved, frozenset[ReservationKind]()
    denied = signal.prohibited.difference(*(RESERVED_USES[kind] for kind in lifted))
    denied = denied.union(*(RESERVED_USES[kind] for kind in reserved))
    return facts.screening_context(inputs) | {
        "dialect": Uid("Dialect", signal.dialect).as_json(),
        "state": Uid("SignalState", signal.state).as_json(),
        "reserved": [Uid("Reservation", kind).as_json() for kind in sorted(reserved)],
        "prohibited": [Uid("Use", use).as_json() for use in sorted(denied)],
    }


def words_for_signal(inputs: facts.UseCircumstances, signal: Signal) -> Mapping[str, str]:
    """Return what a clause's sentence can say about what an input says of itself."""
    return {
        "use": facts.use_words(inputs.use),
        "territory": inputs.territory,
        "dialect": signal.dialect.value,
        "place": signal.source,
        "digest": signal.sha256,
        "said": signal.note,
    }
