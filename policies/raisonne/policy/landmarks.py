"""Times and numbers of a context that policies only compare: between two landmarks all are alike.

A policy that asks whether the present is before the end of a licence cannot tell two presents
apart that both are. So an answer holds for every value that lies to all landmarks (constants, and
attributes of the resource that policies compare it with) as the one lay that was asked about.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

_INFIX = frozenset({"<", "<=", ">", ">=", "==", "!="})
_METHODS = frozenset({"lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual"})
_VALUES = frozenset({"datetime", "decimal"})
_MILLISECOND = timedelta(milliseconds=1)
_DECIMAL = re.compile(r"(-?)([0-9]{1,12})\.([0-9]{1,4})")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_NUMBERS_KEPT = 4_096
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class Landmarks:
    """What policies compare one value of the context with.

    Attributes:
        constants: Values written in policies.
        attributes: Paths of attributes of the resource.
    """

    constants: frozenset[int]
    attributes: frozenset[tuple[str, ...]]

    def place(self, value: object, resource: Mapping[str, Any]) -> str | None:
        """Return where a value lies; None where that cannot be told.

        Args:
            value: As the context gives it.
            resource: Attributes of the resource.
        """
        texts = [_attribute(resource, path) for path in self.attributes]
        numbers = [_number(text) for text in texts if text is not None]
        number = _number(value)
        if number is None or None in numbers:
            return None
        sorted_ = sorted({*self.constants, *(n for n in numbers if n is not None)})
        rank = bisect_left(sorted_, number)
        return f"={rank}" if sorted_[rank : rank + 1] == [number] else f"<{rank}"


def compared_only(policies: Iterable[Mapping[str, Any]]) -> Mapping[str, Landmarks]:
    """Return the values of the context that these policies compare and use for nothing else."""
    found: dict[str, set[int | tuple[str, ...]]] = {}
    used: set[str] = set()
    for policy in policies:
        for condition in policy["conditions"]:
            for attribute, landmark in _uses(condition["body"]):
                if landmark is None:
                    used.add(attribute)
                else:
                    found.setdefault(attribute, set()).add(landmark)
    if _ANY in used:
        return {}
    return {
        attribute: Landmarks(
            frozenset(mark for mark in marks if isinstance(mark, int)),
            frozenset(mark for mark in marks if isinstance(mark, tuple)),
        )
        for attribute, marks in found.items()
        if attribute not in used
    }


_ANY = ""
"""Stands for every attribute, where a policy uses the context as a whole."""


def _uses(node: Any) -> Iterator[tuple[str, int | tuple[str, ...] | None]]:
    """Yield attributes of the context with what they are compared with, None for any other use."""
    if isinstance(node, list):
        for child in node:
            yield from _uses(child)
        return
    if not isinstance(node, Mapping):
        return
    for operator, operand in node.items():
        path = _path(node, "context")
        if path is not None:
            yield (path[0] if path else _ANY), None
        elif operator == "has" and operand["left"] == {"Var": "context"}:
            continue  # Whether there is a value does not depend on which one it is.
        elif operator in _INFIX:
            yield from _comparison(operand["left"], operand["right"])
        elif operator in _METHODS:
            yield from _comparison(*operand)
        else:
            yield from _uses(list(operand.values()) if isinstance(operand, Mapping) else operand)


def _comparison(left: Any, right: Any) -> Iterator[tuple[str, int | tuple[str, ...] | None]]:
    for one, other in ((left, right), (right, left)):
        path, landmark = _path(one, "context"), _landmark(other)
        if path is not None and len(path) == 1 and landmark is not None:
            yield path[0], landmark
            return
    yield from _uses([left, right])


def _landmark(node: Any) -> int | tuple[str, ...] | None:
    if isinstance(node, Mapping) and len(node) == 1:
        ((kind, operand),) = node.items()
        if kind in _VALUES and isinstance(operand, list):
            return _number(operand[0].get("Value"))
    return _path(node, "resource") or None


def _path(node: Any, variable: str) -> tuple[str, ...] | None:
    """Return the attributes that lead from a variable to a value; None if it is not of it."""
    names: list[str] = []
    while isinstance(node, Mapping) and node.keys() == {"."}:
        names.append(node["."]["attr"])
        node = node["."]["left"]
    return tuple(reversed(names)) if node == {"Var": variable} else None


def _attribute(resource: Any, path: tuple[str, ...]) -> object:
    for name in path:
        resource = resource.get(name) if isinstance(resource, Mapping) else None
    return resource


def _number(value: object) -> int | None:
    return _number_of(value) if isinstance(value, str) else None


@lru_cache(_NUMBERS_KEPT)
def _number_of(value: str) -> int | None:
    """Return a decimal in ten-thousandths or a time in milliseconds.

    None for whatever is neither, or is not written in the one form that we write: Cedar may refuse
    it, and an answer to something else must not stand for that refusal.
    """
    if found := _DECIMAL.fullmatch(value):
        sign, whole, part = found.groups()
        return int(f"{sign}{whole}{part:0<4}")
    if _TIME.fullmatch(value):
        try:
            return (datetime.fromisoformat(value) - _EPOCH) // _MILLISECOND
        except ValueError:
            return None
    return None
