from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.congruence.builders import (
    NOW,
    RIGHTS,
    TENANT,
    make_asset,
    make_blob,
    make_fingerprints,
    make_work,
)

from raisonne.app.work_ports import ReservedTerm
from raisonne.rights.errors import ConflictError, NotFoundError, Reason
from raisonne.rights.fingerprint import ChangeOperation
from raisonne.rights.statement import ReservationKind, RightsStatement
from raisonne.rights.verdict import WorkRights
from raisonne.rights.work import Work, WorkState
from raisonne.storage.engine import Database
from raisonne.storage.fingerprint_log import SqlFingerprintLog
from raisonne.storage.transactions import SqlTransactions


def register(transactions: SqlTransactions, number: int, **changes: object) -> Work:
    work = make_work(number, **changes)
    with transactions.write() as transaction:
        transaction.assets.add(make_asset(number, tenant=work.tenant), make_blob(number))
        transaction.works.add(work, make_fingerprints(number))
    return work


def changed(work: Work, **changes: object) -> Work:
    later = work.update_time + timedelta(seconds=1)
    return replace(work, revision=work.revision + 1, update_time=later, **changes)


@pytest.mark.parametrize(
    "rights", [RIGHTS, RightsStatement(), RightsStatement(valid_until=NOW, territories=frozenset())]
)
def test_a_work_reads_back_as_it_was_added(
    transactions: SqlTransactions, rights: RightsStatement
) -> None:
    work = register(transactions, 0, rights=rights)
    with transactions.read() as transaction:
        assert transaction.works.get(TENANT, work.name) == work
        assert transaction.works.find_by_sha256(TENANT, work.sha256) == work
        assert transaction.works.get("other", work.name) is None
        assert transaction.works.find_by_sha256("other", work.sha256) is None


def test_the_inserts_of_one_transaction_may_come_in_any_order(
    transactions: SqlTransactions,
) -> None:
    with transactions.write() as transaction:
        transaction.works.add(make_work(), ())
        transaction.assets.add(make_asset(), make_blob())
    with transactions.read() as transaction:
        assert transaction.works.count(TENANT) == 1


def test_a_work_without_its_asset_does_not_commit(transactions: SqlTransactions) -> None:
    with pytest.raises(ConflictError) as raised, transactions.write() as transaction:
        transaction.works.add(make_work(), make_fingerprints())
    assert raised.value.reason is Reason.STATE_CONFLICT
    with transactions.read() as transaction:
        assert transaction.works.count(TENANT) == 0


def test_the_same_bytes_are_registered_once(transactions: SqlTransactions) -> None:
    first = register(transactions, 0)
    with pytest.raises(ConflictError) as raised:
        register(transactions, 1, sha256=first.sha256)
    assert raised.value.reason is Reason.ALREADY_EXISTS


def test_withdrawn_bytes_may_be_registered_anew(transactions: SqlTransactions) -> None:
    first = register(transactions, 0)
    with transactions.write() as transaction:
        transaction.works.replace(changed(first, state=WorkState.WITHDRAWN))
    second = register(transactions, 1, sha256=first.sha256)
    with transactions.read() as transaction:
        assert transaction.works.find_by_sha256(TENANT, first.sha256) == second


def test_works_are_listed_by_code_point_in_pages(transactions: SqlTransactions) -> None:
    # A locale would put these in another order.
    for number, name in enumerate(["works/B", "works/a", "works/Z-", "works/z", "works/Ä"]):
        register(transactions, number, name=name)
    with transactions.read() as transaction:
        first = transaction.works.list(TENANT, limit=3)
        rest = transaction.works.list(TENANT, limit=3, after=first[-1].name)
    names = [work.name for work in (*first, *rest)]
    assert names == ["works/B", "works/Z-", "works/a", "works/z", "works/Ä"]


def test_works_are_listed_and_counted_by_state(transactions: SqlTransactions) -> None:
    first, second = register(transactions, 0), register(transactions, 1)
    withdrawn = changed(first, state=WorkState.WITHDRAWN)
    with transactions.write() as transaction:
        transaction.works.replace(withdrawn)
    with transactions.read() as transaction:
        works = transaction.works
        assert works.list(TENANT, limit=9, state=WorkState.WITHDRAWN) == (withdrawn,)
        assert works.list(TENANT, limit=9, state=WorkState.REGISTERED) == (second,)
        assert works.count(TENANT) == 2
        assert works.count(TENANT, WorkState.WITHDRAWN) == 1
        assert works.count("other") == 0


def test_replace_writes_every_field(transactions: SqlTransactions) -> None:
    work = changed(
        register(transactions, 0), title="Neu", holder="", rights=RightsStatement(licence="CC0-1.0")
    )
    with transactions.write() as transaction:
        transaction.works.replace(work)
    with transactions.read() as transaction:
        assert transaction.works.get(TENANT, work.name) == work


def test_replace_refuses_a_stale_revision(transactions: SqlTransactions) -> None:
    work = register(transactions, 0)
    with transactions.write() as transaction:
        transaction.works.replace(changed(work, title="First"))
    with pytest.raises(ConflictError) as raised, transactions.write() as transaction:
        transaction.works.replace(changed(work, title="Second"))
    assert raised.value.metadata["revision"] == "2"
    with transactions.read() as transaction:
        stored = transaction.works.get(TENANT, work.name)
    assert stored is not None
    assert stored.title == "First"


def test_replace_refuses_an_unknown_work(transactions: SqlTransactions) -> None:
    register(transactions, 0)
    with pytest.raises(NotFoundError), transactions.write() as transaction:
        transaction.works.replace(make_work(0, tenant="other", revision=2))


def test_withdrawal_removes_the_fingerprints_in_the_same_transaction(
    database: Database, transactions: SqlTransactions
) -> None:
    log = SqlFingerprintLog(database)
    work = register(transactions, 0)
    withdrawn = changed(work, state=WorkState.WITHDRAWN)
    with transactions.write() as transaction:
        transaction.works.replace(withdrawn)
        assert log.head().sequence == 3
    removed = log.changes(TENANT, 3, 10)
    assert [change.entry.fingerprint for change in removed] == [
        replace(fingerprint, value=b"") for fingerprint in make_fingerprints(0)
    ]
    assert {change.operation for change in removed} == {ChangeOperation.REMOVE}
    with transactions.write() as transaction:
        transaction.works.replace(changed(withdrawn, title="Still withdrawn"))
    assert log.head().sequence == 6


def test_a_work_that_returns_counts_again(
    database: Database, transactions: SqlTransactions
) -> None:
    work = register(transactions, 0)
    withdrawn = changed(work, state=WorkState.WITHDRAWN)
    with transactions.write() as transaction:
        transaction.works.replace(withdrawn)
        transaction.works.replace(changed(withdrawn, state=WorkState.REGISTERED))
    changes = SqlFingerprintLog(database).changes(TENANT, 0, 99)
    operations = [change.operation for change in changes]
    assert (
        operations
        == [ChangeOperation.ADD] * 3 + [ChangeOperation.REMOVE] * 3 + [ChangeOperation.ADD] * 3
    )


def test_rights_of_many_works(transactions: SqlTransactions) -> None:
    works = [register(transactions, number) for number in range(3)]
    register(transactions, 3, tenant="other")
    names = [works[0].name, works[2].name, works[0].name, "works/none", "works/000003"]
    with transactions.read() as transaction:
        found = transaction.works.rights_of(TENANT, names, NOW)
        assert transaction.works.rights_of(TENANT, (), NOW) == {}
    assert set(found) == {works[0].name, works[2].name}
    assert found[works[2].name] == WorkRights(
        work=works[2].name,
        tenant=TENANT,
        title=works[2].title,
        holder=works[2].holder,
        state=works[2].state,
        revision=1,
        rights=RIGHTS,
        source=works[2].source,
    )


def test_rights_of_a_whole_batch_of_a_dataset(transactions: SqlTransactions) -> None:
    work = register(transactions, 0)
    names = [f"works/{number:06d}" for number in range(20_000)]
    with transactions.read() as transaction:
        assert set(transaction.works.rights_of(TENANT, names, NOW)) == {work.name}


def test_reserved_terms_name_each_holder_once(transactions: SqlTransactions) -> None:
    def reserving(*kinds: ReservationKind) -> RightsStatement:
        return RightsStatement(reservations=frozenset(kinds))

    register(transactions, 0, holder="B", rights=reserving(ReservationKind.STYLE))
    register(transactions, 1, holder="B", rights=reserving(ReservationKind.AI_GENERATION))
    register(transactions, 2, holder="A", rights=reserving(ReservationKind.AI_GENERATION))
    register(transactions, 3, holder="C", rights=reserving(ReservationKind.TDM))
    register(transactions, 4, holder="", rights=reserving(ReservationKind.STYLE))
    register(transactions, 5, tenant="other", holder="D", rights=RIGHTS)
    gone = register(transactions, 6, holder="E", rights=reserving(ReservationKind.STYLE))
    with transactions.write() as transaction:
        transaction.works.replace(changed(gone, state=WorkState.WITHDRAWN))
    with transactions.read() as transaction:
        assert transaction.works.reserved_terms(TENANT) == (
            ReservedTerm("A", "works/000002"),
            ReservedTerm("B", "works/000000"),
        )


def test_every_change_is_a_version_and_the_rights_are_those_of_the_time(
    transactions: SqlTransactions,
) -> None:
    day = timedelta(days=1)
    work = register(transactions, 0, rights=RightsStatement(licence="CC0-1.0"))
    second = replace(changed(work, title="Second"), update_time=NOW + 10 * day)
    scheduled = replace(
        changed(second, rights=RightsStatement(licence="MIT")), update_time=NOW + 11 * day
    )
    earlier = replace(changed(scheduled, holder="Heirs"), update_time=NOW + 12 * day)
    with transactions.write() as transaction:
        transaction.works.replace(second, actor="a", note="typo")
        transaction.works.replace(scheduled, effective_time=NOW + 20 * day)
        transaction.works.replace(earlier, effective_time=NOW + 5 * day)

    with transactions.read() as transaction:
        versions = transaction.works.versions(TENANT, work.name)
        assert [one.work for one in versions] == [work, second, scheduled, earlier]
        assert [one.effective_time - NOW for one in versions] == [
            0 * day,
            10 * day,
            20 * day,
            5 * day,
        ]
        assert (versions[1].actor, versions[1].note) == ("a", "typo")
        # What stands in the record is what holds by when it was last changed.
        stored = transaction.works.get(TENANT, work.name)
        assert stored == replace(second, revision=4, update_time=earlier.update_time)
        for days, revision, licence in ((-9, 1, "CC0-1.0"), (5, 4, "MIT"), (10, 2, "CC0-1.0")):
            found = transaction.works.rights_of(TENANT, [work.name], NOW + days * day)[work.name]
            assert (found.revision, found.rights.licence) == (revision, licence)
        found = transaction.works.rights_of(TENANT, [work.name], NOW + 20 * day)[work.name]
        assert (found.revision, found.rights.licence) == (3, "MIT")
        assert transaction.works.versions("other", work.name) == ()


def test_what_was_scheduled_comes_into_force_when_it_is_due(
    database: Database, transactions: SqlTransactions
) -> None:
    later = NOW + timedelta(days=1)
    work = register(transactions, 0, rights=RightsStatement())
    reserving = changed(work, rights=RightsStatement(reservations=frozenset({ReservationKind.TDM})))
    with transactions.write() as transaction:
        transaction.works.replace(reserving, effective_time=later)
        assert not transaction.works.is_due(TENANT, later - timedelta(microseconds=1))
        assert not transaction.works.is_due("other", later)
        assert transaction.works.is_due(TENANT, later)
        assert transaction.works.list(TENANT, limit=9)[0].rights == RightsStatement()
    before = SqlFingerprintLog(database).head().sequence
    with transactions.write() as transaction:
        transaction.works.apply_scheduled(TENANT, later)
    with transactions.read() as transaction:
        assert transaction.works.get(TENANT, work.name) == reserving
        assert not transaction.works.is_due(TENANT, later)
    changes = SqlFingerprintLog(database).changes(TENANT, before, 99)
    assert {(change.operation, change.entry.reserved) for change in changes} == {
        (ChangeOperation.ADD, 1)
    }


def test_a_withdrawal_takes_back_what_was_scheduled(transactions: SqlTransactions) -> None:
    later = NOW + timedelta(days=1)
    work = register(transactions, 0)
    scheduled = changed(work, title="Later")
    withdrawn = changed(replace(work, revision=2), state=WorkState.WITHDRAWN)
    with transactions.write() as transaction:
        transaction.works.replace(scheduled, effective_time=later)
        transaction.works.replace(withdrawn)
        assert not transaction.works.is_due(TENANT, later)
        found = transaction.works.rights_of(TENANT, [work.name], later)[work.name]
        assert found.state is WorkState.WITHDRAWN
        assert [v.cancelled_by for v in transaction.works.versions(TENANT, work.name)] == [0, 3, 0]
        earlier = transaction.works.rights_of(TENANT, [work.name], NOW)[work.name]
        assert earlier.state is WorkState.REGISTERED
