"""Hostile JSON and XML, parsed within bounds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import fromstring

from raisonne.signals.reading import MAX_RAW_BYTES, MAX_RULES, TOO_LARGE, MalformedError, text_of

MAX_DEPTH = 32
"""Deepest nesting that is followed."""


def parse_json(raw: bytes) -> Any:
    """Return a JSON value of bounded depth and size.

    Raises:
        MalformedError: If it is none, repeats a key, or is larger than the bounds.
    """
    try:
        value = json.loads(text_of(raw), object_pairs_hook=_object, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedError("it is no JSON") from error
    _bound(value)
    return value


def parse_xml(raw: bytes) -> Element:
    """Return the root of an XML document without a document type, of bounded depth and size.

    Raises:
        MalformedError: If it is none, has a DTD or entities, or is larger than the bounds.
    """
    if len(raw) > MAX_RAW_BYTES:
        raise MalformedError(TOO_LARGE)
    try:
        root: Element = fromstring(raw, forbid_dtd=True)
    except (ParseError, ValueError, LookupError) as error:
        raise MalformedError("it is no XML, or has a document type") from error
    for _depth, _element in walk(root):
        pass
    return root


def walk(root: Element) -> Iterator[tuple[int, Element]]:
    """Yield every element with its depth.

    Raises:
        MalformedError: If there are too many, or they are too deep.
    """
    stack, seen = [(0, root)], 0
    while stack:
        depth, element = stack.pop()
        seen += 1
        if depth > MAX_DEPTH or seen > MAX_RULES:
            raise MalformedError("it has too many elements, or too deep ones")
        yield depth, element
        stack += [(depth + 1, child) for child in reversed(element)]


def as_list(value: Any) -> list[Any]:
    """Return a JSON value as a list: itself, the one value, or nothing for null."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        # Readers disagree on which of two equal keys counts, so neither may be believed.
        raise ValueError("repeated key")
    return made


def _constant(name: str) -> float:
    raise ValueError(name)


def _bound(value: Any) -> None:
    stack, seen = [(0, value)], 0
    while stack:
        depth, item = stack.pop()
        seen += 1
        if depth > MAX_DEPTH or seen > 4 * MAX_RULES:
            raise MalformedError("its JSON has too many values, or too deep ones")
        if isinstance(item, dict):
            stack += [(depth + 1, child) for child in item.values()]
        elif isinstance(item, list):
            stack += [(depth + 1, child) for child in item]
