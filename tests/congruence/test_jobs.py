from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.congruence.builders import NOW, TENANT, make_job

from raisonne.rights.errors import ConflictError, Reason
from raisonne.rights.job import Job, JobKind, JobState
from raisonne.storage.transactions import SqlTransactions

LEASE = timedelta(minutes=1)
KINDS = (JobKind.GENERATE,)


def add(transactions: SqlTransactions, *jobs: Job) -> None:
    with transactions.write() as transaction:
        for job in jobs:
            transaction.jobs.add(job)


def claim(transactions: SqlTransactions, seconds: float = 0) -> Job | None:
    with transactions.write() as transaction:
        return transaction.jobs.claim(KINDS, NOW + timedelta(seconds=seconds), LEASE)


def stored(transactions: SqlTransactions, number: int = 0) -> Job:
    with transactions.read() as transaction:
        job = transaction.jobs.get(TENANT, make_job(number).name)
    assert job is not None
    return job


def test_a_job_reads_back_as_it_was_added(transactions: SqlTransactions) -> None:
    job = make_job(request_id="r1")
    add(transactions, job)
    with transactions.read() as transaction:
        assert transaction.jobs.get(TENANT, job.name) == job
        assert transaction.jobs.find_request(TENANT, "r1") == job
        assert transaction.jobs.get("other", job.name) is None
        assert transaction.jobs.find_request("other", "r1") is None


def test_jobs_without_a_request_id_do_not_clash(transactions: SqlTransactions) -> None:
    add(transactions, make_job(0), make_job(1))
    with transactions.read() as transaction:
        assert transaction.jobs.find_request(TENANT, "") is None
        assert transaction.jobs.list(TENANT, limit=1) == (make_job(0),)
        assert transaction.jobs.list(TENANT, limit=9, after=make_job(0).name) == (make_job(1),)


def test_a_reused_request_id_is_refused_and_the_transaction_goes_on(
    transactions: SqlTransactions,
) -> None:
    add(transactions, make_job(0, request_id="r1"), make_job(1, tenant="other", request_id="r1"))
    with transactions.write() as transaction:
        with pytest.raises(ConflictError) as raised:
            transaction.jobs.add(make_job(2, request_id="r1"))
        transaction.jobs.add(make_job(3))
    assert raised.value.reason is Reason.REQUEST_ID_REUSED
    with pytest.raises(ConflictError) as raised, transactions.write() as transaction:
        transaction.jobs.add(make_job(3))
    assert raised.value.reason is Reason.ALREADY_EXISTS
    assert stored(transactions, 3) == make_job(3)


def test_the_oldest_job_is_claimed_first(transactions: SqlTransactions) -> None:
    add(transactions, make_job(1), make_job(0), make_job(2))
    first = claim(transactions)
    assert first == replace(
        make_job(0),
        state=JobState.RUNNING,
        attempt=1,
        tries=1,
        lease_until=NOW + LEASE,
        update_time=NOW,
    )
    assert first == stored(transactions)
    second, third, fourth = (claim(transactions) for _ in range(3))
    assert second
    assert third
    assert [second.name, third.name, fourth] == [make_job(1).name, make_job(2).name, None]


def test_nothing_is_claimed_of_no_kind(transactions: SqlTransactions) -> None:
    add(transactions, make_job())
    with transactions.write() as transaction:
        assert transaction.jobs.claim((), NOW, LEASE) is None


def test_a_lapsed_lease_is_taken_over_and_fences_the_first_worker(
    transactions: SqlTransactions,
) -> None:
    add(transactions, make_job())
    assert claim(transactions)
    assert claim(transactions, 59.999_999) is None
    taken = claim(transactions, 60)
    assert taken
    assert taken.attempt == 2
    with transactions.write() as transaction:
        jobs = transaction.jobs
        assert not jobs.renew(taken.name, 1, NOW + 9 * LEASE)
        assert not jobs.progress(taken.name, 1, 4, NOW)
        assert not jobs.release(taken.name, 1, NOW)
        assert not jobs.finish(taken.name, 1, JobState.SUCCEEDED, NOW)
    assert stored(transactions) == taken
    with transactions.write() as transaction:
        jobs = transaction.jobs
        assert jobs.renew(taken.name, 2, NOW + 9 * LEASE)
        assert jobs.progress(taken.name, 2, 3, NOW + LEASE)
    renewed = stored(transactions)
    assert (renewed.lease_until, renewed.done_units) == (NOW + 9 * LEASE, 3)
    assert renewed.update_time == NOW + LEASE


def test_a_finished_job_does_not_change_any_more(transactions: SqlTransactions) -> None:
    add(transactions, make_job())
    job = claim(transactions)
    assert job
    with transactions.write() as transaction:
        assert transaction.jobs.finish(
            job.name, 1, JobState.FAILED, NOW + LEASE, error_reason="INTERNAL", error_message="No."
        )
    done = stored(transactions)
    assert (done.state, done.error_reason, done.error_message) == (
        JobState.FAILED,
        "INTERNAL",
        "No.",
    )
    assert done.lease_until is None
    with transactions.write() as transaction:
        assert not transaction.jobs.progress(job.name, 1, 4, NOW)
        assert not transaction.jobs.release(job.name, 1, NOW)
        assert not transaction.jobs.finish(job.name, 1, JobState.SUCCEEDED, NOW)
        assert transaction.jobs.request_cancel(TENANT, job.name, NOW) == done
    assert claim(transactions, 999) is None


def test_progress_forgets_the_tries_but_not_the_fencing_token(
    transactions: SqlTransactions,
) -> None:
    add(transactions, make_job())
    for turn in range(1, 4):
        job = claim(transactions, turn * 60)
        assert job
        assert (job.attempt, job.tries) == (turn, turn)
    with transactions.write() as transaction:
        assert transaction.jobs.progress(make_job().name, 3, 1, NOW)
    assert (stored(transactions).attempt, stored(transactions).tries) == (3, 0)
    job = claim(transactions, 4 * 60)
    assert job
    assert (job.attempt, job.tries) == (4, 1)


@pytest.mark.parametrize("progresses", [False, True])
def test_a_lease_given_back_is_free_at_once_and_counts_as_no_try(
    transactions: SqlTransactions, *, progresses: bool
) -> None:
    add(transactions, make_job())
    assert claim(transactions)
    with transactions.write() as transaction:
        if progresses:
            transaction.jobs.progress(make_job().name, 1, 1, NOW)
        assert transaction.jobs.release(make_job().name, 1, NOW + LEASE / 2)
        # The heartbeat of the worker that gave it back finds nothing to renew.
        assert not transaction.jobs.renew(make_job().name, 1, NOW + 9 * LEASE)
    assert stored(transactions) == replace(
        make_job(), attempt=1, done_units=int(progresses), update_time=NOW + LEASE / 2
    )
    again = claim(transactions)
    assert again
    assert (again.attempt, again.tries) == (2, 1)


def test_cancelling(transactions: SqlTransactions) -> None:
    add(transactions, make_job(0), make_job(1))
    running = claim(transactions)
    assert running
    with transactions.write() as transaction:
        jobs = transaction.jobs
        assert jobs.request_cancel("other", running.name, NOW) is None
        marked = jobs.request_cancel(TENANT, running.name, NOW + LEASE)
        pending = jobs.request_cancel(TENANT, make_job(1).name, NOW + LEASE)
    assert marked == replace(running, cancel_requested=True, update_time=NOW + LEASE)
    assert pending
    assert (pending.state, pending.cancel_requested) == (JobState.CANCELLED, True)
    assert claim(transactions) is None


def test_four_workers_take_each_of_200_jobs_exactly_once(transactions: SqlTransactions) -> None:
    add(transactions, *(make_job(number) for number in range(200)))

    def work(_: int) -> list[str]:
        taken = []
        while job := claim(transactions):
            taken.append(job.name)
        return taken

    with ThreadPoolExecutor(4) as pool:
        names = [name for taken in pool.map(work, range(4)) for name in taken]
    assert sorted(names) == [make_job(number).name for number in range(200)]
