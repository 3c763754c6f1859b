"""A verdict is judged again: the same answer, or every difference by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from tests.unit.policy.test_profiles import judgements

from raisonne.policy.engine import PolicyBundle, packaged_files
from raisonne.policy.judge import judge
from raisonne.policy.profiles import PolicyProfile
from raisonne.policy.replay import Difference, Replay, replay
from raisonne.policy.texts import compose
from raisonne.rights.match import DetectorRun, DetectorState, Match, Mechanism
from raisonne.rights.statement import RightsStatement, Use
from raisonne.rights.verdict import Judgement, Subject, Verdict, WorkRights
from raisonne.rights.work import WorkState

FILES = packaged_files()
BASE = PolicyBundle.packaged()
STATEMENT = RightsStatement("CC-BY-4.0", uses=frozenset({Use.DISPLAY}), attribution=True)


def judged(bundle: PolicyBundle = BASE, score: float = 1.0, **rights: object) -> Verdict:
    statement = replace(STATEMENT, **rights)
    inputs = Judgement(
        Subject.UPLOAD, "0" * 64, "t", Use.DISPLAY, "DE", datetime(2026, 1, 1, tzinfo=UTC),
        (Match("works/1", "a", Mechanism.PERCEPTUAL, "v", 1.0, 0.9, score),),
        (WorkRights("works/1", "t", "Title", "", WorkState.REGISTERED, 1, statement),),
        (DetectorRun("perceptual", "v", DetectorState.EXECUTED),), (), 1,
    )  # fmt: skip
    return judge(inputs, bundle, "verdicts/1")


def what(found: Replay) -> list[str]:
    return [each.what for each in found.differences]


@given(judgements())
def test_the_same_policies_give_the_same_answer(inputs: Judgement) -> None:
    verdict = judge(inputs, BASE, "verdicts/1")
    again = replay(verdict, BASE)
    assert again.same
    assert (again.now, again.differences) == (verdict, ())
    # Every finding rests on something that was answered.
    assert all(ground.rulings for ground in again.grounds)
    assert [ground.finding for ground in again.grounds] == list(verdict.findings)


def test_every_difference_is_named() -> None:
    with_profile = compose(FILES, [PolicyProfile.MARKETPLACE]).bundle()
    found = replay(judged(), with_profile)
    assert not found.same
    assert what(found) == ["policy_revision", "outcome", "finding", "finding", "obligation"]
    assert found.differences[:2] == (
        Difference("policy_revision", BASE.revision, with_profile.revision),
        Difference("outcome", "ALLOW", "BLOCK"),
    )
    new, gone, owed = found.differences[2:]
    assert new.then == ""
    assert new.now.startswith("BLOCK OFFER_NOT_GRANTED marketplace.display-is-offer works/1: ")
    assert gone.now == ""
    assert gone.then.startswith("INFO LICENSED rights.licensed-with-attribution works/1: ")
    assert owed == Difference("obligation", "ATTRIBUTE:works/1", "")


def test_another_revision_may_give_the_same_answer() -> None:
    found = replay(judged(), compose(FILES, [PolicyProfile.EDGE]).bundle())
    assert (what(found), found.same) == (["policy_revision"], True)


def test_a_sentence_that_changed_is_a_difference() -> None:
    files = FILES | {
        "rights/licence.cedar": FILES["rights/licence.cedar"].replace("is credited", "is named")
    }
    assert what(replay(judged(), compose(files).bundle())) == ["policy_revision", "finding"]


def test_it_is_said_what_a_finding_rests_on_and_where_that_is_written() -> None:
    (ground,) = replay(judged(territories=frozenset({"FR"})), BASE).grounds
    assert ground.rule is not None
    assert (ground.rule.file, ground.rule.effect) == ("rights/limits.cedar", "forbid")
    assert FILES[ground.rule.file].splitlines()[ground.rule.line - 1] == '@id("rights.territory")'
    assert [(r.question, r.allowed, r.clauses) for r in ground.rulings] == [
        ("use", False, ("rights.territory",)),
        ("screen-match", False, ("screening.copy",)),
    ]


def test_what_the_judge_says_itself_is_in_no_text() -> None:
    (ground,) = replay(judged(uses=frozenset()), BASE).grounds
    assert (ground.finding.clause, ground.rule) == ("rights.default-deny", None)
    assert ground.rulings[0].clauses == ()


def test_a_missing_check_rests_on_its_own_question() -> None:
    verdict = judged(score=0.1)
    unchecked = judge(replace(verdict.inputs, detectors=()), BASE, verdict.name)
    (ground,) = replay(unchecked, BASE).grounds
    assert [r.question for r in ground.rulings] == ["screen-detectors"]
