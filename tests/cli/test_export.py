"""The registry as a manifest, and back; imports that are killed."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tests.cli.conftest import Cli

VARYING = {"work", "create_time", "update_time", "revision"}


def records(cli: Cli) -> list[dict[str, Any]]:
    lines = cli("works", "list", "--json").valid("work")
    kept = [{key: line[key] for key in line if key not in VARYING} for line in lines]
    return sorted(kept, key=lambda line: str(line["sha256"]))


def test_a_registry_goes_out_and_comes_back(
    cli: Cli, warm: Any, paintings: Path, tmp_path: Path
) -> None:
    imported = cli("works", "import", paintings, "--holder", "Ada", "--json").lines
    first, second, third, *_ = (line["work"] for line in imported)
    cli("works", "update", first, "--title", "", "--licence", "CC-BY-4.0", "--territories", "DE,FR",
        "--valid-from", "2020-01-01", "--valid-until", "2030-01-01")  # fmt: skip
    cli("works", "update", second, "--title", ' "=1+1",\nΦ', "--collection", "c", "--reserve",
        "style,tdm", "--embargo-until", "2031-01-01T12:00:00.000001Z", "--holder", "")  # fmt: skip
    cli("works", "withdraw", third)
    out = tmp_path / "out" / "works.csv"
    exported = cli("works", "export", out, "--pictures", tmp_path / "out" / "pictures", "--json")
    assert exported.code == 0, exported.stderr
    assert exported.valid("works-export")[0]["works"] == 4
    before = [line for line in records(cli) if line["state"] == "REGISTERED"]
    for suffix in ("csv", "jsonl", "parquet"):
        manifest = out.with_suffix(f".{suffix}")
        if suffix != "csv":
            cli("works", "export", manifest, "--pictures", tmp_path / "out" / "pictures")
        fresh = Cli(tmp_path / f"home-{suffix}", warm)
        # What else a command line says is for rows that do not say everything.
        fresh("works", "import", manifest, "--holder", "X", "--reserve", "tdm", "--json")
        assert records(fresh) == before
        again = fresh("works", "import", manifest, "--update", "--json").valid("works-import")
        assert {line["state"] for line in again} == {"EXISTS"}


def test_exports_choose_and_replace_nothing_unasked(
    cli: Cli, paintings: Path, tmp_path: Path
) -> None:
    works = [line["work"] for line in cli("works", "import", paintings, "--json").lines]
    start = "2019-01-01T00:00:00Z"
    cli("works", "update", works[0], "--title", "earlier", "--from", start)
    cli("works", "update", works[0], "--title", "later", "--collection", "one")
    cli("works", "withdraw", works[1])
    out = tmp_path / "works.jsonl"

    def titles(*options: str) -> list[str]:
        run = cli("works", "export", out, "--force", *options)
        assert run.code == 0, run.stderr
        return [json.loads(line)["title"] for line in out.read_text().splitlines()]

    assert titles() == ["later", "2", "3", "4"]
    assert titles("--collection", "one") == ["later"]
    assert titles("--at", "2020-01-01") == ["earlier", "1", "2", "3", "4"]
    assert titles("--state", "withdrawn") == ["1"]
    assert len(titles("--state", "all")) == 5
    kept = out.read_bytes()
    refused = cli("works", "export", out)
    assert (refused.code, "--force" in refused.stderr, out.read_bytes()) == (3, True, kept)
    for wrong in (("x.xlsx",), ("x.csv", "--state", "lost"), ("x.csv", "--at", "soon")):
        assert cli("works", "export", *wrong).code == 2
    # A line for a withdrawn work registers nothing.
    cli("works", "export", out, "--force", "--state", "withdrawn")
    (line,) = cli("works", "import", out, "--json").valid("works-import")
    assert line["state"] == "SKIPPED"


def test_a_killed_import_is_begun_again_and_doubles_nothing(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    chance = np.random.default_rng(7)
    for number in range(60):
        noise = Image.fromarray(chance.integers(0, 256, (8, 8, 3), dtype=np.uint8))
        noise.resize((64, 64), Image.Resampling.BICUBIC).save(folder / f"{number:02}.png")
    command = cli.command("--json", "works", "import", folder)
    for reached in (3, 20):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for _ in range(reached):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    last = cli("works", "import", folder, "--json")
    states = [line["state"] for line in last.valid("works-import")]
    assert last.code == 0
    assert states.count("EXISTS") >= 20
    assert len(states) == 60
    works = cli("works", "list", "--json").lines
    assert len({line["sha256"] for line in works}) == len(works) == 60
    assert cli("ledger", "verify", "--json").code == 0
    checks = {check["name"]: check["state"] for check in cli("doctor", "--json").lines[0]["checks"]}
    assert checks["index"] == checks["blobs"] == "OK"
