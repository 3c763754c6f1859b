"""Writes ``_sync`` from ``_async``, so that the two clients cannot drift.

Run ``python -m raisonne.client._generate_sync`` after editing ``_async``; a test compares.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

_FOLDER = Path(__file__).parent
_SUBSTITUTIONS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\bgrpc\.aio\b", "grpc"),
        (r"\b_async\b", "_sync"),
        (r"\basync (def|for|with)\b", r"\1"),
        (r"\bawait ", ""),
        (r"\ba(next|close)\b", r"\1"),
        (r"\b__a(enter|exit|iter)__\b", r"__\1__"),
        (r"\bAsync(?=[A-Z])", ""),
        (r"The asynchronous client, written by hand\.", "The synchronous client, generated."),
    )
)


def translate(source: str) -> str:
    """Return the synchronous form of an asynchronous module, formatted."""
    for pattern, replacement in _SUBSTITUTIONS:
        source = pattern.sub(replacement, source)
    # Dropping words moves lines and imports, and leaves a loop that is a "yield from".
    fixed = _ruff(source, "check", "--select=I,UP028", "--fix", "--unsafe-fixes")
    return _ruff(fixed, "format")


def _ruff(source: str, *command: str) -> str:
    ruff = str(Path(sys.executable).parent / "ruff")
    name = str(_FOLDER / "_sync" / "module.py")
    return subprocess.run(
        [ruff, *command, "--quiet", "--stdin-filename", name, "-"],
        check=True,
        capture_output=True,
        input=source,
        text=True,
    ).stdout


def expected() -> dict[str, str]:
    """Return the modules that ``_sync`` must hold, by file name."""
    return {
        path.name: translate(path.read_text(encoding="utf-8"))
        for path in sorted((_FOLDER / "_async").glob("*.py"))
    }


def main() -> None:
    """Rewrite ``_sync``."""
    for name, source in expected().items():
        (_FOLDER / "_sync" / name).write_text(source, encoding="utf-8")


if __name__ == "__main__":
    main()
