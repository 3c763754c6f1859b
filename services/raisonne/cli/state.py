"""Global flags, and where they may stand on the line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_WITH_VALUE = frozenset({"--home", "--config", "--server", "--tenant"})
_WITHOUT_VALUE = frozenset({"--json", "--quiet"})


@dataclass(frozen=True, slots=True)
class GlobalFlags:
    """What every command understands.

    Attributes:
        home: State directory, if given.
        config: Configuration file, if given.
        server: ``HOST:PORT`` of a running service; embedded if None.
        tenant: Tenant of the local operator, if given.
        json: Write JSON lines to stdout.
        quiet: Write no words to stderr but errors.
    """

    home: Path | None = None
    config: Path | None = None
    server: str | None = None
    tenant: str | None = None
    json: bool = False
    quiet: bool = False

    def explicit(self) -> dict[str, Any]:
        """Return the values that override settings."""
        return {"home": self.home, "tenant": self.tenant}


def hoist_global_flags(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with global flags moved to the front, so that they may stand anywhere.

    Words after ``--`` stay where they are.
    """
    front: list[str] = []
    rest: list[str] = []
    queue = list(arguments)
    while queue:
        word = queue.pop(0)
        if word == "--":
            rest += [word, *queue]
            break
        if word in _WITHOUT_VALUE or (word.partition("=")[0] in _WITH_VALUE and "=" in word):
            front.append(word)
        elif word in _WITH_VALUE and queue:
            front += [word, queue.pop(0)]
        else:
            rest.append(word)
    return front + rest
