"""Who has reserved what: words about reservations for the sentences of clauses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from raisonne.rights.reservation import NAME_KINDS, ReservationInForce, ReservationScope
from raisonne.rights.statement import ReservationKind, RightsStatement

_TOLD = 3
"""Reservations that a sentence names; the verdict has all."""
_WORDS: Mapping[str, frozenset[ReservationKind]] = {
    "by_tdm": frozenset({ReservationKind.TDM}),
    "by_ai_training": frozenset({ReservationKind.AI_TRAINING}),
    "by_ai_generation": frozenset({ReservationKind.AI_GENERATION}),
    "by_style": frozenset({ReservationKind.STYLE}),
    "by_name": NAME_KINDS,
}

RESERVING_PLACEHOLDERS = frozenset(_WORDS)
"""What sentences can ask for: by which reservations something is reserved."""


def reserving_words(
    statement: RightsStatement, reservations: Iterable[ReservationInForce]
) -> Iterator[tuple[str, str]]:
    """Yield, by placeholder, the words that say by what something is reserved.

    They begin with a blank, and there are none where only the record itself reserves it: so a
    sentence reads well either way.

    Args:
        statement: What the record itself reserves.
        reservations: Those in force beside it.
    """
    given = tuple(reservations)
    for word, kinds in _WORDS.items():
        about = [each for each in given if not kinds.isdisjoint(each.kinds)]
        if about:
            own = not kinds.isdisjoint(statement.reservations)
            yield word, f" by {_listed(about, own=own)}"


def _listed(about: list[ReservationInForce], *, own: bool) -> str:
    told = ["its own record"] if own else []
    told += [_called(each) for each in about[:_TOLD]]
    if len(about) > _TOLD:
        told.append(f"{len(about) - _TOLD} more")
    return " and ".join(filter(None, (", ".join(told[:-1]), told[-1])))


def _called(reservation: ReservationInForce) -> str:
    whose = f"“{reservation.called}”"
    if reservation.scope is ReservationScope.COLLECTION:
        whose = f"the collection {whose}"
    return f"{reservation.name} of {whose} since {reservation.effective_time:%Y-%m-%d %H:%M} UTC"
