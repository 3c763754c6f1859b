"""The processes of ``index_kill``: one that changes everything, some that search, one that checks.

What they note in files outlives them: before a change ``?`` and the work's number, and once it is
committed ``+`` (in force) or ``-`` (out of force) and the number.
"""

from __future__ import annotations

import os
import random
import time
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from tests.congruence.builders import RIGHTS, TENANT, make_asset, make_work
from tests.congruence.registry import add, change, register, remove, withdraw
from tests.unit.fingerprint.features import random_features
from tests.unit.index.world import (
    DIGEST,
    HASH,
    LOCAL,
    POINTS,
    VECTOR,
    fingerprints,
    flip,
    no_more_than,
    put,
)

from raisonne.fingerprint.vocabulary import nearest_words_of
from raisonne.index import tenant_index, upkeep
from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.index.memory_segments import NoKeys
from raisonne.index.ports import SegmentRecord
from raisonne.index.segment_store import IndexBusyError, SegmentStore
from raisonne.index.view import IndexView
from raisonne.rights.fingerprint import FingerprintKind
from raisonne.rights.statement import ReservationKind
from raisonne.rights.work import WorkState
from raisonne.storage.engine import Database, open_database
from raisonne.storage.fingerprint_log import SqlFingerprintLog
from raisonne.storage.segment_list import SqlSegmentList
from raisonne.storage.transactions import SqlTransactions

ALGORITHMS = (DIGEST, HASH, VECTOR, LOCAL)
SEEDS = 4_000
"""So many different fingerprints there are; the numbers of works go on."""
MOST_IN_FORCE = 250
_PAUSE_SECONDS = 0.02
"""Between two rounds of questions, so that the writer has its turn on a small machine."""


@dataclass(frozen=True)
class Place:
    """Where everything lies.

    Attributes:
        url: Of the catalogue.
        folder: Of the rest.
    """

    url: str
    folder: Path

    @property
    def index(self) -> Path:
        return self.folder / "index"

    @property
    def notes(self) -> Path:
        return self.folder / "notes"

    @property
    def faults(self) -> Path:
        return self.folder / "faults"

    @property
    def asked(self) -> Path:
        return self.folder / "asked"

    @property
    def made(self) -> Path:
        return self.folder / "made"

    @property
    def repairs(self) -> Path:
        return self.folder / "repairs"


def note(path: Path, line: str, end: str = "\n") -> None:
    """Append a line whole, or not at all."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
    os.write(descriptor, (line + end).encode())
    os.close(descriptor)


def small_limits() -> None:
    """Let a few dozen rows do what takes many thousands otherwise."""
    upkeep.SEAL_ROWS = tenant_index.SEAL_ROWS = 10
    tenant_index._WORTH_SEALING_ROWS = 8
    tenant_index._MOST_DELTA_ROWS = 40
    tenant_index._BATCH = 50
    upkeep.MOST_ROWS |= dict.fromkeys(FingerprintKind, 120)


class CountingStore(SegmentStore):
    """Counts the files that are made."""

    made: Path

    def write(self, *arguments: Any) -> SegmentRecord | None:
        note(self.made, ".", "")
        return super().write(*arguments)


def opened(place: Place, database: Database) -> CatalogueIndex:
    store = CountingStore(place.index, SqlSegmentList(database), NoKeys())
    store.made = place.made
    return CatalogueIndex(SqlFingerprintLog(database), store)


@contextmanager
def _faults_noted(place: Place, who: str) -> Iterator[None]:
    try:
        yield
    except Exception:
        trace = traceback.format_exc().strip().splitlines()
        note(place.faults, f"{who}: " + " | ".join(line.strip() for line in trace[-9:]))
        raise


# --- What was acknowledged -----------------------------------------------------------------------


class Notes:
    """What is known of works, and what is not known for sure.

    Attributes:
        in_force: Whether a work is, by number; as of the last acknowledgement.
        pending: Works with a change under way, or one that its writer did not survive.
        begun: Works of which a change has begun since ``follow`` was called last.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._rest = b""
        self.in_force: dict[int, bool] = {}
        self.pending: set[int] = set()
        self.begun: set[int] = set()

    def follow(self) -> None:
        self.begun = set()
        *lines, self._rest = (self._rest + self._file.read()).split(b"\n")
        for line in lines:
            number = int(line[1:])
            if line[:1] == b"?":
                self.pending.add(number)
                self.begun.add(number)
            else:
                self.pending.discard(number)
                self.in_force[number] = line[:1] == b"+"


# --- The writer ----------------------------------------------------------------------------------


def write(place: Place, seed: float) -> None:
    """Change works and make files until somebody kills us."""
    small_limits()
    chance = random.Random(seed)
    with _faults_noted(place, "writer"), closing(open_database(place.url)) as database:
        index, writer = opened(place, database), Writer(place, database, chance)
        while True:
            what = chance.random()
            if what < 0.8:
                writer.change()
            else:
                job = chance.choice([index.maintain] * 4 + [index.compact] * 2 + [index.rebuild])
                try:
                    job(TENANT)
                except IndexBusyError:
                    continue  # A reader was faster.


class Writer:
    """Changes works as they come; each change is one commit."""

    def __init__(self, place: Place, database: Database, chance: random.Random) -> None:
        self._place, self._chance = place, chance
        self._transactions = SqlTransactions(database)
        with self._transactions.read() as transaction:
            works = transaction.works.list(TENANT, limit=1_000_000)
            held = {
                each.work: each.algorithms
                for each in transaction.fingerprints.held(TENANT, limit=1_000_000)
            }
        self._works = dict(enumerate(works))
        self._in_force = [n for n, work in self._works.items() if held.get(work.name)]
        self._out = [
            number
            for number, work in self._works.items()
            if work.state is WorkState.REGISTERED and not held.get(work.name)
        ]

    def change(self) -> None:
        chance, many = self._chance, len(self._in_force) / MOST_IN_FORCE
        what = chance.random() * (1 + many)
        if what < 0.5 or not self._in_force:
            self._register()
        elif what < 0.6 and self._out:
            self._return(self._out.pop(chance.randrange(len(self._out))))
        elif what < 0.75:
            self._reserve(chance.choice(self._in_force))
        else:
            number = self._in_force.pop(chance.randrange(len(self._in_force)))
            self._forever(number) if chance.random() < 0.6 else self._for_now(number)

    @contextmanager
    def _noted(self, number: int, sign: str) -> Iterator[None]:
        note(self._place.notes, f"?{number}")
        yield
        note(self._place.notes, f"{sign}{number}")

    def _register(self) -> None:
        number = len(self._works)
        with self._noted(number, "+"):
            self._works[number] = register(
                self._transactions, number, values_of(number), sha256=f"{number:064x}"
            )
        self._in_force.append(number)

    def _return(self, number: int) -> None:
        with self._noted(number, "+"):
            add(self._transactions, self._works[number], *values_of(number))
        self._in_force.append(number)

    def _reserve(self, number: int) -> None:
        kinds = frozenset(self._chance.sample(list(ReservationKind), self._chance.randrange(3)))
        rights = replace(RIGHTS, reservations=kinds)
        with self._noted(number, "+"):
            self._works[number] = change(self._transactions, self._works[number], rights=rights)

    def _forever(self, number: int) -> None:
        with self._noted(number, "-"):
            self._works[number] = withdraw(self._transactions, self._works[number])

    def _for_now(self, number: int) -> None:
        with self._noted(number, "-"):
            remove(self._transactions, self._works[number], *ALGORITHMS)
        self._out.append(number)


def values_of(number: int) -> tuple[Any, ...]:
    return fingerprints(number % SEEDS)


# --- Readers -------------------------------------------------------------------------------------


def read(place: Place, seed: float) -> None:
    """Ask for works all the time, and keep up files as a server does."""
    small_limits()
    chance = random.Random(seed)
    notes = Notes(place.notes)
    with _faults_noted(place, "reader"), closing(open_database(place.url)) as database:
        index = opened(place, database)
        while True:
            notes.follow()
            known, pending = dict(notes.in_force), set(notes.pending)
            asked = chance.sample(sorted(known), min(len(known), 6))
            with index.read(TENANT) as view:
                answers = {number: answers_of(view, number) for number in asked}
                revision = view.revision
            notes.follow()
            for number in set(asked) - pending - notes.begun:
                if answers[number] != (known[number],) * 5:
                    note(
                        place.faults,
                        f"At revision {revision}, works/{number:06d} is in force: {known[number]}, "
                        f"and was found: {answers[number]}.",
                    )
            note(place.asked, ".", "")
            time.sleep(_PAUSE_SECONDS)
            if chance.random() < 0.05:
                index.maintain(TENANT)
            if chance.random() < 0.03:
                index = opened(place, database)


def answers_of(view: IndexView, number: int) -> tuple[bool, ...]:
    """Whether each way of searching finds a work."""
    digest, code, vector, _ = values_of(number)
    name, asset = make_work(number).name, make_asset(number).name
    codes = np.frombuffer(code.value, np.uint8)[None]
    vectors = np.frombuffer(vector.value, "<f2").astype(np.float32)[None]
    return (
        any(entry.work == name for entry in view.search_exact(DIGEST, digest.value)),
        any(hit.entry.work == name for hit in view.search_binary(HASH, codes, 0)),
        any(hit.entry.work == name for hit in view.search_float(VECTOR, vectors, 3)),
        view.of_asset(VECTOR, asset) is not None,
        _found_by_points(view, number, name),
    )


def _found_by_points(view: IndexView, number: int, name: str) -> bool:
    local = view.local(LOCAL)
    if local is None:
        return False
    points = random_features(number % SEEDS, POINTS).descriptors[:2]
    hits = local.search(points.astype(np.float32), nearest_words_of(points, 2), 3)
    return any(local.entry(int(slot)).work == name for slot in hits.slot)


# --- After a kill --------------------------------------------------------------------------------


def damage(place: Place, chance: random.Random) -> int:
    """Damage some files as no process of ours would; return how many."""
    files = sorted(place.index.glob("*.segment"))
    chosen = chance.sample(files, min(len(files), chance.randint(1, 4)))
    for path in chosen:
        # Readers may remove any of them at this moment, because new ones have taken its place.
        try:
            match chance.randrange(4):
                case 0:
                    flip(path, chance.random())
                case 1:
                    no_more_than(path, chance.randrange(path.stat().st_size))
                case 2:
                    put(path, chance.choice(files).read_bytes())
                case _:
                    path.unlink()
        except FileNotFoundError:
            continue
    return len(chosen)


def check(place: Place, turn: int) -> None:
    """Compare the index, as a fresh process finds it, with the catalogue and the notes."""
    small_limits()
    with _faults_noted(place, "check"), closing(open_database(place.url)) as database:
        index = opened(place, database)
        for sentence in index.verify(TENANT):
            note(place.faults, f"Round {turn}: {sentence}")
        _compare(place, database, index, turn)
        while not index.maintain(TENANT, wait_seconds=60):
            pass
        _compare(place, database, index, turn)
        for sentence in index.verify(TENANT):
            note(place.faults, f"Round {turn}: {sentence}")
        _look_for_rubbish(place, database, index, turn)
        for _ in index.repairs(TENANT):
            note(place.repairs, ".", "")


def _compare(place: Place, database: Database, index: CatalogueIndex, turn: int) -> None:
    log, notes = SqlFingerprintLog(database), Notes(place.notes)
    notes.follow()
    with index.read(TENANT) as view:
        found, revision = view.contents(), view.revision
        works = {entry.work for entry in _entries(log, revision)}
    expected = {
        name: {
            entry.id: entry.fingerprint.value
            for entry in _entries(log, revision)
            if entry.fingerprint.algorithm == name
        }
        for name in ALGORITHMS
    }
    if found != {name: rows for name, rows in expected.items() if rows}:
        note(place.faults, f"Round {turn}: contents differ from the rows in force.")
    for number, in_force in notes.in_force.items():
        if number not in notes.pending and (make_work(number).name in works) != in_force:
            note(place.faults, f"Round {turn}: works/{number:06d} was acknowledged: {in_force}.")


def _entries(log: SqlFingerprintLog, revision: int) -> Iterator[Any]:
    for name in ALGORITHMS:
        yield from log.in_force(TENANT, name, revision, after=0, until=2**40, limit=10**6)


def _look_for_rubbish(place: Place, database: Database, index: CatalogueIndex, turn: int) -> None:
    """Nobody else may make files while we look."""
    store = index._store
    assert store is not None
    with store.maintaining(60) as held:
        assert held
        store_names = SqlSegmentList(database).names(store.identity)
        names = {path.name for path in place.index.iterdir()} - {"identity", "lock"}
    if names != store_names:
        more, less = sorted(names - store_names), sorted(store_names - names)
        note(place.faults, f"Round {turn}: files not listed {more}, listed and missing {less}.")
