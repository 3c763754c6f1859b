"""``raisonne bench detection`` on a few drawn pictures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Cli
from tests.unit.evaluation.folders import folder_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    where = tmp_path / "pictures"
    where.mkdir()
    folder_of(where, 14)
    return where


def test_figures_on_stdout_words_on_stderr_and_every_query_in_a_file(
    cli: Cli, folder: Path, tmp_path: Path
) -> None:
    arguments = ("--images", folder, "--table", folder / "table.csv", "--limit", "0.01")
    rows_file = tmp_path / "queries.jsonl"
    run = cli("bench", "detection", *arguments, "--seed", "5", "--json-lines", rows_file)
    assert run.code == 0, run.stderr
    (measured,) = run.lines
    assert measured["schema_version"] == 1
    assert (measured["benchmark"], measured["seed"], measured["limit"]) == ("detection", 5, 0.01)
    assert set(measured["engines"]) >= {"raisonne", "raisonne/perceptual", "pdq", "iscc"}
    assert "| engine |" in run.stderr
    rows = [json.loads(line) for line in rows_file.read_text().splitlines()]
    assert len(rows) == sum(measured["queries"].values())
    assert all(row["predictions"].keys() == measured["engines"].keys() for row in rows)


def test_what_cannot_be_measured_is_refused(cli: Cli, folder: Path, tmp_path: Path) -> None:
    assert cli("bench", "detection", "--images", tmp_path / "nowhere").code == 2
    (folder / "few").mkdir()
    (folder / "few" / "one.png").write_bytes((folder / "000.png").read_bytes())
    run = cli("bench", "detection", "--images", folder / "few")
    assert (run.code, run.stdout) == (3, "")
    assert "12 different pictures; there are 1." in run.stderr


def test_rules_are_fitted_to_no_fewer_pictures_than_tell_something(cli: Cli, folder: Path) -> None:
    arguments = ("bench", "calibration", "--images", folder, "--table", folder / "table.csv")
    few = cli(*arguments, "--limit", "0.3")
    assert (few.code, few.stdout) == (3, "")
    assert "calibration: 4 pictures" in few.stderr
    assert "2 pictures say too little" in few.stderr
    assert cli(*arguments, "--limit", "0.01").code == 3
