"""From what a registrant writes to a rights statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from raisonne.app.territories import normal_territory
from raisonne.rights.errors import InputError
from raisonne.rights.licence import granted_uses, requires_attribution
from raisonne.rights.statement import WORLD, ReservationKind, RightsStatement, Use

MAX_LICENCE_CHARACTERS = 100
"""Longest licence identifier."""
_YES, _NO = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0", ""})
_TIMES = ("valid_from", "valid_until", "embargo_until")


def make_statement(
    *,
    licence: str = "",
    reservations: Iterable[str] = (),
    territories: Iterable[str] = (),
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    embargo_until: datetime | None = None,
) -> RightsStatement:
    """Return the statement for these facts; what the licence does not grant is not granted.

    Args:
        licence: SPDX identifier or ``LicenseRef-…``; empty where none is known.
        reservations: ``ReservationKind`` values; blanks are skipped.
        territories: ISO 3166-1 alpha-2 codes; none stands for everywhere.
        valid_from: Start of the grants, aware.
        valid_until: End of the grants, aware, exclusive.
        embargo_until: Before this, nothing is allowed; aware.

    Raises:
        InputError: Naming the value that cannot be used.
    """
    if len(licence) > MAX_LICENCE_CHARACTERS:
        raise InputError(f"A licence identifier has at most {MAX_LICENCE_CHARACTERS} characters.")
    if valid_from and valid_until and valid_until <= valid_from:
        raise InputError("valid_until must come after valid_from.")
    codes = {normal_territory(code) for code in territories if code.strip()}
    return RightsStatement(
        licence=licence.strip(),
        uses=granted_uses(licence.strip()),
        reservations=frozenset(_reservation(kind) for kind in reservations if kind.strip()),
        territories=frozenset(codes or {WORLD}),
        valid_from=valid_from,
        valid_until=valid_until,
        embargo_until=embargo_until,
        attribution=requires_attribution(licence.strip()),
    )


def changed_statement(held: RightsStatement, wanted: Mapping[str, str]) -> RightsStatement:
    """Return a statement with some of its fields changed, as a person writes them.

    Args:
        held: The statement. What its licence grants stays as it is, unless that changes.
        wanted: By field of ``make_statement``: a licence, lists with commas, RFC 3339 times.

    Raises:
        InputError: Naming the value that cannot be used.
    """
    times = {name: parse_time(wanted[name]) for name in _TIMES if name in wanted}
    made = make_statement(
        licence=wanted.get("licence", held.licence),
        reservations=split_list(wanted["reservations"])
        if "reservations" in wanted
        else held.reservations,
        territories=split_list(wanted["territories"])
        if "territories" in wanted
        else held.territories,
        **{name: times.get(name, getattr(held, name)) for name in _TIMES},
    )
    if "licence" in wanted:
        return made
    return replace(made, uses=held.uses, attribution=held.attribution)


def statement_texts(held: RightsStatement) -> dict[str, str]:
    """Return a statement's fields as texts that ``exact_statement`` reads; blank for none."""
    times = {name: getattr(held, name) for name in _TIMES}
    return {
        "licence": held.licence,
        "uses": ",".join(sorted(held.uses)),
        "reservations": ",".join(sorted(held.reservations)),
        "territories": ",".join(sorted(held.territories)),
        "attribution": "true" if held.attribution else "false",
        **{name: time.astimezone(UTC).isoformat() if time else "" for name, time in times.items()},
    }


def exact_statement(texts: Mapping[str, str]) -> RightsStatement:
    """Return the statement that texts say in full: what is blank is empty, and nothing is added.

    Args:
        texts: By field, as ``statement_texts`` gives them.

    Raises:
        InputError: Naming the value that cannot be used.
    """
    licence = texts.get("licence", "")
    if len(licence) > MAX_LICENCE_CHARACTERS:
        raise InputError(f"A licence identifier has at most {MAX_LICENCE_CHARACTERS} characters.")
    return RightsStatement(
        licence=licence,
        uses=parse_uses(texts.get("uses", "")),
        reservations=frozenset(map(_reservation, split_list(texts.get("reservations", "")))),
        territories=frozenset(map(normal_territory, split_list(texts.get("territories", "")))),
        attribution=parse_flag(texts.get("attribution", "")),
        **{name: parse_time(texts.get(name, "")) for name in _TIMES},
    )


def parse_uses(text: str) -> frozenset[Use]:
    """Return the uses of a list.

    Raises:
        InputError: Naming what is none.
    """
    try:
        return frozenset(Use(part.lower()) for part in split_list(text))
    except ValueError as error:
        known = ", ".join(use.value for use in Use)
        raise InputError(f"{text[:200]!r} holds what is no use; known are {known}.") from error


def parse_flag(text: str) -> bool:
    """Return whether a text says yes; blank says no.

    Raises:
        InputError: If it says neither.
    """
    said = text.strip().lower()
    if said not in _YES | _NO:
        raise InputError(f"{text[:200]!r} is neither true nor false.")
    return said in _YES


def split_list(text: str) -> list[str]:
    """Return the items of a list with commas, semicolons or spaces between them."""
    return [part for part in text.replace(";", ",").replace(" ", ",").split(",") if part]


def parse_time(text: str) -> datetime | None:
    """Return an RFC 3339 time or date as UTC; None for blank text.

    Raises:
        InputError: If it is neither.
    """
    if not text.strip():
        return None
    try:
        parsed = datetime.fromisoformat(text.strip())
        # A bare date or a time without an offset is read as UTC, and the docs say so.
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InputError(f"{text!r} is no RFC 3339 time.") from error


def _reservation(text: str) -> ReservationKind:
    try:
        return ReservationKind(text.strip().lower())
    except ValueError as error:
        known = ", ".join(kind.value for kind in ReservationKind)
        raise InputError(f"{text!r} is no reservation; known are {known}.") from error
