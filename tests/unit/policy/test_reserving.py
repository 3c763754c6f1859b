"""What holders and collections reserve weighs as much as what a work's own record reserves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from raisonne.policy.engine import PolicyBundle
from raisonne.policy.judge import judge
from raisonne.rights.match import DetectorRun, DetectorState, Match, Mechanism
from raisonne.rights.reservation import ReservationInForce, ReservationScope, with_reservations
from raisonne.rights.statement import WORLD, ReservationKind, RightsStatement, Use
from raisonne.rights.verdict import Judgement, Outcome, Subject, Verdict, WorkRights
from raisonne.rights.work import WorkState

AT = datetime(2026, 6, 1, tzinfo=UTC)
BUNDLE = PolicyBundle.packaged()
KINDS = st.frozensets(st.sampled_from(list(ReservationKind)))
SEVERITY = {Outcome.ALLOW: 0, Outcome.REVIEW: 1, Outcome.BLOCK: 2}


def reservation(number: int, kinds: frozenset[ReservationKind]) -> ReservationInForce:
    scope = list(ReservationScope)[number % 2]
    return ReservationInForce(
        f"reservations/{number}", scope, f"subject {number}", f"Called {number}", kinds, AT
    )


def judged(
    rights: RightsStatement, use: Use, reservations: tuple[ReservationInForce, ...] = ()
) -> Verdict:
    work = WorkRights(
        "works/1", "t", "Title", "Holder", WorkState.REGISTERED, 1, rights, "", reservations
    )
    return judge(
        Judgement(
            subject=Subject.UPLOAD,
            sha256="0" * 64,
            tenant="t",
            use=use,
            territory=WORLD,
            at=AT,
            matches=(Match("works/1", "assets/1", Mechanism.PERCEPTUAL, "x-v1", 1.0, 0.9, 1.0),),
            works=(work,),
            detectors=(DetectorRun("perceptual", "v1", DetectorState.EXECUTED),),
            term_hits=(),
            index_revision=1,
        ),
        BUNDLE,
        "verdicts/1",
    )


@settings(max_examples=60, deadline=None)
@given(KINDS, st.lists(KINDS, max_size=3), st.sampled_from(list(Use)))
def test_the_union_is_judged_whoever_reserved_it(
    own: frozenset[ReservationKind], others: list[frozenset[ReservationKind]], use: Use
) -> None:
    statement = RightsStatement(uses=frozenset(Use), reservations=own)
    reservations = tuple(reservation(number, kinds) for number, kinds in enumerate(others))
    verdict = judged(statement, use, reservations)
    together = judged(with_reservations(statement, reservations), use)
    assert verdict.outcome is together.outcome
    assert [(f.clause, f.severity) for f in verdict.findings] == [
        (f.clause, f.severity) for f in together.findings
    ]
    # Most restrictive wins: a further reservation never makes a verdict milder.
    alone = judged(statement, use)
    assert SEVERITY[verdict.outcome] >= SEVERITY[alone.outcome]
    assert {f.clause for f in alone.findings if f.severity != "INFO"} <= {
        f.clause for f in verdict.findings
    }


def test_a_sentence_names_those_that_reserve_what_it_is_about() -> None:
    training, style = frozenset({ReservationKind.AI_TRAINING}), frozenset({ReservationKind.STYLE})
    statement = RightsStatement(uses=frozenset(Use), reservations=style)
    many = tuple(reservation(number, training) for number in range(5))
    details = {f.clause: f.detail for f in judged(statement, Use.TRAIN, many).findings}
    told = details["rights.opt-out-training"]
    assert "by reservations/0 of “Called 0” since 2026-06-01 00:00 UTC" in told
    assert "of the collection “Called 1”" in told
    assert "and 2 more. The input contains it" in told
    assert "reservations/3" not in told
    assert "reservations/" not in details["rights.opt-out-style"]
    both = (reservation(0, style),)
    details = {f.clause: f.detail for f in judged(statement, Use.TRAIN, both).findings}
    assert " is reserved by its own record and reservations/0 of" in details["rights.opt-out-style"]


def test_a_withdrawn_work_is_not_reserved_by_its_holder_either() -> None:
    verdict = judged(RightsStatement(), Use.TRAIN, (reservation(0, frozenset(ReservationKind)),))
    (work,) = verdict.inputs.works
    gone = replace(verdict.inputs, works=(replace(work, state=WorkState.WITHDRAWN),))
    assert judge(gone, BUNDLE, "verdicts/1").outcome is Outcome.ALLOW
