"""Exit codes of the command line; part of the public contract."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    RUNTIME = 3
    UNREADABLE = 4
    INTERRUPTED = 130
