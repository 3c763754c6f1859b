from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.app.house import held

from raisonne.app.generate import Made
from raisonne.app.review import MAX_NOTE_CHARACTERS, open_case
from raisonne.rights.case import Case, CaseState, Ruling
from raisonne.rights.errors import AccessError, ConflictError, InputError, NotFoundError, Reason
from raisonne.rights.generation import GenerationState
from raisonne.rights.principal import Principal, Role
from raisonne.rights.provenance import CredentialVerdict, ValidationState
from raisonne.rights.verdict import Outcome, Subject
from raisonne.runtime.wiring import Service

pytestmark = pytest.mark.engines


def reviewer(service: Service) -> Principal:
    return Principal("rita", service.settings.tenant, frozenset({Role.REVIEWER}))


def case_of(service: Service, made: Made) -> Case:
    cases = service.review.list(service.principal, limit=1_000, state=CaseState.OPEN)
    (case,) = [case for case in cases if case.generation == made.generation.name]
    return case


def last_event(service: Service) -> dict[str, Any]:
    service.ledger.integrate()
    return [json.loads(entry.data) for entry in service.ledger.entries()][-1]


def test_clearing_releases_exactly_what_the_reviewer_saw(service: Service) -> None:
    made = held(service, 200)
    case = case_of(service, made)
    file = service.review.get(reviewer(service), case.name)
    assert (file.case, file.verdict) == (case, made.verdict)
    media_type, seen = service.review.picture(reviewer(service), case.name)
    assert media_type == "image/png"
    assert hashlib.sha256(seen).hexdigest() == made.verdict.inputs.sha256
    unsigned = service.provenance.verify(service.principal, seen)
    assert unsigned.verdict is CredentialVerdict.NO_CREDENTIAL

    decided = service.review.decide(reviewer(service), case.name, Ruling.CLEAR, "LICENSED", "Seen.")
    assert (decided.state, decided.name) == (CaseState.DECIDED, case.name)
    assert decided.decision is not None
    assert decided.decision.decided_by == "rita"
    assert service.review.get(reviewer(service), case.name).case == decided

    generation = service.artworks.get(service.principal, made.generation.name)
    assert generation.state is GenerationState.RELEASED
    asset, data = service.artworks.download(service.principal, generation.asset)
    report = service.provenance.verify(service.principal, data)
    assert report.validation_state is ValidationState.TRUSTED
    assert report.label == generation.manifest_label
    pixels = service.decoder.decode(seen).pixel_sha256
    assert service.decoder.decode(data).pixel_sha256 == asset.pixel_sha256 == pixels
    # From now on the case shows the signed file; the unsigned one leaves the house no more.
    assert service.review.picture(reviewer(service), case.name) == ("image/png", data)

    event = last_event(service)
    assert (event["action"], event["object"]) == ("case:decided", case.name)
    assert event["object_sha256"] == asset.sha256
    assert event["details"]["ruling"] == "CLEAR"
    assert event["details"]["manifest"] == generation.manifest_label
    assert "Seen." not in json.dumps(event)


def test_refusing_releases_nothing(service: Service) -> None:
    made = held(service, 201)
    case = case_of(service, made)
    service.review.decide(service.principal, case.name, Ruling.REFUSE, "NOT_LICENSED")
    generation = service.artworks.get(service.principal, made.generation.name)
    assert (generation.state, generation.manifest_label) == (GenerationState.BLOCKED, "")
    with pytest.raises(NotFoundError):
        service.artworks.download(service.principal, generation.asset)
    # Whoever asks why can still see what was refused.
    _, seen = service.review.picture(reviewer(service), case.name)
    assert hashlib.sha256(seen).hexdigest() == made.verdict.inputs.sha256
    assert last_event(service)["details"]["ruling"] == "REFUSE"


@pytest.mark.parametrize("second", list(Ruling))
def test_a_case_is_decided_once(service: Service, second: Ruling) -> None:
    case = case_of(service, held(service, 202 + list(Ruling).index(second)))
    service.review.decide(service.principal, case.name, Ruling.REFUSE, "NOT_LICENSED")
    before = last_event(service)
    with pytest.raises(ConflictError) as again:
        service.review.decide(service.principal, case.name, second, "OTHER", "Again.")
    assert again.value.reason is Reason.STATE_CONFLICT
    assert last_event(service) == before


def test_of_two_reviewers_at_once_the_first_to_commit_decides(service: Service) -> None:
    made = held(service, 204)
    case = case_of(service, made)

    class Meddling:
        """Another reviewer refuses while this one's release is being signed."""

        def __call__(self, *arguments: Any) -> Any:
            service.review.decide(service.principal, case.name, Ruling.REFUSE, "NOT_LICENSED")
            return service.review.release(*arguments)

    late = replace(service.review, release=Meddling())  # type: ignore[arg-type] # calls the real one
    with pytest.raises(ConflictError):
        late.decide(service.principal, case.name, Ruling.CLEAR, "LICENSED")
    generation = service.artworks.get(service.principal, made.generation.name)
    assert (generation.state, generation.manifest_label) == (GenerationState.BLOCKED, "")
    assert last_event(service)["details"]["ruling"] == "REFUSE"


def test_a_prompt_that_was_held_cannot_be_cleared_but_refused(service: Service) -> None:
    # A held prompt made nothing: its generation has no asset.
    made = held(service, 205)
    verdict = replace(
        made.verdict,
        name="verdicts/held-prompt",
        inputs=replace(made.verdict.inputs, subject=Subject.PROMPT),
    )
    generation = replace(
        made.generation, name="generations/held-prompt", asset="", verdict=verdict.name
    )
    case = open_case(verdict, service.clock.now(), generation.name)
    with service.transactions.write() as transaction:
        transaction.verdicts.add(verdict)
        transaction.generations.add(generation)
        transaction.cases.add(case)
    assert (case.state, case.verdict, case.decision) == (CaseState.OPEN, verdict.name, None)
    assert verdict.outcome is Outcome.REVIEW

    with pytest.raises(ConflictError, match="make it anew"):
        service.review.decide(service.principal, case.name, Ruling.CLEAR, "LICENSED")
    with pytest.raises(NotFoundError):
        service.review.picture(service.principal, case.name)
    service.review.decide(service.principal, case.name, Ruling.REFUSE, "NOT_LICENSED")
    blocked = service.artworks.get(service.principal, generation.name)
    assert blocked.state is GenerationState.BLOCKED


def test_a_case_without_an_artwork_has_no_picture(service: Service) -> None:
    verdict = held(service, 206).verdict
    case = open_case(verdict, service.clock.now())
    with service.transactions.write() as transaction:
        transaction.cases.add(case)
    with pytest.raises(NotFoundError):
        service.review.picture(service.principal, case.name)
    decided = service.review.decide(service.principal, case.name, Ruling.CLEAR, "LICENSED")
    assert decided.state is CaseState.DECIDED


@pytest.mark.parametrize(
    ("reason", "note", "field"),
    [
        ("", "", "reason"),
        ("two words", "", "reason"),
        ("NOT_LICENSED", "", "reason"),
        ("OTHER", " ", "note"),
        ("LICENSED", "x" * (MAX_NOTE_CHARACTERS + 1), "note"),
    ],
)
def test_words_that_do_not_fit_are_refused(
    service: Service, reason: str, note: str, field: str
) -> None:
    with pytest.raises(InputError) as refused:
        service.review.decide(service.principal, "cases/none", Ruling.CLEAR, reason, note)
    assert refused.value.metadata["field"] == field


def test_only_reviewers_of_the_tenant_see_and_decide(service: Service) -> None:
    case = case_of(service, held(service, 207))
    gallery = Principal("somebody", service.settings.tenant, frozenset({Role.GALLERY}))
    for denied in (
        lambda: service.review.get(gallery, case.name),
        lambda: service.review.picture(gallery, case.name),
        lambda: service.review.list(gallery, limit=1),
        lambda: service.review.decide(gallery, case.name, Ruling.CLEAR, "LICENSED"),
    ):
        with pytest.raises(AccessError):
            denied()
    stranger = Principal("stranger", "elsewhere", frozenset({Role.REVIEWER}))
    with pytest.raises(NotFoundError):
        service.review.picture(stranger, case.name)
