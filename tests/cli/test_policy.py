"""``raisonne policy``: from the texts of the rules to one decision, and back."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest
from tests.cli.conftest import Cli, environment
from tests.unit.policy.test_lint import CASES, OWN

from raisonne.client import Client


@pytest.fixture
def copy(cli: Cli, tmp_path: Path) -> Path:
    """A bundle of one's own."""
    (made,) = cli("policy", "init", tmp_path / "policies", "--json").valid("policy-init")
    assert Path(made["folder"]) == tmp_path / "policies"
    return tmp_path / "policies"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_packaged_policies_are_sound(cli: Cli) -> None:
    (found,) = cli("policy", "lint", "--json").valid("policy-lint")
    assert (found["files"], found["problems"]) == (18, [])
    run = cli("policy", "test")
    assert (run.code, run.stderr) == (0, "")
    assert run.stdout.endswith("cases, 0 failed\n")


def test_a_bundle_of_ones_own_is_linted_and_tested(cli: Cli, copy: Path) -> None:
    assert cli("policy", "lint", copy).code == 0
    edit(copy / "rights" / "limits.cedar", '@reason("EMBARGO")', "")
    edit(copy / "rights" / "limits_test.yaml", "outcome: BLOCK", "outcome: REVIEW")
    linted = cli("policy", "lint", copy)
    assert linted.code == 1
    assert "rights/limits.cedar: rights.embargo: @reason is missing\n" in linted.stdout
    refused = cli("policy", "test", copy)
    assert refused.code == 3
    assert "[POLICY_INVALID]" in refused.stderr
    assert cli("works", "list", env={"RAISONNE_POLICIES": str(copy)}).code == 3
    edit(
        copy / "rights" / "limits.cedar",
        '@id("rights.embargo")',
        '@id("rights.embargo")\n@reason("E")',
    )
    failed = cli("policy", "test", copy, "--json")
    assert failed.code == 1
    (fields,) = failed.valid("policy-test")
    assert {each["file"] for each in fields["failures"]} == {"rights/limits_test.yaml"}
    assert cli("policy", "init", copy).code == 2


def test_a_policy_that_no_case_misses_is_told(cli: Cli, tmp_path: Path) -> None:
    overlay = tmp_path / "house"
    overlay.mkdir()
    (overlay / "own.cedar").write_text(OWN)
    (overlay / "own_test.yaml").write_text(CASES)
    assert cli("policy", "lint", overlay).code == 0
    mutated = cli("policy", "test", overlay, "--mutate", "--json")
    assert mutated.code == 0
    (fields,) = mutated.valid("policy-test")
    assert (fields["cases"], fields["removed"], fields["survivors"]) == (1, 1, [])
    edit(overlay / "own_test.yaml", "use: mine", "use: train")
    edit(overlay / "own_test.yaml", "uses: [mine]", "uses: [train]")
    edit(overlay / "own_test.yaml", "outcome: BLOCK", "outcome: ALLOW")
    edit(
        overlay / "own_test.yaml", "BLOCK NO_MINING own.no-mining", "INFO LICENSED rights.licensed"
    )
    unmissed = cli("policy", "test", overlay, "--mutate")
    assert unmissed.code == 1
    assert "overlays/house/own.cedar: own.no-mining: no case misses it\n" in unmissed.stdout


def test_a_verdict_is_explained_and_every_difference_is_named(
    cli: Cli, paintings: Path, tmp_path: Path
) -> None:
    assert cli("works", "import", paintings, "--licence", "CC-BY-NC-4.0").code == 0
    checked = cli("check", paintings / "0.png", "--json").lines[0]
    name = checked["verdict_name"]
    run = cli("policy", "explain", name, "--json")
    assert run.code == 0
    (same,) = run.valid("policy-explain")
    assert (same["same"], same["differences"]) == (True, [])
    assert same["policy_revision"] == checked["policy_revision"]
    assert [
        {key: each[key] for key in ("reason", "severity", "clause", "cites", "works", "detail")}
        for each in same["findings"]
    ] == checked["findings"]
    finding = same["findings"][0]
    assert (finding["file"], finding["effect"]) == ("rights/licence.cedar", "permit")
    words = cli("policy", "explain", name).stdout
    assert words.startswith(f"the same answer: ALLOW  {name}\n")
    assert f"rights.licensed-with-attribution (rights/licence.cedar:{finding['line']})" in words

    strict = {"RAISONNE_POLICY_PROFILE": "marketplace"}
    changed = cli("policy", "explain", name, "--json", env=strict)
    assert changed.code == 1
    (other,) = changed.valid("policy-explain")
    assert (other["verdict_then"], other["verdict"], other["same"]) == ("ALLOW", "BLOCK", False)
    assert {each["what"] for each in other["differences"]} == {
        "policy_revision", "outcome", "finding", "obligation",
    }  # fmt: skip
    assert cli("check", paintings / "0.png", env=strict).code == 1
    assert cli("policy", "explain", "verdicts/none").code == 3
    served = cli("policy", "explain", name, "--server", "127.0.0.1:1")
    assert (served.code, "not on a server" in served.stderr) == (3, True)


def test_clauses_and_profiles_are_listed(cli: Cli, copy: Path) -> None:
    gallery = {"RAISONNE_POLICY_PROFILE": "gallery", "RAISONNE_POLICIES": str(copy)}
    clauses = cli("policy", "list", "--json", env=gallery).valid("policy-list")
    by_id = {each["clause"]: each for each in clauses}
    assert by_id["rights.opt-out-tdm"]["cites"].startswith("Directive (EU) 2019/790")
    assert by_id["gallery.marked-display"]["obligation"] == "WATERMARK"
    profiles = cli("policy", "profiles", "--json", env=gallery).valid("policy-profiles")
    assert [each["profile"] for each in profiles if each["in_force"]] == ["gallery"]
    assert len(profiles) == 8
    assert all(each["rules"] or each["demands"] for each in profiles)
    assert cli("policy", "list", env={"RAISONNE_POLICY_PROFILE": "museum"}).code == 3


def test_a_server_changes_its_policies_while_it_runs(cli: Cli, copy: Path, paintings: Path) -> None:
    started = subprocess.Popen(
        cli.command("up", "--listen", "127.0.0.1:0"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment() | {"RAISONNE_POLICIES": str(copy)},
    )
    try:
        assert started.stdout is not None
        address = started.stdout.readline().split()[-1]
        data = (paintings / "0.png").read_bytes()
        with Client(address) as client:
            before = client.screening.check_asset(data).verdict.policy_revision
            (copy / "rights" / "own.cedar").write_text("forbid (")
            os.kill(started.pid, signal.SIGHUP)
            told = next(line for line in _lines(started) if "stay in force" in line)
            assert "rights/own.cedar" in told
            assert client.screening.check_asset(data).verdict.policy_revision == before
            (copy / "rights" / "own.cedar").write_text(OWN)
            assert any("are in force" in line for line in _lines(started))
            after = client.screening.check_asset(data).verdict.policy_revision
        assert after != before
    finally:
        started.terminate()
        assert started.wait(60) == 0
        for stream in (started.stdout, started.stderr):
            assert stream is not None
            stream.close()
    # It was found by looking: nobody sent a second signal.
    assert (
        cli("policy", "list", env={"RAISONNE_POLICIES": str(copy)}).stdout.count("own.no-mining")
        == 1
    )
    (copy / "rights" / "own.cedar").write_text("forbid (")
    examined = cli("doctor", "--json", env={"RAISONNE_POLICIES": str(copy)})
    assert examined.code == 1
    states = {check["name"]: check["state"] for check in examined.valid("doctor")[0]["checks"]}
    assert states["policies"] == "FAIL"
    assert states["database"] == "OK"


def _lines(process: subprocess.Popen[str]) -> list[str]:
    """Return what the process says next, up to a line about policies."""
    assert process.stderr is not None
    lines: list[str] = []
    for line in process.stderr:
        lines.append(line)
        if "policies" in line:
            break
    return lines
