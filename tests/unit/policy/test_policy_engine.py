from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.policy.cedar import Entity, Uid
from raisonne.policy.clause import Clause
from raisonne.policy.engine import SCHEMA, PolicyBundle, packaged_texts
from raisonne.rights.errors import PolicyError, Reason

SCHEMA_TEXT = """
namespace Raisonne {
  entity User = { "age": Long, "limit"?: Long };
  entity Door;
  action "open" appliesTo { principal: User, resource: Door, context: { "hour": Long } };
}
"""
PERMIT = '@id("door.all") @reason("ALL") permit (principal, action, resource);'
FORBID = (
    '@id("door.old") @reason("TOO_OLD") forbid (principal, action, resource)'
    " when { principal.age + 1 > 100 };"
)
ADA = Uid("User", "ada")
DOOR = Uid("Door", "front")


def _bundle(*policies: str) -> PolicyBundle:
    return PolicyBundle.from_texts(SCHEMA_TEXT, {"doors.cedar": "\n".join(policies)})


DOORS = _bundle(PERMIT, FORBID)


def _ask(bundle: PolicyBundle, age: object, hour: object = 9) -> tuple[bool, list[str], int]:
    entities = bundle.slice([Entity(ADA, {"age": age}), Entity(DOOR)])
    decision = bundle.decide(ADA, "open", DOOR, {"hour": hour}, entities)
    return decision.allowed, [clause.id for clause in decision.clauses], len(decision.errors)


def _refusal(schema: str, policies: dict[str, str]) -> PolicyError:
    with pytest.raises(PolicyError) as refused:
        PolicyBundle.from_texts(schema, policies)
    assert refused.value.reason is Reason.POLICY_INVALID
    return refused.value


def test_permit_and_forbid_name_the_clauses_that_decided() -> None:
    bundle = _bundle(PERMIT, FORBID)
    assert _ask(bundle, 30) == (True, ["door.all"], 0)
    assert _ask(bundle, 100) == (False, ["door.old"], 0)


def test_what_nothing_permits_is_denied_without_a_clause() -> None:
    assert _ask(_bundle(FORBID), 30) == (False, [], 0)


def test_a_forbid_that_raises_an_error_denies() -> None:
    # Cedar itself would skip the overflowing forbid and allow.
    assert _ask(_bundle(PERMIT, FORBID), 2**63 - 1) == (False, [], 1)


def test_an_error_beside_a_forbid_still_names_the_forbid() -> None:
    night = '@id("door.night") @reason("NIGHT") forbid (principal, action, resource)'
    bundle = _bundle(PERMIT, FORBID, night + " when { context.hour < 6 };")
    assert _ask(bundle, 2**63 - 1, hour=1) == (False, ["door.night"], 1)


@pytest.mark.parametrize("age", ["thirty", None, 1.5, 2**70])
def test_entities_that_do_not_fit_the_schema_are_denied(age: object) -> None:
    assert _ask(_bundle(PERMIT), age) == (False, [], 1)


@pytest.mark.parametrize("hour", ["nine", None, {"__entity": {"type": "x", "id": "y"}}])
def test_contexts_that_do_not_fit_the_schema_are_denied(hour: object) -> None:
    assert _ask(_bundle(PERMIT), 30, hour) == (False, [], 1)


def test_unknown_actions_and_types_are_denied() -> None:
    bundle = _bundle(PERMIT)
    nothing = bundle.slice([])
    assert not bundle.decide(ADA, "close", DOOR, {"hour": 9}, nothing).allowed
    assert not bundle.decide(DOOR, "open", ADA, {"hour": 9}, nothing).allowed


@given(st.text())
def test_any_text_can_be_an_identifier(name: str) -> None:
    user = Uid("User", name)
    entities = DOORS.slice([Entity(user, {"age": 30})])
    assert DOORS.decide(user, "open", Uid("Door", name), {"hour": 9}, entities).allowed


def test_no_requests_have_no_decisions() -> None:
    bundle = _bundle(PERMIT)
    assert bundle.decide_all([], bundle.slice([])) == ()


@pytest.mark.parametrize(
    ("policy", "where"),
    [
        (PERMIT.replace("resource", "resouce"), "doors.cedar"),
        (FORBID.replace(".age", ".agge"), "doors.cedar: door.old"),
        (PERMIT.replace("action,", 'action == Raisonne::Action::"opn",'), "doors.cedar: door.all"),
        (PERMIT.replace('@id("door.all")', ""), "doors.cedar: policy0"),
        (PERMIT.replace('@id("door.all")', "@id"), "doors.cedar: policy0"),
        (PERMIT.replace('@reason("ALL")', ""), "doors.cedar: door.all"),
        (PERMIT.replace("@reason", "@raeson"), "doors.cedar: door.all"),
        (PERMIT.replace("@reason", '@sentence("$wrok") @reason'), "doors.cedar: door.all"),
        (PERMIT.replace("@reason", '@sentence("5 $") @reason'), "doors.cedar: door.all"),
        (PERMIT.replace("principal,", "principal == ?principal,"), "doors.cedar"),
        (PERMIT + PERMIT, "doors.cedar: door.all"),
        ("", "bundle"),
    ],
)
def test_a_policy_that_cannot_be_used_is_refused_with_its_place(policy: str, where: str) -> None:
    assert _refusal(SCHEMA_TEXT, {"doors.cedar": policy}).metadata["where"] == where


def test_an_annotation_may_be_empty() -> None:
    bundle = _bundle(PERMIT.replace("@reason", "@cites @sentence @reason"))
    assert bundle.clauses["door.all"] == Clause("door.all", "ALL")


@pytest.mark.parametrize("outcome", ["", '@outcome("BLOK")'])
def test_screening_policies_must_give_an_outcome(outcome: str) -> None:
    name = "screening/doors.cedar"
    refused = _refusal(SCHEMA_TEXT, {name: PERMIT.replace("@reason", f"{outcome} @reason")})
    assert refused.metadata["where"] == f"{name}: door.all"


def test_a_schema_that_does_not_parse_is_refused() -> None:
    assert _refusal("namespace {", {"doors.cedar": PERMIT}).metadata["where"] == SCHEMA


@pytest.mark.parametrize(
    ("declared", "misspelt"),
    [
        ('"uses": Set<Use>', '"usess": Set<Use>'),
        ("entity UnknownWork", "entity UnknonwWork"),
        ('"ai-training"', '"ai-trianing"'),
        ('action "use"', 'action "uze"'),
    ],
)
def test_a_misspelling_in_the_packaged_schema_is_refused(declared: str, misspelt: str) -> None:
    schema = dict(packaged_texts(".cedarschema"))[SCHEMA]
    assert declared in schema
    _refusal(schema.replace(declared, misspelt), dict(packaged_texts(".cedar")))


def test_the_revision_is_that_of_the_texts() -> None:
    packaged = PolicyBundle.packaged()
    schema = dict(packaged_texts(".cedarschema"))[SCHEMA]
    policies = dict(packaged_texts(".cedar"))
    assert PolicyBundle.from_texts(schema, policies).revision == packaged.revision
    assert len(bytes.fromhex(packaged.revision)) == 32
    name = next(iter(policies))
    for changed in (
        policies | {name: policies[name] + "\n"},
        {("renamed/" + key if key == name else key): text for key, text in policies.items()},
    ):
        assert PolicyBundle.from_texts(schema, changed).revision != packaged.revision
    assert PolicyBundle.from_texts(schema + "\n", policies).revision != packaged.revision
