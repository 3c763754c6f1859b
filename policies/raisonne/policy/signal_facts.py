"""Facts about what an input says of its own rights: what the judge tells the policies."""

from __future__ import annotations

from collections.abc import Mapping

from raisonne.policy import facts
from raisonne.policy.cedar import Uid
from raisonne.rights.signal import RESERVED_USES, Signal


def signal_context(inputs: facts.UseCircumstances, signal: Signal) -> dict[str, object]:
    """Return the context of the action ``screen-signal``."""
    denied = signal.prohibited.union(*(RESERVED_USES[kind] for kind in signal.reserved))
    return facts.screening_context(inputs) | {
        "dialect": Uid("Dialect", signal.dialect).as_json(),
        "state": Uid("SignalState", signal.state).as_json(),
        "reserved": [Uid("Reservation", kind).as_json() for kind in sorted(signal.reserved)],
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
