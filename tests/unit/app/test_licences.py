"""Recorded licences in the product: what they permit, what is refused, and what is told of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.unit.app.house import picture

from raisonne.app.check import CheckTerms
from raisonne.app.documents import DocumentDraft
from raisonne.app.licence_drafts import LicenceDraft
from raisonne.app.licences import MAX_WORKS_AT_ONCE, LicenceQuery
from raisonne.app.statements import make_statement
from raisonne.app.use_listing import UseTerms
from raisonne.app.work_changes import WorkChange
from raisonne.app.works import WorkDraft
from raisonne.rights.errors import (
    AccessError,
    ConflictError,
    InputError,
    LimitError,
    NotFoundError,
)
from raisonne.rights.principal import Role
from raisonne.rights.recorded_licence import Licence
from raisonne.rights.statement import ReservationKind, Use
from raisonne.rights.verdict import Outcome, Verdict
from raisonne.rights.work import Work
from raisonne.runtime.wiring import Service

pytestmark = pytest.mark.engines

DAY = timedelta(days=1)
RESERVED = make_statement(reservations=["ai-training"])
DRAFT = LicenceDraft(
    identifier="LicenseRef-Models",
    uses=frozenset({Use.TRAIN}),
    licensor="Ada",
    licensee="Model House",
    territories=frozenset({"DE"}),
    attribution=True,
    fee=True,
    releases=frozenset({ReservationKind.AI_TRAINING}),
    document_sha256="ab" * 32,
    note="Signed in Vienna.",
)


def registered(service: Service, number: int) -> tuple[Work, bytes]:
    data = picture(number)
    draft = WorkDraft(data, title="t", holder="A", rights=RESERVED)
    return service.works.register(service.principal, draft).work, data


def record(service: Service, work: Work, **changes: Any) -> Licence:
    draft = replace(DRAFT, **changes)
    (licence,) = service.licences.record(service.principal, [work.name], draft)
    return licence


def verdict(service: Service, data: bytes, at: datetime | None = None) -> Verdict:
    terms = CheckTerms(use=Use.TRAIN, territory="DE", at=at)
    return service.check.picture(service.principal, data, terms).verdict


def outcome(service: Service, data: bytes, at: datetime | None = None) -> Outcome:
    return verdict(service, data, at).outcome


def test_a_licence_permits_from_the_next_check_on_and_is_named(service: Service) -> None:
    work, data = registered(service, 9_700)
    assert outcome(service, data) is Outcome.BLOCK
    licence = record(service, work)
    judged = verdict(service, data)
    assert judged.outcome is Outcome.ALLOW
    assert {finding.licence for finding in judged.findings} == {licence.name}
    assert licence.name in judged.findings[0].detail
    assert judged.obligations == (f"ATTRIBUTE:{work.name}", f"FEE:{work.name}")
    terms = UseTerms(Use.TRAIN, "DE")
    page = service.works.list_by_use(service.principal, terms, limit=500)
    (answer,) = (answer for answer in page.answers if answer.work.name == work.name)
    assert answer.licence == licence.name


def test_a_verdict_holds_no_names_of_parties(service: Service) -> None:
    work, data = registered(service, 9_701)
    record(service, work)
    judged = verdict(service, data)
    assert "Model House" not in repr(judged)
    assert "Vienna" not in repr(judged)


def test_licences_are_dated_and_revoked_as_of_a_time(service: Service) -> None:
    work, data = registered(service, 9_702)
    now = service.clock.now()
    licence = record(service, work, effective_time=now - 9 * DAY)
    assert outcome(service, data, now - 10 * DAY) is Outcome.BLOCK
    assert outcome(service, data, now - 8 * DAY) is Outcome.ALLOW
    revoked = service.licences.revoke(service.principal, licence.name, end_time=now - 5 * DAY)
    assert (revoked.grant.end_time, revoked.revoke_time is not None) == (now - 5 * DAY, True)
    assert outcome(service, data, now - 8 * DAY) is Outcome.ALLOW
    assert outcome(service, data, now - 4 * DAY) is Outcome.BLOCK
    assert outcome(service, data) is Outcome.BLOCK
    with pytest.raises(ConflictError, match="revoked already"):
        service.licences.revoke(service.principal, licence.name)


def test_a_verdict_from_before_the_revocation_is_replayed_as_it_was(service: Service) -> None:
    work, data = registered(service, 9_703)
    licence = record(service, work)
    given = verdict(service, data)
    service.licences.revoke(service.principal, licence.name)
    replayed = service.replay_verdict(service.principal, given.name)
    assert (replayed.same, replayed.now.outcome) == (True, Outcome.ALLOW)


def test_the_history_of_the_work_tells_of_its_licences(service: Service) -> None:
    work, _ = registered(service, 9_704)
    now = service.clock.now()
    later = WorkChange(holder="Heirs")
    service.work_changes.update(service.principal, work.name, later, effective_time=now + 30 * DAY)
    licence = record(service, work, effective_time=now + 60 * DAY)
    service.licences.revoke(service.principal, licence.name, note="Not paid.")
    history = service.work_changes.history(service.principal, work.name)
    assert [version.note for version in history[2:]] == [
        f"{licence.name} recorded",
        f"{licence.name} revoked: Not paid.",
    ]
    # They say what the record said, and undo nothing that is to come.
    assert [version.work.holder for version in history] == ["A", "Heirs", "A", "A"]
    assert all(version.effective_time < now + DAY for version in history[2:])
    with pytest.raises(ConflictError):
        service.work_changes.update(service.principal, work.name, WorkChange(title="x"), revision=2)


def test_the_ledger_has_names_and_digests_and_no_parties(
    service: Service, ledger_size: int
) -> None:
    work, _ = registered(service, 9_705)
    licence = record(service, work)
    service.licences.revoke(service.principal, licence.name, note="Not paid by Model House.")
    service.ledger.integrate()
    _, recorded, revoked = (entry.data.decode() for entry in service.ledger.entries(ledger_size))
    for entry, action in ((recorded, "licence:recorded"), (revoked, "licence:revoked")):
        assert f'"{action}"' in entry
        assert licence.name in entry
        assert work.name in entry
        assert "grant_sha256" in entry
        assert "Model House" not in entry
        assert "Ada" not in entry
    assert "ab" * 32 in recorded


def test_one_licence_for_several_works_is_recorded_for_all_or_none(service: Service) -> None:
    works = [registered(service, 9_706 + number)[0] for number in range(3)]
    names = [work.name for work in works]
    with pytest.raises(NotFoundError):
        service.licences.record(service.principal, [*names, "works/none"], DRAFT)
    assert service.works.get(service.principal, names[0]).revision == 1
    recorded = service.licences.record(service.principal, [*names, names[0]], DRAFT)
    assert [licence.work for licence in recorded] == names
    service.works.withdraw(service.principal, names[2])
    with pytest.raises(ConflictError, match="withdrawn"):
        service.licences.record(service.principal, names, DRAFT)
    # What was recorded before can still be revoked.
    service.licences.revoke(service.principal, recorded[2].name)
    many = [f"works/{number}" for number in range(MAX_WORKS_AT_ONCE + 1)]
    with pytest.raises(LimitError):
        service.licences.record(service.principal, many, DRAFT)
    with pytest.raises(InputError):
        service.licences.record(service.principal, [], DRAFT)


def test_licences_are_listed_by_work_and_by_when_they_end(service: Service) -> None:
    work, _ = registered(service, 9_709)
    now = service.clock.now()
    ends = {days: record(service, work, valid_until=now + days * DAY) for days in (90, 10, -1)}
    endless = record(service, work)

    def names(**query: Any) -> list[str]:
        asked = LicenceQuery(work=work.name, **query)
        return [one.name for one in service.licences.list(service.principal, asked, limit=9)]

    alive = [ends[10].name, ends[90].name, endless.name]
    assert names() == alive
    assert names(with_ended=True) == [ends[-1].name, *alive]
    assert names(expiring_by=now + 30 * DAY) == alive[:1]
    with pytest.raises(NotFoundError):
        service.licences.list(service.principal, LicenceQuery(work="works/none"), limit=9)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"identifier": ""}, "identifier"),
        ({"identifier": "no id"}, "identifier"),
        ({"identifier": "x" * 101}, "identifier"),
        ({"uses": frozenset()}, "uses"),
        ({"territories": frozenset()}, "territories"),
        ({"territories": frozenset({"Germany"})}, "territories"),
        ({"licensor": "x" * 1_001}, "licensor"),
        ({"licensee": "x" * 1_001}, "licensee"),
        ({"note": "x" * 4_001}, "note"),
        ({"document": "documents/../7"}, "document"),
        ({"document_sha256": "AB" * 32}, "document_sha256"),
        ({"effective_time": datetime(2026, 1, 1)}, "effective_time"),  # noqa: DTZ001
        ({"valid_from": datetime(2026, 1, 1)}, "valid_from"),  # noqa: DTZ001
    ],
)
def test_a_draft_that_nobody_could_act_by_is_refused(
    service: Service, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InputError) as refused:
        service.licences.record(service.principal, ["works/x"], replace(DRAFT, **changes))
    assert refused.value.metadata["field"] == field


def test_a_licence_ends_after_it_begins(service: Service) -> None:
    now = service.clock.now()
    draft = replace(DRAFT, valid_from=now, valid_until=now)
    with pytest.raises(InputError, match="must come after"):
        service.licences.record(service.principal, ["works/x"], draft)


def test_who_may_not_is_refused(service: Service) -> None:
    work, _ = registered(service, 9_710)
    licence = record(service, work)
    marketplace = replace(service.principal, roles=frozenset({Role.MARKETPLACE}))
    reviewer = replace(service.principal, roles=frozenset({Role.REVIEWER}))
    with pytest.raises(AccessError):
        service.licences.record(reviewer, [work.name], DRAFT)
    with pytest.raises(AccessError):
        service.licences.revoke(reviewer, licence.name)
    with pytest.raises(AccessError):
        service.licences.list(marketplace, LicenceQuery(), limit=1)
    assert service.licences.list(reviewer, LicenceQuery(work.name), limit=9) == (licence,)
    elsewhere = replace(service.principal, tenant="rival")
    with pytest.raises(NotFoundError):
        service.licences.revoke(elsewhere, licence.name)
    with pytest.raises(NotFoundError):
        service.licences.revoke(service.principal, "licences/none")


def test_the_contract_is_a_document_that_is_kept(service: Service) -> None:
    work, _ = registered(service, 8_090)
    contract = DocumentDraft(b"%PDF-1.7 signed", "contract.pdf", (work.name,))
    kept = service.documents.add(service.principal, contract)
    licence = record(service, work, document=kept.name, document_sha256="")
    assert (licence.document, licence.document_sha256) == (kept.name, kept.sha256)
    with pytest.raises(ConflictError):
        record(service, work, document=kept.name)
    with pytest.raises(NotFoundError):
        record(service, work, document="documents/none", document_sha256="")
    query = LicenceQuery(work=work.name)
    assert service.licences.list(service.principal, query, limit=9) == (licence,)
