"""PLUS Data Mining (``plus:DataMining``), which IPTC took into its Photo Metadata Standard 2023.1.

The nine values are those of the PLUS License Data Format 2.0.1 (ns.useplus.org/LDF), as URI, bare
identifier or label. ``DMI-UNSPECIFIED`` says nothing. The values that point to a constraint or a
rights expression prohibit, and nobody here has read what they point to. Any other value is
malformed. Found in XMP as attribute, as element and as resource, and in NewsML-G2's ``dataMining``.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element

from raisonne.rights.signal import Dialect
from raisonne.rights.statement import Use
from raisonne.signals.documents import parse_xml, walk
from raisonne.signals.reading import MalformedError, Said, reader, text_of, weigh

NAMESPACE = "http://ns.useplus.org/ldf/xmp/1.0/"
VOCABULARY = "http://ns.useplus.org/ldf/vocab/"
_NEWSML = "http://iptc.org/std/nar/2006-10-01/"
_RESOURCE = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"

_NOTHING = frozenset[Use]()
_TRAIN = frozenset({Use.TRAIN})
_MINE = frozenset({Use.MINE, Use.TRAIN})
_ALL = _MINE | {Use.INDEX}
_UNSPECIFIED = "DMI-UNSPECIFIED"
_MEANINGS: dict[str, tuple[frozenset[Use], frozenset[Use]]] = {
    # Identifier: what it permits, what it denies. Indexing is a kind of data mining to PLUS.
    _UNSPECIFIED: (_NOTHING, _NOTHING),
    "DMI-ALLOWED": (_ALL, _NOTHING),
    "DMI-PROHIBITED": (_NOTHING, _ALL),
    "DMI-PROHIBITED-AIMLTRAINING": (_NOTHING, _TRAIN),
    "DMI-PROHIBITED-GENAIMLTRAINING": (_NOTHING, _TRAIN),
    "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING": (frozenset({Use.INDEX}), _MINE),
    "DMI-PROHIBITED-SEECONSTRAINT": (_NOTHING, _ALL),
    "DMI-PROHIBITED-SEEEMBEDDEDRIGHTSEXPR": (_NOTHING, _ALL),
    "DMI-PROHIBITED-SEELINKEDRIGHTSEXPR": (_NOTHING, _ALL),
}
_LABELS = {
    "unspecified - no prohibition defined": _UNSPECIFIED,
    "allowed": "DMI-ALLOWED",
    "prohibited": "DMI-PROHIBITED",
    "prohibited for ai/ml training": "DMI-PROHIBITED-AIMLTRAINING",
    "prohibited for generative ai/ml training": "DMI-PROHIBITED-GENAIMLTRAINING",
    "prohibited except for search engine indexing": "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING",
    "prohibited, see other constraints property": "DMI-PROHIBITED-SEECONSTRAINT",
    "prohibited, see plus:otherconstraints": "DMI-PROHIBITED-SEECONSTRAINT",
    "prohibited, see embedded encoded rights expression property": (
        "DMI-PROHIBITED-SEEEMBEDDEDRIGHTSEXPR"
    ),
    "prohibited, see iptcext:embdencrightsexpr": "DMI-PROHIBITED-SEEEMBEDDEDRIGHTSEXPR",
    "prohibited, see linked encoded rights expression property": (
        "DMI-PROHIBITED-SEELINKEDRIGHTSEXPR"
    ),
    "prohibited, see iptcext:linkedencrightsexpr": "DMI-PROHIBITED-SEELINKEDRIGHTSEXPR",
}
"""Labels that tools show and write instead of identifiers."""


@reader(Dialect.PLUS_DATA_MINING)
def read_plus_xmp(raw: bytes, location: str | None) -> Said | None:
    """Read an XMP packet or a NewsML-G2 document."""
    del location
    return of_values(xmp_values(parse_xml(raw)))


@reader(Dialect.PLUS_DATA_MINING)
def read_plus_value(raw: bytes, location: str | None) -> Said | None:
    """Read one value, as metadata tools hand it out."""
    del location
    text = text_of(raw).strip()
    return of_values([text] if text else [])


def xmp_values(root: Element) -> list[str]:
    """Return the values of the property in a document, in every form that RDF gives it."""
    values: list[str] = []
    for _depth, element in walk(root):
        values += [value for key, value in element.attrib.items() if _is_property(key)]
        if _is_property(element.tag):
            inner = [child for _depth, child in walk(element)]
            texts = [child.text for child in inner if child.text and child.text.strip()]
            texts += [child.attrib[_RESOURCE] for child in inner if _RESOURCE in child.attrib]
            values += texts or [""]
        elif element.tag == f"{{{_NEWSML}}}dataMining":
            values.append(element.get("uri", element.get("qcode", "")))
    return values


def of_values(values: Iterable[str]) -> Said | None:
    """Return what values say together, or None where they say nothing.

    Raises:
        MalformedError: If one is not in the vocabulary.
    """
    known = {_identifier(value) for value in values} - {_UNSPECIFIED}
    if not known:
        return None
    permitted = frozenset.intersection(*(_MEANINGS[value][0] for value in known))
    denied = frozenset[Use]().union(*(_MEANINGS[value][1] for value in known))
    return weigh(permitted, denied, note=f"Says {', '.join(sorted(known))}.")


def _is_property(name: str) -> bool:
    """Whether a name is the property's, in whatever spelling of the namespace."""
    return name.endswith("}DataMining") and "useplus.org/" in name


def _identifier(value: str) -> str:
    text = value.strip()
    labelled = _LABELS.get(text.lower())
    if labelled is not None:
        return labelled
    for prefix in (VOCABULARY, VOCABULARY.replace("http:", "https:"), "plusvocab:"):
        text = text.removeprefix(prefix)
    identifier = text.upper()
    if identifier not in _MEANINGS:
        raise MalformedError("its value is not in the PLUS vocabulary")
    return identifier
