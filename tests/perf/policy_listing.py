"""Which works may be used so: one look-up by policy, beside a decision on every work.

    python -m tests.perf.policy_listing --works 10000

``names`` is the bar's question: which ones? Both ways read the same rows and must find the same
names. ``page`` is the use case itself: a page of 50 works, each put to the policies again. It is
measured without recorded licences and with one to three for a share of the works.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from itertools import product
from typing import Any

from sqlmodel import col, select
from tests.congruence.builders import TENANT
from tests.perf.catalogues import NOW, STATEMENTS, catalogue, fill, reserve

from raisonne.app.use_listing import UseListing, UseTerms
from raisonne.policy.engine import PolicyBundle
from raisonne.policy.listing import UseQuestion, answers, condition, licence_condition
from raisonne.rights.statement import Use
from raisonne.rights.work import WorkState
from raisonne.storage.engine import Database
from raisonne.storage.licences import grants_at
from raisonne.storage.reservations_in_force import reservations_of_works
from raisonne.storage.tables import WorkRow
from raisonne.storage.transactions import SqlTransactions
from raisonne.storage.works import SqlWorks
from raisonne.storage.works_at import Sought, permitted_at

PAGE = 50
BAR = 20


class StoppedClock:
    def now(self) -> Any:
        return NOW


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--engines", default="sqlite,postgresql")
    parser.add_argument("--artists", type=int, default=1_000, help="that have reserved something")
    parser.add_argument("--albums", type=int, default=10, help="likewise")
    # No reservation denies display. Three of four kinds deny training, so all are looked at.
    parser.add_argument("--uses", default="display,train")
    parser.add_argument("--licensed", default="0,0.1", help="shares of works with licences")
    options = parser.parse_args()
    met = True
    for engine in options.engines.split(","):
        for kind, share in product(STATEMENTS, map(float, options.licensed.split(","))):
            with catalogue(engine) as database:
                fill(database, options.works, kind, share)
                reserve(database, options.artists, options.albums)
                for use in map(Use, options.uses.split(",")):
                    figures = measure(database, use, options.works, options.runs)
                    line = {"engine": engine, "rights": kind, "licensed": share}
                    print(json.dumps(line | {"use": use.value, **figures}), flush=True)
                    met = met and figures["ratio"] >= BAR
    return 0 if met else 1


def measure(database: Database, use: Use, works: int, runs: int) -> dict[str, Any]:
    """Time both ways in turn, so that a busy machine slows both."""
    question, terms = UseQuestion(TENANT, use, "DE", NOW), UseTerms(use, "DE", NOW)
    bundle = PolicyBundle.packaged()
    listing = UseListing(SqlTransactions(database), bundle, StoppedClock())

    def page() -> object:
        return listing.page(TENANT, terms, limit=PAGE, after="")

    def everything() -> set[str]:
        found: set[str] = set()
        after = ""
        while True:
            part = listing.page(TENANT, terms, limit=500, after=after)
            found.update(answer.work.name for answer in part.answers)
            if not part.next_after:
                return found
            after = part.next_after

    ways: dict[str, Callable[[], Any]] = {
        "looked_up": lambda: looked_up(database, bundle, question),
        "one_by_one": lambda: one_by_one(database, bundle, question, works),
        "page": page,
        "all_pages": everything,
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(runs):
        given = {}
        for name, way in ways.items():
            started = time.perf_counter()
            given[name] = way()
            taken[name].append(1e3 * (time.perf_counter() - started))
        if not given["looked_up"] == given["one_by_one"] == given["all_pages"]:
            raise SystemExit("The ways do not find the same works.")
    best = {f"{name}_ms": round(min(times), 2) for name, times in taken.items()}
    ratio = min(taken["one_by_one"]) / min(taken["looked_up"])
    found = len(given["looked_up"])
    return {"works": works, "found": found, "ratio": round(ratio, 1), **best}


def looked_up(database: Database, bundle: PolicyBundle, question: UseQuestion) -> set[str]:
    """Translate the policies and let the catalogue say which works they permit."""
    own = condition(bundle, question, WorkState.REGISTERED)
    under = licence_condition(bundle, question)
    sought = Sought(own, question.at, WorkState.REGISTERED, under)
    with database.read() as session:
        rights = permitted_at(session.get_bind().dialect, sought)
        statement = select(WorkRow.name).where(
            col(WorkRow.tenant) == TENANT,
            col(WorkRow.state) == WorkState.REGISTERED.value,
            rights,
        )
        return set(session.exec(statement))


def one_by_one(
    database: Database, bundle: PolicyBundle, question: UseQuestion, works: int
) -> set[str]:
    """Read every work, with what counts beside it, and put it to the policies."""
    with database.read() as session:
        listed = SqlWorks(session).list(TENANT, limit=works, state=WorkState.REGISTERED)
        marked = session.exec(
            select(WorkRow.name).where(col(WorkRow.tenant) == TENANT, col(WorkRow.licensed))
        ).all()
        grants = grants_at(session, TENANT, marked, question.at)
        reserved = reservations_of_works(session, TENANT, listed, question.at)
    given = answers(bundle, question, listed, reserved, grants)
    return {answer.work.name for answer in given if answer.allowed}


if __name__ == "__main__":
    sys.exit(main())
