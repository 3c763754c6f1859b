"""A request is answered by one policy bundle from beginning to end."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from tests.unit.app.house import held, lenient_policies, picture, reserve

from raisonne.app.check import CheckTerms
from raisonne.policy.engine import PolicyBundle
from raisonne.rights.case import CaseState, Ruling
from raisonne.rights.errors import NotFoundError
from raisonne.rights.generation import GenerationRequest
from raisonne.rights.statement import Use
from raisonne.rights.verdict import Outcome, Verdict
from raisonne.runtime.wiring import Service

pytestmark = pytest.mark.engines

STRICT, LENIENT = PolicyBundle.packaged(), lenient_policies()


@dataclass
class Changing:
    """Policies that are others every time one asks."""

    asked: int = 0

    def current(self) -> PolicyBundle:
        self.asked += 1
        return (LENIENT, STRICT)[self.asked % 2]


@pytest.fixture
def changing() -> Changing:
    return Changing()


def test_a_check_asks_once(service: Service, changing: Changing) -> None:
    check = replace(service.check, policies=changing)
    first = check.picture(service.principal, picture(900), CheckTerms()).verdict
    second = check.prompt(service.principal, "a lighthouse", CheckTerms())
    assert changing.asked == 2
    assert [first.policy_revision, second.policy_revision] == [STRICT.revision, LENIENT.revision]


def test_prompt_and_output_are_judged_by_the_same(service: Service, changing: Changing) -> None:
    made = replace(service.generate, policies=changing)(
        service.principal, GenerationRequest("a quiet harbour", 128, 128, 901)
    )
    assert changing.asked == 1
    assert made.verdict.policy_revision == STRICT.revision


def test_all_items_of_an_audit_are_judged_by_the_same(service: Service, changing: Changing) -> None:
    audits = replace(service.dataset_audits, check=replace(service.check, policies=changing))
    audit = audits.begin(service.principal)
    answers = [audit.judge(picture(seed)) for seed in (902, 903, 904)]
    assert changing.asked == 1
    assert {v.policy_revision for v in answers if isinstance(v, Verdict)} == {STRICT.revision}


def test_a_ruling_asks_once(service: Service, changing: Changing) -> None:
    made = held(service, 905)
    review = replace(service.review, policies=changing)
    cases = service.review.list(service.principal, limit=500, state=CaseState.OPEN)
    (case,) = (case for case in cases if case.generation == made.generation.name)
    review.decide(service.principal, case.name, Ruling.REFUSE, "COPY")
    assert changing.asked == 1


def test_a_verdict_is_replayed_by_what_is_in_force(service: Service) -> None:
    work = reserve(service, picture(906))
    verdict = service.check.picture(
        service.principal, picture(906), CheckTerms(use=Use.TRAIN)
    ).verdict
    # What is registered now does not matter: the verdict has its inputs with it.
    service.works.withdraw(service.principal, work.name)
    same = service.replay_verdict(service.principal, verdict.name)
    assert (same.same, same.now) == (True, verdict)
    other = replace(service.replay_verdict, policies=LENIENT)(service.principal, verdict.name)
    assert [each.what for each in other.differences[:2]] == ["policy_revision", "outcome"]
    assert (other.then.outcome, other.now.outcome) == (Outcome.BLOCK, Outcome.REVIEW)
    with pytest.raises(NotFoundError):
        service.replay_verdict(service.principal, "verdicts/none")
