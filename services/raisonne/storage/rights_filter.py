"""Conditions on rights statements as conditions on rows of works.

The statement is a JSON column. Its times are texts that ``statement_json`` writes in one form (UTC,
four digits of the year, microseconds where there are any), so that they sort by character as the
times do: "…00+00:00" is less than "…00.000001+00:00". PostgreSQL is told to compare them so,
whatever the locale of the server. Nothing here is ever neither true nor false.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import (
    ColumnElement,
    Dialect,
    and_,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)
from sqlmodel import col

from raisonne.policy.condition import (
    And,
    Compare,
    Condition,
    Const,
    Contains,
    Empty,
    Equals,
    Flag,
    Has,
    Leaf,
    Not,
    Or,
    Order,
    RightsField,
)
from raisonne.rights.statement import ReservationKind
from raisonne.rights.statement_json import time_to_json
from raisonne.storage.reservations_in_force import reserved_for_work
from raisonne.storage.tables import WorkRow

_ORDERS: dict[Order, Callable[[Any, Any], Any]] = {
    Order.BEFORE: operator.lt,
    Order.NOT_AFTER: operator.le,
    Order.AFTER: operator.gt,
    Order.NOT_BEFORE: operator.ge,
}
PLAIN = re.compile(r"[A-Za-z0-9*_-]+")
"""Members of sets that are written in quotes as they are."""


@dataclass(frozen=True, slots=True)
class RightsFilter:
    """Writes conditions for one engine and one time.

    Attributes:
        postgresql: Whether it is PostgreSQL, and not SQLite.
        at: When reservations of holders and collections have to count.
    """

    postgresql: bool
    at: datetime

    @classmethod
    def of(cls, dialect: Dialect, at: datetime) -> Self:
        """Return the filter for an engine and a time."""
        return cls(dialect.name == "postgresql", at)

    def where(self, condition: Condition) -> ColumnElement[bool]:
        """Return the condition on a row of ``work`` that its rights meet this one.

        These are its statement, and what its holder or its collection has reserved at the time.
        """
        match condition:
            case Const(value):
                return true() if value else false()
            case Not(inner):
                return not_(self.where(inner))
            case And(conditions):
                return and_(*(self.where(term) for term in conditions))
            case Or(conditions):
                return or_(*(self.where(term) for term in conditions))
            case _:
                return self._leaf(condition)

    def flag(self, field: RightsField) -> ColumnElement[bool]:
        """Return whether a field is true."""
        return func.coalesce(col(WorkRow.rights)[field.value].as_boolean(), false())

    def has(self, field: RightsField) -> ColumnElement[bool]:
        """Return whether a time is set."""
        return self._text(field).is_not(None)

    def equals(self, field: RightsField, value: str) -> ColumnElement[bool]:
        """Return whether a text is this one."""
        return func.coalesce(self._text(field) == value, false())

    def contains(self, field: RightsField, values: Iterable[str]) -> ColumnElement[bool]:
        """Return whether a set holds at least one of these."""
        wanted = sorted(values)
        if field is RightsField.RESERVATIONS:
            return or_(self._contains(field, wanted), self._reserved_beside(wanted))
        return self._contains(field, wanted)

    def _contains(self, field: RightsField, wanted: Sequence[str]) -> ColumnElement[bool]:
        if not all(map(PLAIN.fullmatch, wanted)):
            return select(literal(1)).where(self._member(field).in_(wanted)).exists()
        # As text a set is '["AT","DE"]', with or without blanks. A plain value in quotes is in it
        # only as a member, and that is found in a third of the time of looking at each.
        text = col(WorkRow.rights)[field.value].as_string()
        found = (self.find(text, f'"{value}"') > 0 for value in wanted)
        return func.coalesce(or_(false(), *found), false())

    def empty(self, field: RightsField) -> ColumnElement[bool]:
        """Return whether a set holds nothing."""
        empty = func.coalesce(self._text(field) == "[]", false())
        if field is RightsField.RESERVATIONS:
            return and_(empty, not_(self._reserved_beside(ReservationKind)))
        return empty

    def compares(self, field: RightsField, order: Order, time: datetime) -> ColumnElement[bool]:
        """Return whether a time is set and lies so to this one."""
        return func.coalesce(compared(self._text(field), order, time_to_json(time)), false())

    def find(self, text: ColumnElement[str], part: str) -> ColumnElement[int]:
        """Return where a part of a text stands, from 1; 0 where it is none."""
        return func.strpos(text, part) if self.postgresql else func.instr(text, part)

    def _reserved_beside(self, values: Iterable[str]) -> ColumnElement[bool]:
        """Return whether a holder or a collection has reserved one of these."""
        wanted = set(values)
        known = [kind for kind in ReservationKind if kind.value in wanted]
        return reserved_for_work(self.at, known) if known else false()

    def _leaf(self, condition: Leaf) -> ColumnElement[bool]:
        match condition:
            case Flag(field):
                return self.flag(field)
            case Has(field):
                return self.has(field)
            case Equals(field, value):
                return self.equals(field, value)
            case Contains(field, values):
                return self.contains(field, values)
            case Empty(field):
                return self.empty(field)
            case Compare(field, order, time):
                return self.compares(field, order, time)

    def _text(self, field: RightsField) -> ColumnElement[str]:
        text: ColumnElement[str] = col(WorkRow.rights)[field.value].as_string()
        return text.collate("C") if self.postgresql else text

    def _member(self, field: RightsField) -> ColumnElement[Any]:
        """Return the column that runs over the members of a set."""
        if self.postgresql:
            members = col(WorkRow.rights)[field.value]
            return func.json_array_elements_text(members).column_valued("member")
        path = f"$.{field.value}"
        each = func.json_each(col(WorkRow.rights), path).table_valued("value")
        column: ColumnElement[Any] = each.c.value
        return column


def compared(stored: ColumnElement[Any], order: Order, time: Any) -> ColumnElement[bool]:
    """Return how what is stored lies to a time; neither true nor false where nothing is."""
    found: ColumnElement[bool] = _ORDERS[order](stored, time)
    return found
