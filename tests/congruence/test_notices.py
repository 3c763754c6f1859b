from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.congruence.builders import NOW, TENANT, digest, make_verdict
from tests.congruence.registry import register

from raisonne.rights.case import Case, CaseKind, CaseState, Decision, Ruling
from raisonne.rights.errors import ConflictError, StorageError
from raisonne.rights.notice import (
    CounterNotice,
    Notice,
    NoticeBasis,
    NoticeState,
    Regime,
    restore_window,
)
from raisonne.storage.transactions import SqlTransactions


def make_notice(number: int = 0, **changes: Any) -> Notice:
    values: dict[str, Any] = {
        "name": f"notices/{number:06d}",
        "tenant": TENANT,
        "state": NoticeState.COMPLETE,
        "basis": NoticeBasis.COPYRIGHT,
        "territory": "AT",
        "targets": ("works/000000", "generations/000000"),
        "work": "",
        "missing": {Regime.DSA: (), Regime.DMCA: ("signature", "accuracy")},
        "sha256": digest(f"notice {number}"),
        "receive_time": NOW,
        "filed_by": "anna",
    }
    return Notice(**(values | changes))


def make_case(number: int = 0, **changes: Any) -> Case:
    values: dict[str, Any] = {
        "name": f"cases/{number:06d}",
        "tenant": TENANT,
        "verdict": "",
        "generation": "",
        "state": CaseState.OPEN,
        "decision": None,
        "create_time": NOW,
        "kind": CaseKind.NOTICE,
        "notice": make_notice().name,
        "unjudged": "The file is gone.",
    }
    return Case(**(values | changes))


def make_counter(**changes: Any) -> CounterNotice:
    since, until = restore_window(NOW)
    values: dict[str, Any] = {
        "name": "counterNotices/000000",
        "tenant": TENANT,
        "case": make_case().name,
        "notice": make_notice().name,
        "sha256": digest("counter"),
        "receive_time": NOW,
        "restore_from": since,
        "restore_until": until,
        "filed_by": "gallery",
    }
    return CounterNotice(**(values | changes))


def test_notices_read_back_and_are_listed_by_name_and_state(transactions: SqlTransactions) -> None:
    notices = [make_notice(number) for number in range(3)]
    notices[1] = replace(notices[1], state=NoticeState.INCOMPLETE, targets=())
    with transactions.write() as transaction:
        for notice in reversed(notices):
            transaction.notices.add(notice, b"\x00sealed\xff")
    with transactions.read() as transaction:
        store = transaction.notices
        assert store.get(TENANT, notices[0].name) == notices[0]
        assert store.get("other", notices[0].name) is None
        assert store.payload(TENANT, notices[0].name) == b"\x00sealed\xff"
        assert store.payload("other", notices[0].name) is None
        assert store.list(TENANT, limit=9) == tuple(notices)
        assert store.list(TENANT, limit=1, after=notices[0].name) == (notices[1],)
        complete = store.list(TENANT, limit=9, state=NoticeState.COMPLETE)
        assert complete == (notices[0], notices[2])
        assert store.list("other", limit=9) == ()


def test_of_two_who_change_a_notice_at_once_one_does(transactions: SqlTransactions) -> None:
    notice = make_notice()
    sued = replace(notice, court_action_time=NOW + timedelta(days=1))
    retracted = replace(notice, state=NoticeState.RETRACTED, retract_time=NOW + timedelta(days=1))
    with transactions.write() as transaction:
        transaction.notices.add(notice, b"x")
        transaction.notices.update(sued, was=notice)
    with pytest.raises(ConflictError), transactions.write() as transaction:
        transaction.notices.update(retracted, was=notice)
    with transactions.read() as transaction:
        assert transaction.notices.get(TENANT, notice.name) == sued


def test_a_notice_opens_cases_with_and_without_a_verdict(transactions: SqlTransactions) -> None:
    work = register(transactions, 0)
    judged = make_case(1, verdict=make_verdict().name, unjudged="", work=work.name)
    unjudged = make_case(2)
    other = make_case(3, notice="", verdict=make_verdict().name, unjudged="")
    sha256 = make_verdict().inputs.sha256
    with transactions.write() as transaction:
        transaction.notices.add(make_notice(), b"x")
        transaction.verdicts.add(make_verdict())
        transaction.cases.add(unjudged)
        transaction.cases.add(judged)
        # A check that asks for a person gets a case of its own beside a notice's.
        assert not transaction.cases.waits(TENANT, sha256)
        transaction.cases.add(other)
        assert transaction.cases.waits(TENANT, sha256)
    decision = Decision(unjudged.name, "", Ruling.REFUSE, "UPHELD", "", "anna", NOW)
    with transactions.write() as transaction:
        transaction.cases.decide(TENANT, decision, stay_down=work.name)
    decided = replace(unjudged, state=CaseState.DECIDED, decision=decision, stay_down=work.name)
    with transactions.read() as transaction:
        assert transaction.cases.of_notice(TENANT, make_notice().name) == (judged, decided)
        assert transaction.cases.of_notice("other", make_notice().name) == ()
        assert transaction.cases.of_notice(TENANT, "notices/none") == ()


@pytest.mark.parametrize("changes", [{"unjudged": ""}, {"verdict": make_verdict().name}])
def test_a_case_has_a_verdict_or_says_why_not(
    transactions: SqlTransactions, changes: dict[str, str]
) -> None:
    with transactions.write() as transaction:
        transaction.notices.add(make_notice(), b"x")
        transaction.verdicts.add(make_verdict())
    with pytest.raises(StorageError), transactions.write() as transaction:
        transaction.cases.add(make_case(**changes))


def test_a_case_has_one_counter_notice(transactions: SqlTransactions) -> None:
    counter = make_counter()
    with transactions.write() as transaction:
        transaction.notices.add(make_notice(), b"x")
        transaction.cases.add(make_case())
        transaction.counter_notices.add(counter, b"sealed")
    with pytest.raises(ConflictError), transactions.write() as transaction:
        transaction.counter_notices.add(replace(counter, name="counterNotices/2"), b"sealed")
    with transactions.read() as transaction:
        store = transaction.counter_notices
        assert store.of_case(TENANT, counter.case) == counter
        assert store.payload(TENANT, counter.case) == b"sealed"
        assert store.of_case("other", counter.case) is None
        assert store.payload("other", counter.case) is None


def test_what_a_ruling_took_down_is_restored_once(transactions: SqlTransactions) -> None:
    work, first = register(transactions, 0), make_case(0)
    appeal = make_case(1, kind=CaseKind.APPEAL, appeals=first.name)
    on_work = make_case(2, work=work.name)
    with transactions.write() as transaction:
        transaction.notices.add(make_notice(), b"x")
        for case in (first, appeal, on_work):
            transaction.cases.add(case)
    with pytest.raises(ConflictError), transactions.write() as transaction:
        transaction.cases.restored(TENANT, first.name, NOW)
    with transactions.write() as transaction:
        refusal = Decision(first.name, "", Ruling.REFUSE, "UPHELD", "", "anna", NOW)
        transaction.cases.decide(TENANT, refusal)
        transaction.cases.restored(TENANT, first.name, NOW)
    with pytest.raises(ConflictError), transactions.write() as transaction:
        transaction.cases.restored(TENANT, first.name, NOW)
    with transactions.read() as transaction:
        store = transaction.cases
        restored = store.get(TENANT, first.name)
        assert restored is not None
        assert restored.restore_time == NOW
        assert store.appeals_of(TENANT, first.name) == (appeal,)
        assert store.appeals_of("other", first.name) == ()
        assert store.of_work(TENANT, work.name) == (on_work,)
        assert store.of_work("other", work.name) == ()
