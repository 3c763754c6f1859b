"""Verdicts as canonical JSON: what the catalogue stores is exactly what was given.

The text holds the whole judgement, so that a verdict can be replayed by judging its inputs again.
Equal verdicts have equal texts: keys and sets are sorted, times are in UTC, floats are written in
the shortest form that reads back as the same float.
"""

from __future__ import annotations

import json
from dataclasses import is_dataclass
from datetime import UTC, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, cast, get_args, get_origin, get_type_hints

from raisonne.rights.errors import InputError
from raisonne.rights.verdict import Verdict

VERSION = 1
"""Version of the format. A stored field that changes its meaning or goes is a new version; one that
comes with a default is not, as what was stored before reads as it was meant."""

_SCALARS = (bool, float, int, str)


def verdict_to_json(verdict: Verdict) -> str:
    """Return the canonical text of a verdict, in ASCII.

    Raises:
        ValueError: If a number is not finite.
    """
    document = {"v": VERSION, "verdict": _encode(Verdict, verdict)}
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)


def verdict_from_json(text: str) -> Verdict:
    """Return the verdict that a text was made from, equal in every field.

    Raises:
        InputError: If the text is no verdict of this version.
    """
    try:
        document = json.loads(text)
        if document["v"] == VERSION:
            return cast("Verdict", _decode(Verdict, document["verdict"]))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"This is no stored verdict: {error!r}.") from error
    raise InputError(f"This is no stored verdict of version {VERSION}.")


def _encode(hint: Any, value: Any) -> object:
    if value is None:
        return None
    hint = _without_none(hint)
    if get_origin(hint) is not None:
        items = [_encode(get_args(hint)[0], item) for item in value]
        return sorted(items, key=str) if get_origin(hint) is frozenset else items
    if _is_record(hint):
        return {name: _encode(kind, getattr(value, name)) for name, kind in _fields(hint).items()}
    if hint is datetime:
        return value.astimezone(UTC).isoformat()
    return hint(value)


def _decode(hint: Any, value: Any) -> Any:
    if value is None and hint is not _without_none(hint):
        return None
    hint = _without_none(hint)
    if get_origin(hint) is not None:
        return get_origin(hint)(_decode(get_args(hint)[0], item) for item in value)
    if _is_record(hint):
        kinds = _fields(hint)
        return hint(**{name: _decode(kinds[name], item) for name, item in value.items()})
    if hint is datetime:
        return datetime.fromisoformat(value)
    if hint in _SCALARS and type(value) is not hint:
        raise TypeError(f"{value!r} is no {hint.__name__}")
    return hint(value)


def _without_none(hint: Any) -> Any:
    """Return ``X`` for ``X | None``, else the hint itself."""
    if isinstance(hint, UnionType):
        return next(option for option in get_args(hint) if option is not NoneType)
    return hint


def _is_record(hint: Any) -> bool:
    return is_dataclass(hint)


@cache
def _fields(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
