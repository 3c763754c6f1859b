"""The committed generated package is what the protos say, and its floor is what we declare."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_generated_code_lint_and_compatibility_agree_with_the_protos() -> None:
    command = [sys.executable, str(ROOT / "proto" / "generate.py"), "--check"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_declared_floors_are_those_of_the_generated_code() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    package = ROOT / "services" / "raisonne" / "api" / "v1"
    grpc_stamps = {
        re.search(r"GRPC_GENERATED_VERSION = '(.+)'", path.read_text(encoding="utf-8"))[1]  # type: ignore[index]
        for path in package.glob("*_pb2_grpc.py")
    }
    protobuf_stamps = {
        re.search(r"# Protobuf Python Version: (.+)", path.read_text(encoding="utf-8"))[1]  # type: ignore[index]
        for path in package.glob("*_pb2.py")
    }
    assert {f"grpcio>={version}" for version in grpc_stamps} <= set(project["dependencies"])
    assert {f"protobuf>={version}" for version in protobuf_stamps} <= set(project["dependencies"])
    pinned = {f"grpcio-tools=={version}" for version in grpc_stamps}
    assert pinned <= set(project["optional-dependencies"]["dev"])
