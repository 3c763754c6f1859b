"""What the command line loads before it is asked to do anything."""

from __future__ import annotations

import subprocess
import sys

import pytest

from raisonne.cli.state import hoist_global_flags

HEAVY = (
    "torch",
    "sqlalchemy",
    "sqlmodel",
    "numpy",
    "faiss",
    "grpc",
    "PIL",
    "c2pa",
    "rich",
)


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys\n"
        f"sys.argv = ['raisonne', *{arguments!r}]\n"
        "from raisonne.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"print('LOADED', [name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "LOADED []"


def test_global_flags_may_stand_anywhere() -> None:
    words = ["check", "a", "--json", "--home", "/h", "--use=train", "--server=x:1", "--", "--json"]
    assert hoist_global_flags(words) == [
        "--json",
        "--home",
        "/h",
        "--server=x:1",
        "check",
        "a",
        "--use=train",
        "--",
        "--json",
    ]
