"""The policy engine: a bundle of Cedar texts, and decisions that fail closed.

Cedar skips a policy that raises an error, a forbid as well as a permit, and then allows what that
forbid would have denied. Here any error, and any request that Cedar cannot decide, is a denial.
Source of the language: https://docs.cedarpolicy.com/.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Self

import cedarpy

from raisonne.policy.cedar import Decision, Entity, Request, Uid
from raisonne.policy.clause import Clause, read_clause
from raisonne.rights.errors import PolicyError

SCHEMA = "schema.cedarschema"


@dataclass(frozen=True, slots=True, eq=False)
class EntitySlice:
    """The entities that some requests look into, checked against the schema.

    Attributes:
        parsed: The engine's handle; None where there is a problem.
        problem: Why the entities do not fit the schema; every request over them is denied.
    """

    parsed: Any
    problem: str


@dataclass(frozen=True, slots=True, eq=False)
class PolicyBundle:
    """Parsed and validated policies; immutable and safe to share between threads.

    Attributes:
        clauses: Every policy's annotations by id.
        revision: SHA-256 in hex over all files; the same texts have the same revision.
    """

    clauses: Mapping[str, Clause]
    revision: str
    _schema: Any
    _policies: Any

    @classmethod
    def packaged(cls) -> Self:
        """Load the policies that are part of this package.

        Raises:
            PolicyError: If they do not parse or validate.
        """
        texts = dict(packaged_texts(".cedar"))
        schema = resources.files(__package__).joinpath("bundle", SCHEMA)
        return cls.from_texts(schema.read_text(encoding="utf-8"), texts)

    @classmethod
    def from_texts(cls, schema: str, policies: Mapping[str, str]) -> Self:
        """Parse and validate policies.

        Args:
            schema: Text of the Cedar schema.
            policies: Text by file name; names that begin with ``screening/`` hold policies that
                give an outcome.

        Raises:
            PolicyError: If anything does not parse or validate, or if there are no policies;
                ``metadata["where"]`` names the file and policy.
        """
        parsed_schema = _parse_schema(schema)
        merged: dict[str, object] = {}
        clauses: dict[str, Clause] = {}
        for name in sorted(policies):
            for clause, policy in _parse_file(name, policies[name], parsed_schema):
                if clause.id in clauses:
                    raise _invalid(f"{name}: {clause.id}", "the id is used twice")
                clauses[clause.id] = clause
                merged[clause.id] = policy
        if not merged:
            raise _invalid("bundle", "there are no policies, so nothing could be decided")
        policy_set = {"templates": {}, "staticPolicies": merged, "templateLinks": []}
        return cls(
            clauses=clauses,
            revision=_revision([(SCHEMA, schema), *sorted(policies.items())]),
            _schema=parsed_schema,
            _policies=cedarpy.PolicySet.from_json_str(json.dumps(policy_set)),
        )

    def slice(self, entities: Iterable[Entity]) -> EntitySlice:
        """Check entities against the schema and index them, once for many requests.

        Args:
            entities: Only those that the requests will name: all of them are checked and indexed.
        """
        text = json.dumps([entity.as_json() for entity in entities])
        try:
            return EntitySlice(cedarpy.Entities.from_json_str(text, self._schema), "")
        except ValueError as error:
            return EntitySlice(None, str(error))

    def decide(
        self,
        principal: Uid,
        action: str,
        resource: Uid,
        context: Mapping[str, object],
        entities: EntitySlice,
    ) -> Decision:
        """Decide one request; see ``decide_all``."""
        return self.decide_all([Request(principal, action, resource, context)], entities)[0]

    def decide_all(
        self, requests: Sequence[Request], entities: EntitySlice
    ) -> tuple[Decision, ...]:
        """Decide requests over one slice; what does not fit the schema is denied.

        Returns:
            Decisions in the order of the requests.
        """
        if entities.problem:
            refused = Decision(allowed=False, clauses=(), errors=(entities.problem,))
            return (refused,) * len(requests)
        if not requests:
            return ()
        asked = [request.as_json() for request in requests]
        results = cedarpy.is_authorized_batch(asked, self._policies, entities.parsed, self._schema)
        return tuple(self._decision(result) for result in results)

    def _decision(self, result: Any) -> Decision:
        errors = tuple(result.diagnostics.errors)
        allowed = result.decision is cedarpy.Decision.Allow
        if allowed and errors:
            # The permits that hold are no reasons for a denial, so only the errors are given.
            return Decision(allowed=False, clauses=(), errors=errors)
        clauses = tuple(self.clauses[name] for name in sorted(result.diagnostics.reasons))
        return Decision(allowed=allowed, clauses=clauses, errors=errors)


def packaged_texts(suffix: str) -> Iterator[tuple[str, str]]:
    """Yield names, relative to the bundle, and texts of packaged files with this suffix."""

    def walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
        for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if item.is_dir():
                yield from walk(item, f"{prefix}{item.name}/")
            elif item.name.endswith(suffix):
                yield prefix + item.name, item.read_text(encoding="utf-8")

    return walk(resources.files(__package__).joinpath("bundle"), "")


def _parse_schema(text: str) -> Any:
    try:
        return cedarpy.Schema.from_str(text)
    except ValueError as error:
        raise _invalid(SCHEMA, str(error)) from error


def _parse_file(name: str, text: str, schema: Any) -> Iterator[tuple[Clause, object]]:
    try:
        parsed = json.loads(cedarpy.policies_to_json_str(text))
    except ValueError as error:
        raise _invalid(name, str(error)) from error
    if parsed["templates"]:
        # A template decides nothing until it is linked, and nobody would link it.
        raise _invalid(name, "templates are not supported")
    for position, policy in parsed["staticPolicies"].items():
        where = f"{name}: {policy['annotations'].get('id') or position}"
        try:
            yield read_clause(name, policy["annotations"]), policy
        except ValueError as error:
            raise _invalid(where, str(error)) from error
    validated = cedarpy.validate_policies(text, schema)
    for problem in validated.errors:
        policy_id = validated.id_annotations_by_policy_id.get(problem.policy_id, problem.policy_id)
        raise _invalid(f"{name}: {policy_id}", problem.error)


def _invalid(where: str, problem: str) -> PolicyError:
    return PolicyError(
        f"The policy bundle cannot be used: {where}: {problem}.", metadata={"where": where}
    )


def _revision(files: Iterable[tuple[str, str]]) -> str:
    """Hash names and texts with their lengths, so that no two different bundles hash alike."""
    digest = hashlib.sha256()
    for name, text in files:
        for part in (name.encode(), text.encode()):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()
