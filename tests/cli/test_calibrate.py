"""``raisonne calibrate`` on a few drawn pictures, and on as many as it takes."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest
from tests.cli.conftest import Cli, environment
from tests.unit.evaluation.folders import folder_of


def stored(cli: Cli) -> int:
    database = sqlite3.connect(cli.home / "catalogue.db")
    (count,) = database.execute("SELECT count(*) FROM calibration").fetchone()
    database.close()
    return int(count)


def test_before_any_calibration_the_shipped_rules_are_shown(cli: Cli) -> None:
    shown = cli("calibrate", "--show", "--json")
    assert shown.code == 0, shown.stderr
    (line,) = shown.valid("calibrate")
    assert (line["state"], line["calibration"]) == ("SHIPPED", None)
    assert line["version"] == line["rules"]["version"]


def test_too_few_pictures_say_so_and_change_nothing(cli: Cli, paintings: Path) -> None:
    assert cli("works", "import", paintings).code == 0
    run = cli("calibrate", "--works", "2", "--json")
    assert (run.code, run.stdout) == (3, "")
    assert "2 pictures say too little" in run.stderr
    assert stored(cli) == 0
    (report,) = cli("doctor", "--json").valid("doctor")
    assert "calibration" in {check["name"] for check in report["checks"]}


def test_a_table_without_known_columns_is_refused_before_work_begins(
    cli: Cli, tmp_path: Path
) -> None:
    table = tmp_path / "table.csv"
    table.write_text("name\n")
    run = cli("calibrate", "--table", table)
    assert run.code == 3
    assert "no column 'work'" in run.stderr


def test_a_server_is_calibrated_where_it_runs(cli: Cli) -> None:
    run = cli("--server", "127.0.0.1:1", "calibrate")
    assert run.code == 3
    assert "embedded" in run.stderr


def test_what_is_interrupted_leaves_nothing(cli: Cli, paintings: Path) -> None:
    assert cli("works", "import", paintings).code == 0
    process = subprocess.Popen(
        cli.command("calibrate", "--background", paintings),
        stderr=subprocess.PIPE,
        env=environment(),
    )
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.5)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    # On a slow machine the interpreter itself is interrupted, before the command has begun.
    assert process.returncode in {130, -signal.SIGINT}
    assert stored(cli) == 0


@pytest.mark.slow
def test_a_registry_is_calibrated_and_says_so(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    table = folder_of(folder, 100, 48, 36)
    assert cli("works", "import", folder).code == 0
    made = cli("calibrate", "--table", table, "--json")
    assert made.code == 0, made.stderr
    (line,) = made.valid("calibrate")
    assert set(line["by_kind"]) == {"painting", "photo", "graphic"}
    assert "| together |" in made.stderr
    assert stored(cli) == 1
    (shown,) = cli("calibrate", "--show", "--json").valid("calibrate")
    assert shown == line
    checked = cli("check", folder / "000.png", "--json").lines[0]
    assert any(line["version"] in run["version"] for run in checked["detectors"])
    (report,) = cli("doctor", "--json").valid("doctor")
    found = next(check for check in report["checks"] if check["name"] == "calibration")
    assert found["detail"] == f"{line['version']}, fitted to 100 works, holds up to 1000 works"
