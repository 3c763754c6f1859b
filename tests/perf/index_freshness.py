"""Whether the very next query of another process sees a change, a thousand times on end.

``python -m tests.perf.index_freshness`` changes a catalogue on SQLite, one commit at a time, and
asks another process about each; ``--url`` names another empty catalogue, ``--postgresql`` makes one
on a server of its own.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from tests.congruence.index_freshness import missed
from tests.perf.index_kill import catalogue

from raisonne.storage.engine import open_database
from raisonne.storage.migrate import upgrade


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=1_000)
    parser.add_argument("--url", default="")
    parser.add_argument("--postgresql", action="store_true")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        catalogue(Path(folder), options.url, postgresql=options.postgresql) as url,
    ):
        with closing(open_database(url)) as database:
            upgrade(database)
        begun = time.monotonic()
        late = missed(url, Path(folder) / "index", options.changes)
        seconds = time.monotonic() - begun
    print("changes  missed  seconds  milliseconds a change and query")
    each = 1000 * seconds / options.changes
    print(f"{options.changes:7}  {len(late):6}  {seconds:7.1f}  {each:.1f}")
    return len(late) > 0


if __name__ == "__main__":
    sys.exit(main())
