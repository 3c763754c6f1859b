"""The command line as a process."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from PIL import Image
from tests.cli.warm_process import WarmProcess

from raisonne.generation.by_uri import engine_from_uri
from raisonne.rights.generation import GenerationRequest


@dataclass(frozen=True)
class Run:
    """One finished command."""

    code: int
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stdout.splitlines()]

    def valid(self, schema: str) -> list[dict[str, Any]]:
        """Return the lines after checking each against a shipped schema."""
        text = files("raisonne.cli").joinpath("schemas", f"{schema}.schema.json").read_text()
        validator = Draft202012Validator(json.loads(text))
        for line in self.lines:
            validator.validate(line)
        return self.lines


@dataclass(frozen=True)
class Cli:
    """Runs commands on one home."""

    home: Path
    warm: WarmProcess

    def __call__(
        self, *arguments: str | Path, stdin: str = "", env: Mapping[str, str] | None = None
    ) -> Run:
        return Run(*self.warm.run(self._words(*arguments), stdin, {**environment(), **(env or {})}))

    def command(self, *arguments: str | Path) -> Sequence[str]:
        """Return the command for a process that starts from nothing."""
        return [sys.executable, "-m", "raisonne.cli", *self._words(*arguments)]

    def _words(self, *arguments: str | Path) -> list[str]:
        return ["--home", str(self.home), *map(str, arguments)]


def environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("RAISONNE_")} | {
        "OMP_NUM_THREADS": "1"
    }


@pytest.fixture(scope="session")
def warm() -> Iterator[WarmProcess]:
    started = WarmProcess(environment())
    yield started
    started.close()


@pytest.fixture
def cli(tmp_path: Path, warm: WarmProcess) -> Cli:
    return Cli(tmp_path / "home", warm)


@pytest.fixture(scope="session")
def paintings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with five different pictures."""
    folder = tmp_path_factory.mktemp("paintings")
    engine = engine_from_uri("procedural:")
    prompts = ("city skyline at night", "stained glass", "waves", "a tree in autumn", "mosaic")
    for number, prompt in enumerate(prompts):
        made = engine.generate(GenerationRequest(prompt, 320, 320, 50 + number))
        (folder / f"{number}.png").write_bytes(made.data)
    return folder


@pytest.fixture
def copies(paintings: Path, tmp_path: Path) -> Path:
    """Altered copies of the first two paintings, and the same files again."""
    folder = tmp_path / "copies"
    folder.mkdir()
    for number in (0, 1):
        source = paintings / f"{number}.png"
        (folder / f"{number}-same.png").write_bytes(source.read_bytes())
        with Image.open(source) as opened:
            picture = opened.convert("RGB")
        picture.save(folder / f"{number}-recompressed.jpg", quality=45)
        picture.resize((200, 200)).save(folder / f"{number}-smaller.png")
    return folder
