"""Steps of a benchmark, each in a process of its own, so that the memory measured is its own.

``python -m raisonne.evaluation.index_bench.NAME --step STEP --folder FOLDER --options JSON`` takes
one step; it says on stdout, as JSON lines, what it is doing and then what it found. It lives only
as long as its stdin is open, so however the process ends that started it, none is left behind.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from raisonne.rights.errors import RaisonneError, Reason

Say = Callable[[str], None]
Options = Mapping[str, Any]
Step = Callable[[Path, Options, Say], Any]
"""Takes a folder of temporary files, what was asked for and whom to tell; returns its findings."""


def run_step(benchmark: str, step: str, folder: Path, options: Options, say: Say) -> Any:
    """Take a step in a process of its own, in one thread; the process never outlives the call.

    Args:
        benchmark: Module of this package.
        step: One of those that it gives to ``take_step``.
        folder: Of temporary files.
        options: What JSON can hold.
        say: Told what is being done.

    Returns:
        What the step returned, as JSON gives it back.

    Raises:
        RaisonneError: If the step failed.
    """
    module = f"raisonne.evaluation.index_bench.{benchmark}"
    command = [sys.executable, "-P", "-m", module, "--step", step]
    command += ["--folder", str(folder), "--options", json.dumps(options)]
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    told: dict[str, Any] = {}
    # A group of its own, so that Ctrl-C reaches this process only, which then ends the other.
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **one_thread},
        process_group=0,
    ) as child:
        try:
            for line in child.stdout or ():
                told = json.loads(line)
                if "doing" in told:
                    say(told["doing"])
        except BaseException:
            child.kill()
            child.wait()
            raise
    if "found" in told:
        return told["found"]
    if "error" in told:
        raise RaisonneError(told["error"], reason=Reason(told["reason"]))
    raise RaisonneError(
        f"The step {step} of {benchmark} ended with code {child.returncode}."
        + (" Perhaps memory ran out." if child.returncode < 0 else "")
    )


def take_step(steps: Mapping[str, Step]) -> int:
    """Take the step that the command line names; the ``main`` of a benchmark's module.

    Args:
        steps: By name.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(description="A step of 'raisonne index bench'.")
    parser.add_argument("--step", choices=steps, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--options", type=json.loads, default={}, metavar="JSON")
    given = parser.parse_args()
    _end_with_stdin()
    try:
        found = steps[given.step](given.folder, given.options, lambda words: _tell(doing=words))
    except RaisonneError as error:
        _tell(error=error.message, reason=error.reason.value)
        return 1
    except OSError as error:
        where = f": {error.filename}" if error.filename else "."
        _tell(error=f"{error.strerror or error}{where}", reason=Reason.STORAGE_UNAVAILABLE.value)
        return 1
    _tell(found=found)
    return 0


def _end_with_stdin() -> None:
    def wait() -> None:
        # Not sys.stdin, whose lock a thread that waits would hold when Python ends.
        while os.read(0, 1):
            pass
        os._exit(1)

    if select.select([0], [], [], 0)[0]:
        # Who started it is gone, and with it perhaps the folder.
        wait()
    threading.Thread(target=wait, daemon=True).start()


def _tell(**words: Any) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def processor_seconds(work: Callable[[], object]) -> float:
    """Return the processor time that something takes, which other programs disturb little."""
    started = time.process_time()
    work()
    return time.process_time() - started
