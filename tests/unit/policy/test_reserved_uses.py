"""The table of what reservations deny is what the policies deny."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from raisonne.policy.engine import PolicyBundle
from raisonne.policy.judge import judge
from raisonne.rights.match import DetectorRun, DetectorState, Match, Mechanism
from raisonne.rights.signal import RESERVED_USES, Dialect, Signal, SignalState
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


@pytest.mark.parametrize("use", Use)
@pytest.mark.parametrize("kind", ReservationKind)
@pytest.mark.parametrize("subject", [s for s in Subject if s is not Subject.PROMPT])
def test_what_a_file_reserves_itself_is_denied_likewise_but_for_what_was_generated_here(
    kind: ReservationKind, use: Use, subject: Subject
) -> None:
    seen = datetime(2026, 6, 1, tzinfo=UTC)
    said = Signal(
        Dialect.TDMREP,
        "XMP packet",
        seen,
        "cd" * 32,
        SignalState.READ,
        reserved=frozenset({kind}),
        note="Says so.",
    )
    inputs = Judgement(
        subject=subject,
        sha256="ab" * 32,
        tenant="a",
        use=use,
        territory="DE",
        at=seen,
        matches=(),
        works=(),
        detectors=(DetectorRun("perceptual", "pdq-256-v1", DetectorState.EXECUTED),),
        term_hits=(),
        index_revision=1,
        signals=(said,),
    )
    verdict = judge(inputs, BUNDLE, "verdicts/1")
    denied = use in RESERVED_USES[kind] and subject is not Subject.OUTPUT
    assert (verdict.outcome is Outcome.BLOCK) is denied
    assert (verdict.outcome is Outcome.ALLOW) is not denied
    for finding in verdict.findings:
        assert finding.reason == "OPT_OUT_IN_FILE"
        assert finding.detail.endswith(f"(its XMP packet, tdmrep, SHA-256 {'cd' * 32}). Says so.")
