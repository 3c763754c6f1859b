"""Workers outlive every fault, and a job outlives its workers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from tests.unit.app.house import picture, reserve

from raisonne.app.generation_jobs import GenerationOrder
from raisonne.app.ports import Ledger, Transaction, Transactions
from raisonne.rights.job import Job, JobState
from raisonne.runtime.settings import Settings
from raisonne.runtime.wiring import Service, open_service
from raisonne.runtime.workers import _LONGEST_PAUSE_SECONDS, MAX_ATTEMPTS, Workers, _Faults

PATIENCE = 30.0
ORDER = GenerationOrder("waves", 64, 64, count=20, seed=7)
Run = Callable[[Job, Callable[[], bool]], None]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with open_service(Settings(home=tmp_path / "home")) as opened:
        yield opened


@contextmanager
def working(workers: Workers) -> Iterator[None]:
    workers.start()
    try:
        yield
    finally:
        workers.stop()


def submit(service: Service) -> Job:
    return service.submit_generation(service.principal, ORDER)


def stored(service: Service, job: Job) -> Job:
    return service.operations.get(service.principal, job.name)


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for what other threads do; fail if they do not."""
    never = threading.Event()
    for _ in range(int(PATIENCE / 0.01)):
        if condition():
            return
        never.wait(0.01)
    pytest.fail("It did not happen.")


def restart(service: Service, run: Run | None = None) -> None:
    """Work until one job was begun and its worker died, as a process that is started again."""
    begun = threading.Event()

    def die(job: Job, stopping: Callable[[], bool]) -> None:
        try:
            if run is not None:
                run(job, stopping)
            raise RuntimeError("The worker dies.")
        finally:
            begun.set()

    # A lease of no length has lapsed when the next process starts.
    workers = replace(service.workers(), run=die, lease=timedelta(microseconds=1), count=1)
    workers.start()
    assert begun.wait(PATIENCE)
    workers.stop()


def test_a_job_that_dies_every_time_is_given_up(service: Service) -> None:
    job = submit(service)
    for turn in range(1, MAX_ATTEMPTS + 1):
        restart(service)
        assert stored(service, job).tries == turn
        assert stored(service, job).state is JobState.RUNNING
    with working(replace(service.workers(), count=1)):
        wait_until(lambda: stored(service, job).state.done)
    failed = stored(service, job)
    assert (failed.state, failed.error_reason) == (JobState.FAILED, "INTERNAL")


def test_a_job_that_makes_progress_each_time_is_never_given_up(service: Service) -> None:
    def progress(job: Job, _: Callable[[], bool]) -> None:
        with service.transactions.write() as transaction:
            now = service.clock.now()
            assert transaction.jobs.progress(job.name, job.attempt, job.done_units + 1, now)

    job = submit(service)
    for turn in range(1, 2 * MAX_ATTEMPTS):
        restart(service, progress)
        now = stored(service, job)
        assert (now.state, now.tries, now.done_units) == (JobState.RUNNING, 0, turn)
    with working(replace(service.workers(), count=1)):
        wait_until(lambda: stored(service, job).state.done)
    assert stored(service, job).state is JobState.SUCCEEDED


def test_a_graceful_stop_leaves_the_job_to_the_next_process(service: Service) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def run(job: Job, stopping: Callable[[], bool]) -> None:
        begun.set()
        assert go_on.wait(PATIENCE)
        service.run_generation(job, stopping)

    job = submit(service)
    workers = replace(service.workers(), run=run, count=1)
    workers.start()
    assert begun.wait(PATIENCE)
    workers.stop(timeout=0)
    go_on.set()
    workers.stop()
    left = stored(service, job)
    assert (left.state, left.tries, left.lease_until) == (JobState.PENDING, 0, None)
    with working(replace(service.workers(), count=1)):
        wait_until(lambda: stored(service, job).state.done)
    assert stored(service, job).state is JobState.SUCCEEDED


def test_the_lease_of_a_running_job_is_renewed_again_and_again(service: Service) -> None:
    seen: list[object] = []

    def run(job: Job, _: Callable[[], bool]) -> None:
        def observe() -> bool:
            until = stored(service, job).lease_until
            if until not in seen:
                seen.append(until)
            return len(seen) == 4

        wait_until(observe)

    submit(service)
    workers = replace(service.workers(), run=run, count=1, lease=timedelta(seconds=0.3))
    with working(workers):
        wait_until(lambda: len(seen) == 4)
    assert all(a < b for a, b in pairwise(seen))  # type: ignore[operator] # times


@dataclass
class Flaky:
    """A port that raises what it is told to, one after the other, and works from then on."""

    faults: list[Exception]
    turns: int = 0

    def __call__(self) -> None:
        self.turns += 1
        if self.faults:
            raise self.faults.pop(0)


@dataclass
class FlakyLedger:
    ledger: Ledger
    flaky: Flaky

    def integrate(self) -> int:
        self.flaky()
        return self.ledger.integrate()


@dataclass
class FlakyTransactions:
    transactions: Transactions
    flaky: Flaky
    read: Callable[[], AbstractContextManager[Transaction]] = field(init=False)

    def __post_init__(self) -> None:
        self.read = self.transactions.read

    def write(self) -> AbstractContextManager[Transaction]:
        self.flaky()
        return self.transactions.write()


def test_a_ledger_that_fails_twice_is_still_sequenced(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    flaky = Flaky([ValueError("A tile is damaged."), ValueError("A tile is damaged.")])
    workers = replace(service.workers(), count=0)
    workers.ledger = FlakyLedger(service.ledger, flaky)  # type: ignore[assignment] # all it uses
    reserve(service, picture(1))
    with working(workers):
        wait_until(lambda: service.ledger.head() is not None)
    assert flaky.turns >= 3
    told = [record for record in caplog.records if record.name == "raisonne.runtime.workers"]
    assert [str(record.exc_info[1]) for record in told if record.exc_info] == ["A tile is damaged."]


def test_a_worker_that_cannot_claim_claims_later(service: Service) -> None:
    job = submit(service)
    workers = replace(service.workers(), count=1)
    workers.transactions = FlakyTransactions(
        service.transactions, Flaky([ValueError("No."), OSError("Never.")])
    )
    with working(workers):
        wait_until(lambda: stored(service, job).state.done)
    assert stored(service, job).state is JobState.SUCCEEDED


def test_a_renewal_that_fails_is_tried_again(service: Service) -> None:
    job = submit(service)
    workers = replace(service.workers(), count=1, lease=timedelta(seconds=0.3))
    flaky = Flaky([])
    workers.transactions = FlakyTransactions(service.transactions, flaky)

    def run(job: Job, _: Callable[[], bool]) -> None:
        first = stored(service, job).lease_until
        flaky.faults.append(ValueError("No."))
        wait_until(lambda: not flaky.faults and stored(service, job).lease_until != first)
        renewed.set()
        with service.transactions.write() as transaction:
            now = service.clock.now()
            transaction.jobs.finish(job.name, job.attempt, JobState.SUCCEEDED, now)

    renewed = threading.Event()
    workers.run = run
    with working(workers):
        assert renewed.wait(PATIENCE)
        wait_until(lambda: stored(service, job).state.done)


def test_faults_are_logged_once_each_and_pause_ever_longer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    faults = _Faults("a loop")
    pauses = [faults.pause(ValueError("a")) for _ in range(20)]
    assert pauses[:3] == [0.05, 0.1, 0.2]
    assert pauses[-1] == _LONGEST_PAUSE_SECONDS
    assert len(caplog.records) == 1
    faults.pause(ValueError("b"))
    assert len(caplog.records) == 2
    faults.over()
    assert faults.pause(ValueError("b")) == pauses[0]
    assert len(caplog.records) == 3
