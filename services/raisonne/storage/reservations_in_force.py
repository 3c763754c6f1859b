"""Which reservations of holders and collections count for works at a time.

A work is led to its holder by the key of the name that its record has, and from there to the
holder's reservations; to those of its collection by the label. Either way is a look-up in an index.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    String,
    Text,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    inspect,
    literal,
    or_,
    select,
    type_coerce,
)
from sqlmodel import Session

from raisonne.rights.holder import holder_key
from raisonne.rights.reservation import ReservationInForce, ReservationScope
from raisonne.rights.statement import ReservationKind, reservation_bits, reservations_of_bits
from raisonne.rights.work import Work
from raisonne.storage.reservation_tables import HolderNameRow, ReservationRow
from raisonne.storage.tables import WorkRow

_COLLECTION = "collections/"
_KEPT = 8_192
_AT_ONCE = 400
"""Values of one statement; SQLite takes 999 at least."""
_NOTHING: tuple[ReservationInForce, ...] = ()

_WORK = inspect(WorkRow).local_table
_NAME = inspect(HolderNameRow).local_table
_RESERVATION = inspect(ReservationRow).local_table


def stored_subject(scope: ReservationScope, subject: str) -> str:
    """Return the subject of a reservation as it is stored: one text that says its scope as well."""
    return subject if scope is ReservationScope.HOLDER else _COLLECTION + subject


def read_subject(stored: str) -> tuple[ReservationScope, str]:
    """Return what ``stored_subject`` was given."""
    if stored.startswith(_COLLECTION):
        return ReservationScope.COLLECTION, stored.removeprefix(_COLLECTION)
    return ReservationScope.HOLDER, stored


def reserved_column(*, postgresql: bool) -> ColumnElement[str | None]:
    """Return what a row says of a reservation, as one text; null where it has none.

    One text is read in a tenth of the time of seven columns, and only where there is something.
    """
    array = func.json_build_array if postgresql else func.json_array
    reservation = _RESERVATION.c
    fields = (
        reservation.name,
        reservation.subject,
        reservation.called,
        reservation.kinds,
        # As it is stored, in UTC.
        type_coerce(reservation.effective_time, String),
        reservation.source,
    )
    return case((reservation.name.is_not(None), cast(array(*fields), Text))).label("reserved")


@lru_cache(_KEPT)
def read_reserved(text: str) -> ReservationInForce:
    """Return the reservation of a row; many works share theirs with others."""
    name, stored, called, kinds, since, source = json.loads(text)
    scope, subject = read_subject(stored)
    time = datetime.fromisoformat(since)
    return ReservationInForce(
        name=name,
        scope=scope,
        subject=subject,
        called=called,
        kinds=reservations_of_bits(kinds),
        effective_time=time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC),
        source=source,
    )


def _counts(at: Any) -> ColumnElement[bool]:
    ends = _RESERVATION.c.end_time
    return and_(_RESERVATION.c.effective_time <= at, or_(ends.is_(None), ends > at))


def works_with_reservations() -> FromClause:
    """Return works joined with the reservations that count at the time ``reserved_at``.

    A work has as many rows as it has reservations, and one where it has none.
    """
    of_work = _RESERVATION.c.subject.in_(
        [_NAME.c.holder, literal(_COLLECTION) + _WORK.c.collection]
    )
    when = bindparam("reserved_at", type_=_RESERVATION.c.effective_time.type)
    return _WORK.outerjoin(
        _NAME, and_(_NAME.c.tenant == _WORK.c.tenant, _NAME.c.key == _WORK.c.holder_key)
    ).outerjoin(
        _RESERVATION,
        and_(_RESERVATION.c.tenant == _WORK.c.tenant, of_work, _counts(when)),
    )


def reserved_for_work(at: datetime, kinds: Iterable[ReservationKind]) -> ColumnElement[bool]:
    """Return the condition on a row of ``work`` that a reservation of one of these kinds counts."""
    given = frozenset(kinds)
    counts = [_RESERVATION.c.tenant == _WORK.c.tenant, _counts(at)]
    if given != frozenset(ReservationKind):
        counts.append(_RESERVATION.c.kinds.op("&")(reservation_bits(given)) != 0)
    by_label = exists(
        select(literal(1))
        .select_from(_RESERVATION)
        .where(_RESERVATION.c.subject == literal(_COLLECTION) + _WORK.c.collection, *counts)
        .correlate(_WORK)
    )
    by_name = exists(
        select(literal(1))
        .select_from(_NAME)
        .where(
            _NAME.c.tenant == _WORK.c.tenant,
            _NAME.c.key == _WORK.c.holder_key,
            _RESERVATION.c.subject == _NAME.c.holder,
            *counts,
        )
        .correlate(_WORK)
    )
    return or_(by_label, by_name)


def reservations_of_works(
    session: Session, tenant: str, works: Sequence[Work], at: datetime
) -> Mapping[str, tuple[ReservationInForce, ...]]:
    """Return what counts for works as they were, by work; those without are left out."""
    keys = {work.name: holder_key(work.holder) for work in works}
    holders = _holders(session, tenant, {key for key in keys.values() if key})
    subjects = {
        work.name: {_COLLECTION + work.collection, holders.get(keys[work.name], "")}
        for work in works
    }
    found = in_force_by_subject(session, tenant, set[str]().union(*subjects.values()), at)
    reserved = {
        name: tuple(sorted((r for s in wanted for r in found.get(s, ())), key=lambda r: r.name))
        for name, wanted in subjects.items()
    }
    return {name: reservations for name, reservations in reserved.items() if reservations}


def in_force_by_subject(
    session: Session, tenant: str, subjects: Iterable[str], at: datetime
) -> Mapping[str, tuple[ReservationInForce, ...]]:
    """Return what counts for subjects as they are stored, each time by name."""
    found: dict[str, tuple[ReservationInForce, ...]] = {}
    postgresql = session.get_bind().dialect.name == "postgresql"
    for part in _parts(subjects):
        rows = session.connection().execute(
            select(_RESERVATION.c.subject, reserved_column(postgresql=postgresql))
            .where(_RESERVATION.c.tenant == tenant, _RESERVATION.c.subject.in_(part), _counts(at))
            .order_by(_RESERVATION.c.name)
        )
        for row in rows:
            reserved = read_reserved(row.reserved)
            found[row.subject] = (*found.get(row.subject, _NOTHING), reserved)
    return found


def _holders(session: Session, tenant: str, keys: Iterable[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for part in _parts(keys):
        rows = session.connection().execute(
            select(_NAME.c.key, _NAME.c.holder).where(
                _NAME.c.tenant == tenant, _NAME.c.key.in_(part)
            )
        )
        found.update((row.key, row.holder) for row in rows)
    return found


def _parts(values: Iterable[str]) -> Iterable[list[str]]:
    sorted_ = sorted(set(values))
    return (sorted_[first : first + _AT_ONCE] for first in range(0, len(sorted_), _AT_ONCE))
