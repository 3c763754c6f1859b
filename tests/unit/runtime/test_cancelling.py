"""A drawing job hears of its cancellation, without asking the catalogue at every step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from raisonne.app.generation_jobs import GenerationOrder
from raisonne.app.ports import Transaction, Transactions
from raisonne.rights.job import Job, JobKind, JobState
from raisonne.runtime.settings import Settings
from raisonne.runtime.wiring import Service, open_service

ORDER = GenerationOrder("waves", 256, 256, count=1, seed=7)


@dataclass
class Ticking:
    """A clock that goes on by one tick whenever it is read."""

    tick: timedelta
    time: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        self.time += self.tick
        return self.time


@dataclass
class Counted:
    """Transactions that count their reads and tell of each."""

    transactions: Transactions
    on_read: Callable[[int], None]
    reads: int = 0

    def read(self) -> AbstractContextManager[Transaction]:
        self.reads += 1
        self.on_read(self.reads)
        return self.transactions.read()

    def write(self) -> AbstractContextManager[Transaction]:
        return self.transactions.write()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with open_service(Settings(home=tmp_path / "home")) as opened:
        yield opened


def run(
    service: Service, tick: timedelta, on_read: Callable[[Job, int], None] = lambda _, __: None
) -> tuple[Job, int]:
    """Run one job on a clock; return how it ended and how often it asked."""
    service.submit_generation(service.principal, ORDER)
    with service.transactions.write() as transaction:
        job = transaction.jobs.claim([JobKind.GENERATE], service.clock.now(), timedelta(minutes=1))
    assert job is not None
    counted = Counted(service.transactions, lambda reads: on_read(job, reads))
    replace(service.run_generation, transactions=counted, clock=Ticking(tick))(job)
    return service.operations.get(service.principal, job.name), counted.reads


def test_the_answer_is_remembered_for_a_second(service: Service) -> None:
    done, asked = run(service, timedelta(0))
    assert (done.state, asked) == (JobState.SUCCEEDED, 1)
    _, steps = run(service, timedelta(seconds=1))
    assert steps > 3
    _, asked = run(service, timedelta(seconds=0.5))
    assert asked == (steps + 1) // 2


def test_a_clock_that_is_set_back_does_not_keep_the_answer(service: Service) -> None:
    _, steps = run(service, timedelta(seconds=1))
    assert run(service, timedelta(seconds=-1))[1] == steps


def test_a_job_that_is_cancelled_while_it_draws_stops(service: Service) -> None:
    def cancel(job: Job, reads: int) -> None:
        if reads == 3:
            service.operations.cancel(service.principal, job.name)

    done, asked = run(service, timedelta(seconds=1), cancel)
    assert (done.state, done.done_units, asked) == (JobState.CANCELLED, 0, 3)
