"""What reservations of holders and collections add to looking up the rights of matched works.

    python -m tests.perf.reservations --works 20000 --artists 100000

``bare`` is the look-up as it would be without: the same columns of works, nothing joined.
It and the look-up as it is are timed in turn, so that a busy machine slows both. ``nobody`` has
reserved anything; ``others`` have, but nobody whose works are looked up; ``theirs``: each artist of
these works has reserved something as well.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlmodel import Session
from tests.congruence.builders import TENANT
from tests.perf.catalogues import ARTISTS, NOW, catalogue, fill, reserve

from raisonne.rights.verdict import WorkRights
from raisonne.storage import matched_rights
from raisonne.storage.engine import Database

WARM_UP = 100
BAR = 1.2
_BARE = select(*matched_rights._COLUMNS).where(*matched_rights._NAMED)
TENTH = 10
"""Percentile that counts: what others do on the machine makes most runs longer."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=int, default=20_000)
    parser.add_argument("--artists", type=int, default=100_000, help="that have reserved something")
    parser.add_argument("--matches", type=int, default=10)
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--engines", default="sqlite,postgresql")
    options = parser.parse_args()
    met = True
    for engine in options.engines.split(","):
        with catalogue(engine) as database:
            names = fill(database, options.works, "typical")
            for whose, artists, named in (
                ("nobody", 0, ""),
                ("others", options.artists, "Stranger"),
                ("theirs", ARTISTS, "Artist"),
            ):
                if artists:
                    reserve(database, artists, named=named)
                figures = measure(database, names, options)
                print(json.dumps({"engine": engine, "reserved": whose, **figures}), flush=True)
                met = met and figures["ratio"] <= BAR
    return 0 if met else 1


def measure(database: Database, names: list[str], options: argparse.Namespace) -> dict[str, Any]:
    """Return milliseconds, and their ratio."""
    dice = random.Random(7)
    taken: dict[str, list[float]] = {"bare": [], "joined": []}
    reserved = 0
    for number in range(WARM_UP + options.runs):
        wanted = dice.sample(names, options.matches)
        ways = [("bare", bare), ("joined", matched_rights.rights_as_of)]
        for name, way in ways if number % 2 else reversed(ways):
            started = time.perf_counter()
            with database.read() as session:
                found = way(session, TENANT, wanted, NOW)
            if number >= WARM_UP:
                taken[name].append(1e3 * (time.perf_counter() - started))
            reserved += sum(bool(each.reservations) for each in found.values())
    best = {name: float(np.percentile(times, TENTH)) for name, times in taken.items()}
    return {
        "works": len(names),
        "ratio": round(best["joined"] / best["bare"], 3),
        **{f"{name}_p{TENTH}_ms": round(value, 3) for name, value in best.items()},
        "works_reserved": round(reserved / (WARM_UP + options.runs), 1),
    }


def bare(
    session: Session, tenant: str, names: Sequence[str], at: datetime
) -> Mapping[str, WorkRights]:
    """Look works up as if there were no such reservations."""
    wanted = {"of_tenant": tenant, "names": sorted(set(names)), "reserved_at": at}
    rows = session.connection().execute(_BARE, wanted).all()
    standing = (row for row in rows if matched_rights._stands(row, at))
    return {row.name: matched_rights._standing(row, (), {}) for row in standing}


if __name__ == "__main__":
    sys.exit(main())
