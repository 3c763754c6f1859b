"""``raisonne policy`` on texts: lint, test, list, profiles and init, within this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.unit.policy.test_lint import CASES, OWN
from tests.unit.policy.test_replay import BASE, judged
from typer.testing import CliRunner

from raisonne.cli.main import app
from raisonne.cli.policy_render import replay_words
from raisonne.cli.state import hoist_global_flags
from raisonne.policy.engine import packaged_files
from raisonne.policy.profiles import PolicyProfile
from raisonne.policy.replay import replay
from raisonne.policy.texts import compose
from raisonne.rights.errors import ConfigError, PolicyError

POLICIES = [name for name in packaged_files() if name.endswith(".cedar")]


@dataclass(frozen=True)
class Run:
    """One finished command."""

    code: int
    stdout: str
    error: BaseException | None

    def valid(self, schema: str) -> list[dict[str, Any]]:
        """Return the lines after checking each against a shipped schema."""
        text = files("raisonne.cli").joinpath("schemas", f"{schema}.schema.json").read_text()
        lines = [json.loads(line) for line in self.stdout.splitlines()]
        for line in lines:
            Draft202012Validator(json.loads(text)).validate(line)
        return lines


Policy = Callable[..., Run]


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Policy:
    """Return what runs ``raisonne policy`` on settings of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str | Path, **settings: object) -> Run:
        config = tmp_path / "config.toml"
        config.write_text("".join(f"{key} = {json.dumps(v)}\n" for key, v in settings.items()))
        given = ["--home", tmp_path / "home", "--config", config, "policy", *words]
        done = CliRunner().invoke(app, hoist_global_flags([str(word) for word in given]))
        error = done.exception if not isinstance(done.exception, SystemExit) else None
        return Run(done.exit_code, done.stdout, error)

    return run


@pytest.fixture
def copy(policy: Policy, tmp_path: Path) -> Path:
    """A bundle of one's own."""
    (made,) = policy("init", tmp_path / "policies", "--json").valid("policy-init")
    assert Path(made["folder"]) == tmp_path / "policies"
    return tmp_path / "policies"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_packaged_policies_are_sound(policy: Policy) -> None:
    (found,) = policy("lint", "--json").valid("policy-lint")
    assert (found["files"], found["problems"]) == (len(POLICIES), [])
    run = policy("test")
    assert run.code == 0
    assert run.stdout.endswith("cases, 0 failed\n")


def test_a_bundle_of_ones_own_is_linted_and_tested(policy: Policy, copy: Path) -> None:
    limits = copy / "rights" / "limits.cedar"
    assert policy("lint", copy).code == 0
    edit(limits, '@reason("EMBARGO")', "")
    edit(copy / "rights" / "limits_test.yaml", "outcome: BLOCK", "outcome: REVIEW")
    linted = policy("lint", copy)
    assert linted.code == 1
    assert "rights/limits.cedar: rights.embargo: @reason is missing\n" in linted.stdout
    assert isinstance(policy("test", copy).error, PolicyError)
    assert isinstance(policy("list", policies=str(copy)).error, PolicyError)
    edit(limits, '@id("rights.embargo")', '@id("rights.embargo")\n@reason("E")')
    failed = policy("test", copy, "--json")
    assert failed.code == 1
    (fields,) = failed.valid("policy-test")
    assert {each["file"] for each in fields["failures"]} == {"rights/limits_test.yaml"}
    assert policy("init", copy).code == 2


def test_a_policy_that_no_case_misses_is_told(policy: Policy, tmp_path: Path) -> None:
    overlay = tmp_path / "house"
    overlay.mkdir()
    (overlay / "own.cedar").write_text(OWN)
    (overlay / "own_test.yaml").write_text(CASES)
    assert policy("lint", overlay).code == 0
    mutated = policy("test", overlay, "--mutate", "--json")
    assert mutated.code == 0
    (fields,) = mutated.valid("policy-test")
    assert (fields["cases"], fields["removed"], fields["survivors"]) == (1, 1, [])
    in_force = policy("test", "--json", policy_overlays=[str(overlay)]).valid("policy-test")[0]
    assert in_force["cases"] > 1
    edit(overlay / "own_test.yaml", "use: mine", "use: train")
    edit(overlay / "own_test.yaml", "uses: [mine]", "uses: [train]")
    edit(overlay / "own_test.yaml", "outcome: BLOCK", "outcome: ALLOW")
    edit(
        overlay / "own_test.yaml",
        "BLOCK NO_MINING own.no-mining",
        "INFO LICENSED rights.licensed",
    )
    unmissed = policy("test", overlay, "--mutate")
    assert unmissed.code == 1
    assert "overlays/house/own.cedar: own.no-mining: no case misses it\n" in unmissed.stdout


def test_clauses_and_profiles_are_listed(policy: Policy, copy: Path) -> None:
    gallery = {"policy_profile": ["gallery"], "policies": str(copy)}
    clauses = policy("list", "--json", **gallery).valid("policy-list")
    by_id = {each["clause"]: each for each in clauses}
    assert by_id["rights.opt-out-tdm"]["cites"].startswith("Directive (EU) 2019/790")
    assert by_id["gallery.marked-display"]["obligation"] == "WATERMARK"
    profiles = policy("profiles", "--json", **gallery).valid("policy-profiles")
    assert [each["profile"] for each in profiles if each["in_force"]] == ["gallery"]
    assert len(profiles) == 8
    assert all(each["rules"] or each["demands"] for each in profiles)
    assert isinstance(policy("list", policy_profile=["museum"]).error, ConfigError)


def test_an_explanation_says_where_each_clause_is_written() -> None:
    verdict = judged()
    (ground,) = replay(verdict, BASE).grounds
    assert ground.rule is not None
    assert replay_words(replay(verdict, BASE)).splitlines() == [
        "the same answer: ALLOW  verdicts/1",
        f"    INFO LICENSED: {ground.finding.detail}",
        f"        rights.licensed-with-attribution (rights/licence.cedar:{ground.rule.line})",
        "        use works/1: allowed by rights.licensed-with-attribution",
        "        screen-match works/1: allowed by screening.allowed-copy",
        "    owes ATTRIBUTE:works/1",
    ]
    strict = compose(packaged_files(), [PolicyProfile.MARKETPLACE]).bundle()
    told = replay_words(replay(verdict, strict)).splitlines()
    assert told[0] == "ANOTHER ANSWER: BLOCK  verdicts/1"
    assert told[1].startswith("    policy revision was ")
    assert told[2] == "    outcome was ALLOW, is BLOCK"
    assert told[5] == "    obligation gone: ATTRIBUTE:works/1"
    silent = replay_words(replay(judged(uses=frozenset()), BASE))
    assert "        rights.default-deny (said by the judge, in no text), cites Directive" in silent
    assert "        use works/1: denied by default, as nothing permits it" in silent


def test_a_server_hands_out_no_policies(policy: Policy) -> None:
    served = CliRunner().invoke(app, ["--server", "127.0.0.1:1", "policy", "explain", "verdicts/1"])
    assert isinstance(served.exception, ConfigError)
    assert "not on a server" in served.exception.message
