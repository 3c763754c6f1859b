"""The policy engine: a bundle of Cedar texts, and decisions that fail closed.

How Cedar is asked, so that an error is a denial, is in ``raisonne.policy.deciding``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Protocol, Self

import cedarpy

from raisonne.policy.asker import Asker
from raisonne.policy.cedar import Decision, Entity, Request, Uid
from raisonne.policy.clause import Clause
from raisonne.policy.deciding import Answer, ask_partially
from raisonne.policy.entity_slice import EntitySlice
from raisonne.policy.rules import SCHEMA, Problem, Rule, parse_schema, read_rules
from raisonne.rights.errors import PolicyError

__all__ = [
    "PROFILES", "SCHEMA", "EntitySlice", "Policies", "PolicyBundle", "packaged_files",
    "packaged_texts",
]  # fmt: skip

PROFILES = "profiles/"
"""Prefix of the packaged files that are in force only where their profile is."""


class Policies(Protocol):
    """The policies in force, which may be others the next time one asks.

    Whoever answers a request asks once, and keeps to that answer until the request is done.
    """

    def current(self) -> PolicyBundle:
        """Return the policies in force now; never waits."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class PolicyBundle:
    """Parsed and validated policies; immutable and safe to share between threads.

    Attributes:
        clauses: Every policy's annotations by id.
        rules: Every policy by id, with its effect and where it is written.
        profiles: Names of the profiles in force, sorted.
        revision: SHA-256 in hex over all files and profiles; the same have the same revision.
    """

    clauses: Mapping[str, Clause]
    rules: Mapping[str, Rule]
    profiles: tuple[str, ...]
    revision: str
    _schema: Any
    _asker: Asker

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
    def from_texts(
        cls, schema: str, policies: Mapping[str, str], profiles: Iterable[str] = ()
    ) -> Self:
        """Parse and validate policies.

        Args:
            schema: Text of the Cedar schema.
            policies: Text by file name; files in a folder ``screening`` hold policies that give an
                outcome.
            profiles: Names of the profiles that the policies were put together for.

        Raises:
            PolicyError: If anything does not parse or validate, or if there are no policies;
                ``metadata["where"]`` names the file and policy.
        """
        try:
            parsed_schema = parse_schema(schema)
        except ValueError as error:
            raise _refusal(Problem(SCHEMA, "", str(error))) from error
        merged: dict[str, object] = {}
        rules: dict[str, Rule] = {}
        for name in sorted(policies):
            found, problems = read_rules(name, policies[name], parsed_schema)
            if problems:
                raise _refusal(problems[0])
            for rule, policy in found:
                if rule.clause.id in rules:
                    raise _refusal(Problem(name, rule.clause.id, "the id is used twice"))
                rules[rule.clause.id] = rule
                merged[rule.clause.id] = policy
        if not merged:
            raise _refusal(
                Problem("bundle", "", "there are no policies, so nothing could be decided")
            )
        named = tuple(sorted(set(profiles)))
        return cls(
            clauses={name: rule.clause for name, rule in rules.items()},
            rules=rules,
            profiles=named,
            revision=_revision(schema, policies, named),
            _schema=parsed_schema,
            _asker=Asker(merged, parsed_schema),
        )

    def current(self) -> Self:
        """Return these policies themselves: a bundle never changes."""
        return self

    def slice(self, entities: Iterable[Entity]) -> EntitySlice:
        """Check entities against the schema and index them, once for many requests.

        Args:
            entities: Only those that the requests will name: all of them are checked and indexed.
        """
        return self._asker.slice(entities)

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
        return tuple(map(self._decision, self._asker.answers(requests, entities)))

    def residuals(
        self,
        principal: Uid,
        action: str,
        context: Mapping[str, object],
        known: Iterable[Uid],
    ) -> Mapping[str, Any]:
        """Return what is left of each policy for a resource that is not known yet.

        This is no decision: see ``raisonne.policy.deciding.ask_partially``.

        Args:
            principal: Who asks.
            action: What is to be done.
            context: The circumstances.
            known: Entities that the context names; others would be taken for unknown.

        Raises:
            PolicyError: If a policy raises an error or something does not fit the schema.
        """
        text = json.dumps([Entity(uid).as_json() for uid in {principal, *known}])
        request = {
            "principal": principal.as_text(),
            "action": Uid("Action", action).as_text(),
            "context": json.dumps(context),
        }
        try:
            entities = cedarpy.Entities.from_json_str(text, self._schema)
            left, errors = ask_partially(request, self._asker.policies, entities, self._schema)
        except ValueError as error:
            raise PolicyError(f"The policies cannot be asked: {error}.") from error
        if errors:
            raise PolicyError(f"A policy raises an error: {errors[0]}.")
        return left

    def _decision(self, answer: Answer) -> Decision:
        clauses = tuple(self.clauses[name] for name in answer.policies)
        return Decision(answer.allowed, clauses, answer.errors)


def packaged_files() -> dict[str, str]:
    """Return all packaged texts, those of the profiles too, by name relative to the bundle."""

    def walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
        for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if item.is_dir():
                yield from walk(item, f"{prefix}{item.name}/")
            elif item.name.endswith((".cedar", ".cedarschema", ".yaml")):
                yield prefix + item.name, item.read_text(encoding="utf-8")

    return dict(walk(resources.files(__package__).joinpath("bundle"), ""))


def packaged_texts(suffix: str) -> Iterator[tuple[str, str]]:
    """Yield names and texts of the packaged files with this suffix that are always in force."""
    for name, text in packaged_files().items():
        if name.endswith(suffix) and not name.startswith(PROFILES):
            yield name, text


def _refusal(problem: Problem) -> PolicyError:
    return PolicyError(
        f"The policy bundle cannot be used: {problem.where}: {problem.problem}.",
        metadata={"where": problem.where},
    )


def _revision(schema: str, policies: Mapping[str, str], profiles: Sequence[str]) -> str:
    """Hash names and texts with their lengths, so that no two different bundles hash alike."""
    files = [(SCHEMA, schema), *sorted(policies.items())]
    if profiles:
        # A profile may hold no text of its own, and still other rules are in force with it.
        files.append((PROFILES, ",".join(profiles)))
    digest = hashlib.sha256()
    for name, text in files:
        for part in (name.encode(), text.encode()):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()
