"""Conditions on rights statements: what a catalogue can look up instead of asking for each work.

A condition speaks of the fields of a ``RightsStatement``, of whether a fee is due, and of nothing
else. It has no third truth
value: a comparison with a time that is not set does not hold, and its negation does.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from raisonne.rights.statement import RightsStatement


class RightsField(StrEnum):
    """A field of ``RightsStatement``, by its name; a fee is asked for by recorded licences only."""

    LICENCE = "licence"
    USES = "uses"
    RESERVATIONS = "reservations"
    TERRITORIES = "territories"
    VALID_FROM = "valid_from"
    VALID_UNTIL = "valid_until"
    EMBARGO_UNTIL = "embargo_until"
    ATTRIBUTION = "attribution"
    FEE = "fee"


class Order(StrEnum):
    """How a stored time lies to a given one."""

    BEFORE = "<"
    NOT_AFTER = "<="
    AFTER = ">"
    NOT_BEFORE = ">="


@dataclass(frozen=True, slots=True)
class Const:
    """Holds for every statement, or for none."""

    value: bool


@dataclass(frozen=True, slots=True)
class Flag:
    """A field that is true or false is true."""

    field: RightsField


@dataclass(frozen=True, slots=True)
class Has:
    """A time is set."""

    field: RightsField


@dataclass(frozen=True, slots=True)
class Equals:
    """A text is exactly this one."""

    field: RightsField
    value: str


@dataclass(frozen=True, slots=True)
class Contains:
    """A set holds at least one of these."""

    field: RightsField
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Empty:
    """A set holds nothing."""

    field: RightsField


@dataclass(frozen=True, slots=True)
class Compare:
    """A time is set and lies so to this one."""

    field: RightsField
    order: Order
    time: datetime


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class And:
    """All hold; there are at least two."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one holds; there are at least two."""

    conditions: tuple[Condition, ...]


NEVER = Const(value=False)
"""Holds for no statement."""

_ORDERS: dict[Order, Callable[[datetime, datetime], bool]] = {
    Order.BEFORE: operator.lt,
    Order.NOT_AFTER: operator.le,
    Order.AFTER: operator.gt,
    Order.NOT_BEFORE: operator.ge,
}

_OPPOSITES = {
    Order.BEFORE: Order.NOT_BEFORE,
    Order.NOT_BEFORE: Order.BEFORE,
    Order.AFTER: Order.NOT_AFTER,
    Order.NOT_AFTER: Order.AFTER,
}

Leaf: TypeAlias = Flag | Has | Equals | Contains | Empty | Compare
"""A condition on one field."""

Condition: TypeAlias = Const | Leaf | Not | And | Or
"""Any condition."""


def both(*conditions: Condition) -> Condition:
    """Return the condition that all of these hold; without any, it always does."""
    joined = _joined(conditions, And, neutral=True)
    return _guarded(joined) if isinstance(joined, And) else joined


def either(*conditions: Condition) -> Condition:
    """Return the condition that at least one of these holds; without any, it never does."""
    joined = _joined(conditions, Or, neutral=False)
    return _merged(joined) if isinstance(joined, Or) else joined


def negated(condition: Condition) -> Condition:
    """Return the condition that this one does not hold."""
    match condition:
        case Const(value):
            return Const(not value)
        case Not(inner):
            return inner
        case _:
            return Not(condition)


def holds(condition: Condition, rights: RightsStatement, *, fee: bool = False) -> bool:
    """Say whether a statement meets a condition.

    Args:
        condition: The condition.
        rights: The statement, a work's own or what a licence comes to.
        fee: Whether the licence asks for money.
    """
    match condition:
        case Not(inner):
            return not holds(inner, rights, fee=fee)
        case And(conditions):
            return all(holds(one, rights, fee=fee) for one in conditions)
        case Or(conditions):
            return any(holds(one, rights, fee=fee) for one in conditions)
        case Const(value):
            return value
        case Flag(RightsField.FEE):
            return fee
        case _:
            return _leaf_holds(condition, getattr(rights, condition.field.value))


def _leaf_holds(leaf: Leaf, held: Any) -> bool:
    match leaf:
        case Flag():
            return bool(held)
        case Equals(_, value):
            return bool(held == value)
        case Contains(_, values):
            return not values.isdisjoint(held)
        case Empty():
            return not held
        case Compare(_, order, time):
            return held is not None and _ORDERS[order](held, time)
        case Has():
            return held is not None


def _joined(conditions: Iterable[Condition], join: type[And | Or], *, neutral: bool) -> Condition:
    terms: list[Condition] = []
    for condition in conditions:
        if isinstance(condition, Const):
            if condition.value is not neutral:
                return condition
            continue
        inner = condition.conditions if isinstance(condition, join) else (condition,)
        terms.extend(term for term in inner if term not in terms)
    if any(negated(term) in terms for term in terms):
        return Const(not neutral)
    if len(terms) > 1:
        return join(tuple(terms))
    return terms[0] if terms else Const(neutral)


def _guarded(condition: And) -> Condition:
    """Leave out that a time is set where a comparison says so; then its opposite does, too."""
    fields = {term.field for term in condition.conditions if isinstance(term, Has)}
    told: set[RightsField] = set()
    terms: list[Condition] = []
    for term in condition.conditions:
        compare = term.condition if isinstance(term, Not) else term
        if isinstance(compare, Compare) and compare.field in fields:
            told.add(compare.field)
            opposite = Compare(compare.field, _OPPOSITES[compare.order], compare.time)
            terms.append(opposite if isinstance(term, Not) else compare)
        else:
            terms.append(term)
    left = [term for term in terms if not (isinstance(term, Has) and term.field in told)]
    return And(tuple(left)) if len(left) > 1 else left[0]


def _merged(condition: Or) -> Condition:
    """Look into each set once, and say once what is common to all."""
    values: dict[RightsField, frozenset[str]] = {}
    others: list[Condition] = []
    for term in condition.conditions:
        if isinstance(term, Contains):
            values[term.field] = values.get(term.field, frozenset()) | term.values
        else:
            others.append(term)
    terms = (*(Contains(field, held) for field, held in values.items()), *others)
    inner = [term.conditions if isinstance(term, And) else (term,) for term in terms]
    common = tuple(one for one in inner[0] if all(one in others for others in inner[1:]))
    if len(terms) < 2:  # noqa: PLR2004
        return terms[0]
    if not common:
        return Or(terms)
    rests = (both(*(one for one in ones if one not in common)) for ones in inner)
    return both(*common, either(*rests))
