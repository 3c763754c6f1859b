"""Rights holders and reservations, as JSON and for a person. Schemas lie in ``schemas/``."""

from __future__ import annotations

from typing import Any

from raisonne.app.reservation_drafts import Recorded
from raisonne.cli.render import error_fields
from raisonne.rights.holder import HolderVersion, RightsHolder
from raisonne.rights.reservation import Reservation, ReservationScope

REFUSED = "REFUSED"
"""State of a row that cannot be used."""


def holder_fields(holder: RightsHolder) -> dict[str, Any]:
    """Return a rights holder, without how to reach them."""
    return {
        "holder": holder.name,
        "display_name": holder.display_name,
        "aliases": list(holder.aliases),
        "identifiers": {scheme.value: text for scheme, text in holder.identifiers.items()},
        "has_contact": bool(holder.contact_sha256),
        "note": holder.note,
        "revision": holder.revision,
        "create_time": holder.create_time.isoformat(),
        "update_time": holder.update_time.isoformat(),
    }


def holder_words(holder: RightsHolder) -> str:
    """Return the same for a person."""
    aliases = f"  also {'; '.join(holder.aliases)}" if holder.aliases else ""
    known = "".join(f"  {scheme.value} {text}" for scheme, text in holder.identifiers.items())
    return f"{holder.name}  {holder.display_name}{aliases}{known}"


def version_fields(version: HolderVersion) -> dict[str, Any]:
    """Return a version of a rights holder's record."""
    return holder_fields(version.holder) | {"actor": version.actor, "sha256": version.sha256}


def version_words(version: HolderVersion) -> str:
    """Return the same for a person."""
    holder = version.holder
    when = f"{holder.update_time:%Y-%m-%d %H:%M:%S} UTC"
    return f"{holder.revision}  {when}  {version.actor}  {holder_words(holder)}"


def reservation_fields(reservation: Reservation) -> dict[str, Any]:
    """Return a reservation."""
    ended, withdrawn = reservation.end_time, reservation.withdraw_time
    return {
        "reservation": reservation.name,
        "scope": reservation.scope.value,
        "subject": reservation.subject,
        "called": reservation.called,
        "kinds": sorted(kind.value for kind in reservation.kinds),
        "effective_time": reservation.effective_time.isoformat(),
        "end_time": ended and ended.isoformat(),
        "source": reservation.source,
        "evidence_sha256": reservation.evidence_sha256 or None,
        "note": reservation.note,
        "actor": reservation.actor,
        "create_time": reservation.create_time.isoformat(),
        "withdraw_time": withdrawn and withdrawn.isoformat(),
        "withdrawn_by": reservation.withdrawn_by or None,
        "withdraw_note": reservation.withdraw_note,
    }


def reservation_words(reservation: Reservation) -> str:
    """Return the same for a person."""
    kinds = ",".join(sorted(reservation.kinds))
    label = reservation.scope is ReservationScope.COLLECTION
    whose = f"collection “{reservation.called}”" if label else reservation.called
    times = f"from {reservation.effective_time:%Y-%m-%d %H:%M} UTC"
    if reservation.end_time is not None:
        times += f", withdrawn from {reservation.end_time:%Y-%m-%d %H:%M} UTC"
    source = f"  {reservation.source}" if reservation.source else ""
    return f"{reservation.name}  {whose}  {kinds}  {times}{source}"


def imported_fields(row: int, recorded: Recorded) -> dict[str, Any]:
    """Return what became of a row of an import."""
    reservation, error = recorded.reservation, recorded.error
    fields: dict[str, Any] = {
        "row": row,
        "state": recorded.state.value if recorded.state else REFUSED,
        "reservation": reservation.name if reservation else None,
        "called": reservation.called if reservation else None,
    }
    return fields if error is None else fields | {"error": error_fields(error)}


def imported_words(row: int, recorded: Recorded) -> str:
    """Return the same for a person."""
    state = recorded.state.value if recorded.state else REFUSED
    line = f"{state:<9} row {row}  "
    if recorded.error is not None:
        return line + recorded.error.message
    return line + (reservation_words(recorded.reservation) if recorded.reservation else "")
