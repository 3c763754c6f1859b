"""What policies look at, read from their JSON form.

Source of the form: https://docs.cedarpolicy.com/policies/json-format.html.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import cedarpy

from raisonne.policy.cedar import Uid

ACTION_TYPE = Uid("Action", "").full_type


def action_groups(schema: Any) -> Mapping[str, frozenset[str]]:
    """Return, for each action of a parsed schema, itself and all groups that it is in."""
    entities = json.loads(str(cedarpy.Entities.from_json_str("[]", schema)))
    parents: dict[str, set[str]] = {
        entity["uid"]["id"]: {parent["id"] for parent in entity["parents"]}
        for entity in entities
        if entity["uid"]["type"] == ACTION_TYPE
    }
    return {action: frozenset(_ancestors(action, parents)) for action in parents}


def speaks_of(policy: Mapping[str, Any], groups: frozenset[str]) -> bool:
    """Say whether a policy may be about an action that is in these groups."""
    scope = policy["action"]
    if scope["op"] not in {"==", "in"}:
        return True
    named = scope["entities"] if "entities" in scope else [scope["entity"]]
    return any(action["id"] in groups or action["type"] != ACTION_TYPE for action in named)


def looks_into_entities(policy: Mapping[str, Any]) -> bool:
    """Say whether a policy asks more of principal and resource than their types."""
    scopes = (policy["principal"]["op"], policy["resource"]["op"])
    variables = {node["Var"] for node in _nodes(policy["conditions"]) if "Var" in node}
    return not variables <= {"action", "context"} or not {"All", "is"}.issuperset(scopes)


def named_types(policies: Any) -> frozenset[str]:
    """Return the types of the entities that policies call by name."""
    return frozenset(
        str(node["type"]) for node in _nodes(policies) if node.keys() >= {"type", "id"}
    )


def _ancestors(action: str, parents: Mapping[str, set[str]]) -> set[str]:
    found, waiting = set(), {action}
    while waiting:
        one = waiting.pop()
        found.add(one)
        waiting |= parents.get(one, set()) - found
    return found


def _nodes(tree: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(tree, Mapping):
        yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for child in tree:
            yield from _nodes(child)
