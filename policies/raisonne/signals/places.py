"""Where a rule of a site applies: the pattern language of RFC 9309, which TDMRep and RSL share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from raisonne.rights.errors import InputError
from raisonne.signals.reading import MalformedError

MAX_LOCATION_CHARACTERS = 2_048
"""Longest pattern or location."""

_EVERYWHERE = re.compile(r"/?\**\$?")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_SAFE = "%/?:@!$&'()*+,;=-._~|[]^{}`\\\""
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@dataclass(frozen=True, slots=True)
class Place:
    """A work's address as rules see it.

    Attributes:
        host: Lower-case host and port; empty where only a path is known.
        path: Normalised path with its query, beginning with a slash.
    """

    host: str
    path: str


def place_of(location: str) -> Place:
    """Return the place of a URL or path.

    Raises:
        InputError: If it is neither, or too long.
    """
    if len(location) > MAX_LOCATION_CHARACTERS:
        raise InputError(f"A location has at most {MAX_LOCATION_CHARACTERS} characters.")
    try:
        host, path = _split(location)
    except ValueError as error:
        raise InputError(f"{location!r} is no URL and no path.") from error
    if not path.startswith("/") or (not host and not location.startswith("/")):
        raise InputError(f"{location!r} is no URL and no path that begins with a slash.")
    # What is special in a pattern is not special in an address (RFC 9309 §2.2.3).
    return Place(host, normalised(path).replace("*", "%2A").replace("$", "%24"))


def pattern_of(text: str) -> Place:
    """Return the host, if any, and the path pattern of a rule.

    Raises:
        MalformedError: If it is too long or no address.
    """
    if len(text) > MAX_LOCATION_CHARACTERS:
        raise MalformedError("a location in it is too long")
    try:
        host, path = _split(text)
    except ValueError as error:
        raise MalformedError("a location in it is no address") from error
    return Place(host, normalised(path))


def everywhere(pattern: str) -> bool:
    """Return whether a path pattern is for every path."""
    return bool(_EVERYWHERE.fullmatch(pattern)) and pattern not in {"", "/$", "$"}


def matches(pattern: str, path: str) -> bool:
    """Return whether a path pattern matches: prefixes, ``*`` and a final ``$`` (RFC 9309 §2.2.3).

    Takes time in proportion to both lengths, whatever the pattern.
    """
    anchored = pattern.endswith("$")
    first, *others = (pattern[:-1] if anchored else pattern).split("*")
    if not path.startswith(first):
        return False
    if not others:
        return not anchored or len(path) == len(first)
    position = len(first)
    last = others.pop() if anchored else ""
    for part in others:
        found = path.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return not anchored or (path.endswith(last) and len(path) - len(last) >= position)


def normalised(path: str) -> str:
    """Return a path whose percent escapes are written in one way (RFC 9309 §2.2.2)."""

    def one(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if character in _UNRESERVED else match[0].upper()

    return _ESCAPE.sub(one, quote(path, safe=_SAFE, errors="replace"))


def _split(text: str) -> tuple[str, str]:
    if "://" not in text:
        return "", text
    parts = urlsplit(text)
    query = f"?{parts.query}" if parts.query else ""
    return parts.netloc.rpartition("@")[2].lower(), (parts.path or "/") + query
