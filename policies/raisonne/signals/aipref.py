"""IETF AI Preferences: ``Content-Usage``, which is not an RFC yet.

Read as of ``DRAFT`` (draft-ietf-aipref-vocab-08 §4, §6; draft-ietf-aipref-attach-05 §2). Where the
draft has a preference unknown because its value is no ``y`` or ``n`` or the field does not parse
(§6.5), the signal counts as unreadable here. Labels of earlier drafts still deny; they permit
nothing. Labels of no draft are ignored, as §6.4 demands; parameters are not where they follow a
``y``, because an extension may write a condition there (§5.2), so such a permission reserves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from raisonne.rights.signal import Dialect
from raisonne.rights.statement import Use
from raisonne.signals.pages import header_values
from raisonne.signals.reading import MalformedError, Said, reader, weigh
from raisonne.signals.structured import parse_dictionary

DRAFT = "draft-ietf-aipref-vocab-08"
"""The draft whose labels may permit. A new draft is a new table, tested before it is named here."""

LABELS: Mapping[str, Use] = {"train-ai": Use.TRAIN, "search": Use.INDEX}
"""Categories of use of ``DRAFT``, §6.1."""

_HEADER = re.compile(rb"\s*(?:HTTP/|[!#$%&'*+\-.^_`|~0-9A-Za-z]+[ \t]*:)")
_AI = frozenset({Use.TRAIN, Use.GENERATE_SIMILAR})
_EARLIER: Mapping[str, frozenset[Use]] = {
    "bots": _AI | {Use.MINE, Use.INDEX},
    "all": _AI | {Use.MINE, Use.INDEX},
    "tdm": frozenset({Use.MINE}),
    "ai": _AI,
    "genai": _AI,
    "train-genai": frozenset({Use.TRAIN}),
    "ai-use": frozenset({Use.GENERATE_SIMILAR}),
    "ai-output": frozenset({Use.GENERATE_SIMILAR}),
    "ai-input": frozenset({Use.GENERATE_SIMILAR}),
}


@dataclass(frozen=True, slots=True)
class Preferences:
    """What one statement of preference says.

    Attributes:
        allowed: Uses with ``y``.
        denied: Uses with ``n``.
        conditional: Uses with ``y`` and parameters.
    """

    allowed: frozenset[Use]
    denied: frozenset[Use]
    conditional: frozenset[Use] = frozenset()


def preferences_of(text: str) -> Preferences:
    """Return the preferences of one dictionary (§6.5).

    Raises:
        MalformedError: If it is no dictionary, or a known label has no ``y`` or ``n``.
    """
    allowed: set[Use] = set()
    denied: set[Use] = set()
    conditional: set[Use] = set()
    for label, member in parse_dictionary(text).items():
        known = LABELS.get(label)
        if known is None and label not in _EARLIER:
            continue
        if member.word not in {"y", "n"}:
            raise MalformedError(f"the preference for {label} is neither y nor n")
        if member.word == "n":
            denied |= _EARLIER[label] if known is None else {known}
        elif known is not None:
            (conditional if member.parametrised else allowed).add(known)
    return Preferences(frozenset(allowed - denied), frozenset(denied), frozenset(conditional))


@reader(Dialect.AIPREF)
def read_aipref(raw: bytes, location: str | None) -> Said | None:
    """Read header lines with ``Content-Usage``, or the bare value of the field.

    Several fields are one list (RFC 9110 §5.3), but a label that is denied in any of them is
    denied (draft-ietf-aipref-vocab-08 §5.1).
    """
    del location
    said = [preferences_of(value) for value in _values(raw)]
    allowed = frozenset[Use]().union(*(each.allowed for each in said))
    denied = frozenset[Use]().union(*(each.denied for each in said))
    conditional = frozenset[Use]().union(*(each.conditional for each in said))
    if not (allowed or denied or conditional):
        return None
    return weigh(allowed - denied - conditional, denied, conditional)


def _values(raw: bytes) -> list[str]:
    if _HEADER.match(raw):
        return [value for _name, value in header_values(raw, "content-usage")]
    try:
        return [raw.decode("ascii").strip("\r\n")]
    except UnicodeDecodeError as error:
        raise MalformedError("it is not ASCII") from error
