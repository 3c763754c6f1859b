"""Rules: the policies of one text, their annotations, where they stand, and what is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cedarpy

from raisonne.policy.clause import Clause, read_clause

SCHEMA = "schema.cedarschema"
"""Name of the file, in every bundle, that says what policies may speak of."""

_STRING_OR_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*')
_ID = re.compile(r'@id\s*\(\s*"((?:[^"\\]|\\.)*)"\s*\)')


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a text cannot be used, or should be written otherwise.

    Attributes:
        file: Name of the file, relative to its bundle.
        policy: Its id, or its position in the file; empty if the whole file is meant.
        problem: A sentence without its full stop.
    """

    file: str
    policy: str
    problem: str

    @property
    def where(self) -> str:
        """File and policy in one word."""
        return f"{self.file}: {self.policy}" if self.policy else self.file


@dataclass(frozen=True, slots=True)
class Rule:
    """One policy.

    Attributes:
        clause: What its annotations say.
        effect: ``permit`` or ``forbid``.
        file: Name of the file it is in, relative to its bundle.
        line: Where it stands there, from 1; 0 if that cannot be told.
    """

    clause: Clause
    effect: str
    file: str
    line: int


def parse_schema(text: str) -> Any:
    """Return the engine's handle of a schema.

    Raises:
        ValueError: If it does not parse.
    """
    return cedarpy.Schema.from_str(text)


def read_rules(
    file: str, text: str, schema: Any
) -> tuple[list[tuple[Rule, object]], list[Problem]]:
    """Read and validate the policies of one file.

    Args:
        file: Its name.
        text: What it says.
        schema: Handle of the schema it is validated against.

    Returns:
        Rules, each with the engine's form of it, and every problem that was found.
    """
    try:
        parsed = json.loads(cedarpy.policies_to_json_str(text))
    except ValueError as error:
        return [], [Problem(file, "", _one_line(str(error)))]
    if parsed["templates"]:
        # A template decides nothing until it is linked, and nobody would link it.
        return [], [Problem(file, "", "templates are not supported")]
    rules, problems = [], []
    lines = _lines(text)
    for position, policy in parsed["staticPolicies"].items():
        name = policy["annotations"].get("id") or position
        try:
            clause = read_clause(file, policy["effect"], policy["annotations"])
        except ValueError as error:
            problems.append(Problem(file, name, str(error)))
            continue
        rules.append((Rule(clause, policy["effect"], file, lines.get(name, 0)), policy))
    return rules, problems + list(_invalid(file, text, schema))


def without_policy(text: str, policy: str) -> str:
    """Return a text less the policies of this id."""
    parsed = json.loads(cedarpy.policies_to_json_str(text))
    kept = {
        key: each
        for key, each in parsed["staticPolicies"].items()
        if each["annotations"].get("id") != policy
    }
    remaining = json.dumps(parsed | {"staticPolicies": kept})
    return str(cedarpy.policies_from_json_str(remaining))


def _invalid(file: str, text: str, schema: Any) -> Iterator[Problem]:
    validated = cedarpy.validate_policies(text, schema)
    for problem in validated.errors:
        name = validated.id_annotations_by_policy_id.get(problem.policy_id, problem.policy_id)
        yield Problem(file, name or "", _one_line(problem.error))


def _lines(text: str) -> dict[str, int]:
    """Return where each id is written. The engine does not say, and comments do not count."""

    def blank(found: re.Match[str]) -> str:
        return " " * len(found[0]) if found[0].startswith("//") else found[0]

    bare = _STRING_OR_COMMENT.sub(blank, text)
    found: dict[str, int] = {}
    for match in _ID.finditer(bare):
        found.setdefault(match[1], bare.count("\n", 0, match.start()) + 1)
    return found


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")
