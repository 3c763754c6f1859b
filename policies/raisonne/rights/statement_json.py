"""The rights statement as JSON values, equal for equal statements."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from raisonne.rights.statement import ReservationKind, RightsStatement, Use

_TIMES = ("valid_from", "valid_until", "embargo_until")


def rights_to_json(rights: RightsStatement) -> dict[str, Any]:
    """Return the statement as JSON values, sets in order, times in RFC 3339."""
    times: dict[str, datetime | None] = {name: getattr(rights, name) for name in _TIMES}
    return {
        "licence": rights.licence,
        "uses": sorted(rights.uses),
        "reservations": sorted(rights.reservations),
        "territories": sorted(rights.territories),
        "attribution": rights.attribution,
        **{name: time and time_to_json(time) for name, time in times.items()},
    }


def time_to_json(time: datetime) -> str:
    """Return a time as it is stored; these texts sort by character as the times do."""
    return time.astimezone(UTC).isoformat()


def rights_from_json(document: dict[str, Any]) -> RightsStatement:
    """Return the statement that ``rights_to_json`` was given."""
    times: dict[str, datetime | None] = {
        name: document[name] and datetime.fromisoformat(document[name]) for name in _TIMES
    }
    return RightsStatement(
        licence=document["licence"],
        uses=frozenset(Use(use) for use in document["uses"]),
        reservations=frozenset(ReservationKind(kind) for kind in document["reservations"]),
        territories=frozenset(document["territories"]),
        attribution=document["attribution"],
        **times,
    )
