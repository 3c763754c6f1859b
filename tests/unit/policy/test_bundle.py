"""The packaged policies, profiles too: every one has a test, and every one is needed."""

from __future__ import annotations

import pytest

from raisonne.policy.engine import SCHEMA, PolicyBundle, packaged_files, packaged_texts
from raisonne.policy.lint import lint
from raisonne.policy.suites import Suite, cases_beside, run_suite, suites
from raisonne.policy.testing import run_cases, run_policy_tests

POLICIES = dict(packaged_texts(".cedar"))
SCHEMA_TEXT = dict(packaged_texts(".cedarschema"))[SCHEMA]
SUITES = {suite.prefix or "bundle": suite for suite in suites(packaged_files())}
RULES = [
    (suite, rule)
    for suite in SUITES.values()
    for rule in suite.texts.bundle().rules.values()
    if rule.file in suite.policies
]


def test_packaged_policies_pass_their_tests(bundle: PolicyBundle) -> None:
    assert run_policy_tests(bundle) == []


@pytest.mark.parametrize("suite", [pytest.param(s, id=name) for name, s in SUITES.items()])
def test_every_part_passes_its_tests_and_is_as_it_should_be(suite: Suite) -> None:
    assert run_suite(suite) == []
    assert lint(suite) == []


@pytest.mark.parametrize(
    ("suite", "file", "policy"),
    [pytest.param(suite, r.file, r.clause.id, id=r.clause.id) for suite, r in RULES],
)
def test_removing_any_policy_breaks_a_test_beside_it(suite: Suite, file: str, policy: str) -> None:
    mutant = suite.texts.without(file, policy)
    beside = cases_beside(file)
    assert policy not in mutant.bundle().rules
    assert run_cases(mutant.bundle(), {beside: suite.cases[beside]}) != []


def test_parts_overlap_in_nothing() -> None:
    ids = [rule.clause.id for _, rule in RULES]
    assert len(ids) == len(set(ids))
    assert {rule.file for _, rule in RULES} == {
        name for name in packaged_files() if name.endswith(".cedar")
    }


def test_a_failed_test_says_where_and_what() -> None:
    open_ = POLICIES["access/tenancy.cedar"].replace("unless", "when")
    failures = run_policy_tests(
        PolicyBundle.from_texts(SCHEMA_TEXT, POLICIES | {"access/tenancy.cedar": open_})
    )
    assert (
        "access/roles_test.yaml: Nobody without a role does anything: "
        "refused_by is ['access.tenant-isolation'], expected []."
    ) in failures
