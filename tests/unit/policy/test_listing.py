"""What Cedar leaves of policies becomes a condition, or nothing that pretends to be one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raisonne.policy.condition import (
    And,
    Compare,
    Const,
    Contains,
    Flag,
    Has,
    Not,
    Or,
    Order,
    RightsField,
    both,
    either,
    holds,
    negated,
)
from raisonne.policy.engine import SCHEMA, PolicyBundle, packaged_texts
from raisonne.policy.listing import UseQuestion, answers, condition
from raisonne.policy.residuals import UntranslatableError
from raisonne.rights.errors import InputError, PolicyError
from raisonne.rights.statement import WORLD, ReservationKind, RightsStatement, Use
from raisonne.rights.use_answer import UseAnswer
from raisonne.rights.work import Work, WorkState

NOW = datetime(2026, 6, 1, 12, 0, 0, 123_456, tzinfo=UTC)
QUESTION = UseQuestion("studio", Use.DISPLAY, "DE", NOW)
BUNDLE = PolicyBundle.packaged()
SCHEMA_TEXT = dict(packaged_texts(".cedarschema"))[SCHEMA]
ALL = RightsStatement(uses=frozenset(Use))
WORK = 'principal, action == Raisonne::Action::"use", resource is Raisonne::Work'


def work(rights: RightsStatement, state: WorkState = WorkState.REGISTERED) -> Work:
    return Work(
        name="works/1", tenant="studio", title="Sunflowers", holder="Ada", collection="",
        external_id="", source="", asset="assets/1", sha256="ab" * 32, state=state, rights=rights,
        revision=1, create_time=NOW, update_time=NOW,
    )  # fmt: skip


def ask(
    rights: RightsStatement, question: UseQuestion = QUESTION, bundle: PolicyBundle = BUNDLE
) -> UseAnswer:
    (answer,) = answers(bundle, question, [work(rights)])
    return answer


def bundle_of(*policies: str) -> PolicyBundle:
    named = [f'@id("p{n}") @reason("P{n}") {text}' for n, text in enumerate(policies)]
    return PolicyBundle.from_texts(SCHEMA_TEXT, {"rights/p.cedar": "\n".join(named)})


def sets(values: type[Use | ReservationKind]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(list(values)))


# Near enough for every kind of rounding, and now and then far away.
MOMENTS = st.one_of(
    st.integers(-2_500, 2_500).map(lambda n: NOW + timedelta(microseconds=n)),
    st.integers(-3_000, 3_000).map(lambda n: NOW + timedelta(days=n)),
)
STATEMENTS = st.builds(
    RightsStatement,
    licence=st.sampled_from(["", "CC0-1.0", 'Licence"Ref']),
    uses=sets(Use),
    reservations=sets(ReservationKind),
    territories=st.frozensets(st.sampled_from(["DE", "FR", WORLD])),
    valid_from=st.none() | MOMENTS,
    valid_until=st.none() | MOMENTS,
    embargo_until=st.none() | MOMENTS,
    attribution=st.booleans(),
)
QUESTIONS = st.builds(
    UseQuestion,
    tenant=st.sampled_from(["studio", "a \"house\" \\ of 'glass'", "ateliér"]),
    use=st.sampled_from(list(Use)),
    territory=st.sampled_from(["DE", "US", WORLD]),
    at=MOMENTS,
)
FAVOURABLE = st.builds(
    replace,
    st.just(ALL),
    valid_from=st.none() | MOMENTS,
    valid_until=st.none() | MOMENTS,
    embargo_until=st.none() | MOMENTS,
)


@given(question=QUESTIONS, rights=STATEMENTS | FAVOURABLE)
def test_the_condition_is_what_the_policies_say(
    question: UseQuestion, rights: RightsStatement
) -> None:
    wanted = condition(BUNDLE, question, WorkState.REGISTERED)
    assert holds(wanted, rights) is ask(rights, question).allowed
    assert holds(negated(wanted), rights) is not holds(wanted, rights)


OTHER_RULES = [
    'resource.rights.licence == "CC0-1.0"',
    '"CC0-1.0" != resource.rights.licence',
    'resource.rights.territories.containsAny(["FR", context.territory])',
    'resource.rights.territories.containsAll(["*", "FR"])',
    (
        'if resource.rights.attribution then context.territory == "DE" else '
        "resource.rights.uses.contains(context.use)"
    ),
    "resource.rights has validFrom && resource.rights.validFrom < context.at",
    "resource.rights has validFrom && resource.rights.validFrom <= context.at",
    "resource.rights has validFrom && context.at <= resource.rights.validFrom",
    "resource.rights has validUntil && resource.rights.validUntil <= context.at",
    "resource.rights has validUntil && resource.rights.validUntil < context.at",
    "resource.rights has validUntil && context.at <= resource.rights.validUntil",
    "resource.rights has validUntil && context.at < resource.rights.validUntil",
    'resource.rights has embargoUntil && datetime("2026-06-01") < resource.rights.embargoUntil',
    "!(resource.rights has embargoUntil) || resource.rights.attribution",
    "resource.rights.uses.isEmpty() || resource.rights.reservations.isEmpty()",
    "resource has rights && resource.rights has licence",
]


@pytest.mark.parametrize("rule", OTHER_RULES)
@settings(max_examples=30)
@given(question=QUESTIONS, rights=STATEMENTS)
def test_other_rules_that_can_be_looked_up(
    rule: str, question: UseQuestion, rights: RightsStatement
) -> None:
    bundle = _RULES[rule]
    wanted = condition(bundle, question, WorkState.REGISTERED)
    assert holds(wanted, rights) is ask(rights, question, bundle).allowed


_RULES = {rule: bundle_of(f"permit ({WORK}) when {{ {rule} }};") for rule in OTHER_RULES}


@pytest.mark.parametrize(
    "rule",
    [
        'resource.rights.licence like "CC*"',
        'resource.rights.territories == ["*"]',
        "resource.rights == resource.rights",
        'resource == Raisonne::Work::"works/1"',
        (
            "resource.rights has validFrom && "
            'resource.rights.validFrom.offset(duration("1h")) < context.at'
        ),
        'resource.rights has validFrom && datetime("9999-06-01") > resource.rights.validFrom',
        (
            "resource.rights has validFrom && resource.rights has validUntil && "
            "resource.rights.validFrom < resource.rights.validUntil"
        ),
        "resource.rights.attribution || 9223372036854775807 + 1 > 0",
    ],
)
def test_what_no_condition_can_say_is_refused(rule: str) -> None:
    bundle = bundle_of(f"permit ({WORK}) when {{ {rule} }};")
    with pytest.raises(UntranslatableError):
        condition(bundle, QUESTION, WorkState.REGISTERED)


def test_a_policy_that_raises_an_error_gives_no_condition() -> None:
    bundle = bundle_of(
        f"permit ({WORK});",
        'forbid (principal, action == Raisonne::Action::"use", resource) '
        "when { 9223372036854775807 + 1 > 0 };",
    )
    with pytest.raises(PolicyError):
        condition(bundle, QUESTION, WorkState.REGISTERED)
    denied = ask(ALL, bundle=bundle)
    assert (denied.allowed, [g.reason for g in denied.grounds]) == (False, ["POLICY_ERROR"])


def test_a_forbid_wins_and_silence_is_no_permission() -> None:
    assert condition(bundle_of(f"forbid ({WORK});"), QUESTION, WorkState.REGISTERED) == Const(
        value=False
    )
    both_say = bundle_of(f"permit ({WORK});", f"forbid ({WORK});")
    assert condition(both_say, QUESTION, WorkState.REGISTERED) == Const(value=False)
    assert condition(bundle_of(f"permit ({WORK});"), QUESTION, WorkState.REGISTERED) == Const(
        value=True
    )


def test_any_use_of_a_withdrawn_work_is_free() -> None:
    assert condition(BUNDLE, QUESTION, WorkState.WITHDRAWN) == Const(value=True)
    (answer,) = answers(BUNDLE, QUESTION, [work(RightsStatement(), WorkState.WITHDRAWN)])
    assert (answer.allowed, answer.grounds[0].reason) == (True, "WITHDRAWN")


def test_the_answer_names_every_clause_that_denies() -> None:
    rights = replace(
        ALL, territories=frozenset({"FR"}), embargo_until=NOW + timedelta(days=1), attribution=True
    )
    denied = ask(rights)
    assert not denied.allowed
    assert [ground.reason for ground in denied.grounds] == ["EMBARGO", "TERRITORY"]
    assert "Sunflowers" in denied.grounds[0].detail
    assert [ground.reason for ground in ask(RightsStatement()).grounds] == ["NOT_GRANTED"]
    assert [ground.clause for ground in ask(ALL).grounds] == ["rights.licensed"]


def test_a_time_without_a_time_zone_is_refused() -> None:
    naive = replace(QUESTION, at=datetime(2026, 6, 1))  # noqa: DTZ001
    with pytest.raises(InputError):
        condition(BUNDLE, naive, WorkState.REGISTERED)
    with pytest.raises(InputError):
        ask(ALL, naive)


def test_conditions_are_joined_plainly() -> None:
    flag, has = Flag(RightsField.ATTRIBUTION), Has(RightsField.VALID_FROM)
    yes, no = Const(value=True), Const(value=False)
    assert (both(), either()) == (yes, no)
    assert (both(yes, flag), either(no, flag)) == (flag, flag)
    assert (both(flag, no), either(flag, yes)) == (no, yes)
    assert both(flag, both(has, flag)) == And((flag, has))
    assert negated(negated(flag)) == flag
    assert (both(flag, negated(flag)), either(flag, negated(flag))) == (no, yes)
    assert either(both(has, flag), both(has, negated(flag))) == has
    before = Compare(RightsField.VALID_FROM, Order.BEFORE, NOW)
    assert both(has, before) == before
    assert both(has, negated(before)) == replace(before, order=Order.NOT_BEFORE)
    assert both(flag, negated(before)) == And((flag, Not(before)))
    one, two = (Contains(RightsField.USES, frozenset({use})) for use in ("train", "mine"))
    assert either(one, two) == Contains(RightsField.USES, frozenset({"train", "mine"}))
    assert either(one, has, two) == Or((Contains(RightsField.USES, one.values | two.values), has))
