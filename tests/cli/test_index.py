"""``raisonne index``: figures, metrics, findings and receipts, on real files."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from tests.cli.conftest import Cli

from raisonne.runtime.settings import Settings
from raisonne.runtime.wiring import open_service


@pytest.fixture
def registry(cli: Cli, paintings: Path) -> list[str]:
    """Five works in force, whose index lies in files; return their names."""
    imported = cli("works", "import", paintings, "--json")
    (made,) = cli("index", "rebuild", "--json").valid("index-rebuild")
    assert (made["rows"], made["files"], made["revision"]) == (25, 5, 25)
    return [line["work"] for line in imported.lines]


def files(cli: Cli) -> list[Path]:
    return sorted((cli.home / "index").glob("*.segment"))


def test_an_empty_home_has_an_empty_index(cli: Cli) -> None:
    shown = cli("index", "stat")
    assert (shown.code, shown.stderr) == (0, "")
    assert "no fingerprint was ever registered" in shown.stdout
    assert cli("index", "verify").stdout == "equal: 0 rows and 0 files (0 B) at revision 0\n"
    (receipt,) = cli("index", "compact", "--json").valid("index-compact")
    assert (receipt["values_erased"], receipt["pending"]) == (0, None)


def test_figures_are_those_of_the_files(cli: Cli, registry: list[str]) -> None:
    assert cli("works", "withdraw", registry[0]).code == 0
    (line,) = cli("index", "stat", "--json").valid("index-stat")
    assert (line["revision"], line["sealed"], line["unsealed"], line["behind"]) == (30, 25, 5, 0)
    assert [space["rows"] for space in line["spaces"]] == [4] * 5
    assert [space["masked_share"] for space in line["spaces"]] == [0.2] * 5
    assert sum(space["size_bytes"] for space in line["spaces"]) == sum(
        path.stat().st_size for path in files(cli)
    )
    metrics = cli("index", "stat", "--metrics")
    assert (metrics.code, metrics.stderr) == (0, "")
    assert 'raisonne_index_unsealed_changes{tenant="default"} 5\n' in metrics.stdout
    assert metrics.stdout.endswith("# EOF\n")
    assert cli("index", "stat", "--metrics", "--json").code == 2


def test_compaction_gives_a_receipt_and_a_ledger_entry(cli: Cli, registry: list[str]) -> None:
    assert cli("works", "withdraw", registry[0]).code == 0
    entries = cli("ledger", "verify", "--json").lines[0]["size"]
    before = files(cli)
    done = cli("index", "compact")
    assert (done.code, done.stderr) == (0, "")
    words = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert words["rows"] == "20 as of revision 30"
    assert words["files"] == "5 -> 5"
    assert words["dropped"] == "5 rows of files, out of force"
    assert words["erased"] == "5 values in the catalogue"
    assert words["pending"] == "nothing"
    assert not set(before) & set(files(cli))
    # One of the compaction and one of the picture that it erased.
    assert cli("ledger", "verify", "--json").lines[0]["size"] == entries + 2


def test_what_cannot_be_opened_is_made_anew_and_is_a_finding(cli: Cli, registry: list[str]) -> None:
    lost = files(cli)[0]
    lost.unlink()
    found = cli("index", "verify", "--json", "--quiet")
    assert found.code == 1
    repaired, last = found.valid("index-verify")
    assert repaired["state"] == "REPAIRED"
    assert f"{lost} is missing. It was made anew" in repaired["detail"]
    assert (last["summary"]["repaired"], last["summary"]["differences"]) == (1, 0)
    assert found.stderr == f"raisonne: {repaired['detail']}\n"


def test_every_command_says_what_it_repairs(cli: Cli, registry: list[str], paintings: Path) -> None:
    files(cli)[0].unlink()
    checked = cli("check", paintings / "0.png", "--quiet")
    assert checked.code == 1
    assert re.fullmatch(r"raisonne: .+ is missing. It was made anew .+\n", checked.stderr)


def test_who_makes_files_is_waited_for_and_named(cli: Cli, registry: list[str]) -> None:
    with open_service(Settings(home=cli.home)) as service:
        store = service.index._store
        assert store is not None
        with store.maintaining():
            refused = cli("index", "compact", "--wait", "0.2")
    assert (refused.code, refused.stdout) == (3, "")
    assert re.fullmatch(
        rf"raisonne: Process {os.getpid()} on \S+ is making files of the index; "
        r"try again when it is done. \[STORAGE_UNAVAILABLE\]\n",
        refused.stderr,
    )


def test_a_server_s_index_is_kept_up_where_it_runs(cli: Cli) -> None:
    refused = cli("--server", "127.0.0.1:1", "index", "compact")
    assert refused.code == 3
    assert "CONFIG_INVALID" in refused.stderr


def test_a_verdict_is_looked_at_again_as_of_its_revision(
    cli: Cli, registry: list[str], paintings: Path
) -> None:
    picture = paintings / "0.png"
    (given,) = cli("check", picture, "--json").valid("check")
    work = given["matches"][0]["work"]
    assert cli("works", "withdraw", work).code == 0
    then = ("check", picture, "--index-revision", str(given["index_revision"]))
    (again,) = cli(*then, "--json").valid("check")
    assert [match["work"] for match in again["matches"]] == [
        match["work"] for match in given["matches"]
    ]
    assert again["index_revision"] == given["index_revision"]

    assert cli("index", "compact").code == 0
    erased = cli(*then)
    assert erased.code == 1
    assert "NOT_CHECKED: These detectors failed: history." in erased.stdout
    assert "history: 5 fingerprints that were in force then cannot be looked at" in erased.stdout

    future = cli("check", paintings, "--index-revision", "31")
    assert (future.code, future.stdout) == (2, "")
    assert "There is no revision 31; the newest is 30. [REVISION_UNKNOWN]" in future.stderr
