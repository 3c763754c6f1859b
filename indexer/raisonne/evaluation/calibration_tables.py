"""A calibration as tables, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from raisonne.evaluation.tables import table
from raisonne.rights.match import Mechanism

_REVIEWS = 1e4
_BLOCKS = 1e6


def calibration_tables(fields: Mapping[str, Any]) -> str:
    """Return what each mechanism promises, error rates by kind, and what a person should look at.

    Args:
        fields: As ``calibration_fields`` returned them.
    """
    tables = [_mechanisms(fields), _kinds(fields["by_kind"])]
    if fields["suspicious"]:
        tables.append(_suspicious(fields))
    return "\n\n".join(tables)


def fresh_table(fresh: Mapping[str, Any]) -> str:
    """Return stated and observed rates side by side.

    Args:
        fresh: As ``fresh_figures`` returned them.
    """
    rows = [
        (
            name,
            f"{row['similarity']:.3f}",
            f"{row['stated']['estimate']:.2%} ({_range(row['stated']['interval'])})",
            _counted(row["observed"]),
            "yes" if row["holds"] else "no",
        )
        for name, found in fresh["false_matches"].items()
        for row in found
    ]
    return table(("mechanism", "beyond", "stated", "observed", "holds"), rows)


def _mechanisms(fields: Mapping[str, Any]) -> str:
    head = (
        "mechanism",
        "review from",
        "block from",
        "false reviews per 10,000",
        "false blocks per 1,000,000",
        "counted",
        "copies for review",
    )
    rows = [_mechanism(name, found) for name, found in fields["mechanisms"].items()]
    together = fields["combined"]["decisions"]
    rows.append(
        (
            "together",
            "",
            "",
            _extrapolated(together["review"]["rate"], _REVIEWS),
            _extrapolated(together["block"]["rate"], _BLOCKS),
            _counted(together["review"]["as_they_are"]),
            _counted(together["review"]["copies"]),
        )
    )
    return table(head, rows)


def _mechanism(name: str, found: Mapping[str, Any]) -> tuple[str, ...]:
    review, block = found["decisions"]["review"], found["decisions"]["block"]
    return (
        name if found["state"] == "FITTED" else f"{name} (as before: {found['reason']})",
        *(_from(name, decision["similarity"]) for decision in (review, block)),
        _extrapolated(review["rate"], _REVIEWS),
        _extrapolated(block["rate"], _BLOCKS),
        _counted(review["as_they_are"]),
        "",
    )


def _from(mechanism: str, similarity: float) -> str:
    reached = similarity <= 1 or mechanism == Mechanism.GEOMETRY
    return f"{similarity:.3f}" if reached else "never"


def _kinds(kinds: Mapping[str, Any]) -> str:
    rows = [
        (kind, _counted(found["false_reviews"]), _counted(found["copies_for_review"]))
        for kind, found in kinds.items()
    ]
    return table(("kind", "false reviews", "copies for review"), rows)


def _suspicious(fields: Mapping[str, Any]) -> str:
    rows = [
        (pair["picture"], pair["work"], pair["mechanism"], f"{pair['score']:.3f}")
        for pair in fields["suspicious"][:5]
    ]
    return table(("most alike", "and", "by", "score"), rows)


def _extrapolated(rate: Mapping[str, Any] | None, per: float) -> str:
    if rate is None:
        return ""
    low, high = rate["interval"]
    return f"{per * rate['estimate']:.2g} ({per * low:.1g} to {per * high:.2g})"


def _counted(share: Mapping[str, Any]) -> str:
    return f"{share['count']} of {share['of']} ({_range(share['interval'])})"


def _range(interval: Sequence[float]) -> str:
    low, high = interval
    return f"{low:.2%} to {high:.2%}"
