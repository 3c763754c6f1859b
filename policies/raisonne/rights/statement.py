"""The normalised rights statement that policies judge.

ODRL, TDMRep, RSL, AIPREF, CAWG and SPDX are import and export formats of this one value. Silence is
not permission: an empty statement grants nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

WORLD = "*"
"""Territory that stands for everywhere."""


class Use(StrEnum):
    """What somebody wants to do with a work."""

    DISPLAY = "display"
    COMMERCIAL = "commercial"
    DERIVE = "derive"
    GENERATE_SIMILAR = "generate-similar"
    TRAIN = "train"
    MINE = "mine"
    INDEX = "index"


class ReservationKind(StrEnum):
    """What a rights holder has reserved (opted out of)."""

    TDM = "tdm"
    AI_TRAINING = "ai-training"
    AI_GENERATION = "ai-generation"
    STYLE = "style"


_RESERVATION_BITS = {
    ReservationKind.TDM: 1,
    ReservationKind.AI_TRAINING: 2,
    ReservationKind.AI_GENERATION: 4,
    ReservationKind.STYLE: 8,
}


def reservation_bits(reservations: Iterable[ReservationKind]) -> int:
    """Return reservations as a number with a bit for each, which never changes its meaning."""
    return sum(_RESERVATION_BITS[kind] for kind in set(reservations))


@lru_cache(1 << len(_RESERVATION_BITS))
def reservations_of_bits(bits: int) -> frozenset[ReservationKind]:
    """Return the reservations that ``reservation_bits`` was given."""
    return frozenset(kind for kind, bit in _RESERVATION_BITS.items() if bits & bit)


@dataclass(frozen=True, slots=True)
class RightsStatement:
    """Who may do what with a work, where and when.

    Attributes:
        licence: SPDX identifier, ``LicenseRef-…``, or empty where none is known.
        uses: Uses that the licence grants.
        reservations: Opt-outs; they win over any grant.
        territories: ISO 3166-1 alpha-2 codes, or ``{"*"}``.
        valid_from: Grants begin (UTC), if bounded.
        valid_until: Grants end (UTC, exclusive), if bounded.
        embargo_until: Nothing is allowed before this time (UTC), if set.
        attribution: Whether the holder must be credited.
    """

    licence: str = ""
    uses: frozenset[Use] = frozenset()
    reservations: frozenset[ReservationKind] = frozenset()
    territories: frozenset[str] = field(default_factory=lambda: frozenset({WORLD}))
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    embargo_until: datetime | None = None
    attribution: bool = False
