"""Statements as licence documents: RSL 1.0 and ODRL 2.2."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from raisonne.rights.statement import ReservationKind, RightsStatement, Use
from raisonne.signals import jsonld, odrl, rsl
from raisonne.signals.writing import Target, bounded, dated, granted, reserved

_RSL_GRANTS = {Use.INDEX: "search", Use.TRAIN: "ai-train", Use.MINE: "ai-index"}
_RSL_DENIALS = {
    ReservationKind.TDM: "ai-index",
    ReservationKind.AI_TRAINING: "ai-train",
    ReservationKind.AI_GENERATION: "ai-input",
}
_ACTIONS = {
    Use.DISPLAY: "display",
    Use.INDEX: "index",
    Use.DERIVE: "derive",
    Use.MINE: f"{jsonld.TDM_PROFILE}#mine",
    Use.COMMERCIAL: "http://creativecommons.org/ns#CommercialUse",
    Use.TRAIN: f"{jsonld.PROFILE}train",
    Use.GENERATE_SIMILAR: f"{jsonld.PROFILE}generate-similar",
}
_DENIED_ACTIONS = {
    ReservationKind.TDM: Use.MINE,
    ReservationKind.AI_TRAINING: Use.TRAIN,
    ReservationKind.AI_GENERATION: Use.GENERATE_SIMILAR,
}


def rsl_document(statement: RightsStatement, target: Target) -> str:
    """Return an RSL 1.0 document with one licence; "" for nothing.

    Territories are countries that it permits (§3.4.1.3) and credit is a payment by attribution
    (§3.7). There is no word for dates, so grants that have them are left out.
    """
    grants = frozenset() if dated(statement) else granted(statement)
    permits = [word for use, word in _RSL_GRANTS.items() if use in grants]
    prohibits = [word for kind, word in _RSL_DENIALS.items() if kind in reserved(statement)]
    if not permits and not prohibits:
        return ""
    root = Element("rsl", xmlns=rsl.NAMESPACE)
    content = SubElement(root, "content", url=target.path)
    licence = SubElement(content, "license")
    if permits:
        SubElement(licence, "permits", type="usage").text = " ".join(permits)
        if bounded(statement):
            SubElement(licence, "permits", type="geo").text = " ".join(
                sorted(statement.territories)
            )
    if prohibits:
        SubElement(licence, "prohibits", type="usage").text = " ".join(prohibits)
    if permits and statement.attribution:
        SubElement(licence, "payment", type="attribution")
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def odrl_policy(statement: RightsStatement, target: Target) -> str:
    """Return an ODRL 2.2 set in JSON-LD that says the whole statement; "" for nothing."""
    conditions = _conditions(statement)
    permissions = [
        {"target": target.uid, "action": _ACTIONS[use], **conditions}
        for use in sorted(granted(statement))
    ]
    kinds = sorted(statement.reservations)
    actions = [_ACTIONS[_DENIED_ACTIONS[kind]] for kind in kinds if kind in _DENIED_ACTIONS]
    actions += [f"{jsonld.PROFILE}{odrl.RESERVE_ACTION}{kind.value}" for kind in kinds]
    if not permissions and not actions:
        return ""
    policy: dict[str, Any] = {
        "@context": ["http://www.w3.org/ns/odrl.jsonld", "http://www.w3.org/ns/tdmrep.jsonld"],
        "@type": "Set",
        "uid": f"{target.uid}#rights",
        "profile": [jsonld.TDM_PROFILE, jsonld.PROFILE.rstrip("#")],
    }
    if permissions:
        policy["permission"] = permissions
    if actions:
        policy["prohibition"] = [{"target": target.uid, "action": action} for action in actions]
    return json.dumps(policy, indent=2) + "\n"


def _conditions(statement: RightsStatement) -> dict[str, Any]:
    constraints: list[dict[str, Any]] = []
    begins = [time for time in (statement.valid_from, statement.embargo_until) if time]
    if begins:
        constraints.append(_date("gteq", max(begins)))
    if statement.valid_until:
        constraints.append(_date("lt", statement.valid_until))
    if bounded(statement):
        codes = [f"{odrl.COUNTRY_PREFIX}{code}" for code in sorted(statement.territories)]
        constraints.append({"leftOperand": "spatial", "operator": "isAnyOf", "rightOperand": codes})
    made: dict[str, Any] = {"constraint": constraints} if constraints else {}
    if statement.attribution:
        made["duty"] = [{"action": "attribute"}]
    return made


def _date(operator: str, time: datetime) -> dict[str, Any]:
    value = {"@value": time.astimezone(UTC).isoformat(), "@type": "xsd:dateTime"}
    return {"leftOperand": "dateTime", "operator": operator, "rightOperand": value}
