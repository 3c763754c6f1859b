"""The process that ``test_crash`` kills: it registers works until it dies."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

from tests.congruence.builders import TENANT, make_asset, make_event, make_fingerprints, make_work
from tests.congruence.signer import SIGNER

from raisonne.app.sealing import SealContext
from raisonne.keys.envelope import TenantEnvelope
from raisonne.keys.root import AesGcmKey
from raisonne.storage.blobs import FileBlobStore
from raisonne.storage.engine import Database, open_database
from raisonne.storage.keks import SqlKeks
from raisonne.storage.ledger_store import SqlLedger
from raisonne.storage.transactions import SqlTransactions

ORIGIN = "ledger.example.org/raisonne"


def blob_store(folder: Path, database: Database) -> FileBlobStore:
    return FileBlobStore(folder, TenantEnvelope(AesGcmKey(bytes(32)), SqlKeks(database)))


def context(number: int) -> SealContext:
    return SealContext(TENANT, "asset", make_asset(number).name)


def picture(number: int) -> bytes:
    return b"picture %d " % number * 500


def write_forever(url: str, folder: Path, acknowledged: Path, first: int) -> None:
    """Register works and write the number of each to a file once it is committed."""
    database = open_database(url)
    blobs, transactions = blob_store(folder, database), SqlTransactions(database)
    ledger = SqlLedger(database, SIGNER, ORIGIN)
    acks = os.open(acknowledged, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for number in itertools.count(first):
        blob = blobs.put(context(number), picture(number))
        with transactions.write() as transaction:
            transaction.assets.add(make_asset(number), blob)
            transaction.works.add(make_work(number), make_fingerprints(number))
            transaction.outbox.append(make_event(number))
        os.write(acks, b"%d\n" % number)
        if number % 4 == 0:
            ledger.integrate()
