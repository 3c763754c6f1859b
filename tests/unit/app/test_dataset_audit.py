from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.app.house import picture, reserve

from raisonne.app.dataset_audit import Tally
from raisonne.rights.errors import AccessError, InputError, Reason
from raisonne.rights.principal import Principal, Role
from raisonne.rights.statement import Use
from raisonne.rights.verdict import (
    Finding,
    Judgement,
    Outcome,
    Severity,
    Subject,
    Verdict,
)
from raisonne.runtime.wiring import Service

AT = datetime(2026, 1, 1, tzinfo=UTC)


def verdict(outcome: Outcome, reasons: list[str]) -> Verdict:
    inputs = Judgement(Subject.DATASET_ITEM, "", "t", Use.TRAIN, "*", AT, (), (), (), (), 0)
    findings = tuple(
        Finding(reason, Severity.BLOCK, "clause", detail=str(number))
        for number, reason in enumerate(reasons)
    )
    return Verdict("verdicts/x", outcome, findings, (), "", inputs)


def test_an_item_is_judged_for_training_and_recorded(service: Service) -> None:
    work = reserve(service, picture(20))
    audit = service.dataset_audits.begin(service.principal)
    answer = audit.judge(picture(20))
    service.works.withdraw(service.principal, work.name)
    assert isinstance(answer, Verdict)
    assert (answer.outcome, answer.inputs.subject) == (Outcome.BLOCK, Subject.DATASET_ITEM)
    assert answer.inputs.use is Use.TRAIN
    assert "OPT_OUT_TRAINING" in {finding.reason for finding in answer.findings}
    assert service.check.get_verdict(service.principal, answer.name) == answer


def test_an_unreadable_item_is_an_answer(service: Service) -> None:
    answer = service.dataset_audits.begin(service.principal).judge(b"not a picture")
    assert isinstance(answer, InputError)
    assert answer.reason is Reason.UNSUPPORTED_MEDIA_TYPE


def test_all_items_are_judged_as_of_one_time(service: Service) -> None:
    audit = service.dataset_audits.begin(service.principal, territory="de")
    answers = [audit.judge(picture(seed)) for seed in (21, 22)]
    inputs = [answer.inputs for answer in answers if isinstance(answer, Verdict)]
    assert inputs[0].at == inputs[1].at <= service.clock.now()
    assert {judged.territory for judged in inputs} == {"DE"}


def test_an_audit_that_may_not_be_or_makes_no_sense_does_not_begin(service: Service) -> None:
    gallery = Principal("somebody", service.settings.tenant, frozenset({Role.GALLERY}))
    with pytest.raises(AccessError):
        service.dataset_audits.begin(gallery)
    with pytest.raises(InputError):
        service.dataset_audits.begin(service.principal, territory="Atlantis")


@given(st.lists(st.none() | st.tuples(st.sampled_from(Outcome), st.lists(st.sampled_from("ab")))))
def test_the_summary_counts_each_answer_once(
    answers: list[tuple[Outcome, list[str]] | None],
) -> None:
    tally = Tally()
    for answer in answers:
        tally.count(verdict(*answer) if answer else None)
    summary = tally.summary()
    assert summary.items == len(answers) == summary.unreadable + sum(summary.outcomes.values())
    assert summary.unreadable == answers.count(None)
    for outcome in Outcome:
        assert summary.outcomes[outcome] == len([a for a in answers if a and a[0] is outcome])
    for reason, count in summary.reasons.items():
        assert count == len([a for a in answers if a and reason in a[1]])
