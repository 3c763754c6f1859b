"""A second process that is asked about every change as soon as it is committed."""

from __future__ import annotations

import multiprocessing
import random
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.congruence.builders import TENANT, make_asset
from tests.congruence.registry import register, restore, withdraw
from tests.unit.index.world import DIGEST, HASH, fingerprints

from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.index.memory_segments import NoKeys
from raisonne.index.segment_store import SegmentStore
from raisonne.storage.engine import open_database
from raisonne.storage.fingerprint_log import SqlFingerprintLog
from raisonne.storage.segment_list import SqlSegmentList
from raisonne.storage.transactions import SqlTransactions


def store_of(database: Any, folder: Path) -> SegmentStore:
    return SegmentStore(folder, SqlSegmentList(database), NoKeys())


def answer(url: str, folder: Path, pipe: Connection) -> None:
    """Say for each number whether its work is found, by one query each."""
    with closing(open_database(url)) as database:
        index = CatalogueIndex(SqlFingerprintLog(database), store_of(database, folder))
        pipe.send(index.refresh(TENANT))
        asked = 0
        while (number := pipe.recv()) >= 0:
            digest, *_ = fingerprints(number)
            with index.read(TENANT) as view:
                found = view.search_exact(DIGEST, digest.value)
                same = view.of_asset(HASH, make_asset(number).name)
            pipe.send((bool(found), same is not None))
            asked += 1
            if asked % 37 == 0:
                index.maintain(TENANT)


def missed(url: str, folder: Path, changes: int) -> list[int]:
    """Make changes, one commit each, and return those that the other one's next query missed."""
    chance = random.Random(changes)
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([__name__])
    ours, theirs = processes.Pipe()
    other = processes.Process(target=answer, args=(url, folder, theirs), daemon=True)
    other.start()
    late = []
    with closing(open_database(url)) as database:
        transactions = SqlTransactions(database)
        index = CatalogueIndex(SqlFingerprintLog(database), store_of(database, folder))
        works: list[Any] = []
        gone: set[int] = set()
        ours.recv()
        for turn in range(changes):
            number = chance.randrange(len(works)) if works else 0
            if not works or chance.random() < 0.5:
                number = len(works)
                values = fingerprints(number)[:3]
                works.append(register(transactions, number, values, sha256=f"{number:064x}"))
            elif number in gone:
                works[number] = restore(transactions, works[number])
                gone.discard(number)
            else:
                works[number] = withdraw(transactions, works[number])
                gone.add(number)
            ours.send(number)
            if ours.recv() != (number not in gone, number not in gone):
                late.append(turn)
            if turn % 50 == 49:
                index.maintain(TENANT)
        ours.send(-1)
    other.join(30)
    other.close()
    return late
