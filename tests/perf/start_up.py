"""How much later than bare Python ``raisonne --help`` answers; runs interleaved, medians.

python tests/perf/start_up.py
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time

RUNS = 15
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "raisonne --help": [sys.executable, "-m", "raisonne.cli", "--help"],
    "raisonne check --help": [sys.executable, "-m", "raisonne.cli", "check", "--help"],
}


def seconds(command: list[str]) -> float:
    """Return the wall time of one command."""
    started = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def main() -> None:
    """Print the medians and what is added to bare Python, in milliseconds."""
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS + 1):
        for name, command in COMMANDS.items():
            taken[name].append(seconds(command))
    medians = {name: 1e3 * statistics.median(times[1:]) for name, times in taken.items()}
    bare = medians["python -c pass"]
    figures = {
        "benchmark": "start_up",
        "runs": RUNS,
        "median_ms": {name: round(value, 1) for name, value in medians.items()},
        "added_to_bare_python_ms": {
            name: round(value - bare, 1) for name, value in medians.items()
        },
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
