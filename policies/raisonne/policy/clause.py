"""Clauses: what a policy's annotations say about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Template
from types import MappingProxyType

from raisonne.policy.reserving import RESERVING_PLACEHOLDERS
from raisonne.rights.obligation import Obligation

SCREENING = "screening"
"""Folder, at any depth, of the files whose policies give an outcome."""

OUTCOMES = frozenset({"BLOCK", "REVIEW", "INFO", "NONE"})
"""What ``@outcome`` may say: the severity of the finding, or that there is none."""

PLACEHOLDERS = RESERVING_PLACEHOLDERS | {
    "appeal", "category", "certainty", "dialect", "digest", "embargo_until", "executed", "failed",
    "holder", "licence", "listed", "place", "said", "span", "term", "territory", "unexplained",
    "use", "valid_from", "valid_until", "work",
}  # fmt: skip
"""What ``@sentence`` may ask to be filled in."""

_REQUIRED = frozenset({"id", "reason"})
_KNOWN = _REQUIRED | {"cites", "outcome", "obligation", "sentence"}


@dataclass(frozen=True, slots=True)
class Clause:
    """Annotations of one policy.

    Attributes:
        id: Unique within its bundle, for example ``rights.expired``.
        reason: Stable code.
        cites: Legal or contractual ground; empty where there is none.
        outcome: One of ``OUTCOMES`` for screening policies; empty for others.
        obligation: One of ``Obligation``, owed where this decides; empty for nothing.
        sentence: For a person, with ``$placeholders``.
    """

    id: str
    reason: str
    cites: str = ""
    outcome: str = ""
    obligation: str = ""
    sentence: str = ""

    def explain(self, words: Mapping[str, str]) -> str:
        """Return the sentence with its placeholders filled in."""
        return Template(self.sentence).substitute(_BLANK | words)


_BLANK = MappingProxyType(dict.fromkeys(PLACEHOLDERS, ""))


def gives_outcome(file: str) -> bool:
    """Return whether policies of a file say how severe a finding is."""
    return SCREENING in file.split("/")[:-1]


def read_clause(file: str, effect: str, annotations: Mapping[str, str | None]) -> Clause:
    """Read a policy's annotations.

    Args:
        file: Name of the file it is in.
        effect: ``permit`` or ``forbid``.
        annotations: As parsed.

    Raises:
        ValueError: Saying what is missing, unknown or misspelt.
    """
    unknown = sorted(set(annotations) - _KNOWN)
    if unknown:
        raise ValueError(f"unknown annotation @{unknown[0]}")
    missing = sorted(name for name in _REQUIRED if not annotations.get(name))
    if missing:
        raise ValueError(f"@{missing[0]} is missing")
    # An annotation without a value is read as none.
    clause = Clause(**{name: value or "" for name, value in annotations.items()})
    if gives_outcome(file) and clause.outcome not in OUTCOMES:
        raise ValueError(f"@outcome must be one of {', '.join(sorted(OUTCOMES))}")
    _require_obligation(file, effect, clause.obligation)
    template = Template(clause.sentence)
    if not template.is_valid() or not PLACEHOLDERS.issuperset(template.get_identifiers()):
        raise ValueError(f"@sentence may use ${', $'.join(sorted(PLACEHOLDERS))}")
    return clause


def _require_obligation(file: str, effect: str, obligation: str) -> None:
    if not obligation:
        return
    if obligation not in set(Obligation):
        raise ValueError(f"@obligation must be one of {', '.join(sorted(Obligation))}")
    if effect == "forbid" and not gives_outcome(file):
        # Nothing is owed for what may not be done, so nobody would ever be told.
        raise ValueError("@obligation says nothing where a use is forbidden")
