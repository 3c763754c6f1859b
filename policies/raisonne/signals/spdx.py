"""Licences by name: SPDX identifiers and expressions (SPDX 3.0 Annex B), Creative Commons URLs.

What a licence grants is written in ``raisonne.rights.licence``. Of an expression the uses count
that every licence in it grants, whether joined by AND or by OR; an exception adds nothing. A
licence of copyright neither makes nor lifts a reservation. ``NONE`` and ``NOASSERTION`` say
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element

from raisonne.rights.licence import granted_uses, requires_attribution
from raisonne.rights.signal import Dialect
from raisonne.rights.statement import Use
from raisonne.signals.documents import parse_xml, walk
from raisonne.signals.reading import MalformedError, Said, reader, text_of, weigh

MAX_EXPRESSION_CHARACTERS = 1_000
"""Longest licence expression that is read."""

_CC_URL = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/licenses/"
    r"(by(?:-nc)?(?:-nd|-sa)?)/([1-4]\.\d)/?(?:(?:deed|legalcode)(?:\.[a-z_-]+)?)?",
    re.IGNORECASE,
)
_CC0_URL = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/publicdomain/zero/1\.0/?"
    r"(?:(?:deed|legalcode)(?:\.[a-z_-]+)?)?",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_IDENTIFIER = re.compile(r"(?:DocumentRef-[A-Za-z0-9.-]+:)?[A-Za-z0-9][A-Za-z0-9.-]*\+?")
_WORD = re.compile(r"\s*([()]|[^\s()]+)")
_SILENT = frozenset({"", "NONE", "NOASSERTION"})
_CC_LICENCE = "{http://creativecommons.org/ns#}license"
_RESOURCE = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"


@reader(Dialect.SPDX)
def read_licence(raw: bytes, location: str | None) -> Said | None:
    """Read a licence identifier, expression or URL."""
    del location
    text = text_of(raw).strip().removeprefix("SPDX-License-Identifier:").strip()
    return of_licences([text])


@reader(Dialect.SPDX)
def read_licence_xmp(raw: bytes, location: str | None) -> Said | None:
    """Read the ``cc:license`` of an XMP packet."""
    del location
    return of_licences(xmp_licences(parse_xml(raw)))


def xmp_licences(root: Element) -> list[str]:
    """Return the licences that an XMP packet names, in every form that RDF gives them."""
    found: list[str] = []
    for _depth, element in walk(root):
        found += [element.attrib[_CC_LICENCE]] if _CC_LICENCE in element.attrib else []
        if element.tag == _CC_LICENCE:
            found.append(element.attrib.get(_RESOURCE) or element.text or "")
    return [text.strip() for text in found]


def of_licences(texts: Iterable[str]) -> Said | None:
    """Return what licences say together, or None where they say nothing.

    Raises:
        MalformedError: If one is neither identifier, expression nor URL.
    """
    said = [text for text in dict.fromkeys(texts) if text.upper() not in _SILENT]
    if not said:
        return None
    identifiers = [identifier for text in said for identifier in _identifiers(text)]
    permitted = frozenset.intersection(*(_granted(each) for each in identifiers))
    denied = frozenset[Use]().union(*(_denied(each) for each in identifiers))
    return weigh(
        permitted,
        denied - permitted,
        licence=identifiers[0] if len(identifiers) == 1 else " AND ".join(said),
        attribution=any(requires_attribution(each) for each in identifiers),
    )


def _identifiers(text: str) -> list[str]:
    if len(text) > MAX_EXPRESSION_CHARACTERS:
        raise MalformedError("its licence is too long")
    if match := _CC_URL.fullmatch(text):
        return [f"CC-{match[1].upper()}-{match[2]}"]
    if _CC0_URL.fullmatch(text):
        return ["CC0-1.0"]
    if _URL.fullmatch(text):
        return [text]
    return _of_expression(_WORD.findall(text))


def _of_expression(words: list[str]) -> list[str]:
    """Return the identifiers of an expression whose words stand in an order that SPDX allows."""
    identifiers: list[str] = []
    depth, wants_licence = 0, True
    for position, word in enumerate(words):
        operator = word.upper() in {"AND", "OR", "WITH"}
        if word == "(" and wants_licence:
            depth += 1
        elif word == ")" and not wants_licence and depth:
            depth -= 1
        elif operator and not wants_licence:
            wants_licence = True
        elif wants_licence and not operator and _IDENTIFIER.fullmatch(word):
            if not position or words[position - 1].upper() != "WITH":
                identifiers.append(word)
            wants_licence = False
        else:
            raise MalformedError("it is no licence identifier or expression")
    if depth or wants_licence:
        raise MalformedError("its licence expression is not whole")
    return identifiers


def _granted(identifier: str) -> frozenset[Use]:
    """Return what a licence grants; a reference means what its own document says, unknown here."""
    referred = identifier.lower().startswith(("licenseref-", "documentref-"))
    return frozenset() if referred else granted_uses(identifier)


def _denied(identifier: str) -> frozenset[Use]:
    """Return what a Creative Commons licence keeps: commerce (NC), adaptation (ND)."""
    parts = identifier.upper().split("-")
    if parts[0] != "CC" or "BY" not in parts:
        return frozenset()
    kept = {Use.COMMERCIAL} if "NC" in parts else set[Use]()
    return frozenset(kept | {Use.DERIVE} if "ND" in parts else kept)
