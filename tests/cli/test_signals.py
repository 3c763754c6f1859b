"""``raisonne signals``: opt-outs read from files, and those of a registered work published."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Cli


def test_a_signal_is_read_and_what_it_reserves_is_a_finding(cli: Cli, tmp_path: Path) -> None:
    found = tmp_path / "robots.txt"
    found.write_text("User-agent: GPTBot\nDisallow: /prints/\n")
    run = cli(
        "signals", "read", found, "--dialect", "robots.txt", "--location", "/prints/1", "--json"
    )
    (line,) = run.valid("signals-read")
    assert (run.code, line["state"], line["reserved"]) == (1, "READ", ["ai-training", "tdm"])
    assert line["source"] == str(found)
    elsewhere = cli(
        "signals", "read", found, "--dialect", "robots.txt", "--location", "/", "--json"
    )
    assert (elsewhere.code, elsewhere.valid("signals-read")[0]["state"]) == (0, "ABSENT")


def test_what_cannot_be_read_reserves(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "license.xml").write_text("<!DOCTYPE a [<!ENTITY b 'c'>]><rsl/>")
    (tmp_path / "empty.json").write_bytes(b"")
    for name, dialect in (("license.xml", "rsl"), ("empty.json", "odrl")):
        run = cli("signals", "read", tmp_path / name, "--dialect", dialect, "--json")
        (line,) = run.valid("signals-read")
        assert (run.code, line["state"]) == (4, "UNREADABLE")
        assert line["reserved"] == ["ai-generation", "ai-training", "tdm"]
        assert line["permitted"] == []


def test_a_signal_comes_from_a_pipe(cli: Cli) -> None:
    run = cli(
        *("signals", "read", "-", "--dialect", "aipref", "--source", "https://example.org/a"),
        stdin="Content-Usage: train-ai=n\r\n",
    )
    assert (run.code, run.stdout) == (
        1,
        "READ        aipref: reserves ai-training. Permits nothing; denies train.\n",
    )


def test_a_registered_work_publishes_its_reservations(
    cli: Cli, paintings: Path, tmp_path: Path
) -> None:
    imported = cli("works", "import", paintings, "--reserve", "tdm,style", "--json")
    work = imported.lines[0]["work"]
    out = tmp_path / "tdmrep.json"
    run = cli(
        *("signals", "export", work, "--format", "tdmrep-json", "--location", "/0.png"),
        *("--policy", "https://example.org/terms", "-o", out, "--json"),
    )
    (line,) = run.valid("signals-export")
    assert (run.code, line["work"], line["unsaid"]) == (1, work, ["style"])
    assert "no words for style" in run.stderr
    assert json.loads(out.read_text()) == [
        {"location": "/0.png", "tdm-reservation": 1, "tdm-policy": "https://example.org/terms"}
    ]
    whole = cli("signals", "export", work, "--format", "odrl")
    assert (whole.code, whole.stderr) == (0, "")
    assert json.loads(whole.stdout)["uid"] == f"urn:raisonne:{work}#rights"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--reserve", "tdm", "--format", "pdf"], "is no format"),
        (["--reserve", "everything"], "is no reservation"),
        (["works/1", "--reserve", "tdm"], "either a work"),
        ([], "either a work"),
        (["--licence", "LicenseRef-Ours"], "says nothing"),
        (["--reserve", "tdm", "--location", "a.png"], "is no URL and no path"),
        (["--reserve", "tdm", "--policy", "javascript:1"], "is no URL"),
    ],
)
def test_what_cannot_be_written_is_a_usage_error(
    cli: Cli, arguments: list[str], words: str
) -> None:
    run = cli("signals", "export", *arguments)
    assert (run.code, run.stdout) == (2, "")
    assert words in " ".join(run.stderr.replace("│", " ").split())


def test_what_is_not_there_is_an_error(cli: Cli, tmp_path: Path) -> None:
    assert cli("signals", "read", tmp_path / "none", "--dialect", "rsl").code == 3
    assert cli("signals", "read", "-", "--dialect", "morse").code == 2
    assert cli("signals", "export", "works/none").code == 3
