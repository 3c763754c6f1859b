"""A home from before an algorithm existed: doctor says so, refresh mends it, nothing is lost."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from raisonne.runtime.settings import Settings
from raisonne.runtime.wiring import open_service

Cli = Any


@pytest.fixture
def older(cli: Cli, paintings: Path) -> list[str]:
    """A home of five works whose local features are not in force; return their names."""
    assert cli("works", "import", paintings).code == 0
    with open_service(Settings(home=cli.home)) as service:
        works = [work.name for work in service.works.list(service.principal, limit=9)]
        with service.transactions.write() as transaction:
            for work in works:
                transaction.fingerprints.remove("default", work, ["rootsift-v1"])
    return works


def doctor(cli: Cli) -> dict[str, Any]:
    (report,) = cli("doctor", "--json").valid("doctor")
    return next(check for check in report["checks"] if check["name"] == "works")


def test_an_older_home_is_brought_up_to_date(cli: Cli, older: list[str]) -> None:
    warned = doctor(cli)
    assert warned["state"] == "WARN"
    assert warned["detail"].startswith("5 of 5 works lack")
    assert "raisonne works refresh" in warned["detail"]

    refreshed = cli("works", "refresh", "--json")
    assert refreshed.code == 0, refreshed.stderr
    lines = refreshed.valid("works-refresh")
    assert [line["work"] for line in lines] == older
    assert {line["state"] for line in lines} == {"REFRESHED"}
    assert [line["algorithms"] for line in lines] == [["rootsift-v1"]] * 5
    assert "5 REFRESHED" in refreshed.stderr
    assert doctor(cli)["state"] == "OK"

    again = cli("works", "refresh", "--json", "--prune")
    assert [line["state"] for line in again.valid("works-refresh")] == ["CURRENT"] * 5
    words = cli("works", "refresh")
    assert (words.code, words.stdout) == (0, "")
    assert "5 CURRENT" in words.stderr
    assert cli("ledger", "verify", "--json").lines[0]["size"] == 5 + 1


def test_unreadable_files_are_named_and_end_with_4(cli: Cli, older: list[str]) -> None:
    stored = sorted((cli.home / "blobs").glob("??/*"))
    stored[0].write_bytes(b"damaged")
    refreshed = cli("works", "refresh", "--json")
    assert refreshed.code == 4
    (failed,) = [x for x in refreshed.valid("works-refresh") if x["state"] == "UNREADABLE"]
    assert failed["algorithms"] == ["rootsift-v1"]
    assert failed["error"]["reason"] == "CIPHERTEXT_INVALID"
    words = cli("works", "refresh")
    assert words.code == 4
    assert words.stdout.startswith(f"UNREADABLE  {failed['work']}")
    assert doctor(cli)["detail"].startswith("1 of 5 works lack")
    assert failed["work"] in older


def test_a_server_is_not_refreshed_from_afar(cli: Cli) -> None:
    done = cli("--server", "127.0.0.1:1", "works", "refresh")
    assert done.code == 3
    assert "CONFIG_INVALID" in done.stderr


def test_an_interrupted_refresh_says_so_and_goes_on(cli: Cli, older: list[str]) -> None:
    process = subprocess.Popen(
        cli.command("--json", "works", "refresh"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert process.returncode in {0, 130}
    refreshed = cli("works", "refresh", "--json").valid("works-refresh")
    assert [line["work"] for line in refreshed] == older
    assert doctor(cli)["state"] == "OK"
