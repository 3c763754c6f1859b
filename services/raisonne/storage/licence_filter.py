"""Conditions on what a recorded licence comes to, as conditions on rows of works and licences.

What a licence says itself stands in its row; the embargo and the reservations are the work's, less
the reservations that the licence releases (``raisonne.rights.recorded_licence.Grant.statement``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    cast,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
)
from sqlmodel import col

from raisonne.policy.condition import NEVER, Condition, Order, RightsField
from raisonne.rights.statement import ReservationKind
from raisonne.storage.licence_tables import LicenceRow
from raisonne.storage.licences import counts_at
from raisonne.storage.rights_filter import PLAIN, RightsFilter, compared
from raisonne.storage.tables import WorkRow

_TEXTS = {RightsField.LICENCE: col(LicenceRow.identifier)}
_FLAGS: dict[RightsField, Any] = {
    RightsField.ATTRIBUTION: col(LicenceRow.attribution),
    RightsField.FEE: col(LicenceRow.fee),
}
_SETS = {
    RightsField.USES: col(LicenceRow.uses),
    RightsField.TERRITORIES: col(LicenceRow.territories),
}
_TIMES: dict[RightsField, Any] = {
    RightsField.VALID_FROM: col(LicenceRow.valid_from),
    RightsField.VALID_UNTIL: col(LicenceRow.valid_until),
}


@dataclass(frozen=True, slots=True)
class LicenceFilter(RightsFilter):
    """Writes conditions on a licence's row beside its work's, for one engine."""

    def flag(self, field: RightsField) -> ColumnElement[bool]:
        """Return whether a field is true."""
        flag: ColumnElement[bool] = _FLAGS[field]
        return flag

    def has(self, field: RightsField) -> ColumnElement[bool]:
        """Return whether a time is set."""
        if field in _TIMES:
            given: ColumnElement[bool] = _TIMES[field].is_not(None)
            return given
        return RightsFilter.has(self, field)

    def equals(self, field: RightsField, value: str) -> ColumnElement[bool]:
        """Return whether a text is this one."""
        return _TEXTS[field] == value

    def contains(self, field: RightsField, values: Iterable[str]) -> ColumnElement[bool]:
        """Return whether a set holds at least one of these."""
        if field is RightsField.RESERVATIONS:
            return or_(false(), *(self._reserved(value) for value in sorted(values)))
        return or_(false(), *(self._among(_SETS[field], value) for value in sorted(values)))

    def empty(self, field: RightsField) -> ColumnElement[bool]:
        """Return whether a set holds nothing."""
        if field is RightsField.RESERVATIONS:
            return not_(self.contains(field, ReservationKind))
        return cast(_SETS[field], Text) == "[]"

    def compares(self, field: RightsField, order: Order, time: datetime) -> ColumnElement[bool]:
        """Return whether a time is set and lies so to this one."""
        if field in _TIMES:
            return func.coalesce(compared(_TIMES[field], order, time), false())
        return RightsFilter.compares(self, field, order, time)

    def _reserved(self, kind: str) -> ColumnElement[bool]:
        work = RightsFilter.contains(self, RightsField.RESERVATIONS, (kind,))
        return and_(work, not_(self._among(col(LicenceRow.releases), kind)))

    def _among(self, members: Any, value: str) -> ColumnElement[bool]:
        if PLAIN.fullmatch(value):
            return self.find(cast(members, Text), f'"{value}"') > 0
        if self.postgresql:
            one: Any = func.json_array_elements_text(members).column_valued("member")
        else:
            one = func.json_each(members).table_valued("value").c.value
        return exists(literal(1)).where(one == value)


def licensed_at(condition: Condition, filter_: LicenceFilter) -> ColumnElement[bool]:
    """Return whether a licence of a work counts at the filter's time and meets a condition."""
    if condition == NEVER:
        return false()
    meets = exists(literal(1)).where(
        col(LicenceRow.tenant) == col(WorkRow.tenant),
        col(LicenceRow.work) == col(WorkRow.name),
        counts_at(filter_.at),
        filter_.where(condition),
    )
    return and_(col(WorkRow.licensed), meets)
