"""Generate ``raisonne.api`` from the protos beside this file, and check them.

Run ``python proto/generate.py`` after editing a proto; ``--check`` compares instead of writing,
``--release`` also accepts the present surface as the one that later changes must not break.

The generator's version is pinned in ``pyproject.toml``: generated code refuses to be imported with
a protobuf or grpcio older than its generator, so the pin *is* the floor of every client.
"""

from __future__ import annotations

import argparse
import importlib.resources
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import distribution
from pathlib import Path

PROTO_ROOT = Path(__file__).resolve().parent
PYTHON_ROOT = PROTO_ROOT.parent / "services"
PACKAGE = Path("raisonne", "api", "v1")
LOCK = PROTO_ROOT / "api.lock.binpb"
_GENERATED = re.compile(r".*_pb2(_grpc)?\.pyi?")
# A newer generator that writes the same code but for these lines has not drifted.
_STAMPS = re.compile(
    r"^# Protobuf Python Version: .*$|^GRPC_GENERATED_VERSION = .*$"
    r"|(?<=Domain\.PUBLIC,\n)(    \d+,\n){3}",
    re.MULTILINE,
)


def protos(pattern: str = "*.proto") -> list[str]:
    """Return our proto files, relative to the root that imports are resolved against."""
    found = (PROTO_ROOT / PACKAGE).glob(pattern)
    return sorted(path.relative_to(PROTO_ROOT).as_posix() for path in found)


def compile_protos(files: Sequence[str], *arguments: str) -> None:
    """Run protoc over protos with Google's API protos on the include path.

    Raises:
        SystemExit: If protoc refuses them; it has said why on stderr.
    """
    with tempfile.TemporaryDirectory() as scratch:
        google = Path(scratch)
        _stage_google_protos(google)
        bundled = importlib.resources.files("grpc_tools") / "_proto"
        includes = [f"-I{root}" for root in (PROTO_ROOT, google, bundled)]
        command = [sys.executable, "-m", "grpc_tools.protoc", *includes, *arguments, *files]
        if subprocess.run(command, check=False).returncode:
            raise SystemExit("protoc refused the protos.")


def _stage_google_protos(root: Path) -> None:
    # googleapis-common-protos ships the file of google.longrunning under another name than the one
    # its own runtime registers; code generated from the shipped name cannot be imported.
    renamed = {"operations_proto.proto": "operations.proto"}
    for entry in distribution("googleapis-common-protos").files or ():
        if entry.suffix != ".proto":
            continue
        target = root / entry.parent / renamed.get(entry.name, entry.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(str(entry.locate()), target)


def generate(output: Path) -> None:
    """Write messages, services and their type stubs below ``output``."""
    tools = Path(sys.executable).parent
    compile_protos(
        protos(),
        f"--plugin=protoc-gen-mypy={tools / 'protoc-gen-mypy'}",
        f"--python_out={output}",
        f"--mypy_out=quiet:{output}",
    )
    compile_protos(
        protos("*_service.proto"),
        f"--plugin=protoc-gen-mypy_grpc={tools / 'protoc-gen-mypy_grpc'}",
        f"--grpc_python_out={output}",
        f"--mypy_grpc_out=quiet:{output}",
    )


def write_image(path: Path, *, comments: bool) -> None:
    """Write our protos and what they import as one FileDescriptorSet."""
    source_info = ["--include_source_info"] if comments else []
    compile_protos(protos(), "--include_imports", *source_info, f"--descriptor_set_out={path}")


def drift() -> list[str]:
    """Return the generated files that are missing, stale or left over in the working tree."""
    with tempfile.TemporaryDirectory() as scratch:
        generate(Path(scratch))
        fresh, committed = _generated(Path(scratch)), _generated(PYTHON_ROOT)
    return sorted(
        name for name in fresh | committed if fresh.get(name, "") != committed.get(name, "")
    )


def _generated(root: Path) -> dict[str, str]:
    return {
        path.name: _STAMPS.sub("", path.read_text(encoding="utf-8"))
        for path in (root / PACKAGE).iterdir()
        if _GENERATED.fullmatch(path.name)
    }


def buf(*arguments: str) -> str:
    """Run buf on an image, offline, and return its complaints; empty when there are none."""
    executable = Path(sys.executable).parent / "buf"
    config = str(PROTO_ROOT / "buf.yaml")
    done = subprocess.run(
        [str(executable), *arguments, "--config", config],
        check=False,
        capture_output=True,
        text=True,
        cwd=PROTO_ROOT,
    )
    return (done.stdout + done.stderr).strip() if done.returncode else ""


def complaints() -> str:
    """Return what buf's lint and breaking-change rules say of the present protos."""
    with tempfile.TemporaryDirectory() as scratch:
        image = Path(scratch) / "api.binpb"
        write_image(image, comments=True)
        lint = buf("lint", str(image))
        breaking = buf("breaking", str(image), "--against", str(LOCK)) if LOCK.exists() else ""
    return "\n".join(text for text in (lint, breaking) if text)


def _replace_generated() -> None:
    for name in _generated(PYTHON_ROOT):
        (PYTHON_ROOT / PACKAGE / name).unlink()
    generate(PYTHON_ROOT)


def main(arguments: Sequence[str] | None = None) -> int:
    """Generate or check; return 0 when everything agrees."""
    parser = argparse.ArgumentParser(description=__doc__)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="compare instead of writing")
    mode.add_argument("--release", action="store_true", help="accept the surface as released")
    options = parser.parse_args(arguments)
    found = complaints()
    if found:
        print(found, file=sys.stderr)
        return 1
    if options.check:
        stale = drift()
        if stale:
            print("Run proto/generate.py; these differ:", *stale, sep="\n  ", file=sys.stderr)
        return 1 if stale else 0
    _replace_generated()
    if options.release:
        write_image(LOCK, comments=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
