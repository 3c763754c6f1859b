"""What the server encodes, the client decodes to the same value."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import pytest
from google.protobuf.descriptor import EnumDescriptor, FileDescriptor
from hypothesis import given
from hypothesis import strategies as st

from raisonne.api.v1 import (
    alternative_pb2,
    asset_pb2,
    case_pb2,
    credential_pb2,
    dispute_pb2,
    generation_pb2,
    generation_service_pb2,
    holder_pb2,
    ledger_pb2,
    ledger_service_pb2,
    notice_pb2,
    notice_service_pb2,
    registration_pb2,
    reservation_pb2,
    reservation_service_pb2,
    review_service_pb2,
    rights_pb2,
    signal_pb2,
    verdict_pb2,
    work_pb2,
)
from raisonne.app.audit_log import ProvenEntry
from raisonne.app.counter_notices import CounterFile
from raisonne.app.dataset_audit import AuditSummary
from raisonne.app.disputes import DisputeFile
from raisonne.app.holders import HolderFile
from raisonne.app.notices import NoticeFile
from raisonne.client.convert import alternative as client_alternative
from raisonne.client.convert import asset as client_asset
from raisonne.client.convert import case as client_case
from raisonne.client.convert import credential as client_credential
from raisonne.client.convert import dataset_audit as client_dataset_audit
from raisonne.client.convert import dispute as client_dispute
from raisonne.client.convert import document as client_document
from raisonne.client.convert import enums as client_enums
from raisonne.client.convert import generation as client_generation
from raisonne.client.convert import holder as client_holder
from raisonne.client.convert import ledger as client_ledger
from raisonne.client.convert import licence as client_licence
from raisonne.client.convert import notice as client_notice
from raisonne.client.convert import reasons as client_reasons
from raisonne.client.convert import registration as client_registration
from raisonne.client.convert import reservation as client_reservation
from raisonne.client.convert import statement as client_statement
from raisonne.client.convert import verdict as client_verdict
from raisonne.client.convert import work as client_work
from raisonne.client.values import NewLicence
from raisonne.rights import alternative, match, signal, term, verdict
from raisonne.rights.asset import Asset, AssetOrigin
from raisonne.rights.case import Case, CaseKind, CaseState, Ruling
from raisonne.rights.dispute import DisputeState, TitleLink
from raisonne.rights.document import Document
from raisonne.rights.errors import CancelledError, InputError, RaisonneError, Reason
from raisonne.rights.generation import Generation, GenerationState
from raisonne.rights.holder import HolderVersion
from raisonne.rights.identifier import IdentifierScheme
from raisonne.rights.job import Job, JobState
from raisonne.rights.ledger import Checkpoint, LedgerEntry
from raisonne.rights.notice import NoticeBasis, NoticeEvent, NoticeState, Regime
from raisonne.rights.office import Due, DueKind
from raisonne.rights.provenance import CredentialReport, CredentialVerdict, ValidationState
from raisonne.rights.recorded_licence import Licence
from raisonne.rights.reservation import RecordedState, Reservation, ReservationScope
from raisonne.rights.statement import ReservationKind, RightsStatement, Use
from raisonne.rights.statement_of_reasons import Restriction, StatementOfReasons
from raisonne.rights.work import Work, WorkState
from raisonne.server.convert import alternative as server_alternative
from raisonne.server.convert import asset as server_asset
from raisonne.server.convert import case as server_case
from raisonne.server.convert import credential as server_credential
from raisonne.server.convert import dataset_audit as server_dataset_audit
from raisonne.server.convert import dispute as server_dispute
from raisonne.server.convert import document as server_document
from raisonne.server.convert import enums as server_enums
from raisonne.server.convert import generation as server_generation
from raisonne.server.convert import holder as server_holder
from raisonne.server.convert import ledger as server_ledger
from raisonne.server.convert import licence as server_licence
from raisonne.server.convert import notice as server_notice
from raisonne.server.convert import operation as server_operation
from raisonne.server.convert import reasons as server_reasons
from raisonne.server.convert import registration as server_registration
from raisonne.server.convert import reservation as server_reservation
from raisonne.server.convert import statement as server_statement
from raisonne.server.convert import verdict as server_verdict
from raisonne.server.convert import work as server_work

SCALARS: Mapping[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=8),
    bytes: st.binary(max_size=8),
    bool: st.booleans(),
    int: st.integers(0, 2**31 - 1),
    float: st.floats(0, 1),
    datetime: st.datetimes(timezones=st.just(UTC)),
    date: st.dates(),
}

ENUMS: tuple[tuple[Any, type[StrEnum]], ...] = (
    (rights_pb2.Use, Use),
    (rights_pb2.ReservationKind, ReservationKind),
    (work_pb2.Work.State, WorkState),
    (asset_pb2.Asset.Origin, AssetOrigin),
    (case_pb2.Case.Kind, CaseKind),
    (case_pb2.Case.State, CaseState),
    (case_pb2.Decision.Ruling, Ruling),
    (notice_pb2.Notice.State, NoticeState),
    (notice_pb2.Notice.Basis, NoticeBasis),
    (notice_pb2.Notice.Regime, Regime),
    (notice_service_pb2.DeclareNoticeRequest.Event, NoticeEvent),
    (holder_pb2.HolderIdentifier.Scheme, IdentifierScheme),
    (reservation_pb2.Reservation.Scope, ReservationScope),
    (reservation_service_pb2.RecordReservationResponse.State, RecordedState),
    (review_service_pb2.StatementOfReasons.Restriction, Restriction),
    (dispute_pb2.TitleDispute.State, DisputeState),
    (registration_pb2.Due.Kind, DueKind),
    (verdict_pb2.Match.Mechanism, match.Mechanism),
    (verdict_pb2.DetectorRun.State, match.DetectorState),
    (verdict_pb2.Finding.Severity, verdict.Severity),
    (verdict_pb2.TermHit.Grade, term.TermGrade),
    (verdict_pb2.TermHit.Category, term.TermCategory),
    (verdict_pb2.TermHit.Severity, term.TermSeverity),
    (verdict_pb2.Verdict.Outcome, verdict.Outcome),
    (signal_pb2.Signal.Dialect, signal.Dialect),
    (signal_pb2.Signal.State, signal.SignalState),
    (alternative_pb2.Alternative.Change, alternative.Change),
    (verdict_pb2.Verdict.Subject, verdict.Subject),
    (generation_pb2.Generation.State, GenerationState),
    (generation_service_pb2.OperationMetadata.State, JobState),
    (credential_pb2.CredentialReport.Verdict, CredentialVerdict),
    (credential_pb2.CredentialReport.ValidationState, ValidationState),
)


def values(annotation: Any) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - one line a kind of type
    """Return a strategy for a domain type, field by field."""
    if annotation in SCALARS:
        return SCALARS[annotation]
    if annotation is signal.Signal:
        return SIGNALS
    if is_dataclass(annotation):
        hints = typing.get_type_hints(annotation)
        parts = {field.name: values(hints[field.name]) for field in fields(annotation)}
        return st.builds(annotation, **parts)  # type: ignore[arg-type]
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is tuple and arguments[-1] is ...:
        return st.lists(values(arguments[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*(values(argument) for argument in arguments))
    if origin is frozenset:
        return st.frozensets(values(arguments[0]), min_size=1, max_size=2)
    if origin is Mapping:
        return st.dictionaries(values(arguments[0]), values(arguments[1]), max_size=2)
    if type(None) in arguments:
        (inner,) = set(arguments) - {type(None)}
        return st.none() | values(inner)
    return st.sampled_from(list(annotation))


SIGNALS = st.builds(
    signal.Signal,
    dialect=st.sampled_from(signal.Dialect),
    source=st.text(max_size=8),
    seen_time=SCALARS[datetime],
    sha256=st.binary(min_size=32, max_size=32).map(bytes.hex),
    state=st.just(signal.SignalState.READ),
    permitted=st.just(frozenset({Use.DISPLAY})),
    reserved=st.frozensets(st.sampled_from(ReservationKind)),
    prohibited=st.frozensets(st.sampled_from([Use.MINE, Use.TRAIN])),
    licence=st.text(max_size=8),
    territories=st.frozensets(st.text(max_size=2), min_size=1, max_size=2),
    attribution=st.booleans(),
    note=st.text(max_size=8),
) | st.builds(
    signal.Signal,
    dialect=st.sampled_from(signal.Dialect),
    source=st.text(max_size=8),
    seen_time=SCALARS[datetime],
    sha256=st.just("ab" * 32),
    state=st.just(signal.SignalState.UNREADABLE),
)


@given(values(alternative.Alternatives))
def test_alternatives(value: alternative.Alternatives) -> None:
    message = server_alternative.alternatives_to_message(value)
    assert client_alternative.alternatives_from_message(message) == value


@given(values(RightsStatement))
def test_rights_statement(value: RightsStatement) -> None:
    message = server_statement.statement_to_message(value)
    assert client_statement.statement_from_message(message) == value
    assert client_statement.statement_to_message(value) == message
    assert server_statement.statement_from_message(message) == value


@given(values(Work))
def test_work(value: Work) -> None:
    assert client_work.work_from_message(server_work.work_to_message(value)) == value


@given(values(Licence))
def test_licence(value: Licence) -> None:
    message = server_licence.licence_to_message(value)
    assert client_licence.licence_from_message(message) == value


@given(values(NewLicence))
def test_new_licence(value: NewLicence) -> None:
    draft = server_licence.draft_from_message(client_licence.new_licence_to_message(value))
    assert asdict(draft) == asdict(value)


@given(values(verdict.Verdict))
def test_verdict(value: verdict.Verdict) -> None:
    message = server_verdict.verdict_to_message(value)
    assert client_verdict.verdict_from_message(message) == value


@given(values(NoticeFile))
def test_notice(value: NoticeFile) -> None:
    cases = tuple(
        replace(case, decision=case.decision and replace(case.decision, case=case.name))
        for case in value.cases
    )
    value = replace(value, cases=cases)
    message = server_notice.file_to_message(value)
    made = client_notice.notice_file_from_message(message)
    assert (made.notice, made.words, made.cases) == (value.notice, value.words, cases)
    assert server_notice.words_from_message(client_notice.words_to_message(value.words)) == (
        value.words
    )


@given(values(CounterFile))
def test_counter_notice(value: CounterFile) -> None:
    message = server_notice.counter_file_to_message(value)
    made = client_notice.counter_file_from_message(message)
    assert (made.counter, made.words) == (value.counter, value.words)
    sent = client_notice.counter_words_to_message(value.words)
    assert server_notice.counter_words_from_message(sent) == value.words


@given(values(HolderFile))
def test_holder(value: HolderFile) -> None:
    made = client_holder.holder_file_from_message(server_holder.file_to_message(value))
    assert (made.holder, made.contact) == (value.holder, value.contact)


@given(values(HolderVersion))
def test_holder_version(value: HolderVersion) -> None:
    message = server_holder.version_to_message(value)
    assert client_holder.version_from_message(message) == value


@given(values(Reservation))
def test_reservation(value: Reservation) -> None:
    message = server_reservation.reservation_to_message(value)
    assert client_reservation.reservation_from_message(message) == value


@given(values(Document))
def test_document(value: Document) -> None:
    message = server_document.document_to_message(value)
    assert client_document.document_from_message(message) == value


@given(values(DisputeFile))
def test_dispute(value: DisputeFile) -> None:
    message = server_dispute.dispute_file_to_message(value)
    made = client_dispute.dispute_file_from_message(message)
    assert (made.dispute, made.words) == (value.dispute, value.words)
    assert client_dispute.words_to_message(value.words) == message.words


@given(values(TitleLink))
def test_title_link(value: TitleLink) -> None:
    assert client_dispute.link_from_message(server_dispute.link_to_message(value)) == value


@given(values(Due))
def test_due(value: Due) -> None:
    message = server_registration.due_to_message(value)
    assert client_registration.due_from_message(message) == value


@given(values(StatementOfReasons))
def test_statement_of_reasons(value: StatementOfReasons) -> None:
    message = server_reasons.reasons_to_message(value)
    assert client_reasons.reasons_from_message(message) == value


@given(values(Generation))
def test_generation(value: Generation) -> None:
    message = server_generation.generation_to_message(value)
    assert client_generation.generation_from_message(message) == value


@given(values(Asset))
def test_asset(value: Asset) -> None:
    assert client_asset.asset_from_message(server_asset.asset_to_message(value)) == value


@given(values(Case))
def test_case(value: Case) -> None:
    if value.decision is not None:
        value = replace(value, decision=replace(value.decision, case=value.name))
    assert client_case.case_from_message(server_case.case_to_message(value)) == value


@given(st.text(max_size=8), values(verdict.Verdict))
def test_audited_item(item_id: str, value: verdict.Verdict) -> None:
    message = server_dataset_audit.audited_to_message(item_id, value)
    returned = client_dataset_audit.audited_from_message(message)
    assert (returned.item_id, returned.verdict, returned.error) == (item_id, value, None)


def test_audited_item_that_cannot_be_read() -> None:
    error = InputError("No.", reason=Reason.MALFORMED_MEDIA, metadata={"offset": "7"})
    message = server_dataset_audit.audited_to_message("i", error)
    returned = client_dataset_audit.audited_from_message(message)
    assert (returned.item_id, returned.verdict) == ("i", None)
    assert isinstance(returned.error, InputError)
    assert (returned.error.reason, returned.error.metadata) == (error.reason, error.metadata)


COUNTS = st.integers(0, 2**40)


@given(
    st.builds(
        AuditSummary,
        items=COUNTS,
        unreadable=COUNTS,
        outcomes=st.fixed_dictionaries(dict.fromkeys(verdict.Outcome, COUNTS)),
        reasons=st.dictionaries(st.text(max_size=8), COUNTS, max_size=2),
    )
)
def test_audit_summary(value: AuditSummary) -> None:
    message = server_dataset_audit.summary_to_message(value)
    returned = client_dataset_audit.summary_from_message(message)
    assert asdict(returned) == asdict(value)


@given(values(CredentialReport))
def test_credential_report(value: CredentialReport) -> None:
    message = server_credential.report_to_message(value)
    returned = client_credential.report_from_message(message)
    assert returned == value
    assert message.generated_by_ai == returned.generated_by_ai


@given(values(LedgerEntry), st.lists(st.binary(min_size=32, max_size=32)), values(Checkpoint))
def test_proven_entry(entry: LedgerEntry, proof: list[bytes], checkpoint: Checkpoint) -> None:
    proven = ProvenEntry(entry, proof, checkpoint)
    message = ledger_service_pb2.GetEntryResponse(
        entry=server_ledger.entry_to_message(entry), proof=server_ledger.proof_to_message(proven)
    )
    returned = client_ledger.proven_from_message(message)
    assert (returned.entry, list(returned.proof), returned.checkpoint) == (entry, proof, checkpoint)
    assert message.entry.name == f"entries/{entry.index}"


@given(values(Job), st.lists(values(Generation), max_size=2), st.sampled_from(Reason))
def test_operation(job: Job, made: list[Generation], reason: Reason) -> None:
    job = replace(job, error_reason=reason.value)
    snapshot = client_generation.snapshot_from_message(
        server_operation.operation_to_message(job, made)
    )
    assert (snapshot.name, snapshot.state) == (job.name, job.state)
    assert (snapshot.done_units, snapshot.total_units) == (job.done_units, job.total)
    assert (snapshot.create_time, snapshot.update_time) == (job.create_time, job.update_time)
    match job.state:
        case JobState.PENDING | JobState.RUNNING:
            assert (snapshot.generations, snapshot.error) == ((), None)
        case JobState.SUCCEEDED:
            assert (snapshot.generations, snapshot.error) == (tuple(made), None)
        case JobState.FAILED:
            assert isinstance(snapshot.error, RaisonneError)
            assert snapshot.error.reason is reason
        case JobState.CANCELLED:
            assert isinstance(snapshot.error, CancelledError)


@pytest.mark.parametrize(("wire", "domain"), ENUMS, ids=[domain.__name__ for _, domain in ENUMS])
def test_every_enum_value_has_its_twin(wire: Any, domain: type[StrEnum]) -> None:
    numbers = [server_enums.to_wire(wire, member) for member in domain]
    assert sorted(numbers) == [number for number in wire.values() if number]
    for member, number in zip(domain, numbers, strict=True):
        assert client_enums.to_wire(wire, member) == number
        assert client_enums.from_wire(wire, domain, number) is member
        assert server_enums.from_wire(wire, domain, number) is member


def test_no_enum_of_the_protos_is_forgotten() -> None:
    modules = (
        alternative_pb2,
        asset_pb2,
        case_pb2,
        credential_pb2,
        dispute_pb2,
        generation_pb2,
        generation_service_pb2,
        holder_pb2,
        ledger_pb2,
        notice_pb2,
        notice_service_pb2,
        registration_pb2,
        reservation_pb2,
        reservation_service_pb2,
        review_service_pb2,
        rights_pb2,
        signal_pb2,
        verdict_pb2,
        work_pb2,
    )
    declared = {enum.full_name for module in modules for enum in _enums(module.DESCRIPTOR)}
    assert declared == {wire.DESCRIPTOR.full_name for wire, _ in ENUMS}


def test_a_value_that_the_client_does_not_know_is_an_error_of_its_own() -> None:
    with pytest.raises(RaisonneError, match="not known"):
        client_enums.from_wire(rights_pb2.Use, Use, 99)


def _enums(file: FileDescriptor) -> list[EnumDescriptor]:
    nested = [
        enum for message in file.message_types_by_name.values() for enum in message.enum_types
    ]
    return [*file.enum_types_by_name.values(), *nested]
