"""Every query that a request waits for is served by an index, however large the catalogue is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from tests.congruence.builders import (
    NOW,
    TENANT,
    make_asset,
    make_blob,
    make_event,
    make_fingerprints,
    make_holder,
    make_job,
    make_licence,
    make_reservation,
    make_said,
    make_segment,
    make_work,
)
from tests.congruence.signer import SIGNER
from tests.congruence.test_claims import make_document
from tests.congruence.test_terms import make_term

from raisonne.index.ports import Checkpoint
from raisonne.policy.condition import Contains, RightsField
from raisonne.rights.case import CaseState
from raisonne.rights.dispute import DisputeState
from raisonne.rights.job import JobKind, JobState
from raisonne.rights.reservation import ReservationScope
from raisonne.rights.term import TermCategory
from raisonne.rights.work import WorkState
from raisonne.storage.engine import Database
from raisonne.storage.fingerprint_log import SqlFingerprintLog
from raisonne.storage.keks import SqlKeks
from raisonne.storage.ledger_store import SqlLedger
from raisonne.storage.segment_list import SqlSegmentList
from raisonne.storage.transactions import SqlTransaction, SqlTransactions

Statement = tuple[str, Any]


@contextmanager
def recorded(database: Database) -> Iterator[list[Statement]]:
    statements: list[Statement] = []

    def record(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            statements.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", record)
    yield statements
    event.remove(database.engine, "before_cursor_execute", record)


def plan(database: Database, statement: Statement) -> str:
    sql, parameters = statement
    with database.connect() as connection:
        if database.is_sqlite:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters)
            return "\n".join(row[3] for row in rows)
        # The tables are empty; the question is whether an index can serve the query.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        rows = connection.exec_driver_sql(f"EXPLAIN {sql}", parameters)
        return "\n".join(row[0] for row in rows)


def use_claims(transactions: SqlTransactions) -> None:
    with transactions.write() as transaction:
        transaction.documents.add(make_document(), make_blob(9))
    with transactions.read() as transaction:
        transaction.documents.get(TENANT, make_document().name)
        transaction.documents.find(TENANT, "x")
        transaction.documents.list(TENANT, limit=9, after="x")
        transaction.documents.list(TENANT, limit=9, about="x", after="y")
        transaction.disputes.get(TENANT, "x")
        transaction.disputes.list(TENANT, limit=9, state=DisputeState.OPEN)
        transaction.disputes.list(TENANT, limit=9, work="x")
        transaction.registrations.get(TENANT, "x")
        transaction.registrations.of_work(TENANT, "x")
        transaction.registrations.due(TENANT, NOW.date(), limit=9)


def use_everything(database: Database) -> None:
    transactions = SqlTransactions(database)
    use_claims(transactions)
    with transactions.write() as transaction:
        transaction.outbox.append(make_event())
        transaction.jobs.add(make_job(request_id="r"))
        job = transaction.jobs.claim((JobKind.GENERATE,), NOW, timedelta(minutes=1))
        assert job is not None
        transaction.jobs.renew(job.name, 1, NOW)
        transaction.jobs.progress(job.name, 1, 1, NOW)
        transaction.jobs.request_cancel(TENANT, job.name, NOW)
        transaction.jobs.finish(job.name, 1, JobState.SUCCEEDED, NOW)
        transaction.assets.add(make_asset(), make_blob())
        transaction.works.add(make_work(), make_fingerprints())
        transaction.fingerprints.remove(TENANT, make_work().name, ["orb-v1"])
    with transactions.read() as transaction:
        transaction.jobs.get(TENANT, "x")
        transaction.jobs.find_request(TENANT, "x")
        transaction.jobs.list(TENANT, limit=9, after="x")
        transaction.works.get(TENANT, "x")
        transaction.works.find_by_sha256(TENANT, "x")
        transaction.works.list(TENANT, limit=9, after="x")
        transaction.works.list_at(
            TENANT,
            Contains(RightsField.USES, frozenset({"display"})),
            at=NOW,
            state=WorkState.REGISTERED,
            limit=9,
            after="x",
            licensed=Contains(RightsField.USES, frozenset({"display"})),
        )
        transaction.works.count(TENANT, WorkState.REGISTERED)
        transaction.works.rights_of(TENANT, ["x", "y"], NOW)
        transaction.works.reserved_terms(TENANT)
        transaction.fingerprints.held(TENANT, limit=9, after="x")
        transaction.fingerprints.lacking(TENANT, ["a-v1", "b-v1"])
        transaction.fingerprints.counts(TENANT, 9)
        transaction.assets.get(TENANT, "x")
        transaction.verdicts.get(TENANT, "x")
        transaction.calibrations.latest(TENANT)
        transaction.calibrations.get(TENANT, "x")
        transaction.manifests.get(TENANT, "x")
        transaction.manifests.of_asset(TENANT, "x")
        transaction.cases.get(TENANT, "x")
        transaction.cases.list(TENANT, limit=9, after="x")
        transaction.cases.list(TENANT, limit=9, state=CaseState.OPEN)
        use_the_notices(transaction)
    for use in (use_the_licences, use_the_reservations, use_what_looks_back):
        use(transactions)
    use_the_log(SqlFingerprintLog(database))
    use_the_segment_list(SqlSegmentList(database))
    SqlKeks(database).current(TENANT, "asset")
    ledger = SqlLedger(database, SIGNER, "ledger.example.org/raisonne")
    ledger.integrate()
    ledger.head()
    ledger.entry(0)
    ledger.index_of("events/000000")
    ledger.inclusion_proof(0, 1)
    list(ledger.entries(1))


def use_the_reservations(transactions: SqlTransactions) -> None:
    changed = make_holder(0, revision=2)
    withdrawn = make_reservation(0, end_time=NOW, withdraw_time=NOW)
    with transactions.write() as transaction:
        transaction.holders.add(make_holder(), None, make_said())
        transaction.holders.replace(changed, None, make_said(1))
        store = transaction.reservations
        store.add([make_reservation()])
        store.withdraw(withdrawn)
        store.follow_up(TENANT, make_holder().name, NOW)
        (follow_up, *_) = store.due(TENANT, NOW, 9)
        store.reach(TENANT, follow_up)
        store.works_after(TENANT, follow_up, 9)
        store.finish(TENANT, follow_up)
        store.forget(TENANT, NOW)
    with transactions.read() as transaction:
        transaction.holders.list(TENANT, limit=9, after="x")
        transaction.holders.versions(TENANT, make_holder().name)
        transaction.holders.contact(TENANT, "x")
        transaction.holders.by_keys(TENANT, ["x", "y"])
        transaction.holders.count_names(TENANT)
        store = transaction.reservations
        store.get(TENANT, "x")
        store.list(TENANT, limit=9, after="x")
        store.of_subjects(TENANT, [(ReservationScope.COLLECTION, "x")])
        store.count_works(make_reservation())
        store.count_works(make_reservation(scope=ReservationScope.COLLECTION, subject="x"))
        store.names_of_reserved(TENANT)
        store.rights_of_holders(TENANT, ["x"], NOW)
        transaction.works.list_at(
            TENANT,
            Contains(RightsField.RESERVATIONS, frozenset({"style"})),
            at=NOW,
            state=WorkState.REGISTERED,
            limit=9,
        )


def use_what_looks_back(transactions: SqlTransactions) -> None:
    with transactions.read() as transaction:
        transaction.generations.get(TENANT, "x")
        transaction.generations.list(TENANT, limit=9, after="x")
        transaction.generations.list(TENANT, limit=9, operation="x")
        transaction.works.versions(TENANT, make_work().name)
        transaction.works.is_due(TENANT, NOW)
        transaction.works.changed(TENANT, 0, 9)
        transaction.works.came_into_force(TENANT, NOW, NOW)
        transaction.assets.newest(TENANT)
        transaction.cursors.get(TENANT, "x")
        transaction.manifests.assets(TENANT, limit=9, after="x")
        transaction.cases.of_generation(TENANT, "x")
        transaction.generations.of_asset(TENANT, "x")
        transaction.verdicts.following(TENANT, ["x", "y"], limit=9, before="z")
        transaction.cases.of_bytes(TENANT, "x")


def use_the_notices(transaction: SqlTransaction) -> None:
    transaction.cases.of_notice(TENANT, "x")
    transaction.cases.of_work(TENANT, "works/x")
    transaction.cases.appeals_of(TENANT, "x")
    transaction.notices.get(TENANT, "x")
    transaction.notices.list(TENANT, limit=9, after="x")
    transaction.counter_notices.of_case(TENANT, "x")
    transaction.assets.withdrawn(TENANT, limit=9, after="x")


def use_the_licences(transactions: SqlTransactions) -> None:
    licence = make_licence(revoke_time=NOW)
    with transactions.write() as transaction:
        transaction.licences.add([make_licence()])
        transaction.licences.revoke(licence)
    with transactions.read() as transaction:
        transaction.works.rights_of(TENANT, [licence.work], NOW)
        transaction.licences.get(TENANT, "x")
        transaction.licences.list(TENANT, limit=9, after=licence.name, ended_by=NOW)
        transaction.licences.list(TENANT, limit=9, work="works/x")
        transaction.licences.list(TENANT, limit=9, expiring_by=NOW)


def use_the_terms(transactions: SqlTransactions) -> None:
    with transactions.write() as transaction:
        transaction.terms.add([make_term()])
        transaction.terms.replace(make_term(0, reason="x"))
        transaction.terms.remove(TENANT, ["x"])
    with transactions.read() as transaction:
        transaction.terms.mark(TENANT)
        transaction.terms.listed(TENANT)
        transaction.terms.count(TENANT)
        transaction.terms.find(TENANT, [(TermCategory.MARK, "x"), (TermCategory.ARTIST, "y")])
        transaction.terms.list(TENANT, limit=9, after="x", category=TermCategory.MARK)


def use_the_log(log: SqlFingerprintLog) -> None:
    log.head()
    log.mark(1)
    log.algorithms(TENANT)
    log.changes(TENANT, 0, 100)
    log.in_force(TENANT, "pdq-256-v1", 7, after=0, until=9, limit=100)
    log.erase(TENANT, 99)


def use_the_segment_list(segments: SqlSegmentList) -> None:
    segments.commit("store", TENANT, Checkpoint(7, 1, (make_segment(0), make_segment(1))))
    segments.commit("store", TENANT, Checkpoint(8, 2, (make_segment(1), make_segment(2))))
    segments.checkpoint("store", TENANT)
    segments.names("store")


def test_no_query_reads_a_whole_table(database: Database) -> None:
    with recorded(database) as statements:
        use_everything(database)
        use_the_terms(SqlTransactions(database))
    assert len(statements) > 30
    for statement in statements:
        assert_indexed(plan(database, statement), statement[0])


def assert_indexed(found: str, sql: str) -> None:
    # A few rows in the order that the table has anyway are no scan of it.
    in_order = "LIMIT" in sql and "TEMP B-TREE" not in found
    scans = [line for line in found.splitlines() if line.startswith("SCAN") or "Seq Scan" in line]
    unexpected = [line for line in scans if "USING" not in line and not in_order]
    assert not unexpected, f"{sql}\n{found}"


@pytest.mark.parametrize(
    ("column", "index"),
    [("sha256", "uq_work_registered"), ("holder", "ix_work_reserved_holder")],
)
def test_the_partial_indexes_of_works_are_used(database: Database, column: str, index: str) -> None:
    with recorded(database) as statements, SqlTransactions(database).read() as transaction:
        if column == "sha256":
            transaction.works.find_by_sha256(TENANT, make_work().sha256)
        else:
            transaction.works.reserved_terms(TENANT)
    assert index in plan(database, statements[-1])


def test_the_open_jobs_are_found_by_their_index(database: Database) -> None:
    with recorded(database) as statements, SqlTransactions(database).write() as transaction:
        transaction.jobs.claim((JobKind.GENERATE,), NOW, timedelta(minutes=1))
        transaction.jobs.find_request(TENANT, "r")
    assert "ix_job_open" in plan(database, statements[0])
    assert "uq_job_request" in plan(database, statements[1])


def test_whether_a_fingerprint_is_in_force_is_read_from_an_index_alone(database: Database) -> None:
    log = SqlFingerprintLog(database)
    with recorded(database) as statements:
        log.in_force(TENANT, "pdq-256-v1", 7, after=0, until=9, limit=100)
    found = plan(database, statements[-1])
    word = "USING COVERING INDEX" if database.is_sqlite else "Index Only Scan Backward using"
    assert f"{word} ix_fingerprint_change_last" in found
    assert "ix_fingerprint_tenant_algorithm_id" in found


@pytest.mark.parametrize(
    ("call", "index"),
    [
        (lambda log: log.changes(TENANT, 7, 100), "ix_fingerprint_change_tenant_sequence"),
        (lambda log: log.algorithms(TENANT), "ix_fingerprint_tenant_algorithm_id"),
        (lambda log: log.erase(TENANT, 7), "ix_fingerprint_change_removed"),
    ],
)
def test_the_log_is_read_by_its_indexes(
    database: Database, call: Callable[[SqlFingerprintLog], object], index: str
) -> None:
    with recorded(database) as statements:
        call(SqlFingerprintLog(database))
    found = next(plan(database, each) for each in statements if "FROM fingerprint" in each[0])
    assert index in found
    assert "Sort" not in found
    assert "TEMP B-TREE" not in found
