"""Dictionaries of Structured Field Values for HTTP (RFC 9651 §4.2.2), as far as signals need them.

Members are told apart correctly whatever their type; only tokens are given a value, because no
dialect here gives any other type a meaning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from raisonne.signals.reading import MAX_RULES, MalformedError

_KEY = r"[a-z*][a-z0-9_\-.*]*"
_WORD = r"[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*"
_BARE = "|".join(  # noqa: FLY002 - one alternative a line
    [
        r'"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"',  # string
        r'%"(?:[\x20\x21\x23\x24\x26-\x7e]|%[0-9a-f]{2})*"',  # display string
        r"@-?[0-9]{1,15}",  # date
        r"-?[0-9]{1,12}\.[0-9]{1,3}|-?[0-9]{1,15}",  # decimal, integer
        r":[A-Za-z0-9+/=]*:",  # byte sequence
        r"\?[01]",  # boolean
        _WORD,
    ]
)
_PARAMETERS = rf"(?:;\x20*{_KEY}(?:=(?:{_BARE}))?)*"
_INNER = rf"\(\x20*(?:(?:{_BARE}){_PARAMETERS}(?:\x20+|(?=\))))*\)"
_MEMBER = re.compile(
    rf"(?P<key>{_KEY})(?:=(?:(?P<inner>{_INNER})|(?P<bare>{_BARE})))?(?P<parameters>{_PARAMETERS})"
)
_OWS = re.compile(r"[\t\x20]*")
_ONE_WORD = re.compile(_WORD)


@dataclass(frozen=True, slots=True)
class Member:
    """The value of a key.

    Attributes:
        word: The token; None for a value of another type.
        parametrised: Whether parameters follow it.
    """

    word: str | None
    parametrised: bool


def parse_dictionary(text: str) -> Mapping[str, Member]:
    """Return the members of a dictionary.

    The last of several members with one key counts, as the RFC has it.

    Raises:
        MalformedError: If it is no dictionary, or has too many members.
    """
    members: dict[str, Member] = {}
    text, position, seen = text.strip(" "), 0, 0
    while position < len(text):
        seen += 1
        if seen > MAX_RULES:
            raise MalformedError("it has too many members")
        match = _MEMBER.match(text, position)
        if match is None:
            raise MalformedError("it is no structured field dictionary")
        bare = match["bare"]
        token = bare if bare and _ONE_WORD.fullmatch(bare) else None
        members[match["key"]] = Member(token, bool(match["parameters"]))
        position = _after_comma(text, match.end())
    return members


def _after_comma(text: str, end: int) -> int:
    """Return where the next member begins, or the end of the text."""
    position = _skip(text, end)
    if position == len(text):
        return position
    if text[position] != ",":
        raise MalformedError("it is no structured field dictionary")
    position = _skip(text, position + 1)
    if position == len(text):
        raise MalformedError("it ends with a comma")
    return position


def _skip(text: str, position: int) -> int:
    match = _OWS.match(text, position)
    return match.end() if match else position
