"""What it costs to say what would be allowed instead, beside the judgement that refuses.

``python -m tests.perf.alternatives``: ten matches with ten different statements, refused for each
of several reasons; nothing that the policies were asked before is kept from one run to the next but
within it. Figures are medians, side by side.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median

from raisonne.policy.alternatives import alternatives
from raisonne.policy.engine import PolicyBundle
from raisonne.policy.judge import judge
from raisonne.rights.match import DetectorRun, DetectorState, Match, Mechanism
from raisonne.rights.statement import WORLD, ReservationKind, RightsStatement, Use
from raisonne.rights.verdict import Judgement, Subject, WorkRights
from raisonne.rights.work import WorkState

MATCHES = 10
RUNS = 15
NOW = datetime(2026, 11, 28, tzinfo=UTC)
ALL = frozenset(Use)
REFUSED: Mapping[str, tuple[Use, RightsStatement]] = {
    "another place": (Use.DISPLAY, RightsStatement(uses=ALL, territories=frozenset({"DE", "FR"}))),
    "a later time": (Use.DISPLAY, RightsStatement(uses=ALL, embargo_until=NOW + timedelta(9))),
    "a lesser use": (Use.COMMERCIAL, RightsStatement(uses=frozenset({Use.DISPLAY}))),
    "two changes": (
        Use.COMMERCIAL,
        RightsStatement(uses=frozenset({Use.DISPLAY}), territories=frozenset({"DE", "FR"})),
    ),
    "nothing helps": (Use.TRAIN, RightsStatement(reservations=frozenset(ReservationKind))),
}


def main() -> None:
    for name, (use, statement) in REFUSED.items():
        judged, found = [], []
        for _ in range(RUNS):
            bundle = PolicyBundle.packaged()
            inputs = _inputs(use, statement)
            started = time.perf_counter()
            verdict = judge(inputs, bundle, "verdicts/1")
            between = time.perf_counter()
            given = alternatives(verdict, bundle)
            found.append(time.perf_counter() - between)
            judged.append(between - started)
        ratio = median(found) / median(judged)
        print(
            f"{name:<14} {len(given.options)} found: {1e3 * median(found):6.2f} ms beside "
            f"{1e3 * median(judged):6.2f} ms to judge, {ratio:.1f} times"
        )


def _inputs(use: Use, statement: RightsStatement) -> Judgement:
    works = tuple(
        WorkRights(
            f"works/{n}",
            "t",
            "Title",
            "Holder",
            WorkState.REGISTERED,
            1,
            replace(statement, licence=f"LicenseRef-{n}"),
        )
        for n in range(MATCHES)
    )
    return Judgement(
        subject=Subject.UPLOAD,
        sha256="ab" * 32,
        tenant="t",
        use=use,
        territory=WORLD,
        at=NOW,
        matches=tuple(
            Match(work.work, "assets/1", Mechanism.PERCEPTUAL, "v", 1.0, 0.9, 1.0) for work in works
        ),
        works=works,
        detectors=(DetectorRun("perceptual", "v", DetectorState.EXECUTED),),
        term_hits=(),
        index_revision=1,
    )


if __name__ == "__main__":
    main()
