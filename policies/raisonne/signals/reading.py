"""What all readers share: the bounds, the rule that failure reserves, and the way to a signal."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from raisonne.rights.signal import RESERVED_USES, Dialect, Signal, SignalState
from raisonne.rights.statement import WORLD, ReservationKind, Use

MAX_RAW_BYTES = 1024 * 1024
"""Largest signal that is read."""
TOO_LARGE = f"it has more than {MAX_RAW_BYTES:,} bytes"
MAX_LICENCE_CHARACTERS = 2_048
"""Longest name or address of a licence that is kept."""
MAX_RULES = 5_000
"""Most rules, lines, entries or elements of one signal that are looked at."""

RESERVED_WHEN_UNREADABLE = frozenset(
    {ReservationKind.TDM, ReservationKind.AI_TRAINING, ReservationKind.AI_GENERATION}
)
"""What a signal that cannot be read reserves."""

_MINING = frozenset({ReservationKind.TDM, ReservationKind.AI_TRAINING})
_KINDS: dict[Use, frozenset[ReservationKind]] = {
    Use.MINE: _MINING,
    Use.TRAIN: frozenset({ReservationKind.AI_TRAINING}),
    Use.GENERATE_SIMILAR: frozenset({ReservationKind.AI_GENERATION}),
}


class MalformedError(Exception):
    """A signal breaks the rules of its dialect; becomes an unreadable signal, never an error.

    Args:
        why: A clause for the note, without a full stop.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Said:
    """What a reader understood; the fields are those of ``Signal``."""

    permitted: frozenset[Use] = frozenset()
    reserved: frozenset[ReservationKind] = frozenset()
    prohibited: frozenset[Use] = frozenset()
    licence: str = ""
    territories: frozenset[str] = frozenset({WORLD})
    attribution: bool = False
    note: str = ""
    dialect: Dialect | None = None


class Reader(Protocol):
    """How every dialect is read."""

    def __call__(
        self, raw: bytes, source: str, seen_time: datetime, *, location: str | None = None
    ) -> Signal | None:
        """Return what the bytes say, or None where they say nothing.

        Args:
            raw: The bytes as found.
            source: Where they were found: URL or path.
            seen_time: When they were seen (UTC).
            location: URL or path of the work that is asked about, where one signal speaks of many
                works. Without it every denial counts, and permissions only where they are for all.

        Raises:
            InputError: If the time is not UTC or the location is no location.
        """
        ...


def reader(dialect: Dialect) -> Callable[[Callable[[bytes, str | None], Said | None]], Reader]:
    """Make a reader of a function that returns what was said or raises ``MalformedError``."""

    def wrap(understand: Callable[[bytes, str | None], Said | None]) -> Reader:
        def read(
            raw: bytes, source: str, seen_time: datetime, *, location: str | None = None
        ) -> Signal | None:
            if len(raw) > MAX_RAW_BYTES:
                return unreadable(dialect, raw, source, seen_time, TOO_LARGE)
            try:
                said = understand(raw, location)
            except MalformedError as error:
                return unreadable(dialect, raw, source, seen_time, error.why)
            return None if said is None else _signal(dialect, raw, source, seen_time, said)

        read.__doc__ = understand.__doc__
        read.__name__ = read.__qualname__ = understand.__name__
        read.__module__ = understand.__module__
        return read

    return wrap


def unreadable(dialect: Dialect, raw: bytes, source: str, seen_time: datetime, why: str) -> Signal:
    """Return the signal for something that is there and cannot be understood: it reserves.

    Also for callers to whom a signal that should be there was refused, with ``raw=b""``.

    Args:
        dialect: What it should be written in.
        raw: The bytes as found.
        source: Where they were found.
        seen_time: When (UTC).
        why: A clause that says what is wrong with it, without a full stop.

    Raises:
        InputError: If the time is not UTC.
    """
    return Signal(
        dialect=dialect,
        source=source,
        seen_time=seen_time,
        sha256=hashlib.sha256(raw).hexdigest(),
        state=SignalState.UNREADABLE,
        reserved=RESERVED_WHEN_UNREADABLE,
        prohibited=frozenset().union(*(RESERVED_USES[kind] for kind in RESERVED_WHEN_UNREADABLE)),
        note=f"Cannot be read, so it counts as a reservation: {why}.",
    )


def kinds_for(denied: frozenset[Use]) -> frozenset[ReservationKind]:
    """Return the reservations that a denial of these uses amounts to.

    A denial of mining is one of training too: Regulation (EU) 2024/1689 Art. 53(1)(c) has providers
    of models look for reservations of text and data mining.
    """
    return frozenset().union(*(_KINDS.get(use, frozenset()) for use in denied))


def weigh(
    permitted: frozenset[Use],
    denied: frozenset[Use],
    conditional: frozenset[Use] = frozenset(),
    *,
    reserved: frozenset[ReservationKind] = frozenset(),
    licence: str = "",
    territories: frozenset[str] = frozenset({WORLD}),
    attribution: bool = False,
    note: str = "",
    dialect: Dialect | None = None,
) -> Said:
    """Return what was said, with conditions and reservations counted as denials.

    Args:
        permitted: Uses permitted without a condition.
        denied: Uses denied.
        conditional: Uses permitted on a condition that nobody here has met.
        reserved: Reservations beyond those that the denials amount to.
        licence: As of ``Signal``.
        territories: As of ``Signal``.
        attribution: As of ``Signal``.
        note: As of ``Signal``; a sentence on the condition is added.
        dialect: Where another than the reader's was found.
    """
    refused = denied | (conditional - permitted)
    kinds = kinds_for(refused) | reserved
    prohibited = refused.union(*(RESERVED_USES[kind] for kind in kinds))
    if conditional - permitted - denied:
        note = f"{note} What it permits on a condition is reserved.".strip()
    return Said(
        permitted=permitted - prohibited,
        reserved=kinds,
        prohibited=prohibited,
        licence=licence,
        territories=territories,
        attribution=attribution and bool(permitted - prohibited),
        note=note,
        dialect=dialect,
    )


def text_of(raw: bytes) -> str:
    """Return UTF-8 text without a byte order mark.

    Raises:
        MalformedError: If it is not UTF-8.
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedError("it is not UTF-8") from error


def names(values: frozenset[Use] | frozenset[ReservationKind]) -> str:
    """Return values for a note, in order, or a dash."""
    return ", ".join(sorted(value.value for value in values)) or "nothing"


def _signal(dialect: Dialect, raw: bytes, source: str, seen_time: datetime, said: Said) -> Signal:
    return Signal(
        dialect=said.dialect or dialect,
        source=source,
        seen_time=seen_time,
        sha256=hashlib.sha256(raw).hexdigest(),
        state=SignalState.READ,
        permitted=said.permitted,
        reserved=said.reserved,
        prohibited=said.prohibited,
        licence=said.licence if _sane(said.licence) else "",
        territories=said.territories,
        attribution=said.attribution,
        note=said.note or _default_note(said),
    )


def _sane(licence: str) -> bool:
    return len(licence) <= MAX_LICENCE_CHARACTERS and licence.isprintable()


def _default_note(said: Said) -> str:
    return f"Permits {names(said.permitted)}; denies {names(said.prohibited)}."
