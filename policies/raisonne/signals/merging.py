"""Signals and a statement make one statement, and the most restrictive wins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from raisonne.rights.licence import requires_attribution
from raisonne.rights.signal import RESERVED_USES, Dialect, Signal, SignalState
from raisonne.rights.statement import WORLD, ReservationKind, RightsStatement, Use
from raisonne.signals.reading import RESERVED_WHEN_UNREADABLE


def merge(base: RightsStatement, signals: Iterable[Signal]) -> RightsStatement:
    """Return the statement that holds where a base and all signals hold.

    Reservations add up, and nothing lifts one. A use that any signal denies is not granted. Where a
    person has recorded a licence or uses, signals only narrow them; only where nothing is recorded
    do permissions count, and then only in the territories that all of them share. The order does
    not matter and merging again changes nothing. Denials without a reservation (of display, say)
    are kept in the signals and not in the statement, so merge all signals at once with the base as
    recorded, never one after the other.

    Args:
        base: What was recorded by a person; empty where nothing was.
        signals: Everything that was seen.
    """
    seen = tuple(signals)
    if not seen:
        return base
    reservations = base.reservations.union(*(_reserved(signal) for signal in seen))
    denied = frozenset[Use]().union(*(_denied(signal) for signal in seen))
    if base.licence or base.uses:
        return replace(base, reservations=reservations, uses=base.uses - denied)
    reserved_uses = frozenset[Use]().union(*(RESERVED_USES[kind] for kind in reservations))
    granting = [s for s in seen if s.state is SignalState.READ and s.permitted]
    territories = base.territories
    for signal in granting:
        territories = _shared(territories, signal.territories)
    permitted = frozenset[Use]().union(*(signal.permitted for signal in granting))
    uses = permitted - denied - reserved_uses
    if not uses or not territories:
        return replace(base, reservations=reservations)
    return replace(
        base,
        licence=_licence(seen),
        uses=uses,
        reservations=reservations,
        territories=territories,
        attribution=base.attribution or any(_owes_credit(signal) for signal in granting),
    )


def _reserved(signal: Signal) -> frozenset[ReservationKind]:
    if signal.state is SignalState.UNREADABLE:
        return signal.reserved | RESERVED_WHEN_UNREADABLE
    return signal.reserved


def _denied(signal: Signal) -> frozenset[Use]:
    return signal.prohibited.union(*(RESERVED_USES[kind] for kind in _reserved(signal)))


def _shared(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    if WORLD in one:
        return other
    return one if WORLD in other else one & other


def _licence(signals: tuple[Signal, ...]) -> str:
    """Return the licence that signals name, where they name one and it is an identifier."""
    named = {
        signal.licence
        for signal in signals
        if signal.dialect is Dialect.SPDX and signal.state is SignalState.READ and signal.licence
    }
    only = next(iter(named)) if len(named) == 1 else ""
    return only if only and "://" not in only and " " not in only else ""


def _owes_credit(signal: Signal) -> bool:
    return signal.attribution or requires_attribution(signal.licence)
