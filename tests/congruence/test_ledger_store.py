from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text
from tests.congruence.builders import make_event
from tests.congruence.signer import SIGNER, NoteSigner

from raisonne.ledger.checkpoint import verify_note
from raisonne.ledger.entry import canonical_entry
from raisonne.ledger.proof import verify_consistency, verify_inclusion
from raisonne.ledger.tree import Tree, leaf_hash
from raisonne.rights.errors import InputError, LedgerError
from raisonne.rights.ledger import LedgerEvent
from raisonne.storage.engine import Database
from raisonne.storage.ledger_audit import LedgerAudit
from raisonne.storage.ledger_store import SqlLedger
from raisonne.storage.transactions import SqlTransactions

ORIGIN = "ledger.example.org/raisonne"


@pytest.fixture
def ledger(database: Database) -> SqlLedger:
    return SqlLedger(database, SIGNER, ORIGIN)


def append(transactions: SqlTransactions, numbers: Iterable[int]) -> list[LedgerEvent]:
    events = [make_event(number) for number in numbers]
    with transactions.write() as transaction:
        for event in events:
            transaction.outbox.append(event)
    return events


def fill(transactions: SqlTransactions, ledger: SqlLedger, sizes: Iterable[int]) -> None:
    """Grow the log to each of these sizes, with a checkpoint at each."""
    for size in sizes:
        head = ledger.head()
        append(transactions, range(head.size if head else 0, size))
        ledger.integrate()


def execute(database: Database, *statements: str) -> None:
    with database.write() as session:
        for statement in statements:
            session.connection().execute(text(statement))


def test_an_empty_log(ledger: SqlLedger) -> None:
    assert ledger.integrate() == 0
    assert ledger.head() is None
    assert ledger.entry(0) is None
    assert ledger.index_of("events/000000") is None
    assert list(ledger.entries()) == []
    assert ledger.verify() == 0


def test_events_move_into_the_log_in_order(
    ledger: SqlLedger, transactions: SqlTransactions, database: Database
) -> None:
    events = append(transactions, range(5))
    assert ledger.index_of(events[3].id) is None
    assert ledger.integrate() == 5
    assert ledger.integrate() == 0
    assert [ledger.index_of(event.id) for event in events] == [0, 1, 2, 3, 4]
    assert [entry.data for entry in ledger.entries()] == [canonical_entry(e) for e in events]
    assert ledger.entry(3) == next(iter(ledger.entries(3)))
    assert ledger.entry(5) is None
    with database.read() as session:
        assert session.connection().scalar(text("SELECT count(*) FROM audit_outbox")) == 0


def test_an_event_of_a_failed_transaction_is_not_in_the_log(
    ledger: SqlLedger, transactions: SqlTransactions
) -> None:
    with pytest.raises(ZeroDivisionError):
        _append_and_fail(transactions)
    append(transactions, [1])
    assert ledger.integrate() == 1
    assert ledger.index_of("events/000000") is None


def test_a_large_backlog_moves_in_batches_with_one_checkpoint_each(
    ledger: SqlLedger, transactions: SqlTransactions, database: Database
) -> None:
    append(transactions, range(2_500))
    assert ledger.integrate() == 2_500
    with database.read() as session:
        sizes = session.connection().scalars(text("SELECT size FROM tlog_checkpoint ORDER BY size"))
        assert list(sizes) == [1_000, 2_000, 2_500]
    assert len(list(ledger.entries())) == 2_500
    assert ledger.verify() == 2_500


def test_checkpoints_are_signed_notes(ledger: SqlLedger, transactions: SqlTransactions) -> None:
    fill(transactions, ledger, [3])
    head = ledger.head()
    assert head is not None
    assert verify_note(head.note, [SIGNER.verifier_key]) == head
    assert (head.origin, head.size) == (ORIGIN, 3)


def test_proofs_convince_an_outside_verifier(
    ledger: SqlLedger, transactions: SqlTransactions
) -> None:
    heads = []
    for size in (1, 2, 255, 256, 257, 300, 600):
        fill(transactions, ledger, [size])
        heads.append(ledger.head())
    for head in filter(None, heads):
        for index in {0, head.size // 2, head.size - 1}:
            entry = ledger.entry(index)
            assert entry is not None
            proof = ledger.inclusion_proof(index, head.size)
            verify_inclusion(leaf_hash(entry.data), index, head.size, proof, head.root)
        for older in filter(None, heads):
            if older.size <= head.size:
                proof = ledger.consistency_proof(older.size, head.size)
                verify_consistency(older.size, head.size, older.root, head.root, proof)
    assert ledger.verify() == 600


def test_proofs_beyond_the_log_are_refused(
    ledger: SqlLedger, transactions: SqlTransactions
) -> None:
    fill(transactions, ledger, [3])
    for index, size in ((3, 3), (0, 4), (-1, 3)):
        with pytest.raises(InputError):
            ledger.inclusion_proof(index, size)
    for old, size in ((0, 3), (3, 4), (3, 2)):
        with pytest.raises(InputError):
            ledger.consistency_proof(old, size)


def test_a_restarted_sequencer_goes_on(
    database: Database, ledger: SqlLedger, transactions: SqlTransactions
) -> None:
    fill(transactions, ledger, [300])
    append(transactions, range(300, 310))
    assert SqlLedger(database, SIGNER, ORIGIN).integrate() == 10
    assert ledger.verify() == 310


def test_many_writers_and_sequencers_lose_and_double_nothing(
    ledger: SqlLedger, transactions: SqlTransactions
) -> None:
    def write(first: int) -> int:
        for number in range(first, first + 40):
            append(transactions, [number])
        return ledger.integrate()

    with ThreadPoolExecutor(4) as pool:
        moved = sum(pool.map(write, (0, 100, 200, 300)))
    assert moved + ledger.integrate() == 160
    assert len({entry.event_id for entry in ledger.entries()}) == 160
    assert ledger.verify() == 160


SIZES = (100, 300, 520)
DATA = {"sqlite": "CAST(replace(data, 'gallery', 'gallerx') AS BLOB)"}
DATA["postgresql"] = "convert_to(replace(convert_from(data, 'UTF8'), 'gallery', 'gallerx'), 'UTF8')"
TILE = {"sqlite": "CAST(substr(data, 1, {n}) || x'00' || substr(data, {n} + 2) AS BLOB)"}
TILE["postgresql"] = "set_byte(data, {n}, 0)"
ROOT = {"sqlite": "CAST(x'00' || substr(root, 2) AS BLOB)", "postgresql": "set_byte(root, 0, 0)"}
TAMPERINGS = {
    # The entry itself, with every other trace left as it was.
    "UPDATE audit_entry SET data = {data} WHERE position = 299": 299,
    "UPDATE audit_entry SET data = {data} WHERE position IN (17, 402)": 17,
    "UPDATE audit_entry SET tenant = 'other' WHERE position = 5": 5,
    "UPDATE audit_entry SET event_id = 'events/none' WHERE position = 519": 519,
    "DELETE FROM audit_entry WHERE position = 0": 0,
    "DELETE FROM audit_entry WHERE position = 256": 256,
    "DELETE FROM audit_entry WHERE position = 519": 519,
    "INSERT INTO audit_entry SELECT 520, tenant, 'x', data FROM audit_entry LIMIT 1": 520,
    # Tiles: the hash of entry 299 is the 44th of the second tile.
    "UPDATE tlog_tile SET data = {tile299} WHERE level = 0 AND number = 1": 299,
    "UPDATE tlog_tile SET data = {tile0} WHERE level = 1": 0,
    "DELETE FROM tlog_tile WHERE level = 0 AND number = 1": 256,
    "DELETE FROM tlog_tile WHERE level = 0 AND number = 2": 512,
    "DELETE FROM tlog_tile WHERE level = 1": 0,
    "UPDATE tlog_tile SET data = data || data WHERE level = 0 AND number = 0": 256,
    "UPDATE tlog_tile SET data = data || data WHERE level = 1": 520,
    "INSERT INTO tlog_tile SELECT 7, number, data FROM tlog_tile WHERE level = 1": 520,
    # Checkpoints.
    "UPDATE tlog_checkpoint SET root = {root} WHERE size = 300": 300,
    "UPDATE tlog_checkpoint SET note = replace(note, '300', '301') WHERE size = 300": 300,
    "UPDATE tlog_checkpoint SET size = 301 WHERE size = 300": 301,
    "UPDATE tlog_checkpoint SET size = 521 WHERE size = 520": 520,
    "UPDATE tlog_checkpoint SET size = 0 WHERE size = 100": 520,
    "UPDATE tlog_checkpoint SET origin = 'elsewhere' WHERE size = 100": 100,
    "DELETE FROM tlog_checkpoint WHERE size = 520": 300,
}


def test_tampering_is_found_at_its_position(
    database: Database, ledger: SqlLedger, transactions: SqlTransactions
) -> None:
    fill(transactions, ledger, SIZES)
    drop_triggers(database)
    name = database.engine.dialect.name
    hashes = {"tile299": TILE[name].format(n=43 * 32), "tile0": TILE[name].format(n=0)}
    found = {}
    with database.write() as session:
        for statement in TAMPERINGS:
            savepoint = session.begin_nested()
            tampering = statement.format(data=DATA[name], root=ROOT[name], **hashes)
            session.connection().execute(text(tampering))
            with pytest.raises(LedgerError) as raised:
                LedgerAudit(session, ORIGIN, SIGNER.verifier_key).run()
            found[statement] = int(raised.value.metadata["position"])
            savepoint.rollback()
    assert found == TAMPERINGS
    assert ledger.verify() == 520


def test_an_attacker_who_corrects_every_tile_is_found_at_the_next_checkpoint(
    database: Database, ledger: SqlLedger, transactions: SqlTransactions
) -> None:
    fill(transactions, ledger, SIZES)
    drop_triggers(database)
    forged = canonical_entry(make_event(120, actor="somebody else"))
    tree = Tree()
    for entry in ledger.entries():
        tree.append(leaf_hash(forged if entry.index == 120 else entry.data))
    with database.write() as session:
        connection = session.connection()
        update = "UPDATE audit_entry SET data = :data WHERE position = 120"
        connection.execute(text(update), {"data": forged})
        for tile in tree.take():
            connection.execute(
                text("UPDATE tlog_tile SET data = :data WHERE level = :level AND number = :index"),
                {"data": tile.data, "level": tile.level, "index": tile.index},
            )
    with pytest.raises(LedgerError) as raised:
        ledger.verify()
    assert raised.value.metadata["position"] == "300"


def test_another_key_s_checkpoints_are_refused(
    database: Database, ledger: SqlLedger, transactions: SqlTransactions
) -> None:
    fill(transactions, ledger, [3])
    stranger = NoteSigner("ledger.example.org", Ed25519PrivateKey.from_private_bytes(bytes(32)))
    with pytest.raises(LedgerError) as raised:
        SqlLedger(database, stranger, ORIGIN).verify()
    assert raised.value.metadata["position"] == "3"


def test_another_log_s_name_is_refused(
    database: Database, ledger: SqlLedger, transactions: SqlTransactions
) -> None:
    fill(transactions, ledger, [3])
    with pytest.raises(LedgerError):
        SqlLedger(database, SIGNER, "ledger.example.org/other").verify()


def test_text_in_place_of_bytes_is_found(
    database: Database, ledger: SqlLedger, transactions: SqlTransactions
) -> None:
    """SQLite stores text in a column of bytes, for example from a plain ``replace``."""
    if not database.is_sqlite:
        return
    fill(transactions, ledger, [3])
    drop_triggers(database)
    execute(
        database, "UPDATE audit_entry SET data = replace(data, 'gallery', 'x') WHERE position=1"
    )
    with pytest.raises(LedgerError) as raised:
        ledger.verify()
    assert raised.value.metadata["position"] == "1"
    entry = ledger.entry(1)
    assert entry is not None
    assert isinstance(entry.data, bytes)


def test_nothing_is_signed_on_top_of_damaged_tiles(
    database: Database, ledger: SqlLedger, transactions: SqlTransactions
) -> None:
    fill(transactions, ledger, [3])
    damage = TILE[database.engine.dialect.name].format(n=0)
    execute(database, "UPDATE tlog_tile SET data = " + damage)  # noqa: S608
    append(transactions, [4])
    with pytest.raises(LedgerError):
        ledger.integrate()
    head = ledger.head()
    assert head is not None
    assert head.size == 3


def drop_triggers(database: Database) -> None:
    if database.is_sqlite:
        execute(database, "DROP TRIGGER audit_entry_UPDATE", "DROP TRIGGER audit_entry_DELETE")
    else:
        execute(database, "DROP TRIGGER audit_entry_append_only ON audit_entry")


def _append_and_fail(transactions: SqlTransactions) -> None:
    with transactions.write() as transaction:
        transaction.outbox.append(make_event(0))
        raise ZeroDivisionError
