"""Profiles and overlays add rules, and take none away."""

from __future__ import annotations

from datetime import UTC, datetime
from operator import attrgetter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raisonne.policy.engine import SCHEMA, PolicyBundle, packaged_files
from raisonne.policy.judge import judge
from raisonne.policy.profiles import PolicyProfile
from raisonne.policy.suites import suites
from raisonne.policy.texts import compose, profile_files
from raisonne.rights.errors import PolicyError
from raisonne.rights.match import DetectorRun, DetectorState, Match, Mechanism
from raisonne.rights.obligation import Obligation
from raisonne.rights.recorded_licence import Grant
from raisonne.rights.statement import ReservationKind, RightsStatement, Use
from raisonne.rights.verdict import Judgement, Outcome, Subject, TermHit, WorkRights
from raisonne.rights.work import WorkState

FILES = packaged_files()
BASE = PolicyBundle.packaged()
BUNDLES = {profile: compose(FILES, [profile]).bundle() for profile in PolicyProfile}
ALL = compose(FILES, PolicyProfile).bundle()
WEIGHT = {Outcome.ALLOW: 0, Outcome.REVIEW: 1, Outcome.BLOCK: 2}

STATEMENTS = st.builds(
    RightsStatement,
    licence=st.sampled_from(["", "CC0-1.0", "CC-BY-NC-ND-4.0", "cc-by-sa-4.0", "LicenseRef-x"]),
    uses=st.frozensets(st.sampled_from(Use)),
    reservations=st.frozensets(st.sampled_from(ReservationKind), max_size=1),
    territories=st.sampled_from([frozenset({"*"}), frozenset({"DE", "FR"}), frozenset[str]()]),
    attribution=st.booleans(),
)
GRANTS = st.builds(
    Grant,
    licence=st.sampled_from(["licences/1", "licences/2", "licences/3"]),
    identifier=st.sampled_from(["CC-BY-NC-ND-4.0", "cc-by-sa-4.0", "LicenseRef-x"]),
    uses=st.frozensets(st.sampled_from(Use), min_size=1),
    territories=st.sampled_from([frozenset({"*"}), frozenset({"DE", "FR"})]),
    valid_from=st.none(),
    valid_until=st.none(),
    attribution=st.booleans(),
    fee=st.booleans(),
    releases=st.frozensets(st.sampled_from(ReservationKind)),
    effective_time=st.sampled_from(
        [datetime(2025, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)]
    ),
    end_time=st.none() | st.just(datetime(2025, 6, 1, tzinfo=UTC)),
)


@st.composite
def judgements(draw: st.DrawFn) -> Judgement:
    works = tuple(
        WorkRights(
            f"works/{n}",
            "t",
            "",
            "",
            draw(st.sampled_from(WorkState)),
            1,
            draw(STATEMENTS),
            licences=draw(st.lists(GRANTS, max_size=2, unique_by=attrgetter("licence")).map(tuple)),
        )
        for n in range(draw(st.integers(1, 2)))
    )
    mechanism = draw(st.sampled_from([Mechanism.PERCEPTUAL, Mechanism.STYLE]))
    matches = tuple(
        Match(name, "a", mechanism, "v", 1.0, 0.9, draw(st.floats(0, 1)))
        for name in [*(work.work for work in works), "works/lost"]
    )
    return Judgement(
        subject=draw(st.sampled_from(Subject)),
        sha256="0" * 64,
        tenant="t",
        use=draw(st.sampled_from(Use)),
        territory=draw(st.sampled_from(["*", "DE", "US"])),
        at=datetime(2026, 1, 1, tzinfo=UTC),
        matches=matches,
        works=works,
        detectors=(DetectorRun("perceptual", "v", DetectorState.EXECUTED),),
        term_hits=tuple(TermHit("n", work.work, 0, 1) for work in works[: draw(st.integers(0, 1))]),
        index_revision=1,
    )


@settings(max_examples=150)
@given(judgements(), st.sampled_from([*BUNDLES.values(), ALL]))
def test_no_profile_loosens_a_verdict(inputs: Judgement, bundle: PolicyBundle) -> None:
    plain = judge(inputs, BASE, "verdicts/1")
    strict = judge(inputs, bundle, "verdicts/1")
    assert WEIGHT[strict.outcome] >= WEIGHT[plain.outcome]
    licensed = any(work.licences for work in inputs.works)
    if strict.outcome is plain.outcome is Outcome.ALLOW and not licensed:
        # What is owed without a profile is owed with it, unless another licence is relied on.
        assert set(plain.obligations) <= set(strict.obligations)
    kinds = {each.partition(":")[0] for each in strict.obligations}
    assert kinds <= set(Obligation)


def test_every_profile_has_a_revision_of_its_own() -> None:
    revisions = {bundle.revision for bundle in [BASE, ALL, *BUNDLES.values()]}
    assert len(revisions) == len(PolicyProfile) + 2
    assert compose(FILES, []).bundle().revision == BASE.revision
    assert compose(FILES, reversed(PolicyProfile)).bundle().revision == ALL.revision


def test_profiles_of_rules_are_those_that_are_tested() -> None:
    tested = {suite.prefix for suite in suites(FILES)} - {""}
    assert tested == {f"profiles/{p}/" for p in PolicyProfile if profile_files(FILES, p)}
    assert {PolicyProfile.EDGE, PolicyProfile.CLOUD, PolicyProfile.QUANTUM_READY} == {
        p for p in PolicyProfile if not profile_files(FILES, p)
    }


def test_a_bundle_of_ones_own_may_have_its_own_profile() -> None:
    own = {name: text for name, text in FILES.items() if not name.startswith("profiles/")}
    assert compose(own, ["gallery"]).bundle().revision == BUNDLES[PolicyProfile.GALLERY].revision
    text = own["rights/licence.cedar"].replace('@id("rights.', '@id("gallery.')
    mine = own | {"profiles/gallery/rights/walls.cedar": text}
    rules = compose(mine, [PolicyProfile.GALLERY]).bundle().rules
    assert "gallery.licensed" in rules
    assert "gallery.generated-likeness" not in rules


def test_an_overlay_adds_and_its_name_counts() -> None:
    more = {"a.cedar": '@id("x.y") @reason("Y") forbid (principal, action == '
            'Raisonne::Action::"use", resource);'}  # fmt: skip
    bundle = compose(FILES, (), {"house": more}).bundle()
    assert bundle.rules["x.y"].file == "overlays/house/a.cedar"
    assert bundle.revision not in {BASE.revision, compose(FILES, (), {"o": more}).bundle().revision}


@pytest.mark.parametrize(
    ("files", "overlays", "where"),
    [
        ({}, {}, SCHEMA),
        (FILES | {"profiles/museum/rights/x.cedar": ""}, {}, "profiles/museum/rights/x.cedar"),
        (FILES | {"overlays/o/x.cedar": ""}, {}, "overlays/o/x.cedar"),
        (FILES, {"o": {SCHEMA: ""}}, f"overlays/o/{SCHEMA}"),
        (FILES, {"o": {"x.cedar": FILES["access/tenancy.cedar"]}},
         "overlays/o/x.cedar: access.tenant-isolation"),
        (FILES, {"o": {"screening/x.cedar": FILES["access/tenancy.cedar"]}},
         "overlays/o/screening/x.cedar: access.tenant-isolation"),
    ],
)  # fmt: skip
def test_what_cannot_be_put_together_is_refused(
    files: dict[str, str], overlays: dict[str, dict[str, str]], where: str
) -> None:
    with pytest.raises(PolicyError) as refused:
        compose(files, (), overlays).bundle()
    assert refused.value.metadata["where"] == where


def test_a_rule_knows_where_it_is_written() -> None:
    for bundle in (BASE, ALL):
        for name, rule in bundle.rules.items():
            line = FILES[rule.file].splitlines()[rule.line - 1]
            assert line == f'@id("{name}")'


def test_places_are_not_taken_from_comments_or_strings() -> None:
    text = (
        '// @id("a.b")\n@sentence("@id(\\"a.b\\") // no comment")\n@id ( "a.b" ) @reason("R")\n'
        'permit (principal, action, resource); // @id("a.b")\n'
    )
    schema = FILES[SCHEMA]
    assert PolicyBundle.from_texts(schema, {"a.cedar": text}).rules["a.b"].line == 3
