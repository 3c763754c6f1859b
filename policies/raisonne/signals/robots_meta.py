"""``noai`` and ``noimageai`` in X-Robots-Tag and in robots ``meta`` elements.

A convention of DeviantArt (November 2022) that others took over, with ``noml``: works so marked
may not be part of data that models learn from. There is no word that permits. Directives follow
Google's grammar for the tag: a list of names, some with values, perhaps for one crawler only; a
denial for one crawler counts for all. ``noindex``, ``noimageindex`` and ``none`` deny the index.
"""

from __future__ import annotations

import re

from raisonne.rights.signal import Dialect
from raisonne.rights.statement import Use
from raisonne.signals.pages import header_values, meta_elements, page_text
from raisonne.signals.reading import MAX_RULES, MalformedError, Said, reader, weigh
from raisonne.signals.robots import AI_CRAWLERS

_NO_AI = frozenset({"noai", "noimageai", "noml", "notrain", "noaitraining"})
_NO_INDEX = frozenset({"noindex", "noimageindex", "none"})
_CRAWLERS = AI_CRAWLERS | {"robots", "googlebot", "googlebot-image", "bingbot"}
_DIRECTIVE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*|\d[\w :+.-]*|\*")
_AI = frozenset({Use.MINE, Use.TRAIN, Use.GENERATE_SIMILAR})


@reader(Dialect.ROBOTS_META)
def read_robots_header(raw: bytes, location: str | None) -> Said | None:
    """Read header lines with ``X-Robots-Tag``."""
    del location
    return _weigh([value for _name, value in header_values(raw, "x-robots-tag")])


@reader(Dialect.ROBOTS_META)
def read_robots_html(raw: bytes, location: str | None) -> Said | None:
    """Read the robots ``meta`` elements of a page."""
    del location
    found = meta_elements(page_text(raw))
    return _weigh([content for name, content in found if name in _CRAWLERS])


def _weigh(values: list[str]) -> Said | None:
    said = {directive for value in values for directive in _directives(value)}
    denied: set[Use] = set()
    if said & _NO_AI:
        denied |= _AI
    if said & _NO_INDEX:
        denied.add(Use.INDEX)
    return weigh(frozenset(), frozenset(denied)) if denied else None


def _directives(value: str) -> set[str]:
    """Return the names in a list of directives, without hyphens and underscores."""
    said: set[str] = set()
    parts = [part for part in value.split(",") if part.strip()]
    if len(parts) > MAX_RULES:
        raise MalformedError("it has too many directives")
    for part in parts:
        name, _, argument = (piece.strip() for piece in part.partition(":"))
        words = [name, *([argument] if argument else [])]
        if not all(_word(word) for word in words):
            raise MalformedError("it is no list of robots directives")
        # After a colon stands a value, or a directive for the one crawler before it.
        said |= {re.sub(r"[-_]", "", word).lower() for word in words}
    return said


def _word(word: str) -> bool:
    return bool(_DIRECTIVE.fullmatch(word)) or bool(re.fullmatch(r"-?\d+", word))
