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
    person has recorded a licence, signals only narrow it; elsewhere permissions count, in the
    territories that the base and all permissions share. The order does not matter and merging again
    changes nothing. A denial without a reservation (of display, say) is kept in its signal and not
    in the statement, so merge all signals at once with the base as recorded, never one by one.

    Args:
        base: What was recorded; empty where nothing was.
        signals: Everything that was seen.
    """
    seen = tuple(signals)
    if not seen:
        return base
    reservations = base.reservations.union(*(_reserved(signal) for signal in seen))
    denied = frozenset[Use]().union(*(_denied(signal) for signal in seen))
    narrowed = replace(base, reservations=reservations, uses=base.uses - denied)
    granting = [s for s in seen if s.state is SignalState.READ and s.permitted]
    territories = base.territories
    for signal in granting:
        territories = _shared(territories, signal.territories)
    if base.licence or not granting or not territories:
        return narrowed
    permitted = frozenset[Use]().union(*(signal.permitted for signal in granting))
    reserved_uses = frozenset[Use]().union(*(RESERVED_USES[kind] for kind in reservations))
    return replace(
        narrowed,
        licence=_licence(seen),
        uses=narrowed.uses | (permitted - denied - reserved_uses),
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
