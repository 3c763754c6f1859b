from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from sqlmodel import func, select
from tests.unit.app.house import held, picture, reserved_output

from raisonne.app.generate import GenerationTerms
from raisonne.app.ports import Transaction
from raisonne.app.works import WorkDraft
from raisonne.rights.errors import (
    AccessError,
    CancelledError,
    ConflictError,
    InputError,
    NotFoundError,
)
from raisonne.rights.generation import GenerationRequest, GenerationState
from raisonne.rights.principal import Principal, Role
from raisonne.rights.provenance import ValidationState
from raisonne.rights.statement import ReservationKind, RightsStatement
from raisonne.rights.verdict import Outcome, Subject
from raisonne.runtime.wiring import Service
from raisonne.storage.tables import METADATA, GenerationRow


def request(seed: int, prompt: str = "waves") -> GenerationRequest:
    return GenerationRequest(prompt, 128, 128, seed)


def counts(service: Service) -> dict[str, int | None]:
    """Rows of every table of the catalogue."""
    service.ledger.integrate()
    with service.database.read() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table))
            for name, table in METADATA.tables.items()
        }


def test_a_released_artwork_is_signed_stored_and_in_the_ledger(service: Service) -> None:
    made = service.generate(
        service.principal, request(100), GenerationTerms("de", "operations/x", 3)
    )
    generation = made.generation
    assert generation.state is GenerationState.RELEASED
    assert (generation.operation, generation.index, generation.seed) == ("operations/x", 3, 100)
    assert generation.prompt_sha256 == hashlib.sha256(b"waves").hexdigest()
    assert "waves" in generation.understood_words
    assert made.data is not None
    assert made.asset is not None
    assert service.artworks.download(service.principal, generation.asset) == (made.asset, made.data)
    assert service.artworks.get(service.principal, generation.name) == generation
    report = service.provenance.verify(service.principal, made.data)
    assert report.validation_state is ValidationState.TRUSTED
    assert report.label == generation.manifest_label

    assert (made.verdict.outcome, made.verdict.inputs.subject) == (Outcome.ALLOW, Subject.OUTPUT)
    assert made.verdict.inputs.territory == "DE"
    index = service.audit_log.index_of(service.principal, generation.ledger_event)
    assert index is not None
    event = json.loads(service.audit_log.entry(service.principal, index).entry.data)
    assert (event["action"], event["object"]) == ("generation:released", generation.name)
    assert event["object_sha256"] == hashlib.sha256(made.data).hexdigest()
    assert event["details"]["manifest"] == generation.manifest_label


def test_a_prompt_that_names_a_reserved_artist_makes_nothing(service: Service) -> None:
    rights = RightsStatement(reservations=frozenset({ReservationKind.STYLE}))
    draft = WorkDraft(picture(101), holder="Wilhelmina Quax", rights=rights)
    work = service.works.register(service.principal, draft).work

    class Untouched:
        description = service.engine.description

        def generate(self, *_: object) -> None:
            raise AssertionError("The prompt was refused, so nothing may be made.")

    generate = replace(service.generate, engine=Untouched())  # type: ignore[arg-type] # refuses
    made = generate(service.principal, request(101, "waves by wilhelmina quax"))
    service.works.withdraw(service.principal, work.name)
    assert made.generation.state is GenerationState.BLOCKED
    assert (made.asset, made.data, made.generation.asset) == (None, None, "")
    assert made.verdict.inputs.subject is Subject.PROMPT
    assert [finding.reason for finding in made.verdict.findings] == ["PROMPT_NAMES_RESERVED_ARTIST"]
    assert made.generation.understood_words == ()


def test_an_output_that_copies_a_reserved_work_is_not_kept(service: Service) -> None:
    wanted, work = reserved_output(service, 102)
    blobs = sorted(service.settings.blob_root.rglob("*"))
    made = service.generate(service.principal, wanted)
    service.works.withdraw(service.principal, work.name)
    assert made.generation.state is GenerationState.BLOCKED
    assert (made.asset, made.data, made.generation.manifest_label) == (None, None, "")
    assert made.verdict.inputs.subject is Subject.OUTPUT
    assert {match.work for match in made.verdict.inputs.matches} == {work.name}
    assert "OPT_OUT_GENERATION" in {finding.reason for finding in made.verdict.findings}
    assert sorted(service.settings.blob_root.rglob("*")) == blobs


def test_a_held_artwork_waits_in_a_case_and_nobody_downloads_it(service: Service) -> None:
    made = held(service, 103)
    generation = made.generation
    assert (generation.state, generation.manifest_label) == (GenerationState.HELD, "")
    assert (made.asset, made.data) == (None, None)
    with pytest.raises(NotFoundError):
        service.artworks.download(service.principal, generation.asset)
    cases = service.review.list(service.principal, limit=1_000)
    (case,) = [case for case in cases if case.generation == generation.name]
    assert case.verdict == made.verdict.name


def test_what_fails_beside_the_commit_takes_everything_back(service: Service) -> None:
    before = counts(service)
    assert before[GenerationRow.__tablename__]

    def lose(_: Transaction) -> None:
        raise ConflictError("The lease was lost.")

    with pytest.raises(ConflictError, match="lease"):
        service.generate(service.principal, request(104), also=lose)
    assert counts(service) == before
    # The signed file that no row names is an orphan, and the same request works again.
    assert service.generate(service.principal, request(104)).data is not None


def test_a_request_that_cannot_be_made_stores_nothing(service: Service) -> None:
    before = counts(service)
    with pytest.raises(InputError):
        service.generate(service.principal, request(105, " "))
    with pytest.raises(InputError):
        service.generate(service.principal, GenerationRequest("waves", 1, 1, 105))
    with pytest.raises(InputError):
        service.generate(service.principal, request(105), GenerationTerms("Atlantis"))
    with pytest.raises(CancelledError):
        service.generate(service.principal, request(105), cancelled=lambda: True)
    auditor = Principal("somebody", service.settings.tenant, frozenset({Role.AUDITOR}))
    with pytest.raises(AccessError):
        service.generate(auditor, request(105))
    assert counts(service) == before
