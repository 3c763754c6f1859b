"""Asking the same policies again and again, without asking anything twice.

Cedar reads names, contexts and entities anew for each request, which takes longer than deciding.
Policies never change, and equal requests over equal entities have equal answers, so answers are
kept. To find more that are equal, an entity goes by a stand-in for its name where no policy could
tell: two works with the same rights are asked about once. Where the policies on an action look into
no entity, it does not matter which ones they are; where they only compare a value, what matters is
how it compares. And policies on other actions are left out.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import cedarpy

from raisonne.policy.cedar import Entity, Request, Uid
from raisonne.policy.deciding import Answer, ask
from raisonne.policy.entity_slice import (
    Called,
    EntitySlice,
    as_read,
    call_by_name,
    inside_of,
    mentions,
)
from raisonne.policy.landmarks import Landmarks, compared_only
from raisonne.policy.recent import Recent
from raisonne.policy.relevance import (
    action_groups,
    looks_into_entities,
    named_types,
    speaks_of,
)

_KEPT = 8_192

Said: TypeAlias = tuple[tuple[str, Hashable], ...]
"""A context, by name, in a form that can be compared: texts and truths as they are, else JSON."""
Key: TypeAlias = tuple[str, Hashable, str, str]
"""All that an answer depends on: action, context, and what is known of principal and resource."""


@dataclass(frozen=True, slots=True, eq=False)
class _Relevant:
    """The policies that may speak of an action, and what they look at.

    Attributes:
        policies: Parsed.
        looks_into_entities: Whether any asks more of an entity than its type.
        compared: Values of the context that are only compared, with what.
    """

    policies: Any
    looks_into_entities: bool
    compared: Mapping[str, Landmarks]


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    """A request as the engine is asked it.

    Attributes:
        request: As it was given.
        who: How its principal is spoken of.
        what: How its resource is spoken of.
        said: Its context.
    """

    request: Request
    who: Called
    what: Called
    said: Said

    def form(self) -> Mapping[str, object]:
        """Return what the engine takes."""
        return {
            "principal": self.who.uid.as_json(),
            "action": Uid("Action", self.request.action).as_json(),
            "resource": self.what.uid.as_json(),
            "context": json.dumps(self.request.context),
        }


class Asker:
    """Asks one set of policies; safe to share between threads.

    Args:
        policies: Cedar's JSON form by id, without templates.
        schema: Parsed.
    """

    def __init__(self, policies: Mapping[str, Any], schema: Any) -> None:
        self.policies = _parsed(policies)
        self._schema = schema
        self._relevant = {
            action: _relevant(policies, groups) for action, groups in action_groups(schema).items()
        }
        self._all = _Relevant(self.policies, looks_into_entities=True, compared={})
        self._named_types = named_types(policies)
        self._sound: Recent[str, bool] = Recent(_KEPT)
        self._answers: Recent[Key, Answer] = Recent(_KEPT)

    def slice(self, entities: Iterable[Entity]) -> EntitySlice:
        """Read entities and check them against the schema."""
        given = list(entities)
        types = frozenset(entity.uid.full_type for entity in given)
        insides = [inside_of(entity) for entity in given]
        related = any(mentions(inside, types) for inside in insides)
        if related or len({entity.uid for entity in given}) < len(given):
            return self._by_name(given, types)
        called: dict[Uid, Called] = {}
        distinct: dict[str, tuple[Called, str]] = {}
        for entity, inside in zip(given, insides, strict=True):
            one = self._call(entity, inside, len(distinct))
            called[entity.uid], _ = distinct.setdefault(one.known, (one, inside))
        text = as_read((one.uid, inside) for one, inside in distinct.values())
        made = EntitySlice(given, types, called, text)
        if not all(map(self._sound.get, distinct)):
            self._read(made)
            for known in distinct if not made.problem else ():
                self._sound.put(known, value=True)
        return made

    def answers(self, requests: Sequence[Request], entities: EntitySlice) -> tuple[Answer, ...]:
        """Return the answers to requests, in their order; what does not fit the schema is denied.

        Args:
            requests: The questions.
            entities: Made by ``slice``.
        """
        if entities.problem:
            refused = Answer(allowed=False, policies=(), errors=(entities.problem,))
            return (refused,) * len(requests)
        questions = list(self._questions(requests, entities))
        if entities.called is not None and not _are_separable(questions, entities):
            return self.answers(requests, self._by_name(entities.given, entities.types))
        keys = [self._key(question, entities) for question in questions]
        found: dict[Key, Answer] = {}
        unknown: dict[str, dict[Key, Mapping[str, object]]] = {}
        for key, question in zip(keys, questions, strict=True):
            answer = self._answers.get(key)
            if answer is not None:
                found[key] = answer
            else:
                unknown.setdefault(question.request.action, {})[key] = question.form()
        for action, forms in unknown.items():
            self._read(entities)
            if entities.problem:
                return self.answers(requests, entities)
            policies = self._relevant_to(action).policies
            given = ask(list(forms.values()), policies, entities.handle, self._schema)
            for key, answer in zip(forms, given, strict=True):
                found[key] = answer
                self._answers.put(key, answer)
        return tuple(found[key] for key in keys)

    def _call(self, entity: Entity, inside: str, number: int) -> Called:
        uid = entity.uid
        # A member of an enumeration has nothing inside and needs its own name.
        if not entity.attributes or uid.full_type in self._named_types:
            return call_by_name(uid, inside, entity.attributes)
        stand_in = Uid(uid.type, f"it{number}")
        return Called(stand_in, uid.full_type + inside, uid.full_type, entity.attributes)

    def _by_name(self, given: Sequence[Entity], types: frozenset[str]) -> EntitySlice:
        made = EntitySlice(given, types, None, as_read((e.uid, inside_of(e)) for e in given))
        self._read(made)
        return made

    def _questions(self, requests: Sequence[Request], entities: EntitySlice) -> Iterator[_Question]:
        called = dict(entities.called or {})
        said: dict[int, Said] = {}
        values: dict[int, Hashable] = {}
        for request in requests:
            for uid in (request.principal, request.resource):
                if uid not in called:
                    called[uid] = call_by_name(uid)
            place = id(request.context)  # Many requests share a context, or values in it.
            if place not in said:
                said[place] = _said(request.context, values)
            who, what = called[request.principal], called[request.resource]
            yield _Question(request, who, what, said[place])

    def _key(self, question: _Question, entities: EntitySlice) -> Key:
        request, who, what = question.request, question.who, question.what
        if entities.called is None:
            # Whatever is there may be looked into.
            return request.action, question.said, who.known, what.known + entities.text
        relevant = self._relevant_to(request.action)
        told: Said = tuple(
            (name, _place(relevant.compared[name], value, what) or value)
            if name in relevant.compared
            else (name, value)
            for name, value in question.said
        )
        if relevant.looks_into_entities:
            return request.action, told, who.known, what.known
        return request.action, told, who.unseen, what.unseen

    def _relevant_to(self, action: str) -> _Relevant:
        return self._relevant.get(action, self._all)

    def _read(self, entities: EntitySlice) -> None:
        """Have the engine read entities, unless it has."""
        if entities.handle is None:
            try:
                entities.handle = cedarpy.Entities.from_json_str(entities.text, self._schema)
            except ValueError as error:
                entities.problem = str(error)


def _are_separable(questions: Sequence[_Question], entities: EntitySlice) -> bool:
    """Say whether nothing but principal and resource can be looked into, each by a stand-in."""
    texts = {str(value) for said in {one.said for one in questions} for _, value in said}
    if any(mentions(text, entities.types) for text in texts):
        return False
    called = entities.called or {}
    for question in questions:
        who, what = question.request.principal, question.request.resource
        # The name of what is not among the entities could be the stand-in of one that is.
        if any(uid not in called and uid.full_type in entities.types for uid in (who, what)):
            return False
        if (question.who.uid == question.what.uid) is not (who == what):
            return False
    return True


def _said(context: Mapping[str, object], values: dict[int, Hashable]) -> Said:
    """Return a context as it is compared; ``values`` keeps what was written before, by identity."""
    said: list[tuple[str, Hashable]] = []
    for name, value in context.items():
        if isinstance(value, str | bool):
            said.append((name, value))
            continue
        if id(value) not in values:
            values[id(value)] = ("JSON", json.dumps(value))
        said.append((name, values[id(value)]))
    return tuple(said)


def _place(landmarks: Landmarks, value: Hashable, resource: Called) -> Hashable:
    """Return where a value lies, which no value itself can equal; None where that is unknown."""
    place = landmarks.place(value, resource.attributes)
    return None if place is None else ("place", place)


def _relevant(policies: Mapping[str, Any], groups: frozenset[str]) -> _Relevant:
    chosen = {name: policy for name, policy in policies.items() if speaks_of(policy, groups)}
    return _Relevant(
        policies=_parsed(chosen),
        looks_into_entities=any(map(looks_into_entities, chosen.values())),
        compared=compared_only(chosen.values()),
    )


def _parsed(policies: Mapping[str, Any]) -> Any:
    document = {"templates": {}, "staticPolicies": policies, "templateLinks": []}
    return cedarpy.PolicySet.from_json_str(json.dumps(document))
