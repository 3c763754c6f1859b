"""``raisonne index bench`` at a tiny size, and stopped."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest
from tests.cli.conftest import Cli, environment


def test_figures_for_a_person_and_as_json(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "scratch"
    arguments = ("index", "bench", "hashes", "--rows", "1000", "--folder", folder)
    shown = cli(*arguments)
    assert shown.code == 0, shown.stderr
    assert "1,000 hashes: writing a segment" in shown.stderr
    (opened,) = (line for line in shown.stdout.splitlines() if "open_s" in line)
    assert "(bar <= 5.00) ok" in opened
    told = cli(*arguments, "--json", "--quiet")
    assert (told.code, told.stderr) == (0, "")
    named = {line["figure"]: line for line in told.lines}
    assert named["open_s"]["bars"] == {"segment": {"at_most": 5.0, "met": True}}
    assert named["recall_radius_31"]["segment"] == 1
    assert {line["benchmark"] for line in told.lines} == {"index hashes"}
    assert list(folder.iterdir()) == []


def test_what_are_no_numbers_is_refused(cli: Cli) -> None:
    for wrong in ("5,1000", "many", "1000,"):
        run = cli("index", "bench", "hashes", "--rows", wrong)
        assert (run.code, run.stdout) == (2, ""), wrong


@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)]
)
def test_stopped_it_leaves_neither_processes_nor_files_if_it_can(
    cli: Cli, tmp_path: Path, sent: signal.Signals, code: int
) -> None:
    arguments = ("index", "bench", "hashes", "--rows", "2000000", "--folder", tmp_path)
    with subprocess.Popen(
        cli.command(*arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        assert process.stderr is not None
        assert "writing a segment" in process.stderr.readline()
        while not _processes(tmp_path) - {process.pid}:
            assert process.poll() is None
        process.send_signal(sent)
        assert process.wait(30) == code
        assert process.stdout is not None
        assert process.stdout.read() == ""
        assert "Traceback" not in process.stderr.read()
    assert _processes(tmp_path) == set()
    if sent is not signal.SIGKILL:
        assert list(tmp_path.iterdir()) == []


def _processes(folder: Path) -> set[int]:
    """Return those that were told of a folder."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(folder).encode() in path.read_bytes():
                found.add(int(path.parent.name))
        except OSError:
            continue  # It has ended meanwhile.
    return found
