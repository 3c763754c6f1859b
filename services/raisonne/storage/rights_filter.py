"""Conditions on rights statements as conditions on rows of works.

The statement is a JSON column. Its times are texts that ``statement_json`` writes in one form (UTC,
four digits of the year, microseconds where there are any), so that they sort by character as the
times do: "…00+00:00" is less than "…00.000001+00:00". PostgreSQL is told to compare them so,
whatever the locale of the server. Nothing here is ever neither true nor false.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Dialect,
    Select,
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
from raisonne.rights.statement_json import time_to_json
from raisonne.storage.tables import WorkRow

_PLAIN = re.compile(r"[A-Za-z0-9*_-]+")


@dataclass(frozen=True, slots=True)
class RightsFilter:
    """Writes conditions for one engine.

    Attributes:
        postgresql: Whether it is PostgreSQL, and not SQLite.
    """

    postgresql: bool

    @classmethod
    def of(cls, dialect: Dialect) -> RightsFilter:
        """Return the filter for an engine."""
        return cls(dialect.name == "postgresql")

    def where(self, condition: Condition) -> ColumnElement[bool]:
        """Return the condition on a row of ``work`` that its rights statement meets this one."""
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

    def _leaf(self, condition: Leaf) -> ColumnElement[bool]:
        match condition:
            case Flag(field):
                return func.coalesce(col(WorkRow.rights)[field.value].as_boolean(), false())
            case Has(field):
                return self._text(field).is_not(None)
            case Equals(field, value):
                return func.coalesce(self._text(field) == value, false())
            case Contains(field, values):
                return self._contains(field, values)
            case Empty(field):
                return func.coalesce(self._text(field) == "[]", false())
            case Compare(field, order, time):
                return self._compared(field, order, time_to_json(time))

    def _text(self, field: RightsField) -> ColumnElement[str]:
        text: ColumnElement[str] = col(WorkRow.rights)[field.value].as_string()
        return text.collate("C") if self.postgresql else text

    def _compared(self, field: RightsField, order: Order, time: str) -> ColumnElement[bool]:
        stored = self._text(field)
        compared = {
            Order.BEFORE: stored < time,
            Order.NOT_AFTER: stored <= time,
            Order.AFTER: stored > time,
            Order.NOT_BEFORE: stored >= time,
        }
        return func.coalesce(compared[order], false())

    def _contains(self, field: RightsField, values: frozenset[str]) -> ColumnElement[bool]:
        if not all(map(_PLAIN.fullmatch, values)):
            return self._members(field, values).exists()
        # As text a set is '["AT","DE"]', with or without blanks. A plain value in quotes is in it
        # only as a member, and that is found in a third of the time of looking at each.
        find = func.strpos if self.postgresql else func.instr
        text = col(WorkRow.rights)[field.value].as_string()
        found = (find(text, f'"{value}"') > 0 for value in sorted(values))
        return func.coalesce(or_(false(), *found), false())

    def _members(self, field: RightsField, values: frozenset[str]) -> Select[Any]:
        return select(literal(1)).where(self._member(field).in_(sorted(values)))

    def _member(self, field: RightsField) -> ColumnElement[Any]:
        """Return the column that runs over the members of a set."""
        if self.postgresql:
            members = col(WorkRow.rights)[field.value]
            return func.json_array_elements_text(members).column_valued("member")
        path = f"$.{field.value}"
        each = func.json_each(col(WorkRow.rights), path).table_valued("value")
        column: ColumnElement[Any] = each.c.value
        return column
