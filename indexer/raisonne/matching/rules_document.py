"""Scoring rules as a JSON object, named by what they say."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from raisonne.matching.calibration import (
    Calibration,
    EmbeddingRule,
    GeometryRule,
    PerceptualRule,
    ScoringRules,
)

_DIGITS = 12


def named(rules: ScoringRules) -> ScoringRules:
    """Return the rules under the version that follows from their content."""
    content = {name: value for name, value in rules_fields(rules).items() if name != "version"}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
    digest = hashlib.sha256(canonical).hexdigest()
    return replace(rules, version=f"calibration-{digest[:_DIGITS]}")


def rules_fields(rules: ScoringRules) -> dict[str, Any]:
    """Return rules as for JSON."""
    return asdict(rules)


def rules_from_fields(fields: Mapping[str, Any]) -> ScoringRules:
    """Return the rules that ``rules_fields`` wrote.

    Raises:
        KeyError: If a field is missing.
        TypeError: If a field is none of the rules'.
    """
    return ScoringRules(
        version=fields["version"],
        perceptual=PerceptualRule(**_with_curve(fields["perceptual"])),
        geometry=GeometryRule(**_with_curve(fields["geometry"])),
        embeddings={
            algorithm: EmbeddingRule(**_with_curve(rule))
            for algorithm, rule in fields["embeddings"].items()
        },
        works=fields["works"],
    )


def _with_curve(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {**rule, "calibration": Calibration(**rule["calibration"])}
