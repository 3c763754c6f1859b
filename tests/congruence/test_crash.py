from __future__ import annotations

import multiprocessing
import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from tests.congruence import crash_writer
from tests.congruence.builders import TENANT, make_asset, make_event, make_fingerprints
from tests.congruence.signer import SIGNER

from raisonne.app.sealing import BlobRecord
from raisonne.rights.work import Work
from raisonne.storage.assets import known_locations
from raisonne.storage.engine import Database, open_database
from raisonne.storage.fingerprint_log import SqlFingerprintLog
from raisonne.storage.ledger_store import SqlLedger
from raisonne.storage.transactions import SqlTransactions

ROUNDS = 10


def test_a_process_killed_at_any_moment_loses_nothing_it_acknowledged(
    url: str, tmp_path: Path
) -> None:
    folder, acks = tmp_path / "blobs", tmp_path / "acknowledged"
    for turn in range(ROUNDS):
        kill_a_writer(url, folder, acks, first=turn * 10_000)

    database = open_database(url)
    works = stored_works(database)
    numbers = {int(work.name.removeprefix("works/")) for work in works}
    assert acknowledged(acks) <= numbers
    # A work that was committed in the moment of the kill was not acknowledged; one a round.
    assert len(numbers) <= len(acknowledged(acks)) + ROUNDS
    check_ledger(database, numbers)
    check_fingerprints(database, works)
    check_blobs(database, folder, numbers)
    database.close()


def acknowledged(acks: Path) -> set[int]:
    return {int(line) for line in acks.read_text().splitlines()}


def kill_a_writer(url: str, folder: Path, acks: Path, first: int) -> None:
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([crash_writer.__name__])
    writer = processes.Process(target=crash_writer.write_forever, args=(url, folder, acks, first))
    writer.start()
    wanted = first + random.randrange(10)
    while not (acks.exists() and wanted in acknowledged(acks)):
        assert writer.is_alive()
        time.sleep(0.001)
    time.sleep(random.uniform(0, 0.01))
    writer.kill()
    writer.join()
    writer.close()


def stored_works(database: Database) -> tuple[Work, ...]:
    with SqlTransactions(database).read() as transaction:
        return tuple(transaction.works.list(TENANT, limit=1_000_000))


def check_ledger(database: Database, numbers: set[int]) -> None:
    """Every work has its event, and every event its work."""
    ledger = SqlLedger(database, SIGNER, crash_writer.ORIGIN)
    ledger.integrate()
    assert ledger.verify() == len(numbers)
    assert {entry.event_id for entry in ledger.entries()} == {make_event(n).id for n in numbers}


def check_fingerprints(database: Database, works: tuple[Work, ...]) -> None:
    changes = SqlFingerprintLog(database).changes(TENANT, 0, 1_000_000)
    logged = sorted(change.entry.work for change in changes)
    assert logged == sorted(work.name for work in works for _ in make_fingerprints())


def check_blobs(database: Database, folder: Path, numbers: set[int]) -> None:
    """Every row's file opens, and the sweep removes exactly the files without a row."""
    blobs = crash_writer.blob_store(folder, database)
    records: dict[int, BlobRecord] = {}
    with SqlTransactions(database).read() as transaction:
        for number in numbers:
            record = transaction.assets.blob(TENANT, make_asset(number).name)
            assert record is not None
            records[number] = record
    known = known_locations(database)
    assert known == {record.location for record in records.values()}
    blobs.sweep(known.__contains__, datetime.now(UTC) + timedelta(hours=1))
    left = {path.relative_to(folder).as_posix() for path in folder.glob("*/*")}
    assert left == known
    for number, record in records.items():
        assert blobs.get(crash_writer.context(number), record) == crash_writer.picture(number)
    with database.read() as session:
        assets = session.connection().scalar(text("SELECT count(*) FROM asset"))
    assert assets == len(numbers)
