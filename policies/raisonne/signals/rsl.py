"""Really Simple Licensing 1.0 (https://rslstandard.org/rsl, Recommendation of 2025-11-06).

Usage words are those of §3.4.1.1: ``search``, ``ai-train``, ``ai-input``, ``ai-index``, ``ai-all``,
``all``. ``<prohibits>`` wins over ``<permits>``, and where a licence lists what it permits, usage
is bounded to the list (§3.5), so the rest is denied. A payment that is not ``free`` or
``attribution`` (§3.7), a licence server or encryption, a class of users (§3.4.1.2), a prohibited
country and any element that is not known here are conditions, so what stands under them is
reserved. Of ``<content>`` elements the longest pattern that matches counts, as in RFC 9309.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from raisonne.rights.signal import Dialect
from raisonne.rights.statement import WORLD, Use
from raisonne.signals.documents import parse_xml
from raisonne.signals.places import Place, everywhere, matches, pattern_of, place_of
from raisonne.signals.reading import MalformedError, Said, reader, weigh

NAMESPACE = "https://rslstandard.org/rsl"
USER_TYPES = frozenset({"commercial", "non-commercial", "education", "government", "personal"})
"""Classes of users (§3.4.1.2); who permits all of them bounds nothing."""

_AI = frozenset({Use.TRAIN, Use.MINE, Use.GENERATE_SIMILAR})
_SPOKEN_OF = _AI | {Use.INDEX}
_DENIES: dict[str, frozenset[Use]] = {
    "search": frozenset({Use.INDEX}),
    "ai-train": frozenset({Use.TRAIN}),
    "ai-input": frozenset({Use.GENERATE_SIMILAR}),
    "ai-index": frozenset({Use.MINE}),
    "ai-all": _AI,
    "all": _SPOKEN_OF,
}
_PERMITS: dict[str, frozenset[Use]] = {
    # An input to an answer is no permission to make works like it, so "ai-input" permits nothing.
    "search": frozenset({Use.INDEX}),
    "ai-train": frozenset({Use.TRAIN}),
    "ai-index": frozenset({Use.MINE}),
    "ai-all": frozenset({Use.TRAIN, Use.MINE}),
    "all": frozenset({Use.TRAIN, Use.MINE, Use.INDEX}),
}
_HARMLESS = frozenset({"legal"})
_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class _Licence:
    """One set of terms: what it permits if its conditions are met, and all that it speaks of."""

    offered: frozenset[Use]
    listed: frozenset[Use]
    left_out: frozenset[Use]
    prohibited: frozenset[Use]
    conditional: bool
    territories: frozenset[str]
    attribution: bool
    url: str


@reader(Dialect.RSL)
def read_rsl(raw: bytes, location: str | None) -> Said | None:
    """Read an RSL document. Of several licences any may be taken; a prohibition in any counts."""
    root = parse_xml(raw)
    if root.tag != f"{{{NAMESPACE}}}rsl":
        raise MalformedError("its root is not the rsl element of RSL 1.0")
    place = None if location is None else place_of(location)
    licences = [
        _licence(element, bound=bound or "server" in content.attrib or _encrypted(content))
        for content, bound in _contents(root, place)
        for element in _licences(content)
    ]
    if not licences:
        return None
    free = [each for each in licences if not each.conditional]
    listed = _union(each.listed for each in licences)
    unmet = _union(each.listed for each in licences if each.conditional)
    permitted = _union(each.offered for each in free)
    territories = _common(each.territories for each in free if each.offered)
    return weigh(
        permitted if territories else frozenset(),
        _union(each.prohibited | (each.left_out - listed) for each in licences),
        unmet if territories else listed,
        licence=next((each.url for each in licences if each.url), ""),
        territories=territories or frozenset({WORLD}),
        attribution=any(each.attribution for each in free),
    )


def _contents(root: Element, place: Place | None) -> list[tuple[Element, bool]]:
    """Return the contents that count, and whether it is uncertain that they are for the work."""
    found: list[tuple[Element, int, bool]] = []
    for content in _named(root, "content"):
        url = content.get("url")
        if url is None:
            raise MalformedError("a content element in it has no url")
        pattern = pattern_of(url.strip())
        length = len(pattern.path)
        if place is None:
            found.append((content, 0, not everywhere(pattern.path)))
        elif _concerns(pattern, place):
            certain = bool(pattern.path) and pattern.host in {"", place.host}
            found.append((content, length, not certain))
    longest = max((length for _content, length, _bound in found), default=0)
    return [(content, bound) for content, length, bound in found if length == longest]


def _concerns(pattern: Place, place: Place) -> bool:
    """Whether a content element may be about the work; an empty pattern is for what links to it."""
    if pattern.host and place.host and pattern.host != place.host:
        return False
    return not pattern.path or matches(pattern.path, place.path)


def _licences(content: Element) -> list[Element]:
    found = _named(content, "license")
    if not found:
        raise MalformedError("a content element in it has no licence")
    return found


def _named(parent: Element, name: str) -> list[Element]:
    """Return children by local name: one in a wrong namespace is read rather than overlooked."""
    return [child for child in parent if child.tag.rpartition("}")[2] == name]


def _licence(element: Element, *, bound: bool) -> _Licence:
    conditional = bound
    permits: frozenset[Use] | None = None
    listed = frozenset[Use]()
    prohibited = frozenset[Use]()
    territories = frozenset({WORLD})
    url, attribution = "", False
    for child in element:
        name, kind = child.tag.rpartition("}")[2], child.get("type", "usage")
        words = _words(child)
        if name == "permits" and kind == "usage":
            # A word that is not known permits nothing.
            permits = (permits or frozenset()) | _union(
                _PERMITS.get(word, frozenset()) for word in words
            )
            listed |= _union(_DENIES.get(word, frozenset()) for word in words)
        elif name == "prohibits" and kind == "usage":
            # A word that is not known denies everything.
            prohibited |= _union(_DENIES.get(word, _SPOKEN_OF) for word in words)
        elif name == "permits" and kind == "geo":
            territories = _countries(words)
        elif name == "permits" and kind == "user":
            conditional |= not words >= USER_TYPES
        elif name == "payment":
            paid, owes, terms = _payment(child)
            conditional |= paid
            attribution |= owes
            url = url or terms
        else:
            conditional |= name not in _HARMLESS
    if permits is None:
        # Without a list nothing is left out, and everything is offered on the conditions (§3.5).
        left_out = offered = frozenset[Use]()
        listed = _SPOKEN_OF - prohibited if conditional else frozenset()
    else:
        offered, left_out = permits - prohibited, _SPOKEN_OF - listed
        if Use.TRAIN in offered:
            # To leave mining out is no reservation of it, which would take back the training too.
            left_out -= {Use.MINE}
    return _Licence(
        offered, listed, left_out, prohibited, conditional, territories, attribution, url
    )


def _payment(element: Element) -> tuple[bool, bool, str]:
    """Return whether it must be paid, whether credit is owed, and the terms."""
    kind = element.get("type", "free" if not len(element) else "")
    terms = [child for child in element if child.tag.rpartition("}")[2] in {"standard", "custom"}]
    url = next(((child.text or "").strip() for child in terms if child.text), "")
    known = {child.tag.rpartition("}")[2] for child in element} <= {"standard"}
    return kind not in {"free", "attribution"} or not known, kind == "attribution", url


def _countries(words: frozenset[str]) -> frozenset[str]:
    codes = frozenset(word.upper() for word in words)
    if not codes or not all(_COUNTRY.fullmatch(code) for code in codes):
        raise MalformedError("a country in it is no ISO 3166-1 alpha-2 code")
    return codes


def _words(element: Element) -> frozenset[str]:
    # The Recommendation separates by spaces, drafts and editors by commas.
    return frozenset((element.text or "").replace(",", " ").lower().split())


def _encrypted(content: Element) -> bool:
    return content.get("encrypted", "false").strip().lower() not in {"false", "0"}


def _union(sets: Iterable[frozenset[Use]]) -> frozenset[Use]:
    return frozenset[Use]().union(*sets)


def _common(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    """Return the territories that all sets share; none where they share none."""
    bounded = [codes for codes in sets if WORLD not in codes]
    return bounded[0].intersection(*bounded[1:]) if bounded else frozenset({WORLD})
