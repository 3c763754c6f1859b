"""The packaged policies: every one has a test, and every one is needed."""

from __future__ import annotations

import json
from collections.abc import Iterator

import cedarpy
import pytest

from raisonne.policy.engine import SCHEMA, PolicyBundle, packaged_texts
from raisonne.policy.testing import run_policy_tests

POLICIES = dict(packaged_texts(".cedar"))
SCHEMA_TEXT = dict(packaged_texts(".cedarschema"))[SCHEMA]


def _policies() -> Iterator[tuple[str, str, str]]:
    """Yield file, id and the file's text without that policy."""
    for name, text in POLICIES.items():
        parsed = json.loads(cedarpy.policies_to_json_str(text))
        for key, policy in parsed["staticPolicies"].items():
            rest = {k: p for k, p in parsed["staticPolicies"].items() if k != key}
            without = cedarpy.policies_from_json_str(json.dumps(parsed | {"staticPolicies": rest}))
            yield name, policy["annotations"]["id"], without


def test_packaged_policies_pass_their_tests(bundle: PolicyBundle) -> None:
    assert run_policy_tests(bundle) == []


@pytest.mark.parametrize(
    ("name", "without"), [pytest.param(name, text, id=id_) for name, id_, text in _policies()]
)
def test_removing_any_policy_breaks_a_test_beside_it(name: str, without: str) -> None:
    mutant = PolicyBundle.from_texts(SCHEMA_TEXT, POLICIES | {name: without})
    assert run_policy_tests(mutant, name.removesuffix(".cedar")) != []


def test_a_failed_test_says_where_and_what() -> None:
    open_ = POLICIES["access/tenancy.cedar"].replace("unless", "when")
    failures = run_policy_tests(
        PolicyBundle.from_texts(SCHEMA_TEXT, POLICIES | {"access/tenancy.cedar": open_})
    )
    assert (
        "access/roles_test.yaml: Nobody without a role does anything: "
        "refused_by is ['access.tenant-isolation'], expected []."
    ) in failures


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_policies_are_formatted(name: str) -> None:
    formatted = cedarpy.format_policies(POLICIES[name], 100, 2)
    assert formatted.rstrip("\n") + "\n" == POLICIES[name]


def test_each_policy_file_has_its_test_file() -> None:
    tests = {name.removesuffix("_test.yaml") for name, _ in packaged_texts("_test.yaml")}
    assert {name.removesuffix(".cedar") for name in POLICIES} == tests


def test_policies_are_named_after_their_folder_and_say_something_for_a_person(
    bundle: PolicyBundle,
) -> None:
    for file, clause_id, _ in _policies():
        folder, _, _ = file.partition("/")
        assert clause_id.startswith(f"{folder}.")
        clause = bundle.clauses[clause_id]
        assert clause.sentence or folder == "access" or clause.outcome == "NONE"
