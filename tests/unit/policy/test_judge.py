from __future__ import annotations

import itertools
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.policy.engine import SCHEMA, PolicyBundle, packaged_texts
from raisonne.policy.judge import judge
from raisonne.rights.errors import InputError
from raisonne.rights.match import DetectorRun, DetectorState, Match, Mechanism
from raisonne.rights.statement import WORLD, ReservationKind, RightsStatement, Use
from raisonne.rights.verdict import (
    Finding,
    Judgement,
    Outcome,
    Severity,
    Subject,
    TermHit,
    Verdict,
    WorkRights,
)
from raisonne.rights.work import WorkState

BUNDLE = PolicyBundle.packaged()
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
RAN = (DetectorRun("perceptual", "pdq-256-v1", DetectorState.EXECUTED),)
WEIGHT = {Severity.INFO: 0, Severity.REVIEW: 1, Severity.BLOCK: 2}


def _work(name: str = "works/1", tenant: str = "studio", **statement: object) -> WorkRights:
    rights = replace(RightsStatement(), **statement)  # type: ignore[arg-type]
    return WorkRights(name, tenant, "Sunflowers", "Ada", WorkState.REGISTERED, 1, rights)


def _match(work: str = "works/1", score: float = 1.0) -> Match:
    return Match(work, "assets/1", Mechanism.PERCEPTUAL, "pdq-256-v1", 0.99, 0.8, score)


def _judgement(**given: object) -> Judgement:
    plain = Judgement(
        subject=Subject.UPLOAD,
        sha256="ab" * 32,
        tenant="studio",
        use=Use.DISPLAY,
        territory="DE",
        at=NOW,
        matches=(),
        works=(),
        detectors=RAN,
        term_hits=(),
        index_revision=7,
    )
    return replace(plain, **given)  # type: ignore[arg-type]


def _judge(**given: object) -> Verdict:
    return judge(_judgement(**given), BUNDLE, "verdicts/1")


def test_a_verdict_carries_what_it_was_given_and_by_which_policies() -> None:
    inputs = _judgement()
    verdict = judge(inputs, BUNDLE, "verdicts/1")
    assert verdict == Verdict("verdicts/1", Outcome.ALLOW, (), (), BUNDLE.revision, inputs)


def test_a_finding_names_clause_ground_work_and_holder() -> None:
    work = _work(uses=frozenset({Use.TRAIN}), reservations=frozenset({ReservationKind.TDM}))
    verdict = _judge(use=Use.TRAIN, works=(work,), matches=(_match(score=0.97),))
    assert verdict.findings == (
        Finding(
            reason="OPT_OUT_TDM",
            severity=Severity.BLOCK,
            clause="rights.opt-out-tdm",
            cites="Directive (EU) 2019/790 Art. 4(3); Regulation (EU) 2024/1689 Art. 53(1)(c)",
            works=("works/1",),
            detail="Text and data mining of “Sunflowers” by Ada is reserved, so it may not be used "
            "for training. The input contains it with certainty 0.9700 and counts as a copy.",
        ),
    )


@pytest.mark.parametrize(
    ("title", "holder", "called"),
    [
        ("Sunflowers", "", "“Sunflowers”"),
        ("", "Ada", "works/1 by Ada"),
        ("", "", "works/1"),
        ("$work {use} %s", "$holder", "“$work {use} %s” by $holder"),
    ],
)
def test_titles_and_holders_are_named_as_they_are(title: str, holder: str, called: str) -> None:
    work = replace(_work(), title=title, holder=holder)
    (finding,) = _judge(works=(work,), matches=(_match(),)).findings
    assert finding.detail.startswith(f"{called} is not licensed for display;")


def test_times_are_told() -> None:
    late = NOW + timedelta(days=1)
    work = _work(embargo_until=late, valid_from=late, valid_until=NOW)
    found = {f.reason: f.detail for f in _judge(works=(work,), matches=(_match(),)).findings}
    assert "until 2026-06-02 12:00 UTC." in found["EMBARGO"]
    assert "begin at 2026-06-02 12:00 UTC." in found["NOT_YET_VALID"]
    assert "ended at 2026-06-01 12:00 UTC." in found["EXPIRED"]


def test_the_best_match_of_a_work_counts_once() -> None:
    matches = (_match(score=0.2), _match(score=0.95), _match(score=0.6))
    verdict = _judge(works=(_work(),), matches=matches)
    assert [(f.severity, f.works) for f in verdict.findings] == [(Severity.BLOCK, ("works/1",))]


def test_a_name_in_a_prompt_is_told_with_the_work_behind_it() -> None:
    work = _work(reservations=frozenset({ReservationKind.STYLE}))
    hits = (TermHit("ada", "works/1", 3, 6), TermHit("ada", "works/1", 20, 23))
    verdict = _judge(subject=Subject.PROMPT, term_hits=hits, works=(work,))
    (finding,) = verdict.findings
    assert (finding.reason, finding.works) == ("PROMPT_NAMES_RESERVED_ARTIST", ("works/1",))
    assert finding.detail.startswith(
        "The prompt names “ada” (characters 3 to 6; characters 20 to 23), category artist, and "
        "generating from “Sunflowers”"
    )
    assert finding.detail.endswith("give the name of this verdict to whoever runs the service.")


def test_detectors_that_failed_are_named() -> None:
    failed = DetectorRun("embedding", "dino-v1", DetectorState.FAILED, "out of memory")
    (finding,) = _judge(detectors=(*RAN, failed)).findings
    assert finding.detail == "These detectors failed: embedding."
    assert finding.works == ()


def test_works_of_another_tenant_are_not_described() -> None:
    foreign = _work(tenant="rival", uses=frozenset(Use))
    verdict = _judge(works=(foreign,), matches=(_match(),))
    assert [f.reason for f in verdict.findings] == ["RIGHTS_UNKNOWN"]
    assert "Sunflowers" not in verdict.findings[0].detail
    assert "Ada" not in verdict.findings[0].detail


@pytest.mark.parametrize("score", [float("nan"), -0.1, 1.1, float("inf")])
def test_a_score_that_is_no_probability_is_refused(score: float) -> None:
    with pytest.raises(InputError):
        _judge(works=(_work(),), matches=(_match(score=score),))


def test_two_different_records_of_a_work_are_refused() -> None:
    records = (_work(), _work(uses=frozenset(Use)))
    with pytest.raises(InputError):
        _judge(works=records, matches=(_match(),))
    assert _judge(works=(_work(), _work()), matches=(_match(),)).outcome is Outcome.BLOCK


def test_times_without_a_zone_are_refused() -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(InputError):
        _judge(at=naive, matches=(_match(),))
    for bound in ("valid_from", "valid_until", "embargo_until"):
        with pytest.raises(InputError):
            _judge(works=(_work(**{bound: naive}),), matches=(_match(),))


@pytest.mark.parametrize("forever", [999_999, 999_001])
def test_an_embargo_may_last_for_ever(forever: int) -> None:
    end = datetime(9999, 12, 31, 23, 59, 59, forever, tzinfo=UTC)
    work = _work(uses=frozenset(Use), embargo_until=end)
    assert _judge(works=(work,), matches=(_match(),)).outcome is Outcome.BLOCK


@given(st.integers(-2_000, 2_000), st.integers(0, 999))
def test_fractions_of_a_millisecond_are_never_allowed_too_much(offset: int, phase: int) -> None:
    at = NOW + timedelta(microseconds=phase)
    bound = at + timedelta(microseconds=offset)
    all_uses = frozenset(Use)
    for bounds, allowed in (
        ({"embargo_until": bound}, at >= bound),
        ({"valid_from": bound}, at >= bound),
        ({"valid_until": bound}, at < bound),
    ):
        work = _work(uses=all_uses, **bounds)
        outcome = _judge(at=at, works=(work,), matches=(_match(),)).outcome
        assert allowed or outcome is Outcome.BLOCK
        if abs(offset) >= 1_000:
            assert (outcome is Outcome.ALLOW) == allowed


# --- An independent statement of the rules, in Python, that the policies must agree with --------

_RESERVED = {
    ReservationKind.TDM: ("OPT_OUT_TDM", {Use.MINE, Use.TRAIN}),
    ReservationKind.AI_TRAINING: ("OPT_OUT_TRAINING", {Use.TRAIN}),
    ReservationKind.AI_GENERATION: ("OPT_OUT_GENERATION", {Use.DERIVE, Use.GENERATE_SIMILAR}),
    ReservationKind.STYLE: ("OPT_OUT_STYLE", {Use.GENERATE_SIMILAR, Use.TRAIN}),
}


def _expected(rights: RightsStatement, use: Use, territory: str, at: datetime) -> set[str]:
    denied = {
        "EMBARGO": rights.embargo_until is not None and at < rights.embargo_until,
        "NOT_YET_VALID": rights.valid_from is not None and at < rights.valid_from,
        "EXPIRED": rights.valid_until is not None and at >= rights.valid_until,
        "TERRITORY": not rights.territories & {WORLD, territory},
        "NON_COMMERCIAL": use is Use.COMMERCIAL
        and Use.DISPLAY in rights.uses
        and Use.COMMERCIAL not in rights.uses,
    }
    for kind, (reason, uses) in _RESERVED.items():
        denied[reason] = kind in rights.reservations and use in uses
    reasons = {reason for reason, applies in denied.items() if applies}
    return reasons or {"LICENSED" if use in rights.uses else "NOT_GRANTED"}


TIMES = st.none() | st.integers(-3, 3).map(lambda hours: NOW + timedelta(hours=hours))
TERRITORIES = st.sampled_from([WORLD, "DE", "FR", "US"])
STATEMENTS = st.builds(
    RightsStatement,
    licence=st.sampled_from(["", "CC-BY-4.0"]),
    uses=st.frozensets(st.sampled_from(Use)),
    reservations=st.frozensets(st.sampled_from(ReservationKind)),
    territories=st.frozensets(TERRITORIES, max_size=2),
    valid_from=TIMES,
    valid_until=TIMES,
    embargo_until=TIMES,
    attribution=st.booleans(),
)
SCORES = st.floats(0, 1) | st.sampled_from([0.0, 0.4999, 0.5, 0.7, 0.8999, 0.9, 1.0])


def _severity(score: float, *, denied: bool) -> Severity | None:
    if score < 0.5:
        return None
    if not denied:
        return Severity.INFO
    return Severity.BLOCK if score >= 0.9 else Severity.REVIEW


@given(st.lists(st.tuples(STATEMENTS, SCORES), max_size=4), st.sampled_from(Use), TERRITORIES)
def test_policies_agree_with_an_independent_statement_of_the_rules(
    registered: list[tuple[RightsStatement, float]], use: Use, territory: str
) -> None:
    works = [replace(_work(f"works/{n}"), rights=r) for n, (r, _) in enumerate(registered)]
    matches = [_match(f"works/{n}", score) for n, (_, score) in enumerate(registered)]
    verdict = _judge(use=use, territory=territory, works=tuple(works), matches=tuple(matches))
    expected: set[tuple[str, Severity, str]] = set()
    credited: set[str] = set()
    for name, (rights, score) in zip((w.work for w in works), registered, strict=True):
        reasons = _expected(rights, use, territory, NOW)
        severity = _severity(score, denied="LICENSED" not in reasons)
        if severity is not None:
            expected |= {(reason, severity, name) for reason in reasons}
        if severity is Severity.INFO and rights.attribution:
            credited.add(f"ATTRIBUTE:{name}")
    assert {(f.reason, f.severity, *f.works) for f in verdict.findings} == expected
    assert len(verdict.findings) == len(expected)
    assert set(verdict.obligations) == credited
    worst = max((f.severity for f in verdict.findings), key=WEIGHT.__getitem__, default=None)
    assert verdict.outcome == {None: "ALLOW", Severity.INFO: "ALLOW"}.get(worst, worst)


@given(
    st.lists(st.tuples(st.sampled_from(["works/0", "works/1", "works/2"]), SCORES), max_size=5),
    st.lists(STATEMENTS, max_size=2),
    st.lists(st.tuples(st.sampled_from(["ada", "bo"]), st.sampled_from(["works/0", "works/9"]))),
    st.lists(st.sampled_from(DetectorState)),
    st.sampled_from(Subject),
    st.sampled_from(Use),
    st.randoms(use_true_random=False),
)
def test_a_verdict_can_be_replayed_and_does_not_depend_on_order(
    near: list[tuple[str, float]],
    statements: list[RightsStatement],
    terms: list[tuple[str, str]],
    states: list[DetectorState],
    subject: Subject,
    use: Use,
    chance: random.Random,
) -> None:
    inputs = _judgement(
        subject=subject,
        use=use,
        matches=tuple(_match(work, score) for work, score in near),
        works=tuple(replace(_work(f"works/{n}"), rights=r) for n, r in enumerate(statements)),
        detectors=tuple(DetectorRun(f"d{n}", "1", s, "x") for n, s in enumerate(states)),
        term_hits=tuple(TermHit(term, work, 0, 1) for term, work in terms),
    )
    verdict = judge(inputs, BUNDLE, "verdicts/1")
    assert judge(verdict.inputs, BUNDLE, verdict.name) == verdict
    mixed = {
        name: tuple(chance.sample(values, len(values)))
        for name in ("matches", "works", "detectors", "term_hits")
        if (values := getattr(inputs, name))
    }
    again = judge(replace(inputs, **mixed), BUNDLE, "verdicts/1")
    assert replace(again, inputs=inputs) == verdict
    weights = [WEIGHT[f.severity] for f in verdict.findings]
    assert weights == sorted(weights, reverse=True)
    if DetectorState.EXECUTED not in states or DetectorState.FAILED in states:
        assert verdict.outcome is not Outcome.ALLOW


# --- Bundles that give no answer ----------------------------------------------------------------

POLICIES = dict(packaged_texts(".cedar"))
SCHEMA_TEXT = dict(packaged_texts(".cedarschema"))[SCHEMA]
ALLOWED = _work(uses=frozenset({Use.DISPLAY}))


def _with(name: str, more: str) -> PolicyBundle:
    return PolicyBundle.from_texts(SCHEMA_TEXT, POLICIES | {name: POLICIES.get(name, "") + more})


def _reasons(bundle: PolicyBundle, **given: object) -> list[tuple[str, str]]:
    verdict = judge(_judgement(**given), bundle, "verdicts/1")
    return [(f.severity.value, f.reason) for f in verdict.findings]


# The longest duration that Cedar knows: adding it to a time after 1970 is an error.
OVERFLOW = 'offset(duration("106751991167d7h12m55s807ms")) > datetime("1970-01-01")'


def test_an_erroring_rights_policy_refuses_a_licensed_use() -> None:
    bundle = _with(
        "rights/own.cedar",
        '@id("rights.own") @reason("OWN") forbid (principal, action == Raisonne::Action::"use",'
        f" resource) when {{ context.at.{OVERFLOW} }};",
    )
    given: dict[str, object] = {"works": (ALLOWED,), "matches": (_match(),)}
    assert _reasons(bundle, **given) == [("BLOCK", "POLICY_ERROR")]
    denied: dict[str, object] = {"works": (_work(territories=frozenset()),), "matches": (_match(),)}
    assert _reasons(bundle, **denied) == [("BLOCK", "POLICY_ERROR"), ("BLOCK", "TERRITORY")]


def test_an_erroring_screening_policy_blocks() -> None:
    bundle = _with(
        "screening/own.cedar",
        '@id("screening.own") @reason("OWN") @outcome("REVIEW") forbid (principal, action =='
        ' Raisonne::Action::"screen-match", resource is Raisonne::Work) when {'
        f" resource.rights has embargoUntil && resource.rights.embargoUntil.{OVERFLOW} }};",
    )
    past = NOW - timedelta(days=1)
    allowed = (_work(uses=frozenset({Use.DISPLAY}), embargo_until=past),)
    denied = (_work(embargo_until=past),)
    near = (_match(score=0.7),)
    assert _reasons(bundle, works=allowed, matches=near) == [("BLOCK", "POLICY_ERROR")]
    assert _reasons(bundle, works=denied, matches=near) == [
        ("BLOCK", "NOT_GRANTED"),
        ("BLOCK", "POLICY_ERROR"),
    ]


def test_what_screening_does_not_speak_of_is_blocked() -> None:
    quiet = {k: text for k, text in POLICIES.items() if not k.startswith("screening/")}
    bundle = PolicyBundle.from_texts(SCHEMA_TEXT, quiet)
    assert _reasons(bundle) == [("BLOCK", "POLICY_ERROR")]
    given: dict[str, object] = {"works": (ALLOWED,), "matches": (_match(score=0.1),)}
    assert ("BLOCK", "POLICY_ERROR") in _reasons(bundle, **given)


def test_a_policy_without_an_outcome_that_decides_screening_blocks() -> None:
    wide = '@id("rights.wide") @reason("WIDE") permit (principal, action, resource);'
    assert ("BLOCK", "WIDE") in _reasons(_with("rights/own.cedar", wide))


def test_screening_may_refuse_what_the_rights_allow() -> None:
    bundle = _with(
        "screening/own.cedar",
        '@id("screening.own") @reason("NO_COPIES") @outcome("REVIEW") @sentence("No $use.") forbid'
        ' (principal, action == Raisonne::Action::"screen-match", resource)'
        ' when { context.use == Raisonne::Use::"display" };',
    )
    verdict = judge(_judgement(works=(ALLOWED,), matches=(_match(),)), bundle, "verdicts/1")
    assert verdict.findings == (
        Finding("NO_COPIES", Severity.REVIEW, "screening.own", "", ("works/1",), "No display."),
    )


def test_every_use_and_subject_is_known_to_the_schema() -> None:
    for use, subject in itertools.product(Use, Subject):
        verdict = _judge(use=use, subject=subject, works=(_work(),), matches=(_match(),))
        assert [f.reason for f in verdict.findings] == ["NOT_GRANTED"]


def _styled(work: str = "works/1", score: float = 0.0) -> Match:
    return replace(_match(work, score), mechanism=Mechanism.STYLE)


@given(
    use=st.sampled_from(Use),
    subject=st.sampled_from(Subject),
    uses=st.frozensets(st.sampled_from(Use)),
    reservations=st.frozensets(st.sampled_from(ReservationKind)),
    territories=st.sampled_from([frozenset({WORLD}), frozenset[str](), frozenset({"FR"})]),
    score=st.floats(0, 1),
)
def test_style_alone_never_blocks_and_asks_only_where_it_is_reserved(
    use: Use,
    subject: Subject,
    uses: frozenset[Use],
    reservations: frozenset[ReservationKind],
    territories: frozenset[str],
    score: float,
) -> None:
    work = _work(uses=uses, reservations=reservations, territories=territories)
    verdict = _judge(use=use, subject=subject, works=(work,), matches=(_styled(score=score),))
    reserved = ReservationKind.STYLE in reservations and use in {Use.GENERATE_SIMILAR, Use.TRAIN}
    assert verdict.outcome is (Outcome.REVIEW if reserved else Outcome.ALLOW)
    assert [f.clause for f in verdict.findings] == ["screening.reserved-style"] * reserved
    assert verdict.obligations == ()


def test_style_neither_strengthens_nor_weakens_a_copy() -> None:
    work = _work()
    copy = _match(score=0.7)
    alone = _judge(works=(work,), matches=(copy,))
    for score in (0.0, 1.0):
        both = _judge(works=(work,), matches=(copy, _styled(score=score)))
        assert (both.outcome, both.findings) == (alone.outcome, alone.findings)


def test_a_reserved_style_is_told_in_a_sentence() -> None:
    work = _work(reservations=frozenset({ReservationKind.STYLE}))
    (finding,) = _judge(use=Use.TRAIN, works=(work,), matches=(_styled(),)).findings
    assert finding.detail == (
        "The style is like that of “Sunflowers” by Ada, which is reserved against training. "
        "Style alone is no copy, so a person has to look."
    )
    assert (finding.reason, finding.severity) == ("STYLE_RESERVED", Severity.REVIEW)
