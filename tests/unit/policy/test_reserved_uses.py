"""The table of what reservations deny is what the policies deny."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from raisonne.policy.engine import PolicyBundle
from raisonne.policy.judge import judge
from raisonne.rights.match import DetectorRun, DetectorState, Match, Mechanism
from raisonne.rights.signal import RESERVED_USES
from raisonne.rights.statement import ReservationKind, RightsStatement, Use
from raisonne.rights.verdict import Judgement, Outcome, Subject, WorkRights
from raisonne.rights.work import WorkState

BUNDLE = PolicyBundle.packaged()


@pytest.mark.parametrize("use", Use)
@pytest.mark.parametrize("kind", ReservationKind)
def test_policies_deny_the_reserved_uses_and_no_others(kind: ReservationKind, use: Use) -> None:
    rights = RightsStatement(uses=frozenset(Use), reservations=frozenset({kind}))
    work = WorkRights("works/1", "a", "Sunflowers", "Ada", WorkState.REGISTERED, 1, rights)
    match = Match("works/1", "assets/1", Mechanism.PERCEPTUAL, "pdq-256-v1", 0.99, 0.8, 1.0)
    ran = DetectorRun("perceptual", "pdq-256-v1", DetectorState.EXECUTED)
    seen = datetime(2026, 6, 1, tzinfo=UTC)
    inputs = Judgement(
        subject=Subject.UPLOAD,
        sha256="ab" * 32,
        tenant="a",
        use=use,
        territory="DE",
        at=seen,
        matches=(match,),
        works=(work,),
        detectors=(ran,),
        term_hits=(),
        index_revision=1,
    )
    denied = judge(inputs, BUNDLE, "verdicts/1").outcome is Outcome.BLOCK
    assert denied is (use in RESERVED_USES[kind])
