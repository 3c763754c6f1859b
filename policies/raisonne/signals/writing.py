"""What all exporters share: what a statement grants and reserves in words that a dialect has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from raisonne.rights.errors import InputError
from raisonne.rights.signal import RESERVED_USES, Dialect
from raisonne.rights.statement import WORLD, ReservationKind, RightsStatement, Use
from raisonne.signals.places import place_of


class Format(StrEnum):
    """Forms that a statement is published in."""

    TDMREP_JSON = "tdmrep-json"
    TDMREP_HEADERS = "tdmrep-headers"
    TDMREP_HTML = "tdmrep-html"
    RSL = "rsl"
    AIPREF = "aipref"
    PLUS_XMP = "plus-xmp"
    CAWG = "cawg"
    ROBOTS_TXT = "robots.txt"
    AI_TXT = "ai.txt"
    ROBOTS_META = "robots-meta"
    ODRL = "odrl"


_TRAINING = frozenset({ReservationKind.TDM, ReservationKind.AI_TRAINING})
_AI = _TRAINING | {ReservationKind.AI_GENERATION}

SAYABLE: Mapping[Format, frozenset[ReservationKind]] = MappingProxyType(
    {
        Format.TDMREP_JSON: _TRAINING,
        Format.TDMREP_HEADERS: _TRAINING,
        Format.TDMREP_HTML: _TRAINING,
        Format.RSL: _AI,
        Format.AIPREF: frozenset({ReservationKind.AI_TRAINING}),
        Format.PLUS_XMP: _TRAINING,
        Format.CAWG: _AI,
        Format.ROBOTS_TXT: _AI,
        Format.AI_TXT: _TRAINING,
        Format.ROBOTS_META: _AI,
        Format.ODRL: frozenset(ReservationKind),
    }
)
"""The reservations that survive being written and read again; the others a format cannot say."""

DIALECTS: Mapping[Format, Dialect] = MappingProxyType(
    {
        Format.TDMREP_JSON: Dialect.TDMREP,
        Format.TDMREP_HEADERS: Dialect.TDMREP,
        Format.TDMREP_HTML: Dialect.TDMREP,
        Format.RSL: Dialect.RSL,
        Format.AIPREF: Dialect.AIPREF,
        Format.PLUS_XMP: Dialect.PLUS_DATA_MINING,
        Format.CAWG: Dialect.CAWG,
        Format.ROBOTS_TXT: Dialect.ROBOTS_TXT,
        Format.AI_TXT: Dialect.AI_TXT,
        Format.ROBOTS_META: Dialect.ROBOTS_META,
        Format.ODRL: Dialect.ODRL,
    }
)
"""The dialect that each format is in."""


@dataclass(frozen=True, slots=True)
class Target:
    """The work that a statement is published for.

    Attributes:
        location: Its path or URL on the site that publishes the statement; ``/`` is the whole site.
        uid: IRI that names it, for ODRL.
        policy: URL where licences are offered; empty where none are.
    """

    location: str = "/"
    uid: str = "urn:raisonne:work"
    policy: str = ""

    def __post_init__(self) -> None:
        place_of(self.location)
        for url in (self.uid, self.policy):
            if any(character.isspace() or character in '<>"' for character in url):
                raise InputError(f"{url!r} is no URL.")
            if not url.isprintable():
                raise InputError("A URL has no characters that cannot be seen.")
        if self.policy and not self.policy.startswith(("https://", "http://")):
            raise InputError(f"{self.policy!r} is no URL.")

    @property
    def path(self) -> str:
        """The path as a pattern that matches it."""
        return place_of(self.location).path

    @property
    def whole_site(self) -> bool:
        """Whether the statement is for everything on the site."""
        return self.path == "/"


@dataclass(frozen=True, slots=True)
class Exported:
    """A statement in one format.

    Attributes:
        text: What to publish.
        media_type: Of the text.
        unsaid: Reservations of the statement that the text does not carry.
    """

    text: str
    media_type: str
    unsaid: frozenset[ReservationKind]


def reserved(statement: RightsStatement) -> frozenset[ReservationKind]:
    """Return the reservations in force; who reserves mining reserves training with it."""
    kinds = statement.reservations
    return kinds | {ReservationKind.AI_TRAINING} if ReservationKind.TDM in kinds else kinds


def granted(statement: RightsStatement) -> frozenset[Use]:
    """Return the uses that are granted and not reserved, on whatever conditions."""
    kept = frozenset[Use]().union(*(RESERVED_USES[kind] for kind in statement.reservations))
    return statement.uses - kept if statement.territories else frozenset()


def dated(statement: RightsStatement) -> bool:
    """Return whether the grants begin, end or wait."""
    times = (statement.valid_from, statement.valid_until, statement.embargo_until)
    return any(time is not None for time in times)


def bounded(statement: RightsStatement) -> bool:
    """Return whether the grants hold in some territories only."""
    return WORLD not in statement.territories


def plain_grants(statement: RightsStatement) -> frozenset[Use]:
    """Return the uses that are granted everywhere, always and without credit.

    A dialect without words for a condition grants nothing that stands under one.
    """
    conditional = dated(statement) or bounded(statement) or statement.attribution
    return frozenset() if conditional else granted(statement)
