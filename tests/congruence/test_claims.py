from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from tests.congruence.builders import NOW, TENANT, digest, make_blob
from tests.congruence.registry import change, register, withdraw

from raisonne.rights.case import Case, CaseKind, CaseState
from raisonne.rights.dispute import DisputeState, TitleDispute
from raisonne.rights.document import Document
from raisonne.rights.errors import ConflictError, StorageError
from raisonne.rights.office import OfficeRegistration
from raisonne.storage.assets import known_locations
from raisonne.storage.engine import Database
from raisonne.storage.transactions import SqlTransactions

DAY = timedelta(days=1)


def make_document(number: int = 0, **changes: Any) -> Document:
    values: dict[str, Any] = {
        "name": f"documents/{number:06d}",
        "tenant": TENANT,
        "file_name": "Kaufvertrag Ö.pdf",
        "media_type": "application/pdf",
        "sha256": digest(f"document {number}"),
        "size_bytes": 5_000_000_000,
        "about": ("disputes/1", "works/000001"),
        "note": "the sale",
        "actor": "anna",
        "create_time": NOW,
    }
    return Document(**(values | changes))


def make_dispute(number: int = 0, **changes: Any) -> TitleDispute:
    values: dict[str, Any] = {
        "name": f"disputes/{number:06d}",
        "tenant": TENANT,
        "work": "works/000000",
        "state": DisputeState.OPEN,
        "documents": ("documents/000001",),
        "sha256": digest(f"dispute {number}"),
        "actor": "anna",
        "create_time": NOW,
        "case": f"cases/{number:06d}",
    }
    return TitleDispute(**(values | changes))


def make_registration(number: int = 0, **changes: Any) -> OfficeRegistration:
    values: dict[str, Any] = {
        "name": f"registrations/{number:06d}",
        "tenant": TENANT,
        "work": "works/000000",
        "office": "euipo-rcd",
        "number": f"00{number}",
        "grant_date": date(2020, 2, 29),
        "renewal_date": date(2030, 1, 1) + number * DAY,
        "document": "",
        "actor": "anna",
        "record_time": NOW,
    }
    return OfficeRegistration(**(values | changes))


def test_documents_read_back_by_what_they_are_about(
    transactions: SqlTransactions, database: Database
) -> None:
    one, two = make_document(1), make_document(2, about=())
    with transactions.write() as transaction:
        transaction.documents.add(two, make_blob(2))
        transaction.documents.add(one, make_blob(1))
        transaction.documents.relate(TENANT, two.name, ("works/000001", "works/9"))
        transaction.documents.relate(TENANT, two.name, ("works/9",))
    two = replace(two, about=("works/000001", "works/9"))
    with transactions.read() as transaction:
        store = transaction.documents
        assert store.get(TENANT, one.name) == one
        assert store.find(TENANT, two.sha256) == two
        assert store.blob(TENANT, one.name) == make_blob(1)
        assert store.list(TENANT, limit=9) == (one, two)
        assert store.list(TENANT, limit=9, about="works/000001") == (one, two)
        assert store.list(TENANT, limit=9, about="works/000001", after=one.name) == (two,)
        assert store.list(TENANT, limit=9, about="disputes/1") == (one,)
        for nothing in (store.get("other", one.name), store.find("other", one.sha256)):
            assert nothing is None
        assert store.list("other", limit=9, about="works/9") == ()
    assert known_locations(database) == {make_blob(1).location, make_blob(2).location}


def test_the_same_bytes_are_kept_once_until_they_are_erased(
    transactions: SqlTransactions, database: Database
) -> None:
    one, again = make_document(1), make_document(2, sha256=make_document(1).sha256)
    with transactions.write() as transaction:
        transaction.documents.add(one, make_blob(1))
    with pytest.raises(ConflictError), transactions.write() as transaction:
        transaction.documents.add(again, make_blob(2))
    with transactions.write() as transaction:
        transaction.documents.erase(TENANT, one.name, NOW + DAY)
    with pytest.raises(ConflictError), transactions.write() as transaction:
        transaction.documents.erase(TENANT, one.name, NOW)
    with transactions.write() as transaction:
        transaction.documents.add(again, make_blob(2))
    with transactions.read() as transaction:
        store = transaction.documents
        assert store.get(TENANT, one.name) == replace(one, erase_time=NOW + DAY)
        assert store.blob(TENANT, one.name) is None
        assert store.find(TENANT, one.sha256) == again
    assert known_locations(database) == {make_blob(2).location}


def test_a_title_is_contested_from_the_opening_to_the_settling(
    transactions: SqlTransactions,
) -> None:
    work, other = register(transactions, 0), register(transactions, 1)
    # What the record said before its present version is looked up otherwise.
    changed = change(transactions, other, title="renamed", update_time=NOW + 5 * DAY)
    first, second = make_dispute(1), make_dispute(2, create_time=NOW + DAY, work=other.name)
    with transactions.write() as transaction:
        transaction.disputes.add(first, b"\x00sealed\xff")
        transaction.disputes.add(second, b"x")
    settled = replace(
        first,
        state=DisputeState.UPHELD,
        settle_time=NOW + 2 * DAY,
        settled_by="otto",
        note="so",
        effective_time=NOW - DAY,
        version=2,
    )
    with transactions.write() as transaction:
        transaction.disputes.update(settled)
    with pytest.raises(ConflictError), transactions.write() as transaction:
        transaction.disputes.update(first)
    disputed = {-1: set(), 0: {work.name}, 1: {work.name, other.name}, 2: {other.name}}
    with transactions.read() as transaction:
        store = transaction.disputes
        assert store.get(TENANT, first.name) == settled
        assert store.payload(TENANT, first.name) == b"\x00sealed\xff"
        assert store.list(TENANT, limit=9) == (settled, second)
        assert store.list(TENANT, limit=9, after=first.name) == (second,)
        assert store.list(TENANT, limit=9, work=work.name) == (settled,)
        assert store.list(TENANT, limit=9, state=DisputeState.OPEN) == (second,)
        assert store.get("other", first.name) is store.payload("other", first.name) is None
        names = [work.name, changed.name]
        for days, wanted in disputed.items():
            found = transaction.works.rights_of(TENANT, names, NOW + days * DAY)
            assert {name for name, rights in found.items() if rights.disputed} == wanted


@pytest.mark.parametrize(
    "changes",
    [{"settle_time": NOW}, {"state": DisputeState.REJECTED}, {"version": 2}],
)
def test_a_dispute_is_settled_whole(transactions: SqlTransactions, changes: dict[str, Any]) -> None:
    register(transactions, 0)
    with pytest.raises(StorageError), transactions.write() as transaction:
        transaction.disputes.add(make_dispute(**changes), b"x")


def test_a_dispute_has_a_case_that_no_check_waits_for(transactions: SqlTransactions) -> None:
    register(transactions, 0)
    dispute = make_dispute()
    case = Case(
        name=dispute.case,
        tenant=TENANT,
        verdict="",
        generation="",
        state=CaseState.OPEN,
        decision=None,
        create_time=NOW,
        kind=CaseKind.TITLE_DISPUTE,
        unjudged="Nothing was to be judged.",
        dispute=dispute.name,
    )
    with pytest.raises(ConflictError), transactions.write() as transaction:
        transaction.cases.add(case)  # Of a dispute that does not exist.
    with transactions.write() as transaction:
        transaction.cases.add(case)
        transaction.disputes.add(dispute, b"x")
    with transactions.read() as transaction:
        assert transaction.cases.get(TENANT, case.name) == case


def test_registrations_count_from_one_time_to_another(transactions: SqlTransactions) -> None:
    register(transactions, 0)
    gone = register(transactions, 1)
    later, sooner, never, others = (
        make_registration(2),
        make_registration(1),
        make_registration(3, renewal_date=None),
        make_registration(4, work=gone.name, renewal_date=date(2029, 1, 1)),
    )
    with transactions.write() as transaction:
        for each in (never, later, others, sooner):
            transaction.registrations.add(each)
    withdraw(transactions, gone)
    with pytest.raises(ConflictError), transactions.write() as transaction:
        transaction.registrations.add(replace(later, name="registrations/x"))
    with transactions.read() as transaction:
        store = transaction.registrations
        assert store.of_work(TENANT, "works/000000") == (sooner, later, never)
        assert store.due(TENANT, date(2031, 1, 1), limit=9) == (sooner, later)
        assert store.due(TENANT, date(2031, 1, 1), limit=1) == (sooner,)
        assert store.due(TENANT, date(2030, 1, 2), limit=9) == (sooner,)
        assert store.due("other", date(2031, 1, 1), limit=9) == ()
    with transactions.write() as transaction:
        transaction.registrations.remove(TENANT, sooner.name, "otto", NOW + DAY)
        transaction.registrations.add(replace(sooner, name="registrations/x"))
    with pytest.raises(ConflictError), transactions.write() as transaction:
        transaction.registrations.remove(TENANT, sooner.name, "otto", NOW)
    with transactions.read() as transaction:
        removed = replace(sooner, remove_time=NOW + DAY, removed_by="otto")
        assert transaction.registrations.get(TENANT, sooner.name) == removed
