from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.unit.app.house import picture
from tests.unit.app.notices import SetClock, registered, reviewer

from raisonne.app.check import CheckTerms
from raisonne.app.disputes import Contest, DisputeFile
from raisonne.app.documents import DocumentDraft
from raisonne.app.statements import make_statement
from raisonne.app.work_changes import WorkChange
from raisonne.app.works import WorkDraft
from raisonne.policy.encoding import verdict_from_json, verdict_to_json
from raisonne.rights.case import CaseKind, CaseState, Ruling
from raisonne.rights.dispute import DisputeState, DisputeWords
from raisonne.rights.errors import AccessError, ConflictError, InputError, NotFoundError
from raisonne.rights.principal import Role
from raisonne.rights.statement import Use
from raisonne.rights.verdict import Outcome, Verdict
from raisonne.rights.work import Work
from raisonne.runtime.wiring import Service

pytestmark = pytest.mark.engines

_SEEDS = itertools.count(32_000)
FREE = make_statement(licence="CC0-1.0")
WORDS = DisputeWords("Rosalind Kestenbaum", "rosalind@kestenbaum.example", "My grandmother's.")
DAY = timedelta(days=1)


def free_work(service: Service) -> tuple[Work, bytes]:
    data = picture(next(_SEEDS))
    draft = WorkDraft(data, title="Falter", holder="Studio Verre", rights=FREE)
    return service.works.register(service.principal, draft).work, data


def contest(service: Service, work: Work, *documents: str) -> DisputeFile:
    return service.disputes.open(service.principal, Contest(work.name, WORDS, documents))


def verdict(service: Service, data: bytes, at: datetime | None = None) -> Verdict:
    terms = CheckTerms(use=Use.DISPLAY, at=at)
    return service.check.picture(service.principal, data, terms).verdict


def settle(service: Service, name: str, outcome: DisputeState, **terms: object) -> None:
    service.dispute_rulings.settle(service.principal, name, outcome, **terms)  # type: ignore[arg-type]


def test_what_a_contested_title_permits_waits_for_a_person(service: Service) -> None:
    work, data = free_work(service)
    before = service.clock.now()
    assert verdict(service, data).outcome is Outcome.ALLOW
    dispute = contest(service, work).dispute
    contested = verdict(service, data)
    assert contested.outcome is Outcome.REVIEW
    assert [finding.reason for finding in contested.findings] == ["TITLE_CONTESTED"]
    assert contested.obligations == (f"SECOND_REVIEWER:{work.name}",)
    assert contested.inputs.works[0].disputed
    assert verdict_from_json(verdict_to_json(contested)) == contested
    assert verdict(service, data, before).outcome is Outcome.ALLOW

    settle(service, dispute.name, DisputeState.REJECTED, note="no evidence")
    settled = service.disputes.get(service.principal, dispute.name).dispute
    assert settled.settle_time is not None
    assert verdict(service, data).outcome is Outcome.ALLOW
    # As of then it was contested, and it stays so.
    assert verdict(service, data, dispute.create_time).outcome is Outcome.REVIEW
    assert verdict(service, data, settled.settle_time).outcome is Outcome.ALLOW


def test_what_is_denied_stays_denied(service: Service) -> None:
    work, data = registered(service, next(_SEEDS))
    denied = verdict(service, data)
    assert denied.outcome is Outcome.BLOCK
    contest(service, work)
    again = verdict(service, data)
    assert (again.outcome, again.findings) == (denied.outcome, denied.findings)


def test_a_title_that_is_upheld_is_transferred_and_the_chain_says_by_what(
    service: Service, ledger_size: int
) -> None:
    work, data = free_work(service)
    proof = service.documents.add(
        service.principal, DocumentDraft(b"Inventory of 1931: item 7", about=(work.name,))
    )
    dispute = contest(service, work, proof.name).dispute
    case = service.review.get(service.principal, dispute.case).case
    assert (case.kind, case.state, case.dispute) == (
        CaseKind.TITLE_DISPUTE,
        CaseState.OPEN,
        dispute.name,
    )
    settle(service, dispute.name, DisputeState.UPHELD, note="the inventory says so")
    assert service.works.get(service.principal, work.name).holder == WORDS.claimant
    assert verdict(service, data).outcome is Outcome.ALLOW
    first, second = service.disputes.title(service.principal, work.name)
    assert (first.holder, first.dispute) == ("Studio Verre", "")
    assert (second.holder, second.dispute, second.documents) == (
        WORDS.claimant,
        dispute.name,
        (proof.name,),
    )
    decided = service.review.get(service.principal, dispute.case).case
    assert decided.decision is not None
    assert (decided.decision.ruling, decided.decision.reason) == (Ruling.REFUSE, "TITLE_UPHELD")
    service.ledger.integrate()
    told = b" ".join(entry.data for entry in service.ledger.entries(ledger_size))
    assert b"dispute:opened" in told
    assert b"dispute:settled" in told
    assert b"Kestenbaum" not in told
    assert b"grandmother" not in told


def test_opening_one_adds_a_version_that_says_the_same(service: Service) -> None:
    work, _ = free_work(service)
    dispute = contest(service, work).dispute
    first, second = service.work_changes.history(service.principal, work.name)
    assert second.note == f"{dispute.name} is open"
    assert replace(second.work, revision=1, update_time=first.work.update_time) == first.work


def test_a_transfer_in_the_past_outlives_what_was_recorded_since(service: Service) -> None:
    work, _ = free_work(service)
    now = service.clock.now()
    service.work_changes.update(
        service.principal, work.name, WorkChange(title="renamed"), effective_time=now + DAY
    )
    dispute = contest(service, work).dispute
    settle(service, dispute.name, DisputeState.UPHELD, effective_time=now - 30 * DAY)
    assert service.works.get(service.principal, work.name).holder == WORDS.claimant
    with service.transactions.read() as transaction:
        for at in (now - 29 * DAY, now, now + 2 * DAY):
            (held,) = transaction.works.rights_of(work.tenant, [work.name], at).values()
            assert held.holder == WORDS.claimant
        (held,) = transaction.works.rights_of(work.tenant, [work.name], now + 2 * DAY).values()
        assert held.title == "renamed"
    links = service.disputes.title(service.principal, work.name)
    assert [link.holder for link in links] == [WORDS.claimant]
    assert links[0].dispute == dispute.name


def test_two_people_settle_where_that_is_asked(service: Service) -> None:
    work, _ = free_work(service)
    dispute = contest(service, work).dispute
    rulings = replace(service.dispute_rulings, second_reviewer=frozenset({"all"}))
    rita, otto = reviewer(service), reviewer(service, "otto")
    since = service.clock.now() - DAY
    upheld = DisputeState.UPHELD
    proposed = rulings.settle(rita, dispute.name, upheld, effective_time=since)
    assert proposed.state is DisputeState.OPEN
    assert service.works.get(service.principal, work.name).holder == "Studio Verre"
    with pytest.raises(AccessError, match="somebody else"):
        rulings.settle(rita, dispute.name, upheld)
    with pytest.raises(ConflictError, match="Another outcome"):
        rulings.settle(otto, dispute.name, DisputeState.REJECTED)
    with pytest.raises(ConflictError, match="Another outcome"):
        rulings.settle(otto, dispute.name, upheld, effective_time=since - DAY)
    with pytest.raises(ConflictError, match="settling"):
        service.review.confirm(otto, dispute.case)
    settled = rulings.settle(otto, dispute.name, upheld)
    assert (settled.state, settled.effective_time) == (upheld, since)
    case = service.review.get(rita, dispute.case).case
    assert (case.state, case.confirmed_by) == (CaseState.DECIDED, "otto")


def test_a_proposal_that_is_disagreed_with_leaves_it_open(service: Service) -> None:
    work, _ = free_work(service)
    dispute = contest(service, work).dispute
    rulings = replace(service.dispute_rulings, second_reviewer=frozenset({"TITLE_DISPUTE"}))
    rulings.settle(reviewer(service), dispute.name, DisputeState.UPHELD)
    service.review.confirm(reviewer(service, "otto"), dispute.case, agree=False)
    assert service.review.get(service.principal, dispute.case).case.state is CaseState.OPEN
    withdrawn = service.dispute_rulings.settle(
        service.principal, dispute.name, DisputeState.WITHDRAWN
    )
    assert (withdrawn.state, withdrawn.version) == (DisputeState.WITHDRAWN, 0)


def test_its_case_is_ruled_on_by_nothing_else(service: Service) -> None:
    work, _ = free_work(service)
    dispute = contest(service, work).dispute
    with pytest.raises(ConflictError, match="settling"):
        service.review.decide(service.principal, dispute.case, Ruling.REFUSE, "COPY")
    with pytest.raises(InputError):
        service.review.decide(service.principal, dispute.case, Ruling.REFUSE, "TITLE_UPHELD")
    settle(service, dispute.name, DisputeState.REJECTED)
    with pytest.raises(ConflictError, match="settled"):
        service.case_work.undo(service.principal, dispute.case)
    with pytest.raises(ConflictError, match="settled"):
        service.appeals.file(service.principal, dispute.case, "It is mine.")
    with pytest.raises(ConflictError, match="settled already"):
        settle(service, dispute.name, DisputeState.UPHELD)


def test_what_people_wrote_is_sealed(service: Service) -> None:
    work, _ = free_work(service)
    file = contest(service, work)
    assert service.disputes.get(service.principal, file.dispute.name) == file
    found = service.disputes.list(service.principal, limit=9, work=work.name)
    assert found == (file.dispute,)
    with service.transactions.read() as transaction:
        stored = transaction.disputes.payload(work.tenant, file.dispute.name)
    assert stored is not None
    for path in service.settings.home.rglob("*"):
        if path.is_file():
            assert b"rosalind@kestenbaum.example" not in path.read_bytes()
    assert b"rosalind" not in stored


def test_bad_disputes_are_refused(service: Service) -> None:
    work, _ = free_work(service)
    opened, named = service.disputes.open, work.name
    for words in (
        replace(WORDS, claimant=" "),
        replace(WORDS, basis=""),
        replace(WORDS, claimant="x" * 1_001),
        replace(WORDS, basis="x" * 20_001),
    ):
        with pytest.raises(InputError):
            opened(service.principal, Contest(named, words))
    with pytest.raises(NotFoundError):
        opened(service.principal, Contest("works/none", WORDS))
    with pytest.raises(NotFoundError):
        opened(service.principal, Contest(named, WORDS, ("documents/none",)))
    auditor = replace(service.principal, roles=frozenset({Role.AUDITOR}))
    with pytest.raises(AccessError):
        opened(auditor, Contest(named, WORDS))
    assert service.disputes.list(service.principal, limit=9, work=named) == ()
    dispute = contest(service, work).dispute
    for terms in (
        {"outcome": DisputeState.OPEN},
        {"outcome": DisputeState.REJECTED, "effective_time": service.clock.now()},
        {"outcome": DisputeState.UPHELD, "effective_time": datetime(2026, 1, 1)},  # noqa: DTZ001
        {"outcome": DisputeState.UPHELD, "note": "x" * 4_001},
    ):
        with pytest.raises(InputError):
            settle(service, dispute.name, **terms)  # type: ignore[arg-type]
    gallery = replace(service.principal, roles=frozenset({Role.GALLERY}))
    with pytest.raises(AccessError):
        service.dispute_rulings.settle(gallery, dispute.name, DisputeState.REJECTED)
    service.works.withdraw(service.principal, named)
    with pytest.raises(ConflictError, match="withdrawn"):
        settle(service, dispute.name, DisputeState.UPHELD)
    with pytest.raises(ConflictError, match="withdrawn"):
        contest(service, work)
    settle(service, dispute.name, DisputeState.WITHDRAWN)


def test_who_leases_the_case_settles_it(service: Service) -> None:
    work, _ = free_work(service)
    dispute = contest(service, work).dispute
    clock = SetClock(service.clock.now())
    replace(service.case_work, clock=clock).claim(reviewer(service), dispute.case)
    with pytest.raises(ConflictError, match="leased to rita"):
        settle(service, dispute.name, DisputeState.REJECTED)
