"""What it takes to write the whole registry as a manifest, and to import pictures from one.

Each command is a process of its own, so that its peak memory is its own; it stands beside the peak
of the same command on an empty registry.

    python -m tests.perf.manifests export --works 100000
    python -m tests.perf.manifests import --pictures 2000
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from tests.congruence.builders import TENANT
from tests.perf.catalogues import fill

from raisonne.storage.engine import open_database
from raisonne.storage.migrate import upgrade

FORMATS = ("csv", "jsonl", "parquet")
SIDE = 192
MIB = 1024


def run(home: Path, *words: str | Path) -> tuple[float, float]:
    """Run a command; return the seconds of processor it took, and its peak memory in MiB."""
    command = [
        sys.executable,
        "-m",
        "raisonne.cli",
        "--home",
        str(home),
        "--json",
        *map(str, words),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / MIB


def exporting(folder: Path, works: int) -> None:
    """Measure the export of a registry of many works beside that of none."""
    homes = {}
    for count in (0, works):
        homes[count] = folder / f"home{count}"
        homes[count].mkdir()
        database = open_database(f"sqlite:///{homes[count] / 'catalogue.db'}")
        upgrade(database)
        fill(database, count, "varied")
        database.close()
    for suffix in FORMATS:
        shown = {"format": suffix, "works": works}
        for count, home in homes.items():
            file = folder / f"{count}.{suffix}"
            seconds, peak = run(home, "--tenant", TENANT, "works", "export", file)
            shown[f"seconds_{'none' if not count else 'all'}"] = round(seconds, 1)
            shown[f"peak_mib_{'none' if not count else 'all'}"] = round(peak)
        shown["file_mib"] = round(file.stat().st_size / MIB / MIB, 1)
        print(json.dumps(shown), flush=True)


def importing(folder: Path, pictures: int) -> None:
    """Measure an import, the same again, and the second beside the first."""
    chance = np.random.default_rng(20_261_128)
    manifest = folder / "works.csv"
    with manifest.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "title", "licence", "territories"])
        for number in range(pictures):
            noise = Image.fromarray(chance.integers(0, 256, (12, 12, 3), dtype=np.uint8))
            path = folder / f"{number}.jpg"
            noise.resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(path, quality=85)
            rows.writerow([path.name, f"Picture {number}", "CC-BY-4.0", "DE,AT"])
    few = folder / "few.csv"
    few.write_text("\n".join(manifest.read_text().splitlines()[:11]) + "\n")
    _, bare = run(folder / "few", "works", "import", few)
    for again in ("first", "again"):
        seconds, peak = run(folder / "home", "works", "import", manifest)
        shown = {
            "import": again,
            "pictures": pictures,
            "seconds": round(seconds, 1),
            "ms_each": round(1_000 * seconds / pictures, 1),
            "peak_mib": round(peak),
            "peak_mib_of_ten": round(bare),
        }
        print(json.dumps(shown), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["export", "import"])
    parser.add_argument("--works", type=int, default=100_000)
    parser.add_argument("--pictures", type=int, default=2_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="raisonne-bench-") as scratch:
        if options.what == "export":
            exporting(Path(scratch), options.works)
        else:
            importing(Path(scratch), options.pictures)


if __name__ == "__main__":
    main()
