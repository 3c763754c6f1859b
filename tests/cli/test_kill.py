"""kill -9 in the middle of generations: nothing lost, nothing doubled, nothing half written."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from raisonne.client import Client, OperationSnapshot
from raisonne.rights.generation import GenerationState
from raisonne.rights.job import JobState

Cli = Any
COUNT = 60
KILLS = 3


@contextlib.contextmanager
def serving(cli: Cli, config: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run ``raisonne up`` on a free port; yield the process and its address."""
    command = cli.command("--config", config, "--json", "--quiet", "up", "--listen", "127.0.0.1:0")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process, json.loads(process.stdout.readline())["grpc"]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    # A short lease, so that the next process takes the killed one's job over at once.
    path = tmp_path / "raisonne.toml"
    path.write_text("lease_seconds = 1.0\n")
    return path


@pytest.mark.slow
def test_killed_generations_resume_without_loss(cli: Cli, config: Path, tmp_path: Path) -> None:
    with serving(cli, config) as (process, address), Client(address) as client:
        operation = client.generations.generate("mosaic", width=64, height=64, count=COUNT, seed=1)
        name = operation.name
        _wait_for(client, name, 3)
        process.send_signal(signal.SIGKILL)
    for kill in range(1, KILLS):
        with serving(cli, config) as (process, address), Client(address) as client:
            _wait_for(client, name, 3 + kill * 12)
            process.send_signal(signal.SIGKILL)
    with serving(cli, config) as (process, address), Client(address) as client:
        done = client.operations.wait(name, 60)
        assert done.state is JobState.SUCCEEDED
        generations = list(client.generations.list())
        assert sorted(made.seed for made in generations) == list(range(1, COUNT + 1))
        for made in generations:
            assert made.state is GenerationState.RELEASED
            data = client.assets.download(made.asset).data
            path = tmp_path / "made.png"
            path.write_bytes(data)
            with Image.open(path) as picture:
                picture.load()
        assert client.credentials.verify(data).validation_state.value == "Trusted"
        assert client.ledger.verify() == COUNT
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    checks = {check["name"]: check for check in cli("doctor", "--json").lines[0]["checks"]}
    assert checks["index"]["state"] == checks["blobs"]["state"] == "OK"


def _wait_for(client: Client, name: str, units: int) -> OperationSnapshot:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        snapshot = client.operations.get(name)
        if snapshot.done_units >= units:
            return snapshot
        time.sleep(0.02)
    pytest.fail(f"{name} did not reach {units} artworks")


def test_an_interrupted_check_says_so(cli: Cli, paintings: Path, tmp_path: Path) -> None:
    listed = "\n".join([str(paintings)] * 200)
    process = subprocess.Popen(
        cli.command("--json", "check", "-"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(listed)
    process.stdin.close()
    first = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    rest, errors = process.stdout.read(), process.stderr.read() if process.stderr else ""
    assert process.wait(30) == 130
    process.stdout.close()
    if process.stderr:
        process.stderr.close()
    lines = [json.loads(line) for line in (first + rest).splitlines()]
    assert 1 <= len(lines) < 1000
    assert "Traceback" not in errors
    # What was answered is recorded, and only whole.
    assert cli("ledger", "verify", "--json").lines[0]["size"] >= len(lines)
