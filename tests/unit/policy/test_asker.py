"""What is kept and what goes by a stand-in changes no answer: each is what Cedar itself says."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta

import cedarpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raisonne.policy import facts
from raisonne.policy.asker import Asker
from raisonne.policy.cedar import Entity, Request, Uid
from raisonne.policy.deciding import Answer, ask
from raisonne.policy.engine import SCHEMA, packaged_texts
from raisonne.policy.listing import UseQuestion
from raisonne.policy.recent import Recent
from raisonne.rights.statement import WORLD, ReservationKind, RightsStatement, Use
from raisonne.rights.verdict import Subject, WorkRights
from raisonne.rights.work import WorkState

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SCHEMA_TEXT = dict(packaged_texts(".cedarschema"))[SCHEMA]
PACKAGED = dict(packaged_texts(".cedar"))
OPEN = '(principal, action == Raisonne::Action::"use", resource is Raisonne::Work)'
SPECIAL = {
    "names a work": f'forbid {OPEN} when {{ resource == Raisonne::Work::"works/0" }};',
    "uses a time otherwise": f"forbid {OPEN} when {{ context.at.toTime() < duration("
    '"12h0m0s1ms") };',
    "compares with a constant": f"forbid {OPEN} when {{ "
    'context.at == datetime("2026-06-01T12:00:00.001Z") };',
    "raises an error": f"forbid {OPEN} when {{ resource.rights.attribution && "
    "9223372036854775807 + 1 > 0 };",
    "looks into a work at a match": 'forbid (principal, action == Raisonne::Action::"screen-match",'
    " resource is Raisonne::Work) when { resource.rights.attribution };",
}


class Both:
    """The same policies, asked by an asker and by Cedar alone."""

    def __init__(self, *texts: str, schema: str = SCHEMA_TEXT) -> None:
        documents = [json.loads(cedarpy.policies_to_json_str(text)) for text in texts]
        policies = [p for one in documents for p in one["staticPolicies"].values()]
        named = {p["annotations"].get("id", f"more{n}"): p for n, p in enumerate(policies)}
        self.schema = cedarpy.Schema.from_str(schema)
        self.asker = Asker(named, self.schema)

    def asked(self, requests: list[Request], entities: list[Entity]) -> tuple[Answer, ...]:
        return self.asker.answers(requests, self.asker.slice(entities))

    def direct(self, requests: list[Request], entities: list[Entity]) -> tuple[Answer, ...]:
        text = json.dumps([entity.as_json() for entity in entities])
        handle = cedarpy.Entities.from_json_str(text, self.schema)
        forms = [request.as_json() for request in requests]
        return ask(forms, self.asker.policies, handle, self.schema)


WORLDS = {"packaged": Both(*PACKAGED.values())} | {
    name: Both(*PACKAGED.values(), f'@id("special") @reason("SPECIAL") {text}')
    for name, text in SPECIAL.items()
}
MILLISECONDS = st.integers(-2, 2).map(lambda n: NOW + timedelta(milliseconds=n))
STATEMENTS = st.builds(
    RightsStatement,
    uses=st.sampled_from([frozenset(Use), frozenset({Use.DISPLAY})]),
    reservations=st.sampled_from([frozenset(), frozenset({ReservationKind.STYLE})]),
    territories=st.sampled_from([frozenset({"DE"}), frozenset({WORLD})]),
    valid_from=st.none() | MILLISECONDS,
    valid_until=st.none() | MILLISECONDS,
    embargo_until=st.none() | MILLISECONDS,
    attribution=st.booleans(),
)
CERTAINTIES = st.sampled_from(
    ["0.0", "0.4999", "0.5", "0.5000", "0.5001", "0.8999", "0.9", "0.9001", "1.0", "-1.0"]
)


@pytest.mark.parametrize("world", WORLDS)
@settings(max_examples=40)
@given(
    statements=st.lists(STATEMENTS, min_size=1, max_size=4),
    at=MILLISECONDS,
    use=st.sampled_from(list(Use)),
    certainty=CERTAINTIES,
)
def test_an_answer_is_what_cedar_says(
    world: str, statements: list[RightsStatement], at: datetime, use: Use, certainty: str
) -> None:
    both = WORLDS[world]
    works = [
        WorkRights(f"works/{n}", "studio", "", "", WorkState.REGISTERED, 1, statement)
        for n, statement in enumerate(statements)
    ]
    question = UseQuestion("studio", use, "DE", at, Subject.UPLOAD)
    tenant, context = Uid("Tenant", "studio"), facts.use_context(question)
    match = facts.screening_context(question) | {
        "denied": True,
        "certainty": certainty,
        "territory": "DE",
    }
    uids = [facts.work_uid(work.work, work) for work in works]
    uids += [Uid("UnknownWork", "works/0"), Uid("WithdrawnWork", "it0"), Uid("Work", "it0")]
    requests = [
        *(Request(tenant, "use", uid, context) for uid in uids),
        *(Request(tenant, "screen-match", uid, match) for uid in uids),
        *(Request(tenant, "screen-term", uid, facts.screening_context(question)) for uid in uids),
    ]
    entities = [facts.work_entity(work) for work in works]
    assert both.asked(requests, entities) == both.direct(requests, entities)
    assert both.asked(requests[:1], entities) == both.direct(requests[:1], entities)


@pytest.mark.parametrize(
    "certainty", ["0.95000", "1_0.0", "NaN", "1e0", "0.9 ", "\u0660.9", ".9", "9.", "", None, 0.9]
)
def test_what_does_not_fit_is_refused_whatever_was_answered_before(certainty: object) -> None:
    both = WORLDS["packaged"]
    tenant, work = Uid("Tenant", "studio"), Uid("UnknownWork", "works/0")
    context = {
        "use": Uid("Use", "display").as_json(),
        "subject": Uid("Subject", "upload").as_json(),
        "denied": False,
        "territory": "DE",
    }
    good = Request(tenant, "screen-match", work, context | {"certainty": "0.95"})
    bad = Request(tenant, "screen-match", work, context | {"certainty": certainty})
    assert both.asked([good], [])[0].allowed
    (answer,) = both.asked([bad], [])
    assert (answer.allowed, len(answer.errors)) == (False, 1)
    lacking = Request(tenant, "screen-match", work, context)
    assert not both.asked([lacking], [])[0].allowed


def test_roles_and_tenants_are_told_apart() -> None:
    both = WORLDS["packaged"]
    for role, tenant, own in itertools.product(("auditor", "operator"), ("a", "b"), ("a", "b")):
        user, thing = Uid("User", "ada"), Uid("Resource", tenant)
        entities = [
            Entity(user, {"tenant": Uid("Tenant", own).as_json()}, [Uid("Role", role)]),
            Entity(thing, {"tenant": Uid("Tenant", tenant).as_json()}),
        ]
        requests = [Request(user, name, thing, {}) for name in ("work:read", "work:create")]
        answers = both.asked(requests, entities)
        assert answers == both.direct(requests, entities)
        allowed = [answer.allowed for answer in answers]
        assert allowed == [tenant == own, tenant == own and role == "operator"]


def test_one_entity_that_does_not_fit_denies_all() -> None:
    both = WORLDS["packaged"]
    statement = RightsStatement(uses=frozenset(Use))
    work = WorkRights("works/0", "t", "", "", WorkState.REGISTERED, 1, statement)
    good = facts.work_entity(work)
    bad = Entity(Uid("Work", "works/1"), {"rights": {"licence": 7}})
    question = UseQuestion("t", Use.DISPLAY, "DE", NOW)
    request = Request(Uid("Tenant", "t"), "use", good.uid, facts.use_context(question))
    assert both.asked([request], [good])[0].allowed
    assert not both.asked([request], [good, bad])[0].allowed
    assert both.asked([request], [good])[0].allowed


RELATED = """
namespace Raisonne {
  entity Person = { "age": Long, "boss"?: Person };
  entity Thing = { "owner": Person, "size": Long };
  action "take" appliesTo { principal: Person, resource: Thing, context: { "for"?: Person } };
}
"""
TAKE = (
    '@id("a") permit (principal, action, resource) when { resource.owner == principal };'
    '@id("b") permit (principal, action, resource) when { context has for && context.for.age > 9 };'
    '@id("c") forbid (principal, action, resource) when { principal has boss && '
    "principal.boss.age < 5 };"
)


_RELATED = Both(TAKE, schema=RELATED)


@given(
    ages=st.lists(st.integers(0, 12), min_size=3, max_size=3),
    boss=st.none() | st.integers(0, 2),
    owners=st.lists(st.integers(0, 3), min_size=2, max_size=2),
    helped=st.none() | st.integers(0, 3),
)
def test_entities_that_refer_to_one_another_keep_their_names(
    ages: list[int], boss: int | None, owners: list[int], helped: int | None
) -> None:
    people = [Uid("Person", f"it{n}") for n in range(4)]
    entities = [Entity(people[n], {"age": age}) for n, age in enumerate(ages)]
    if boss is not None:
        entities[0] = Entity(people[0], {"age": ages[0], "boss": people[boss].as_json()})
    things = [Uid("Thing", f"it{n}") for n in range(2)]
    entities += [
        Entity(thing, {"owner": people[owner].as_json(), "size": 1})
        for thing, owner in zip(things, owners, strict=True)
    ]
    context = {} if helped is None else {"for": people[helped].as_json()}
    requests = [Request(one, "take", thing, context) for one in people for thing in things]
    for some in (entities, entities[:3], entities[3:]):
        assert _RELATED.asked(requests, some) == _RELATED.direct(requests, some)


def test_only_the_latest_is_remembered() -> None:
    recent: Recent[int, str] = Recent(2)
    for number in (1, 2):
        recent.put(number, str(number))
    assert recent.get(1) == "1"
    recent.put(3, "3")
    assert [recent.get(number) for number in (1, 2, 3)] == ["1", None, "3"]
