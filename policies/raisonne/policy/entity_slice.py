"""Entities as policies see them: what is inside, what they are called, and how they are written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from raisonne.policy.cedar import Entity, Uid

_NONE: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Called:
    """How an entity is spoken of.

    Attributes:
        uid: What the engine is told.
        known: All that policies can tell of it.
        unseen: All that policies can tell of it that look into no entity.
        attributes: What is inside of it.
    """

    uid: Uid
    known: str
    unseen: str
    attributes: Mapping[str, object]


@dataclass(slots=True, eq=False)
class EntitySlice:
    """The entities that some requests look into, checked against the schema.

    Attributes:
        given: The entities.
        types: Their types.
        called: How each is spoken of; None where all go by their names, as one refers to another.
        text: The entities, so called, as the engine reads them.
        problem: Why they do not fit the schema; every request over them is denied.
        handle: The engine's, once they were read.
    """

    given: Sequence[Entity]
    types: frozenset[str]
    called: Mapping[Uid, Called] | None
    text: str
    problem: str = ""
    handle: Any = None


def call_by_name(uid: Uid, inside: str = "", attributes: Mapping[str, object] = _NONE) -> Called:
    """Speak of an entity by its own name; policies can tell it from all others."""
    known = f"{uid.full_type} {len(uid.id)} {uid.id} {inside}"
    return Called(uid, known, known, attributes)


def inside_of(entity: Entity) -> str:
    """Return attributes and parents as JSON members."""
    attributes = entity.written or json.dumps(entity.attributes)
    parents = [parent.as_json() for parent in entity.parents]
    return f'"attrs": {attributes}, "parents": {json.dumps(parents) if parents else "[]"}'


def as_read(entities: Iterable[tuple[Uid, str]]) -> str:
    """Return entities, by their names and insides, as the engine reads them."""
    written = (f'{{"uid": {json.dumps(uid.as_json())}, {inside}}}' for uid, inside in entities)
    return f"[{','.join(written)}]"


def mentions(text: str, types: Iterable[str]) -> bool:
    """Say whether JSON may name an entity of one of these types; texts that look like it count."""
    return any(full_type in text for full_type in types)
