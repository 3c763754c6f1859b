"""How long the decision takes: rights of the matched works looked up, and the verdict on them.

    python -m tests.perf.decision --works 100000 --matches 10

Each run judges matches with other works, at another time and with other scores, for one use.
``typical`` rights are as imports make them: few statements, which many works share. ``varied`` ones
are never alike. The check beside it is of a 1024² JPEG in a registry of ``--check-works`` works
with fingerprints; in a larger one it takes longer, so that the share is at most what is printed.
``own_cpu_p50_ms`` is what this process computed, without waiting for its turn on a busy machine or
for PostgreSQL.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from tests.congruence.builders import TENANT
from tests.perf.catalogues import NOW, STATEMENTS, catalogue, fill

from raisonne.app.ids import new_name
from raisonne.app.ports import Transactions
from raisonne.policy.engine import PolicyBundle
from raisonne.policy.judge import judge
from raisonne.rights.match import DetectorRun, DetectorState, Match, Mechanism
from raisonne.rights.statement import Use
from raisonne.rights.verdict import Judgement, Subject, Verdict
from raisonne.runtime.bench_check import bench_check
from raisonne.runtime.settings import Settings
from raisonne.runtime.wiring import open_service
from raisonne.storage.transactions import SqlTransactions

DETECTORS = tuple(
    DetectorRun(name, "v1", DetectorState.EXECUTED)
    for name in ("exact", "perceptual", "embedding", "geometry")
)
WARM_UP = 200
BAR_MS = 2.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=int, default=100_000)
    parser.add_argument("--matches", type=int, default=10)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--check-works", type=int, default=1_000, help="0 for no check")
    parser.add_argument("--engines", default="sqlite,postgresql")
    options = parser.parse_args()
    check_ms = _check_ms(options.check_works) if options.check_works else None
    met = True
    for engine in options.engines.split(","):
        for kind in STATEMENTS:
            with catalogue(engine) as database:
                names = fill(database, options.works, kind)
                figures = measure(SqlTransactions(database), names, options)
            line = {"engine": engine, "rights": kind, "works": options.works, **figures}
            if check_ms is not None:
                share = figures["p50_ms"] / check_ms
                line |= {"check_p50_ms": round(check_ms, 2), "share_of_check": round(share, 4)}
            met = met and figures["p50_ms"] <= BAR_MS
            print(json.dumps(line), flush=True)
    return 0 if met else 1


def measure(
    transactions: Transactions, names: list[str], options: argparse.Namespace
) -> dict[str, Any]:
    """Return percentiles in milliseconds, of the whole and of its two parts."""
    bundle, dice = PolicyBundle.packaged(), random.Random(7)
    looked_up, judged, spent = [], [], []
    for number in range(WARM_UP + options.runs):
        matches = tuple(_matches(dice, names, options.matches))
        at = NOW + timedelta(milliseconds=number)
        started, spent_before = time.perf_counter(), time.process_time()
        wanted = sorted({match.work for match in matches})
        with transactions.read() as transaction:
            rights = transaction.works.rights_of(TENANT, wanted, at)
        found = time.perf_counter()
        inputs = Judgement(
            subject=Subject.UPLOAD, sha256=dice.randbytes(32).hex(), tenant=TENANT,
            use=Use.DISPLAY, territory="DE",
            at=at, matches=matches,
            works=tuple(rights[name] for name in wanted), detectors=DETECTORS, term_hits=(),
            index_revision=1,
        )  # fmt: skip
        verdict = judge(inputs, bundle, new_name("verdicts"))
        ended, spent_after = time.perf_counter(), time.process_time()
        _require_findings(verdict, options.matches)
        if number >= WARM_UP:
            looked_up.append(1e3 * (found - started))
            judged.append(1e3 * (ended - found))
            spent.append(1e3 * (spent_after - spent_before))
    whole = np.add(looked_up, judged)
    return {
        "matches": options.matches,
        "runs": options.runs,
        "p50_ms": round(float(np.percentile(whole, 50)), 3),
        "p95_ms": round(float(np.percentile(whole, 95)), 3),
        "own_cpu_p50_ms": round(float(np.percentile(spent, 50)), 3),
        "lookup_p50_ms": round(float(np.percentile(looked_up, 50)), 3),
        "judge_p50_ms": round(float(np.percentile(judged, 50)), 3),
    }


def _matches(dice: random.Random, names: list[str], count: int) -> Iterator[Match]:
    for name in dice.sample(names, count):
        score = round(dice.uniform(0.5, 1.0), 6)
        yield Match(name, "assets/1", Mechanism.PERCEPTUAL, "pdq-256-v1", 0.99, 0.8, score)


def _require_findings(verdict: Verdict, count: int) -> None:
    if len({work for finding in verdict.findings for work in finding.works}) != count:
        raise SystemExit("Not every match was judged.")


def _check_ms(works: int) -> float:
    with (
        tempfile.TemporaryDirectory(prefix="raisonne-bench-") as home,
        open_service(Settings(home=Path(home))) as service,
    ):
        return bench_check(service, works, 20).p50


if __name__ == "__main__":
    sys.exit(main())
