"""Header lines and the ``meta`` elements of pages.

The page scanner is our own because ``html.parser`` takes quadratic time for a page of unclosed
comments. It knows what hides markup (comments, scripts, styles) and nothing else of HTML.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from raisonne.signals.reading import MAX_RULES, MalformedError

_OPENING = re.compile(
    r"<!--|<(?:meta|script|style|textarea|title|template)(?=[\s/>])", re.IGNORECASE
)
_ATTRIBUTE = re.compile(
    r"""[\s/]*(=?[^\s>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|(?!["'])([^\s>]+)))?"""
)
_FIELD_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
MAX_TAG_CHARACTERS = 65_536
"""Longest ``meta`` element that is read."""


def header_block(fields: Iterable[tuple[str, str]]) -> bytes:
    """Return header fields as the lines that readers of headers take.

    Args:
        fields: Names and values as received, in order.
    """
    lines = (f"{name}: {_one_line(value)}" for name, value in fields)
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "surrogateescape")


def header_values(raw: bytes, *wanted: str) -> list[tuple[str, str]]:
    """Return the names (lower case) and values of the wanted fields of a header block, in order.

    A status line and lines after the first empty one are passed over.

    Raises:
        MalformedError: If a wanted field is not ASCII, or a line is no header line.
    """
    found: list[tuple[str, str]] = []
    for number, line in enumerate(raw.split(b"\n")):
        text = line.rstrip(b"\r").decode("latin-1")
        if number > MAX_RULES:
            raise MalformedError("it has too many lines")
        if not text.strip():
            if number:
                break
            continue
        if number == 0 and text.startswith("HTTP/"):
            continue
        name, colon, value = text.partition(":")
        if not colon or not _FIELD_NAME.fullmatch(name.rstrip()):
            raise MalformedError("a line of it is no header field")
        if name.strip().lower() in wanted:
            if not _printable(value):
                raise MalformedError("a value in it is not printable ASCII")
            found.append((name.strip().lower(), value.strip()))
    return found


def meta_elements(text: str) -> Iterator[tuple[str, str]]:
    """Yield the name (lower case) and content of each named ``meta`` element.

    Raises:
        MalformedError: If there are too many, or one never ends.
    """
    position = seen = 0
    while match := _OPENING.search(text, position):
        seen += 1
        if seen > MAX_RULES:
            raise MalformedError("it has too many elements")
        opening = match[0].lower()
        if opening == "<meta":
            attributes, position = _attributes(text, match.end())
            if "name" in attributes:
                yield attributes["name"].strip().lower(), attributes.get("content", "").strip()
            continue
        closing = "-->" if opening == "<!--" else f"</{opening[1:]}"
        position = _find(text, closing, match.end() - 2 * (opening == "<!--"))
        if position < 0:
            return


def page_text(raw: bytes) -> str:
    """Return the text of a page, of which only the ASCII part matters here.

    Raises:
        MalformedError: If its encoding is not a superset of ASCII.
    """
    if b"\0" in raw:
        raise MalformedError("it is not in an encoding of the web")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Markup and the words looked for are the same bytes in every encoding that pages use.
        return raw.decode("latin-1")


def looks_like_page(raw: bytes) -> bool:
    """Return whether bytes are markup rather than header lines."""
    return raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _find(text: str, closing: str, start: int) -> int:
    match = re.compile(re.escape(closing), re.IGNORECASE).search(text, start)
    return -1 if match is None else match.end()


def _attributes(text: str, position: int) -> tuple[dict[str, str], int]:
    """Return the attributes of an element; the first of two equal ones counts, as in HTML."""
    attributes: dict[str, str] = {}
    end = min(len(text), position + MAX_TAG_CHARACTERS)
    while match := _ATTRIBUTE.match(text, position, end):
        value = next((group for group in match.groups()[1:] if group is not None), "")
        attributes.setdefault(match[1].lower(), html.unescape(value))
        position = match.end()
    tail = text[position : position + 64].lstrip(" \t\r\n\f/")
    if not tail.startswith(">"):
        raise MalformedError("a meta element in it does not end")
    return attributes, position


def _printable(value: str) -> bool:
    return all(character == "\t" or " " <= character <= "~" for character in value)


def _one_line(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")
