"""``raisonne review rejudge``: what was allowed and would not be any more."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Cli


def test_a_checked_file_becomes_a_case_when_a_work_that_it_matched_changes(
    cli: Cli, paintings: Path
) -> None:
    imported = cli("works", "import", paintings, "--licence", "CC0-1.0", "--json").lines
    path, work = imported[0]["path"], imported[0]["work"]
    (before,) = cli("check", paintings / Path(path).name, "--json").lines
    assert before["verdict"] == "ALLOW"
    assert (cli("review", "rejudge", "--json").code, cli("review", "list").stdout) == (0, "")
    cli("works", "update", work, "--licence", "LicenseRef-Ours")
    run = cli("review", "rejudge", "--json")
    (line,) = run.lines
    assert (run.code, line["state"], line["generation"]) == (1, "OPENED", None)
    assert (line["verdict_before"], line["works"]) == (before["verdict_name"], [work])
    assert line["verdict"] == "BLOCK"
    (case,) = cli("review", "list", "--json").lines
    assert (case["case"], case["kind"]) == (line["case"], "RETROACTIVE")
    shown = cli("review", "show", line["case"], "--json").valid("case")
    assert shown[0]["check"]["verdict_name"] == line["verdict_name"]
    assert cli("review", "rejudge").code == 0
    assert cli("ledger", "verify").code == 0
