"""TDM Reservation Protocol (W3C Community Group final report of 10 May 2024).

``tdm-reservation: 1`` reserves text and data mining, and with it training (Regulation (EU)
2024/1689 Art. 53(1)(c)). ``0`` lets text and data be mined ("Declaring the reservation of TDM
Rights"); training is not named there, so it is not permitted. Any other value is a protocol error
in the specification and unset; here it reserves. A policy leads to a licence that nobody has taken
yet, so its reservation stands.
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from raisonne.rights.signal import Dialect
from raisonne.rights.statement import Use
from raisonne.signals.documents import parse_json, parse_xml, walk
from raisonne.signals.pages import header_values, meta_elements, page_text
from raisonne.signals.places import Place, everywhere, matches, pattern_of, place_of
from raisonne.signals.reading import MAX_RULES, MalformedError, Said, reader, weigh

NAMESPACE = "http://www.w3.org/ns/tdmrep/"
_MINE = frozenset({Use.MINE})
_RESERVATION, _POLICY = "tdm-reservation", "tdm-policy"


@reader(Dialect.TDMREP)
def read_tdmrep_headers(raw: bytes, location: str | None) -> Said | None:
    """Read header lines ("TDM Header Field in HTTP Responses")."""
    del location
    return _of_pairs(header_values(raw, _RESERVATION, _POLICY))


@reader(Dialect.TDMREP)
def read_tdmrep_html(raw: bytes, location: str | None) -> Said | None:
    """Read the ``meta`` elements of a page ("TDM Metadata in HTML Content")."""
    del location
    return _of_pairs(
        [pair for pair in meta_elements(page_text(raw)) if pair[0] in {_RESERVATION, _POLICY}]
    )


@reader(Dialect.TDMREP)
def read_tdmrep_xmp(raw: bytes, location: str | None) -> Said | None:
    """Read an XMP packet ("TDM Metadata in PDF files")."""
    del location
    return _of_pairs(xmp_pairs(parse_xml(raw)))


def xmp_pairs(root: Element) -> list[tuple[str, str]]:
    """Return the TDMRep properties of an XMP packet, in both RDF forms."""
    pairs: list[tuple[str, str]] = []
    for _depth, element in walk(root):
        for name in ("reservation", "policy"):
            key = f"{{{NAMESPACE}}}{name}"
            if key in element.attrib:
                pairs.append((f"tdm-{name}", element.attrib[key].strip()))
            if element.tag == key:
                value = element.text or next(iter(element.attrib.values()), "")
                pairs.append((f"tdm-{name}", value.strip()))
    return pairs


@reader(Dialect.TDMREP)
def read_tdmrep_json(raw: bytes, location: str | None) -> Said | None:
    """Read ``/.well-known/tdmrep.json`` ("TDM File on the Origin Server").

    The specification takes the first match for the most specific one, and asks for Google's
    reading of patterns, which takes the longest. Where the two differ the reservation counts.
    """
    rules = parse_json(raw)
    if not isinstance(rules, list) or len(rules) > MAX_RULES:
        raise MalformedError("it is no list of rules")
    read = [_rule(rule) for rule in rules]
    if location is None:
        chosen = [rule for rule in read if rule[1] or everywhere(rule[0].path)]
    else:
        place = place_of(location)
        found = [rule for rule in read if _applies(rule[0], place)]
        longest = max((len(rule[0].path) for rule in found), default=0)
        chosen = found[:1] + [rule for rule in found if len(rule[0].path) == longest]
    return _weigh([(reserved, policy) for _pattern, reserved, policy in chosen])


def _rule(rule: Any) -> tuple[Place, bool, str]:
    if not isinstance(rule, dict) or not isinstance(rule.get("location"), str):
        raise MalformedError("a rule in it names no location")
    policy = rule.get(_POLICY, "")
    if not isinstance(policy, str):
        raise MalformedError("a policy in it is no address")
    value = rule.get(_RESERVATION)
    if value == "1" or (type(value) is int and value in {0, 1}):
        return pattern_of(rule["location"]), bool(int(value)), policy
    raise MalformedError("a rule in it has a reservation that is neither 0 nor 1")


def _applies(pattern: Place, place: Place) -> bool:
    same_host = not pattern.host or not place.host or pattern.host == place.host
    return same_host and matches(pattern.path, place.path)


def _of_pairs(pairs: list[tuple[str, str]]) -> Said | None:
    policies = [value for name, value in pairs if name == _POLICY]
    values = [value for name, value in pairs if name == _RESERVATION]
    if not all(value in {"0", "1"} for value in values):
        raise MalformedError("its reservation is neither 0 nor 1")
    if policies and not values:
        raise MalformedError("it has a policy and no reservation")
    return _weigh([(value == "1", policies[0] if policies else "") for value in values])


def _weigh(found: list[tuple[bool, str]]) -> Said | None:
    if not found:
        return None
    if not any(reserved for reserved, _policy in found):
        return weigh(_MINE, frozenset(), note="Text and data mining is not reserved.")
    policy = next((policy for reserved, policy in found if reserved and policy), "")
    note = "Text and data mining is reserved."
    if policy:
        note = "Text and data mining is reserved; a policy says how to ask for a licence."
    return weigh(frozenset(), _MINE, licence=policy, note=note)
