from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.policy.test_profiles import BUNDLES, STATEMENTS, judgements

from raisonne.policy.alternatives import MAX_OPTIONS, MAX_QUESTIONS, alternatives
from raisonne.policy.engine import PolicyBundle
from raisonne.policy.judge import judge
from raisonne.policy.profiles import PolicyProfile
from raisonne.policy.recording import RecordingBundle
from raisonne.rights.alternative import NO_ALTERNATIVES, Alternatives, Change, Obstacle
from raisonne.rights.match import DetectorRun, DetectorState, Match, Mechanism
from raisonne.rights.recorded_licence import Grant
from raisonne.rights.signal import Dialect, Signal, SignalState
from raisonne.rights.statement import WORLD, ReservationKind, RightsStatement, Use
from raisonne.rights.verdict import Judgement, Outcome, Subject, TermHit, WorkRights
from raisonne.rights.work import WorkState

BUNDLE = PolicyBundle.packaged()
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SOON = NOW + timedelta(days=3)
LATER = NOW + timedelta(days=90)
ALL = frozenset(Use)
SHOWN = frozenset({Use.DISPLAY, Use.INDEX})
NO_TRAINING = Signal(
    Dialect.PLUS_DATA_MINING,
    "XMP packet",
    NOW,
    "ab" * 32,
    SignalState.READ,
    reserved=frozenset({ReservationKind.TDM, ReservationKind.AI_TRAINING}),
)


def _inputs(*statements: RightsStatement, **given: Any) -> Judgement:
    works = tuple(
        WorkRights(f"works/{n}", "t", f"T{n}", f"H{n}", WorkState.REGISTERED, 1, statement)
        for n, statement in enumerate(statements)
    )
    plain = Judgement(
        subject=Subject.UPLOAD,
        sha256="ab" * 32,
        tenant="t",
        use=Use.DISPLAY,
        territory=WORLD,
        at=NOW,
        matches=tuple(_match(work.work) for work in works),
        works=works,
        detectors=(DetectorRun("perceptual", "v", DetectorState.EXECUTED),),
        term_hits=(),
        index_revision=7,
    )
    return replace(plain, **given)


def _match(work: str) -> Match:
    return Match(work, "assets/1", Mechanism.PERCEPTUAL, "v", 1.0, 0.9, 1.0)


def _grant(*uses: Use, **given: Any) -> RightsStatement:
    return RightsStatement(uses=frozenset(uses) if uses else ALL, **given)


def _of(inputs: Judgement, bundle: PolicyBundle = BUNDLE) -> Alternatives:
    return alternatives(judge(inputs, bundle, "verdicts/1"), bundle)


def _short(found: Alternatives) -> list[tuple[object, ...]]:
    return [(*option.changes, option.use, option.territory, option.at) for option in found.options]


def test_nothing_is_suggested_for_what_is_allowed() -> None:
    assert _of(_inputs()) == _of(_inputs(_grant())) == NO_ALTERNATIVES
    assert NO_ALTERNATIVES.sentence == ""


def test_what_may_not_be_sold_may_be_shown() -> None:
    found = _of(_inputs(_grant(*SHOWN, attribution=True), use=Use.COMMERCIAL))
    assert _short(found) == [
        (Change.USE, Use.DISPLAY, WORLD, NOW),
        (Change.USE, Use.INDEX, WORLD, NOW),
    ]
    assert found.options[0].obligations == ("ATTRIBUTE:works/0",)
    assert found.sentence == (
        "Display is allowed, if “T0” by H0 is credited. "
        "Indexing is allowed, if “T0” by H0 is credited."
    )


def test_the_same_use_elsewhere_comes_before_another_use() -> None:
    found = _of(_inputs(_grant(territories=frozenset({"FR", "AT", "DE"})), use=Use.COMMERCIAL))
    assert _short(found) == [
        (Change.TERRITORY, Use.COMMERCIAL, "AT", NOW),
        (Change.TERRITORY, Use.COMMERCIAL, "DE", NOW),
    ]
    assert found.options[0].sentence == "Commercial use in AT is allowed."


def test_the_place_is_one_that_all_works_grant() -> None:
    one, other = frozenset({"AT", "DE"}), frozenset({"DE", "FR"})
    found = _of(_inputs(_grant(territories=one), _grant(territories=other)))
    assert _short(found) == [(Change.TERRITORY, Use.DISPLAY, "DE", NOW)]


def test_the_time_is_the_earliest_at_which_all_works_are_allowed() -> None:
    odd = SOON + timedelta(microseconds=1)
    embargo, grant = _grant(embargo_until=odd), _grant(valid_from=LATER)
    found = _of(_inputs(embargo))
    assert _short(found) == [(Change.TIME, Use.DISPLAY, WORLD, SOON + timedelta(milliseconds=1))]
    assert found.sentence == "Display from 2026-06-04 12:00:00 UTC on is allowed."
    assert [option.at for option in _of(_inputs(embargo, grant)).options] == [LATER]
    over = _grant(valid_until=SOON)
    assert _of(_inputs(grant, over)).options == ()


def test_places_and_times_of_recorded_licences_are_tried() -> None:
    soon = NOW + timedelta(days=9)
    licence = Grant(
        "licences/1", "LicenseRef-Show", frozenset({Use.COMMERCIAL}), frozenset({"DE"}),
        soon, None, attribution=True, fee=True, releases=frozenset(), effective_time=NOW,
    )  # fmt: skip
    plain = _inputs(_grant(Use.INDEX), use=Use.COMMERCIAL, territory="US")
    work = replace(plain.works[0], licences=(licence,))
    begun = replace(work, licences=(replace(licence, valid_from=None),))
    first, *_ = _of(replace(plain, works=(begun,))).options
    assert (first.changes, first.territory) == ((Change.TERRITORY,), "DE")
    assert first.obligations == ("ATTRIBUTE:works/0", "FEE:works/0")
    here = _of(replace(plain, works=(work,), territory="DE"))
    assert (Change.TIME, Use.COMMERCIAL, "DE", soon) in _short(here)


def test_two_things_are_changed_where_one_does_not_do() -> None:
    found = _of(_inputs(_grant(territories=frozenset({"DE"}), embargo_until=SOON)))
    assert _short(found) == [(Change.TERRITORY, Change.TIME, Use.DISPLAY, "DE", SOON)]
    shown = _grant(Use.DISPLAY, territories=frozenset({"DE"}))
    found = _of(_inputs(shown, use=Use.COMMERCIAL))
    assert _short(found) == [(Change.TERRITORY, Change.USE, Use.DISPLAY, "DE", NOW)]


def test_whom_to_ask_where_nothing_helps() -> None:
    found = _of(_inputs(_grant(), RightsStatement(), use=Use.DISPLAY))
    assert found == Alternatives((), (Obstacle("works/1", "T1", "H1"),))
    assert found.sentence == (
        "No other use, place or date that could be tried is allowed: ask H1 for a licence of “T1”."
    )
    lost = _inputs(matches=(_match("works/9"),))
    assert _of(lost).obstacles == (Obstacle("works/9"),)
    assert "ask the holder for a licence of works/9" in _of(lost).sentence
    many = _of(_inputs(*[RightsStatement()] * 5))
    assert many.sentence.endswith("“T2”; and likewise for 2 more.")


def test_nobody_is_asked_for_a_work_whose_title_is_contested() -> None:
    inputs = _inputs(_grant(Use.DISPLAY, Use.INDEX))
    contested = replace(inputs, works=(replace(inputs.works[0], disputed=True),))
    assert judge(contested, BUNDLE, "verdicts/1").outcome is Outcome.REVIEW
    assert _of(contested) == NO_ALTERNATIVES


def test_what_a_file_says_of_itself_stands_in_the_way_of_no_other_use() -> None:
    found = _of(_inputs(use=Use.TRAIN, signals=(NO_TRAINING,)))
    assert [option.use for option in found.options] == [Use.DISPLAY, Use.INDEX]
    assert _of(_inputs(use=Use.MINE, signals=(NO_TRAINING,))).options[0].use is Use.INDEX


def test_nothing_is_suggested_against_what_has_nothing_to_do_with_rights() -> None:
    failed = (DetectorRun("perceptual", "v", DetectorState.FAILED, "out of memory"),)
    assert _of(_inputs(_grant(*SHOWN), use=Use.COMMERCIAL, detectors=failed)).options == ()
    listed = (TermHit("ada", "works/0", 0, 3),)
    named = _inputs(
        _grant(reservations=frozenset({ReservationKind.STYLE})),
        subject=Subject.PROMPT,
        use=Use.GENERATE_SIMILAR,
        matches=(),
        term_hits=listed,
    )
    assert _of(named) == Alternatives((), (Obstacle("works/0", "T0", "H0"),))


def test_a_generated_picture_is_offered_no_other_use() -> None:
    inputs = _inputs(_grant(*SHOWN), subject=Subject.OUTPUT, use=Use.GENERATE_SIMILAR)
    assert _of(inputs).options == ()
    there = _grant(territories=frozenset({"DE"}))
    inputs = _inputs(there, subject=Subject.OUTPUT, use=Use.GENERATE_SIMILAR)
    assert [option.territory for option in _of(inputs).options] == ["DE"]


def test_profiles_are_asked_too() -> None:
    shown = _inputs(_grant(*SHOWN), use=Use.COMMERCIAL)
    strict = BUNDLES[PolicyProfile.MARKETPLACE]
    assert [option.use for option in _of(shown, strict).options] == [Use.INDEX]


@pytest.mark.parametrize("territories", [frozenset({WORLD}), frozenset(map(str, range(300)))])
def test_the_questions_are_bounded(territories: frozenset[str]) -> None:
    works = [
        RightsStatement(territories=territories, embargo_until=NOW + timedelta(days=n))
        for n in range(1, 60)
    ]
    recording = RecordingBundle.of(BUNDLE)
    verdict = judge(_inputs(*works, use=Use.TRAIN), BUNDLE, "verdicts/1")
    alternatives(verdict, recording)
    judged = sum(request.action == "screen-detectors" for request, _ in recording.asked)
    assert judged <= MAX_QUESTIONS


BOUNDED = st.builds(
    replace,
    STATEMENTS,
    valid_from=st.sampled_from([None, SOON, LATER]),
    valid_until=st.sampled_from([None, NOW, LATER]),
    embargo_until=st.sampled_from([None, SOON + timedelta(microseconds=7)]),
)


@settings(max_examples=150, deadline=None)
@given(
    judgements(),
    st.lists(BOUNDED, min_size=2, max_size=2),
    st.sampled_from([BUNDLE, *BUNDLES.values()]),
    st.booleans(),
)
def test_each_suggestion_is_allowed_when_it_is_asked_for(
    drawn: Judgement, statements: list[RightsStatement], bundle: PolicyBundle, says: bool
) -> None:
    works = tuple(
        replace(work, rights=rights) for work, rights in zip(drawn.works, statements, strict=False)
    )
    signals = (NO_TRAINING,) if says else ()
    known = tuple(match for match in drawn.matches if match.work != "works/lost")
    inputs = replace(drawn, works=works, matches=known, signals=signals)
    verdict = judge(inputs, bundle, "verdicts/1")
    found = alternatives(verdict, bundle)
    assert len(found.options) <= MAX_OPTIONS
    assert not (found.options and found.obstacles)
    if verdict.outcome is Outcome.ALLOW:
        assert found == NO_ALTERNATIVES
    for option in found.options:
        asked = replace(inputs, use=option.use, territory=option.territory, at=option.at)
        again = judge(asked, bundle, "verdicts/2")
        assert again.outcome is Outcome.ALLOW
        assert again.obligations == option.obligations
        assert asked != inputs
        assert len(option.changes) in {1, 2}
        assert option.sentence.endswith(".")
