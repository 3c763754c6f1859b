"""Works under recorded licences: what is asked, which one counts, and what is told of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.policy.test_profiles import GRANTS, STATEMENTS, judgements

from raisonne.policy.encoding import verdict_from_json, verdict_to_json
from raisonne.policy.engine import PolicyBundle, packaged_files
from raisonne.policy.judge import judge
from raisonne.policy.profiles import PolicyProfile
from raisonne.policy.recording import RecordingBundle
from raisonne.policy.replay import replay
from raisonne.policy.texts import compose
from raisonne.rights.match import DetectorRun, DetectorState, Match, Mechanism
from raisonne.rights.recorded_licence import Grant
from raisonne.rights.statement import WORLD, ReservationKind, RightsStatement, Use
from raisonne.rights.verdict import Judgement, Outcome, Subject, Verdict, WorkRights
from raisonne.rights.work import WorkState

BUNDLE = PolicyBundle.packaged()
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def grant(number: int = 1, **changes: object) -> Grant:
    plain = Grant(
        licence=f"licences/{number}",
        identifier="LicenseRef-Show",
        uses=frozenset({Use.DISPLAY}),
        territories=frozenset({WORLD}),
        valid_from=None,
        valid_until=None,
        attribution=False,
        fee=False,
        releases=frozenset(),
        effective_time=NOW - timedelta(days=1),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def inputs(
    *grants: Grant,
    rights: RightsStatement | None = None,
    mechanism: Mechanism = Mechanism.PERCEPTUAL,
    **given: object,
) -> Judgement:
    work = WorkRights(
        "works/1", "studio", "Sunflowers", "Ada", WorkState.REGISTERED, 1,
        rights or RightsStatement(), licences=grants,
    )  # fmt: skip
    plain = Judgement(
        subject=Subject.UPLOAD, sha256="ab" * 32, tenant="studio", use=Use.DISPLAY,
        territory="DE", at=NOW,
        matches=(Match("works/1", "assets/1", mechanism, "v", 0.99, 0.8, 1.0),),
        works=(work,), detectors=(DetectorRun("perceptual", "v", DetectorState.EXECUTED),),
        term_hits=(), index_revision=7,
    )  # fmt: skip
    return replace(plain, **given)  # type: ignore[arg-type]


def judged(judgement: Judgement, bundle: PolicyBundle = BUNDLE) -> Verdict:
    return judge(judgement, bundle, "verdicts/1")


def profile(name: PolicyProfile) -> PolicyBundle:
    return compose(packaged_files(), [name]).bundle()


def test_the_licence_that_permits_is_named_in_finding_sentence_and_replay() -> None:
    verdict = judged(inputs(grant(attribution=True)))
    assert verdict.outcome is Outcome.ALLOW
    (finding,) = verdict.findings
    assert (finding.clause, finding.works, finding.licence) == (
        "rights.licensed-with-attribution",
        ("works/1",),
        "licences/1",
    )
    assert finding.detail == (
        "“Sunflowers” by Ada is licensed for display under licences/1 (LicenseRef-Show) if it is "
        "credited. The input contains it with certainty 1.0000."
    )
    assert verdict.obligations == ("ATTRIBUTE:works/1",)
    (ground,) = replay(verdict, BUNDLE).grounds
    told = [(ruling.question, ruling.subject, ruling.allowed) for ruling in ground.rulings]
    assert told == [
        ("use", "works/1", False),
        ("use", "licences/1", True),
        ("screen-match", "licences/1", True),
    ]


def test_nothing_is_asked_about_licences_where_the_works_own_statement_permits() -> None:
    free = RightsStatement(uses=frozenset({Use.DISPLAY}))
    recording = RecordingBundle.of(BUNDLE)
    verdict = judged(inputs(grant(), rights=free), recording)
    assert {request.resource.id for request, _ in recording.asked} == {"works/1", "input"}
    assert [finding.licence for finding in verdict.findings] == [""]


def test_where_none_permits_the_verdict_is_as_if_there_were_none() -> None:
    useless = (grant(uses=frozenset({Use.TRAIN})), grant(2, territories=frozenset({"FR"})))
    with_licences, without = judged(inputs(*useless)), judged(inputs())
    assert with_licences.findings == without.findings
    assert (with_licences.outcome, with_licences.obligations) == (Outcome.BLOCK, ())


@pytest.mark.parametrize(
    ("grants", "chosen"),
    [
        ((grant(1, attribution=True), grant(2)), "licences/2"),
        ((grant(3, fee=True, attribution=True), grant(2, fee=True)), "licences/2"),
        ((grant(3, fee=True), grant(2, attribution=True)), "licences/2"),
        ((grant(2, end_time=NOW), grant(3)), "licences/3"),
        ((grant(1, effective_time=NOW + timedelta(1)), grant(3)), "licences/3"),
    ],
)
def test_of_several_that_one_counts_for_which_least_is_owed(
    grants: tuple[Grant, ...], chosen: str
) -> None:
    for order in (grants, grants[::-1]):
        assert {finding.licence for finding in judged(inputs(*order)).findings} == {chosen}


def test_a_limit_of_territory_is_that_of_the_licence() -> None:
    own = RightsStatement(uses=frozenset({Use.DISPLAY}), territories=frozenset({"FR"}))
    limited = inputs(grant(territories=frozenset({"DE", "AT"})), rights=own)
    verdict = judged(limited, profile(PolicyProfile.CROSS_BORDER))
    assert verdict.obligations == ("TERRITORY_LIMIT:works/1:AT,DE",)


def test_screening_looks_at_the_licence_that_permits() -> None:
    """A worldwide licence makes a worldwide use of a work possible that is limited otherwise."""
    own = RightsStatement(uses=frozenset({Use.DISPLAY}), territories=frozenset({"FR"}))
    bundle = profile(PolicyProfile.CROSS_BORDER)
    assert judged(inputs(grant(), rights=own, territory=WORLD), bundle).outcome is Outcome.ALLOW
    assert judged(inputs(rights=own, territory=WORLD), bundle).outcome is Outcome.BLOCK


def test_what_screening_refuses_is_not_put_down_to_the_licence() -> None:
    bundle = profile(PolicyProfile.GALLERY)
    verdict = judged(inputs(grant(), subject=Subject.OUTPUT), bundle)
    assert verdict.outcome is Outcome.REVIEW
    assert [finding.licence for finding in verdict.findings] == [""]


@pytest.mark.parametrize(
    ("releases", "outcome"),
    [
        (frozenset({ReservationKind.STYLE}), Outcome.ALLOW),
        (frozenset({ReservationKind.AI_TRAINING}), Outcome.REVIEW),
    ],
)
def test_a_licence_may_release_the_style(
    releases: frozenset[ReservationKind], outcome: Outcome
) -> None:
    own = RightsStatement(reservations=frozenset({ReservationKind.STYLE}))
    licence = grant(uses=frozenset({Use.GENERATE_SIMILAR}), releases=releases)
    asked = inputs(licence, rights=own, mechanism=Mechanism.STYLE, use=Use.GENERATE_SIMILAR)
    assert judged(asked).outcome is outcome


def test_licences_of_a_work_of_another_tenant_permit_nothing() -> None:
    judgement = inputs(grant())
    foreign = replace(judgement, works=(replace(judgement.works[0], tenant="rival"),))
    assert [finding.reason for finding in judged(foreign).findings] == ["RIGHTS_UNKNOWN"]


@settings(max_examples=100)
@given(
    STATEMENTS, st.lists(GRANTS, max_size=3), st.sampled_from(Use), st.sampled_from(["DE", WORLD])
)
def test_a_licence_permits_what_it_would_as_the_only_statement(
    own: RightsStatement, grants: list[Grant], use: Use, territory: str
) -> None:
    """The definition: allowed by the work's own statement, or by what a licence comes to."""
    asked = {"use": use, "territory": territory}

    def allowed(judgement: Judgement) -> bool:
        return judged(judgement).outcome is Outcome.ALLOW

    named = [replace(one, licence=f"licences/{n}") for n, one in enumerate(grants)]
    alone = [
        allowed(inputs(rights=one.statement(own), **asked)) for one in named if one.counts_at(NOW)
    ]
    expected = allowed(inputs(rights=own, **asked)) or any(alone)
    assert allowed(inputs(*named, rights=own, **asked)) is expected


@settings(max_examples=60)
@given(judgements())
def test_verdicts_with_licences_are_stored_and_replayed(judgement: Judgement) -> None:
    verdict = judged(judgement)
    stored = verdict_from_json(verdict_to_json(verdict))
    assert stored == verdict
    assert replay(stored, BUNDLE).same
