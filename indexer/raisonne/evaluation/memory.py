"""How much memory this process has; Linux only."""

from __future__ import annotations

import os
import resource
from pathlib import Path


def resident_bytes() -> int:
    """Return what of this process lies in memory now, mapped files as well."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def own_and_mapped_bytes() -> tuple[int, int]:
    """Return what lies in memory now: of the process's own, and of files that it mapped."""
    lines = (line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
    facts = {name: text.split() for name, text in lines}
    return int(facts["RssAnon"][0]) * 1024, int(facts["RssFile"][0]) * 1024


def highest_resident_bytes() -> int:
    """Return the most that lay in memory at once so far, mapped files as well."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
