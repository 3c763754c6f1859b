"""The part of CBOR (RFC 8949) that COSE signature headers use: definite lengths, no floats.

It reads untrusted bytes, so it is strict: duplicate map keys, trailing bytes, deep nesting and
anything outside the part are errors, and a signature that cannot be read is never trusted.
"""

from __future__ import annotations

from typing import TypeAlias

Value: TypeAlias = "int | bytes | str | bool | list[Value] | dict[int | str, Value] | None"

_DEEPEST = 16
_BYTES = 2
_SIMPLE: dict[int, bool | None] = {20: False, 21: True, 22: None}


def decode(data: bytes) -> Value:
    """Decode one item that fills ``data``; tags are dropped.

    Raises:
        ValueError: If the bytes are anything else.
    """
    value, end = _item(data, 0, 0)
    if end != len(data):
        raise ValueError("There are bytes after the CBOR item.")
    return value


def _item(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    """Decode the item at an offset; return it and where it ends."""
    if depth > _DEEPEST:
        raise ValueError("The CBOR item is nested too deeply.")
    value: Value
    major, argument, at = _head(data, at)
    match major:
        case 0 | 1:
            value = -1 - argument if major else argument
        case 2 | 3:
            raw = _take(data, at, argument)
            value, at = raw if major == _BYTES else raw.decode(), at + argument
        case 4:
            value, at = _list(data, at, argument, depth + 1)
        case 5:
            value, at = _map(data, at, argument, depth + 1)
        case 6:
            value, at = _item(data, at, depth + 1)
        case _:
            value = _SIMPLE[argument]
    return value, at


def _list(data: bytes, at: int, length: int, depth: int) -> tuple[list[Value], int]:
    items: list[Value] = []
    for _ in range(length):
        value, at = _item(data, at, depth)
        items.append(value)
    return items, at


def _map(data: bytes, at: int, length: int, depth: int) -> tuple[dict[int | str, Value], int]:
    entries: dict[int | str, Value] = {}
    for _ in range(length):
        key, at = _item(data, at, depth)
        if not isinstance(key, int | str) or key in entries:
            raise ValueError("A CBOR map has a duplicate or unusual key.")
        entries[key], at = _item(data, at, depth)
    return entries, at


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """Return major type, argument and where the content starts."""
    first = _take(data, at, 1)[0]
    major, short = first >> 5, first & 31
    at += 1
    if short < 24:  # noqa: PLR2004 - RFC 8949 section 3: the argument itself
        argument = short
    elif short < 28:  # noqa: PLR2004 - 1, 2, 4 or 8 bytes follow
        size = 1 << (short - 24)
        argument = int.from_bytes(_take(data, at, size), "big")
        at += size
    else:
        raise ValueError("CBOR items of indefinite length are not read here.")
    if major == 7 and (short >= 24 or short not in _SIMPLE):  # noqa: PLR2004
        raise ValueError("CBOR floats and unassigned values are not read here.")
    return major, argument, at


def _take(data: bytes, at: int, length: int) -> bytes:
    if at + length > len(data):
        raise ValueError("The CBOR item is cut.")
    return data[at : at + length]
