"""Lint tells everything that is wrong, with its file and policy."""

from __future__ import annotations

import pytest

from raisonne.policy.engine import SCHEMA, packaged_files
from raisonne.policy.lint import lint
from raisonne.policy.rules import Problem
from raisonne.policy.suites import Suite, overlay_suite, suites, survivors
from raisonne.policy.testing import run_cases

FILES = packaged_files()
FILE, BESIDE = "screening/matches.cedar", "screening/matches_test.yaml"
OWN = """\
@id("own.no-mining")
@reason("NO_MINING")
@sentence("$work is not mined here.")
forbid (
  principal,
  action == Raisonne::Action::"use",
  resource is Raisonne::Work
)
when { context.use == Raisonne::Use::"mine" };
"""
CASES = """\
judgements:
  - name: Nothing is mined
    use: mine
    works:
      - uses: [mine]
    expect:
      outcome: BLOCK
      findings: [BLOCK NO_MINING own.no-mining]
"""


def changed(name: str, old: str, new: str) -> Suite:
    assert old in FILES[name]
    return suites(FILES | {name: FILES[name].replace(old, new, 1)})[0]


def overlay(policies: str = OWN, cases: str = CASES) -> Suite:
    return overlay_suite(
        FILES, "house", {"rights/own.cedar": policies, "rights/own_test.yaml": cases}
    )


def told(suite: Suite) -> list[tuple[str, str]]:
    return [(each.where, each.problem) for each in lint(suite)]


@pytest.mark.parametrize(
    ("name", "old", "new", "where", "problem"),
    [
        (FILE, "forbid (", "forbd (", FILE, "invalid policy effect: forbd"),
        (FILE, "context.denied", "context.deniedd", f"{FILE}: screening.copy", "deniedd"),
        (FILE, "BLOCK", "BLOK", f"{FILE}: screening.copy", "@outcome must be one of"),
        (FILE, '@reason("COPY")', "", f"{FILE}: screening.copy", "@reason is missing"),
        (FILE, "@reason", '@obligation("PAY") @reason', f"{FILE}: screening.copy", "@obligation"),
        (FILE, "screening.copy", "screning.copy", f"{FILE}: screning.copy", "has to begin with"),
        (FILE, "screening.copy", "screening.checked", f"{FILE}: screening.checked", "used in"),
        (FILE, "principal,\n", "principal, \n", FILE, "not formatted"),
        (BESIDE, "expect:", "expekt:", BESIDE, "has no name or expects nothing"),
        (BESIDE, "outcome:", "outcom:", BESIDE, "'outcom' is unknown"),
        (BESIDE, "scores:", "scorez:", BESIDE, "'scorez' is unknown"),
        (BESIDE, "judgements:", "judgments:", BESIDE, "lists named access or judgements"),
        (BESIDE, "judgements:", "judgements: [", BESIDE, "it is no YAML"),
        (SCHEMA, "entity", "entty", SCHEMA, "unexpected token `entty`"),
        ("rights/limits.cedar", '@sentence("$work is under embargo until $embargo_until.")\n', "",
         "rights/limits.cedar: rights.embargo", "@sentence is missing"),
        ("rights/limits.cedar", "@reason", '@obligation("LABEL") @reason',
         "rights/limits.cedar: rights.embargo", "@obligation says nothing"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(
    name: str, old: str, new: str, where: str, problem: str
) -> None:
    found = told(changed(name, old, new))
    assert any(at == where and problem in text for at, text in found), found


def test_all_problems_are_told_at_once() -> None:
    broken = FILES | {
        "rights/limits.cedar": FILES["rights/limits.cedar"].replace("EMBARGO", ""),
        FILE: FILES[FILE].replace("BLOCK", "BLOK"),
    }
    places = {problem.where for problem in lint(suites(broken)[0])}
    assert places == {"rights/limits.cedar: rights.embargo", f"{FILE}: screening.copy"}


def test_a_policy_without_a_case_is_told() -> None:
    less = {name: text for name, text in FILES.items() if name != BESIDE}
    assert lint(suites(less)[0]) == [
        Problem(FILE, "", f"there are no cases beside it, in {BESIDE}")
    ]
    more = FILES | {"rights/none_test.yaml": "judgements: []\n"}
    assert told(suites(more)[0]) == [("rights/none_test.yaml", "there are no policies beside it")]


def test_an_overlay_is_linted_on_top_of_the_bundle() -> None:
    assert lint(overlay()) == []
    assert list(survivors(overlay())) == []
    idle = CASES.replace("use: mine", "use: train")
    assert told(overlay(cases=idle)) == [
        ("overlays/house/rights/own.cedar: own.no-mining", "it decides no case beside it")
    ]
    taken = overlay(OWN.replace("own.no-mining", "rights.expired"))
    assert ("overlays/house/rights/own.cedar: rights.expired",
            "the id is used in rights/limits.cedar too") in told(taken)  # fmt: skip


def test_what_no_case_misses_survives() -> None:
    lenient = CASES.replace("outcome: BLOCK", "outcome: ALLOW").replace(
        "BLOCK NO_MINING own.no-mining", "INFO LICENSED rights.licensed"
    )
    assert [
        str(failure) for failure in run_cases(overlay(cases=lenient).texts.bundle(), {"x": CASES})
    ] == []
    assert list(survivors(overlay(cases=lenient))) == [
        ("overlays/house/rights/own.cedar", "own.no-mining")
    ]


@pytest.mark.parametrize(
    "case",
    [
        "{name: n, expect: {}, use: dance}",
        "{name: n, expect: {}, works: [{uses: 3}]}",
        "{name: n, expect: {}, works: [{}], scores: [0.1, 0.2]}",
        "{name: n, expect: {}, works: [{}], scores: [2]}",
        "{name: n, expect: {}, at: 2026-01-01}",
        "{name: n, expect: {}, works: [{valid_from: soon}]}",
    ],
)
def test_a_case_that_cannot_be_run_is_a_failure(case: str) -> None:
    bundle = suites(FILES)[0].texts.bundle()
    (failure,) = run_cases(bundle, {"own_test.yaml": f"judgements: [{case}]"})
    assert (failure.file, failure.case) == ("own_test.yaml", "n")
    assert "cannot be run" in failure.problem
