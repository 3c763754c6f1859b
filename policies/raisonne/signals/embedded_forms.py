"""Statements that travel inside a file: the PLUS property in XMP, and the CAWG assertion."""

from __future__ import annotations

import json
from xml.etree.ElementTree import Element, SubElement, tostring

from raisonne.rights.statement import ReservationKind, RightsStatement, Use
from raisonne.signals.plus import NAMESPACE, VOCABULARY
from raisonne.signals.writing import Target, granted, plain_grants, reserved

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_PACKET = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n{}\n<?xpacket end="w"?>\n'
_PLUS_GRANT = frozenset({Use.MINE, Use.TRAIN, Use.INDEX})
_ENTRIES = {
    # Entry: the reservation that denies it, and the use that allows it, if one does.
    "data_mining": (ReservationKind.TDM, Use.MINE),
    "ai_inference": (ReservationKind.AI_GENERATION, None),
    "ai_training": (ReservationKind.AI_TRAINING, Use.TRAIN),
    "ai_generative_training": (ReservationKind.AI_TRAINING, Use.TRAIN),
}


def plus_xmp(statement: RightsStatement, target: Target) -> str:
    """Return an XMP packet with ``plus:DataMining`` (PLUS LDF 2.0.1); "" for nothing."""
    del target
    value = _data_mining(statement)
    if not value:
        return ""
    root = Element("x:xmpmeta", {"xmlns:x": "adobe:ns:meta/"})
    graph = SubElement(root, "rdf:RDF", {"xmlns:rdf": _RDF})
    about = {"rdf:about": "", "xmlns:plus": NAMESPACE}
    description = SubElement(graph, "rdf:Description", about)
    SubElement(description, "plus:DataMining").text = VOCABULARY + value
    return _PACKET.format(tostring(root, encoding="unicode"))


def cawg_assertion(statement: RightsStatement, target: Target) -> str:
    """Return a ``cawg.training-mining`` assertion as JSON (CAWG 1.1 §3); "" for nothing.

    What is granted on a condition is ``constrained``. What the statement is silent on is left out,
    which permits nothing.
    """
    del target
    kinds, plain, any_grant = reserved(statement), plain_grants(statement), granted(statement)
    entries: dict[str, dict[str, str]] = {}
    for name, (kind, use) in _ENTRIES.items():
        learns_style = name == "ai_generative_training" and ReservationKind.STYLE in kinds
        if kind in kinds or learns_style:
            entries[f"cawg.{name}"] = {"use": "notAllowed"}
        elif use in plain:
            entries[f"cawg.{name}"] = {"use": "allowed"}
        elif use in any_grant:
            entry = {"use": "constrained"}
            if statement.licence:
                entry["constraint_info"] = statement.licence
            entries[f"cawg.{name}"] = entry
    if not entries:
        return ""
    assertion = {"label": "cawg.training-mining", "data": {"entries": entries}}
    return json.dumps(assertion, indent=2, ensure_ascii=False) + "\n"


def _data_mining(statement: RightsStatement) -> str:
    kinds, plain = reserved(statement), plain_grants(statement)
    if ReservationKind.TDM in kinds:
        excepted = Use.INDEX in plain
        return "DMI-PROHIBITED" + ("-EXCEPTSEARCHENGINEINDEXING" if excepted else "")
    if ReservationKind.AI_TRAINING in kinds:
        return "DMI-PROHIBITED-AIMLTRAINING"
    return "DMI-ALLOWED" if plain >= _PLUS_GRANT else ""
