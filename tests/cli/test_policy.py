"""``raisonne policy explain``, and a server whose policies change while it runs."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest
from tests.cli.conftest import Cli, environment
from tests.unit.policy.test_lint import OWN

from raisonne.client import Client
from raisonne.policy.engine import packaged_files


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A bundle of one's own."""
    folder = tmp_path / "policies"
    for name, text in packaged_files().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_a_verdict_is_explained_and_every_difference_is_named(cli: Cli, paintings: Path) -> None:
    assert cli("works", "import", paintings, "--licence", "CC-BY-NC-4.0").code == 0
    checked = cli("check", paintings / "0.png", "--json").lines[0]
    name = checked["verdict_name"]
    run = cli("policy", "explain", name, "--json")
    assert run.code == 0
    (same,) = run.valid("policy-explain")
    assert (same["same"], same["differences"]) == (True, [])
    assert same["policy_revision"] == checked["policy_revision"]
    told = checked["findings"]
    assert [{key: each[key] for key in told[0]} for each in same["findings"]] == told
    finding = same["findings"][0]
    assert (finding["file"], finding["effect"]) == ("rights/licence.cedar", "permit")
    strict = {"RAISONNE_POLICY_PROFILE": "marketplace"}
    changed = cli("policy", "explain", name, "--json", env=strict)
    assert changed.code == 1
    (other,) = changed.valid("policy-explain")
    assert (other["verdict_then"], other["verdict"], other["same"]) == ("ALLOW", "BLOCK", False)
    assert {each["what"] for each in other["differences"]} == {
        "policy_revision", "outcome", "finding", "obligation",
    }  # fmt: skip


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
