"""From what Cedar leaves of a policy to a condition on rights statements.

Asked about a resource that it does not know, Cedar decides what it can and returns the rest of each
policy as an expression. Those that speak of the fields of a rights statement become conditions;
anything else is refused, as guessing at a policy would be worse than asking it work by work.
Source of the form: https://docs.cedarpolicy.com/policies/json-format.html.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from raisonne.policy.condition import (
    Compare,
    Condition,
    Const,
    Contains,
    Empty,
    Equals,
    Flag,
    Has,
    Order,
    RightsField,
    both,
    either,
    negated,
)
from raisonne.rights.errors import PolicyError

# As Cedar writes it where it has looked, and where it has not come to look.
_RESOURCE: tuple[object, ...] = ({"unknown": [{"Value": "resource"}]}, {"Var": "resource"})
_STATEMENT = ("rights",)
_TEXTS = {"licence": RightsField.LICENCE}
_FLAGS = {"attribution": RightsField.ATTRIBUTION, "fee": RightsField.FEE}
_SETS = {
    "uses": RightsField.USES,
    "reservations": RightsField.RESERVATIONS,
    "territories": RightsField.TERRITORIES,
}
_TIMES = {
    "validFrom": RightsField.VALID_FROM,
    "validUntil": RightsField.VALID_UNTIL,
    "embargoUntil": RightsField.EMBARGO_UNTIL,
}
# As ``raisonne.policy.facts`` rounds them to Cedar's milliseconds: ends down, beginnings up.
_ROUNDED_DOWN = frozenset({RightsField.VALID_UNTIL})
_MILLISECOND = timedelta(milliseconds=1)
_FIRST = datetime(2, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 1, 1, tzinfo=UTC)
_MAX_DEPTH = 200
_JOINS = frozenset({"&&", "||", "!", "if-then-else"})
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}


class UntranslatableError(PolicyError):
    """A policy asks for something that no condition on a rights statement can say."""


@dataclass(frozen=True, slots=True)
class Translator:
    """Translates expressions about one kind of resource.

    Attributes:
        resource_type: Entity type of the resource, with its namespace.
        has_rights: Whether such a resource has a rights statement.
        may_ask_fee: Whether a fee may be due under it, as under a recorded licence.
    """

    resource_type: str
    has_rights: bool
    may_ask_fee: bool = False

    def policy(self, residual: Mapping[str, Any]) -> Condition:
        """Return the condition under which a policy holds.

        Raises:
            UntranslatableError: If there is none.
        """
        scope = [residual[name] for name in ("principal", "action", "resource")]
        if any(part != {"op": "All"} for part in scope):
            raise UntranslatableError("A policy's scope was not decided.")
        terms = []
        for clause in residual["conditions"]:
            body = self.condition(clause["body"])
            terms.append(body if clause["kind"] == "when" else negated(body))
        return both(*terms)

    def condition(self, node: Any, depth: int = 0) -> Condition:
        """Return the condition that an expression is.

        Raises:
            UntranslatableError: If there is none.
        """
        if depth > _MAX_DEPTH:
            raise UntranslatableError("A policy is nested too deeply to be looked up.")
        operator, operand = _only(node)
        if operator == "Value" and isinstance(operand, bool):
            return Const(operand)
        if operator == ".":
            flag = self._field(node, _FLAGS)
            known = flag is RightsField.FEE and not self.may_ask_fee
            return Const(value=False) if known else Flag(flag)
        if operator in _JOINS:
            return self._joined(operator, operand, depth + 1)
        return self._leaf(operator, operand)

    def _joined(self, operator: str, operand: Any, depth: int) -> Condition:
        def inner(name: str) -> Condition:
            return self.condition(operand[name], depth)

        if operator == "!":
            return negated(inner("arg"))
        if operator == "if-then-else":
            test = inner("if")
            return either(both(test, inner("then")), both(negated(test), inner("else")))
        # As in Cedar, what comes after a side that decides is not looked at.
        left, decides = inner("left"), Const(operator == "||")
        if left == decides:
            return left
        return both(left, inner("right")) if operator == "&&" else either(left, inner("right"))

    def _leaf(self, operator: str, operand: Any) -> Condition:
        leaves: Mapping[str, Callable[[Any], Condition]] = {
            "is": self._is,
            "has": self._has,
            "contains": lambda given: self._contains(given["left"], given["right"]),
            "isEmpty": lambda given: Empty(self._field(given["arg"], _SETS)),
            "containsAny": lambda given: either(*self._contained(given)),
            "containsAll": lambda given: both(*self._contained(given)),
            "!=": lambda given: negated(self._compared("==", given)),
        }
        if operator in leaves:
            return leaves[operator](operand)
        if operator in _MIRRORED:
            return self._compared(operator, operand)
        raise UntranslatableError(f"A policy uses “{operator}”, which cannot be looked up.")

    def _contains(self, left: Any, value: Any) -> Condition:
        return Contains(self._field(left, _SETS), frozenset({_text(value)}))

    def _contained(self, given: Any) -> Iterator[Condition]:
        operator, values = _only(given["right"])
        if operator == "Value" and isinstance(values, list):
            values = [{"Value": value} for value in values]
        elif operator != "Set":
            raise UntranslatableError("A policy compares with something that is no set.")
        return (self._contains(given["left"], value) for value in values)

    def _is(self, given: Any) -> Condition:
        if given["left"] not in _RESOURCE or set(given) != {"left", "entity_type"}:
            raise UntranslatableError("A policy asks for the type of something else than a work.")
        return Const(given["entity_type"] == self.resource_type)

    def _has(self, given: Any) -> Condition:
        path = _path(given["left"])
        if path == () and given["attr"] == "rights":
            return Const(self.has_rights)
        if self.has_rights and path == _STATEMENT:
            if given["attr"] in _TIMES:
                return Has(_TIMES[given["attr"]])
            if given["attr"] in _TEXTS | _FLAGS | _SETS:
                return Const(value=True)
        raise UntranslatableError(f"A policy asks whether there is “{given['attr']}”.")

    def _compared(self, operator: str, given: Any) -> Condition:
        left, right = given["left"], given["right"]
        if _path(left) is None:
            left, right, operator = right, left, _MIRRORED[operator]
        if operator == "==":
            return Equals(self._field(left, _TEXTS), _text(right))
        return _time_condition(self._field(left, _TIMES), operator, _time(right))

    def _field(self, node: Any, table: Mapping[str, RightsField]) -> RightsField:
        path = _path(node) or ()
        if not self.has_rights or path[:1] != _STATEMENT or len(path) != 2:  # noqa: PLR2004
            raise UntranslatableError("A policy looks at something else than rights.")
        if path[1] not in table:
            raise UntranslatableError(f"A policy looks at “{path[1]}” in an unexpected way.")
        return table[path[1]]


def _only(node: Any) -> tuple[str, Any]:
    if not isinstance(node, dict) or len(node) != 1:
        raise UntranslatableError("A policy holds an expression of an unknown form.")
    return next(iter(node.items()))


def _path(node: Any) -> tuple[str, ...] | None:
    """Return the attributes that lead from the resource to a value; None if it is not of it."""
    names: list[str] = []
    while isinstance(node, dict) and set(node) == {"."}:
        names.append(node["."]["attr"])
        node = node["."]["left"]
    return tuple(reversed(names)) if node in _RESOURCE else None


def _text(node: Any) -> str:
    operator, value = _only(node)
    if operator == "Value" and isinstance(value, str):
        return value
    if operator == "Value" and isinstance(value, dict) and "__entity" in value:
        return str(value["__entity"]["id"])
    raise UntranslatableError("A policy compares with something that is no text and no name.")


def _time(node: Any) -> datetime:
    operator, value = _only(node)
    if operator == "Value" and isinstance(value, dict) and "__extn" in value:
        operator, value = value["__extn"]["fn"], [{"Value": value["__extn"]["arg"]}]
    if operator != "datetime":
        raise UntranslatableError("A policy compares a time with something that is none.")
    try:
        time = datetime.fromisoformat(value[0]["Value"])
    except (ValueError, TypeError, LookupError) as error:
        raise UntranslatableError("A policy names a time that cannot be read.") from error
    time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    if not _FIRST < time < _LAST or time.microsecond % 1_000:
        raise UntranslatableError("A policy names a time that cannot be looked up exactly.")
    return time


def _time_condition(field: RightsField, operator: str, time: datetime) -> Condition:
    """Say of the stored time, in microseconds, what the policy says of the one in milliseconds."""
    after, before = time + _MILLISECOND, time - _MILLISECOND
    if field in _ROUNDED_DOWN:
        meant = {
            "<": (Order.BEFORE, time),
            "<=": (Order.BEFORE, after),
            ">": (Order.NOT_BEFORE, after),
            ">=": (Order.NOT_BEFORE, time),
        }
    else:
        meant = {
            "<": (Order.NOT_AFTER, before),
            "<=": (Order.NOT_AFTER, time),
            ">": (Order.AFTER, time),
            ">=": (Order.AFTER, before),
        }
    order, bound = meant[operator]
    return Compare(field, order, bound)
