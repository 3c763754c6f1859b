from __future__ import annotations

import hashlib
import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.unit.app.house import lenient_policies, picture, reserve

from raisonne.app.check import Check, CheckTerms
from raisonne.app.territories import normal_territory
from raisonne.app.works import WorkDraft
from raisonne.rights.case import Case, CaseState
from raisonne.rights.errors import (
    AccessError,
    InputError,
    LimitError,
    NotFoundError,
    Reason,
)
from raisonne.rights.generation import MAX_PROMPT_CHARACTERS
from raisonne.rights.match import DetectorState
from raisonne.rights.principal import Principal, Role
from raisonne.rights.statement import Use
from raisonne.rights.verdict import Outcome, Subject
from raisonne.runtime.wiring import Service

TERMS = CheckTerms()


def events(service: Service, start: int) -> list[dict[str, Any]]:
    service.ledger.integrate()
    return [json.loads(entry.data) for entry in service.ledger.entries(start)]


def open_cases(service: Service) -> list[Case]:
    return list(service.review.list(service.principal, limit=1_000, state=CaseState.OPEN))


def lenient_check(service: Service) -> Check:
    return replace(service.check, policies=lenient_policies())


def test_a_checked_picture_leaves_its_verdict_and_one_event(
    service: Service, ledger_size: int
) -> None:
    data = picture(1)
    at = datetime(2026, 5, 1, tzinfo=UTC)
    screened = service.check.picture(
        service.principal, data, CheckTerms(Use.COMMERCIAL, "de", at, Subject.UPLOAD)
    )
    verdict = screened.verdict
    assert (verdict.outcome, verdict.inputs.subject) == (Outcome.ALLOW, Subject.UPLOAD)
    assert (verdict.inputs.use, verdict.inputs.territory) == (Use.COMMERCIAL, "DE")
    assert verdict.inputs.at == at
    assert (screened.image.width, screened.image.height) == (96, 96)
    assert set(screened.seconds) == {"decode", "fingerprint", "search", "signals", "judge"}
    assert service.check.get_verdict(service.principal, verdict.name) == verdict

    (event,) = events(service, ledger_size)
    assert (event["action"], event["object"]) == ("asset:checked", verdict.name)
    assert event["object_sha256"] == hashlib.sha256(data).hexdigest()
    assert event["details"]["outcome"] == "ALLOW"
    assert event["details"]["policy_revision"] == verdict.policy_revision


def test_a_checked_prompt_leaves_its_verdict_and_one_event(
    service: Service, ledger_size: int
) -> None:
    verdict = service.check.prompt(service.principal, "waves", CheckTerms(subject=Subject.PROMPT))
    assert service.check.get_verdict(service.principal, verdict.name) == verdict
    (event,) = events(service, ledger_size)
    assert event["object"] == verdict.name
    assert "waves" not in json.dumps(event)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.EMPTY_INPUT),
        (b"not a picture", Reason.UNSUPPORTED_MEDIA_TYPE),
        (picture(2)[:200], Reason.MALFORMED_MEDIA),
    ],
)
def test_what_is_no_picture_stores_nothing(
    service: Service, ledger_size: int, data: bytes, reason: Reason
) -> None:
    with pytest.raises((InputError, LimitError)) as refused:
        service.check.picture(service.principal, data, TERMS)
    assert refused.value.reason is reason
    assert events(service, ledger_size) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.EMPTY_INPUT),
        (" \n", Reason.EMPTY_INPUT),
        ("x" * (MAX_PROMPT_CHARACTERS + 1), Reason.PROMPT_TOO_LONG),
    ],
)
def test_a_prompt_that_cannot_be_used_stores_nothing(
    service: Service, ledger_size: int, text: str, reason: Reason
) -> None:
    with pytest.raises(InputError) as refused:
        service.check.prompt(service.principal, text, TERMS)
    assert refused.value.reason is reason
    assert events(service, ledger_size) == []


def test_a_verdict_that_asks_for_review_opens_a_case(service: Service) -> None:
    work = reserve(service, picture(3))
    terms = CheckTerms(Use.TRAIN)
    verdict = lenient_check(service).picture(service.principal, picture(3), terms).verdict
    service.works.withdraw(service.principal, work.name)
    assert verdict.outcome is Outcome.REVIEW
    (case,) = [case for case in open_cases(service) if case.verdict == verdict.name]
    assert (case.generation, case.decision) == ("", None)


def test_checking_the_same_bytes_again_opens_no_second_case(service: Service) -> None:
    before = len(open_cases(service))
    flat = Image.new("RGB", (64, 64), (9, 9, 9))
    out = io.BytesIO()
    flat.save(out, "PNG")
    for _ in range(3):
        service.check.picture(service.principal, out.getvalue(), CheckTerms())
    assert len(open_cases(service)) == before + 1


def test_an_item_of_a_dataset_opens_no_case(service: Service) -> None:
    work = reserve(service, picture(4))
    terms = CheckTerms(Use.TRAIN, subject=Subject.DATASET_ITEM)
    verdict = lenient_check(service).picture(service.principal, picture(4), terms).verdict
    service.works.withdraw(service.principal, work.name)
    assert verdict.outcome is Outcome.REVIEW
    assert verdict.name not in {case.verdict for case in open_cases(service)}


@pytest.mark.parametrize(
    ("role", "subject", "permitted"),
    [
        (Role.AUDITOR, Subject.DATASET_ITEM, True),
        (Role.AUDITOR, Subject.UPLOAD, True),
        (Role.MARKETPLACE, Subject.UPLOAD, True),
        (Role.MARKETPLACE, Subject.DATASET_ITEM, False),
        (Role.REVIEWER, Subject.UPLOAD, False),
    ],
)
def test_who_may_check_depends_on_what(
    service: Service, ledger_size: int, role: Role, subject: Subject, permitted: bool
) -> None:
    principal = Principal("somebody", service.settings.tenant, frozenset({role}))
    terms = CheckTerms(subject=subject)
    if permitted:
        assert service.check.picture(principal, picture(5), terms)
        return
    with pytest.raises(AccessError):
        service.check.picture(principal, picture(5), terms)
    assert events(service, ledger_size) == []


def test_another_tenant_does_not_see_a_verdict(service: Service) -> None:
    verdict = service.check.prompt(service.principal, "waves", TERMS)
    stranger = Principal("stranger", "elsewhere", frozenset({Role.OPERATOR}))
    with pytest.raises(NotFoundError):
        service.check.get_verdict(stranger, verdict.name)


@given(st.from_regex(r"\s*([A-Za-z]{2}|\*)\s*", fullmatch=True))
def test_a_territory_is_normalised_once(text: str) -> None:
    code = normal_territory(text)
    assert code == text.strip().upper() == normal_territory(code)


@given(st.text(max_size=4).filter(lambda text: not re.fullmatch(r"[A-Za-z]{2}|\*", text.strip())))
def test_what_is_no_territory_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        normal_territory(text)


def test_a_verdict_is_looked_at_again_as_of_its_revision(service: Service) -> None:
    data = picture(77)
    work = service.works.register(service.principal, WorkDraft(data, title="Then")).work
    given = service.check.picture(service.principal, data, TERMS).verdict
    service.works.withdraw(service.principal, work.name)
    now = service.check.picture(service.principal, data, TERMS).verdict
    assert not now.inputs.matches
    again = service.check.picture(
        service.principal, data, CheckTerms(index_revision=given.inputs.index_revision)
    ).verdict
    assert again.inputs.matches == given.inputs.matches
    assert again.inputs.detectors == given.inputs.detectors
    assert again.inputs.index_revision == given.inputs.index_revision < now.inputs.index_revision

    service.index_upkeep.compact(service.principal)
    erased = service.check.picture(
        service.principal, data, CheckTerms(index_revision=given.inputs.index_revision)
    ).verdict
    assert erased.outcome is not Outcome.ALLOW
    assert [run.name for run in erased.inputs.detectors if run.state is DetectorState.FAILED] == [
        "history"
    ]


def test_a_prompt_is_judged_as_of_now_only(service: Service) -> None:
    with pytest.raises(InputError, match="names that are registered now"):
        service.check.prompt(service.principal, "waves", CheckTerms(index_revision=0))


def test_who_may_not_check_is_told_no_alternatives(service: Service) -> None:
    verdict = service.check.picture(service.principal, picture(79), TERMS).verdict
    nobody = replace(service.principal, roles=frozenset())
    with pytest.raises(AccessError):
        service.check.alternatives(nobody, verdict)
    stranger = replace(service.principal, tenant="rival")
    with pytest.raises(AccessError):
        service.check.alternatives(stranger, verdict)
