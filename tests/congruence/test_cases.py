from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.congruence.builders import NOW, TENANT, make_generation, make_verdict

from raisonne.rights.case import Case, CaseState, Decision, Ruling
from raisonne.rights.errors import ConflictError, NotFoundError
from raisonne.rights.generation import GenerationState
from raisonne.storage.transactions import SqlTransactions


def make_case(number: int, generation: str = "") -> Case:
    name = f"cases/{number:06d}"
    return Case(name, TENANT, make_verdict().name, generation, CaseState.OPEN, None, NOW)


def make_decision(case: Case, ruling: Ruling = Ruling.CLEAR) -> Decision:
    when = NOW + timedelta(hours=1)
    return Decision(case.name, case.verdict, ruling, "LICENSED", "Verträge: ✓", "anna", when)


def add(transactions: SqlTransactions, *cases: Case) -> None:
    with transactions.write() as transaction:
        transaction.verdicts.add(make_verdict())
        transaction.generations.add(make_generation(0, state=GenerationState.HELD))
        for case in cases:
            transaction.cases.add(case)


def test_a_case_reads_back_open_and_decided(transactions: SqlTransactions) -> None:
    upload, artwork = make_case(0), make_case(1, make_generation(0).name)
    add(transactions, upload, artwork)
    decision = make_decision(artwork)
    with transactions.write() as transaction:
        transaction.cases.decide(TENANT, decision)
    with transactions.read() as transaction:
        assert transaction.cases.get(TENANT, upload.name) == upload
        assert transaction.cases.get(TENANT, artwork.name) == replace(
            artwork, state=CaseState.DECIDED, decision=decision
        )
        assert transaction.cases.get("other", upload.name) is None


def test_cases_are_listed_by_name_and_state(transactions: SqlTransactions) -> None:
    cases = [make_case(number) for number in range(4)]
    add(transactions, *reversed(cases))
    with transactions.write() as transaction:
        transaction.cases.decide(TENANT, make_decision(cases[1], Ruling.REFUSE))
    with transactions.read() as transaction:
        store = transaction.cases
        names = [case.name for case in store.list(TENANT, limit=9)]
        assert names == [case.name for case in cases]
        open_cases = store.list(TENANT, limit=2, after=cases[0].name, state=CaseState.OPEN)
        assert open_cases == (cases[2], cases[3])
        decided = store.list(TENANT, limit=9, state=CaseState.DECIDED)
        assert [case.name for case in decided] == [cases[1].name]
        assert store.list("other", limit=9) == ()


def test_the_same_bytes_wait_until_they_are_decided(transactions: SqlTransactions) -> None:
    case, sha256 = make_case(0), make_verdict().inputs.sha256
    add(transactions, case)
    with transactions.read() as transaction:
        assert transaction.cases.waits(TENANT, sha256)
        assert not transaction.cases.waits("other", sha256)
        assert not transaction.cases.waits(TENANT, "0" * 64)
    with transactions.write() as transaction:
        transaction.cases.decide(TENANT, make_decision(case))
    with transactions.read() as transaction:
        assert not transaction.cases.waits(TENANT, sha256)


def test_a_case_is_decided_once(transactions: SqlTransactions) -> None:
    case = make_case(0)
    add(transactions, case)
    with transactions.write() as transaction:
        transaction.cases.decide(TENANT, make_decision(case))
    with pytest.raises(ConflictError), transactions.write() as transaction:
        transaction.cases.decide(TENANT, make_decision(case, Ruling.REFUSE))
    with transactions.read() as transaction:
        stored = transaction.cases.get(TENANT, case.name)
    assert stored is not None
    assert stored.decision == make_decision(case)


def test_a_decision_on_another_verdict_is_refused(transactions: SqlTransactions) -> None:
    case = make_case(0)
    add(transactions, case)
    with pytest.raises(ConflictError), transactions.write() as transaction:
        transaction.cases.decide(TENANT, replace(make_decision(case), verdict="verdicts/other"))


def test_a_decision_on_no_case_is_refused(transactions: SqlTransactions) -> None:
    add(transactions, make_case(0))
    with pytest.raises(NotFoundError), transactions.write() as transaction:
        transaction.cases.decide("other", make_decision(make_case(0)))


def test_a_case_needs_its_verdict(transactions: SqlTransactions) -> None:
    with pytest.raises(ConflictError), transactions.write() as transaction:
        transaction.cases.add(make_case(0))


def test_a_lease_keeps_others_out_until_it_ends(transactions: SqlTransactions) -> None:
    case, later = make_case(0), NOW + timedelta(minutes=30)
    add(transactions, case)
    with transactions.write() as transaction:
        transaction.cases.claim(TENANT, case.name, "rita", NOW, later)
        transaction.cases.claim(TENANT, case.name, "rita", NOW, later)
        leased = replace(case, leased_to="rita", lease_until=later)
        assert transaction.cases.get(TENANT, case.name) == leased
    early = replace(make_decision(case), decide_time=later - timedelta(microseconds=1))
    for denied in (
        lambda store: store.claim(TENANT, case.name, "otto", NOW, later),
        lambda store: store.release(TENANT, case.name, "otto"),
        lambda store: store.decide(TENANT, early),
    ):
        with pytest.raises(ConflictError, match="leased to"), transactions.write() as transaction:
            denied(transaction.cases)
    with transactions.write() as transaction:
        transaction.cases.claim(TENANT, case.name, "otto", later, later)
        transaction.cases.release(TENANT, case.name, "otto")
        assert transaction.cases.get(TENANT, case.name) == case
        transaction.cases.decide(TENANT, make_decision(case))
    for closed in (
        lambda store: store.claim(TENANT, case.name, "anna", NOW, later),
        lambda store: store.release(TENANT, case.name, "anna"),
    ):
        with pytest.raises(ConflictError), transactions.write() as transaction:
            closed(transaction.cases)
    with pytest.raises(NotFoundError), transactions.write() as transaction:
        transaction.cases.claim("other", case.name, "rita", NOW, later)


def test_a_proposal_is_confirmed_by_another_or_opened_again(transactions: SqlTransactions) -> None:
    case, later = make_case(0), NOW + timedelta(hours=2)
    add(transactions, case)
    proposal = make_decision(case, Ruling.REFUSE)
    with transactions.write() as transaction:
        transaction.cases.decide(TENANT, proposal, proposed=True, wants_stay_down=True)
        pending = replace(
            case, state=CaseState.PENDING_SECOND, decision=proposal, wants_stay_down=True
        )
        assert transaction.cases.get(TENANT, case.name) == pending
    for denied in (
        lambda store: store.confirm(TENANT, case.name, "anna", later),
        lambda store: store.decide(TENANT, proposal),
        lambda store: store.reopen(TENANT, case.name, CaseState.DECIDED),
    ):
        with pytest.raises(ConflictError), transactions.write() as transaction:
            denied(transaction.cases)
    with transactions.write() as transaction:
        transaction.cases.reopen(TENANT, case.name, CaseState.PENDING_SECOND)
        assert transaction.cases.get(TENANT, case.name) == case
        transaction.cases.decide(TENANT, proposal, proposed=True)
        transaction.cases.confirm(TENANT, case.name, "otto", later)
        decided = replace(
            case,
            state=CaseState.DECIDED,
            decision=proposal,
            confirmed_by="otto",
            confirm_time=later,
        )
        assert transaction.cases.get(TENANT, case.name) == decided
        transaction.cases.reopen(TENANT, case.name, CaseState.DECIDED)
        assert transaction.cases.get(TENANT, case.name) == case
