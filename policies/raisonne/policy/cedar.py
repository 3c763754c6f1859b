"""Cedar's values: names, entities, requests and decisions, as plain data."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from raisonne.policy.clause import Clause

_NAMESPACE = "Raisonne"


@dataclass(frozen=True, slots=True)
class Uid:
    """Name of an entity.

    Attributes:
        type: Entity type within the namespace, for example ``Work``.
        id: Identifier; any text.
    """

    type: str
    id: str

    def as_json(self) -> dict[str, str]:
        """Return the structured form, which needs no quoting of the identifier."""
        return {"type": self.full_type, "id": self.id}

    def as_text(self) -> str:
        """Return it as policies write it."""
        return f"{self.full_type}::{_quoted(self.id)}"

    @property
    def full_type(self) -> str:
        """The type with its namespace."""
        return f"{_NAMESPACE}::{self.type}"


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing that policies can look into.

    Attributes:
        uid: Its name.
        attributes: In Cedar's JSON form, as the schema declares them.
        parents: Groups that it is in.
        written: The attributes as JSON, where somebody has written them already.
    """

    uid: Uid
    attributes: Mapping[str, object] = field(default_factory=dict)
    parents: Sequence[Uid] = ()
    written: str = field(default="", repr=False, compare=False)

    def as_json(self) -> dict[str, object]:
        """Return Cedar's JSON form."""
        return {
            "uid": self.uid.as_json(),
            "attrs": self.attributes,
            "parents": [parent.as_json() for parent in self.parents],
        }


@dataclass(frozen=True, slots=True)
class Request:
    """One question: may the principal do this with that, in this context?"""

    principal: Uid
    action: str
    resource: Uid
    context: Mapping[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Return the form that the engine takes."""
        return {
            "principal": self.principal.as_json(),
            "action": Uid("Action", self.action).as_json(),
            "resource": self.resource.as_json(),
            "context": json.dumps(self.context),
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to a request.

    Attributes:
        allowed: Whether a permit holds, no forbid does, and nothing went wrong.
        clauses: The policies that decided, by id; empty for a denial by default.
        errors: What went wrong; anything here is a denial.
    """

    allowed: bool
    clauses: tuple[Clause, ...]
    errors: tuple[str, ...]


def _quoted(text: str) -> str:
    # The engine refuses what it would write in another way itself, so nothing is misunderstood.
    return '"' + re.sub(r"([\"'\\])", r"\\\1", text) + '"'
