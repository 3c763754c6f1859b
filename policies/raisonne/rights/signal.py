"""Signals: what somebody's file, header or page said about the rights in a work.

A signal is evidence. It keeps where and when it was seen and the digest of its bytes, and it is
never edited; ``raisonne.signals`` reads signals and merges them into a ``RightsStatement``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from raisonne.rights.errors import InputError
from raisonne.rights.statement import WORLD, ReservationKind, Use

_SHA256 = re.compile(r"[0-9a-f]{64}")

RESERVED_USES: Mapping[ReservationKind, frozenset[Use]] = MappingProxyType(
    {
        ReservationKind.TDM: frozenset({Use.MINE, Use.TRAIN}),
        ReservationKind.AI_TRAINING: frozenset({Use.TRAIN}),
        ReservationKind.AI_GENERATION: frozenset({Use.GENERATE_SIMILAR, Use.DERIVE}),
        ReservationKind.STYLE: frozenset({Use.GENERATE_SIMILAR, Use.TRAIN}),
    }
)
"""The uses that the rights policies deny where a reservation stands."""


class Dialect(StrEnum):
    """Languages that signals are written in."""

    TDMREP = "tdmrep"
    RSL = "rsl"
    AIPREF = "aipref"
    ROBOTS_TXT = "robots.txt"
    AI_TXT = "ai.txt"
    ROBOTS_META = "robots-meta"
    PLUS_DATA_MINING = "plus-data-mining"
    CAWG = "cawg.training-mining"
    C2PA = "c2pa.training-mining"
    SPDX = "spdx"
    ODRL = "odrl"


class SignalState(StrEnum):
    """Whether a signal could be understood."""

    READ = "READ"
    UNREADABLE = "UNREADABLE"


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that was said about the rights in a work.

    Attributes:
        dialect: What it is written in.
        source: Where it was found: URL or path.
        seen_time: When it was seen (UTC).
        sha256: Lower-case hex digest of its raw bytes.
        state: Whether it could be understood.
        permitted: Uses it permits without a condition that this value cannot hold.
        reserved: What it reserves.
        prohibited: Uses it denies.
        licence: SPDX identifier, ``LicenseRef-…`` or URL it names; empty where none.
        territories: ISO 3166-1 alpha-2 codes that bound what it permits, or ``{"*"}``.
        attribution: Whether who does what it permits must credit the holder.
        note: One sentence on what it says.

    Raises:
        InputError: If the time is not UTC, the digest is none, or it permits what it denies.
    """

    dialect: Dialect
    source: str
    seen_time: datetime
    sha256: str
    state: SignalState
    permitted: frozenset[Use] = frozenset()
    reserved: frozenset[ReservationKind] = frozenset()
    prohibited: frozenset[Use] = frozenset()
    licence: str = ""
    territories: frozenset[str] = frozenset({WORLD})
    attribution: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        if self.seen_time.utcoffset() != timedelta(0):
            raise InputError("The time that a signal was seen at must be in UTC.")
        if not _SHA256.fullmatch(self.sha256):
            raise InputError("A signal needs the SHA-256 of its raw bytes, in lower-case hex.")
        if self.permitted & self.prohibited:
            raise InputError("A signal cannot permit what it denies.")
        if self.state is SignalState.UNREADABLE and self.permitted:
            raise InputError("A signal that could not be read permits nothing.")
