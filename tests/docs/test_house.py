"""The house is laid out as the documents say."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE_ROOTS = ("policies", "indexer", "services")
TOP_LEVEL = {
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "deploy",
    "indexer",
    "policies",
    "proto",
    "pyproject.toml",
    "services",
    "tests",
}


def tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files"],  # noqa: S607 - the git of the machine
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this is not a git checkout, so there is no list of files to look at")
    return listed.stdout.splitlines()


def test_the_top_level_holds_what_it_should_and_nothing_else() -> None:
    assert {path.split("/")[0] for path in tracked()} == TOP_LEVEL


@pytest.mark.parametrize("folder", ["deploy", "indexer", "policies", "proto", "services", "tests"])
def test_each_folder_says_what_lives_there(folder: str) -> None:
    assert len((ROOT / folder / "README.md").read_text().split()) > 30


@pytest.mark.parametrize("root", SOURCE_ROOTS)
def test_the_namespace_has_no_init(root: str) -> None:
    # One __init__.py here would hide the packages of the other two roots.
    assert not (ROOT / root / "raisonne" / "__init__.py").exists()


def test_every_room_is_typed_and_under_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    rooms = {
        path.parent.name
        for root in SOURCE_ROOTS
        for path in (ROOT / root / "raisonne").glob("*/__init__.py")
    }
    assert {name.removeprefix("raisonne.") for name in contracts["root_packages"]} == rooms
    for root in SOURCE_ROOTS:
        for path in (ROOT / root / "raisonne").glob("*/__init__.py"):
            assert (path.parent / "py.typed").exists(), path.parent


def test_imports_point_one_way() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_no_module_grows_past_what_one_reads() -> None:
    long = {
        path: lines
        for path in tracked()
        if path.endswith(".py") and "/api/v1/" not in path
        if (lines := len((ROOT / path).read_text().splitlines())) > 500
    }
    assert not long
