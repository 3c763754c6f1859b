from __future__ import annotations

import threading
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.app.house import reserved_output

from raisonne.app.generation_jobs import (
    MAX_COUNT,
    MAX_SEED,
    GenerationOrder,
    require_order,
    seeded,
)
from raisonne.rights.errors import ConflictError, InputError, Reason, StorageError
from raisonne.rights.generation import Generation, GenerationState
from raisonne.rights.job import Job, JobKind, JobState
from raisonne.runtime.wiring import Service

ORDER = GenerationOrder("a stormy sea at night", 128, 128, count=3, seed=7)
LEASE = timedelta(minutes=1)


def submit(service: Service, order: GenerationOrder = ORDER, request_id: str = "") -> Job:
    return service.submit_generation(service.principal, order, request_id)


def claim(service: Service, later: timedelta = timedelta(0)) -> Job:
    """Lease the only job there is to run."""
    with service.transactions.write() as transaction:
        job = transaction.jobs.claim([JobKind.GENERATE], service.clock.now() + later, LEASE)
    assert job is not None
    return job


def stored(service: Service, job: Job) -> Job:
    return service.operations.get(service.principal, job.name)


def made(service: Service, job: Job) -> list[Generation]:
    return list(service.artworks.list(service.principal, limit=1_000, operation=job.name))


def test_one_request_id_is_one_job(service: Service) -> None:
    request_id = str(uuid.uuid4())
    job = submit(service, request_id=request_id)
    assert submit(service, request_id=request_id) == job
    with pytest.raises(ConflictError) as reused:
        submit(service, replace(ORDER, count=4), request_id)
    assert reused.value.reason is Reason.REQUEST_ID_REUSED
    service.operations.cancel(service.principal, job.name)


def test_callers_that_race_with_one_request_id_get_one_job(service: Service) -> None:
    request_id, together = str(uuid.uuid4()), threading.Barrier(4)
    jobs: list[Job] = []

    def race() -> None:
        together.wait()
        jobs.append(submit(service, request_id=request_id))

    threads = [threading.Thread(target=race) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(jobs) == 4
    assert len({job.name for job in jobs}) == 1
    service.operations.cancel(service.principal, jobs[0].name)


def test_a_request_id_without_a_seed_is_replayed_with_the_seed_that_was_drawn(
    service: Service,
) -> None:
    request_id, order = str(uuid.uuid4()), replace(ORDER, seed=None)
    job = submit(service, order, request_id)
    assert submit(service, order, request_id) == job
    service.operations.cancel(service.principal, job.name)


def test_without_a_request_id_each_order_is_another_job(service: Service) -> None:
    jobs = [submit(service), submit(service)]
    assert jobs[0].name != jobs[1].name
    for job in jobs:
        assert ORDER.prompt.encode() not in job.payload
        service.operations.cancel(service.principal, job.name)


def test_a_job_makes_its_artworks_by_index_and_seed(service: Service) -> None:
    submit(service)
    job = claim(service)
    service.run_generation(job)
    assert (stored(service, job).state, stored(service, job).done_units) == (JobState.SUCCEEDED, 3)
    artworks = made(service, job)
    assert [artwork.index for artwork in artworks] == [0, 1, 2]
    assert [artwork.seed for artwork in artworks] == [7, 8, 9]


def test_a_refused_artwork_is_part_of_a_job_that_succeeds(service: Service) -> None:
    wanted, work = reserved_output(service, 300)
    submit(service, GenerationOrder(wanted.prompt, 128, 128, count=1, seed=300))
    job = claim(service)
    service.run_generation(job)
    service.works.withdraw(service.principal, work.name)
    assert stored(service, job).state is JobState.SUCCEEDED
    assert [artwork.state for artwork in made(service, job)] == [GenerationState.BLOCKED]


def test_a_worker_that_lost_its_lease_makes_nothing_twice(service: Service) -> None:
    submit(service)
    first = claim(service)
    # The first worker stalls after one artwork, its lease lapses, and a second one takes over.
    after_one = iter([False, True])
    service.run_generation(first, lambda: next(after_one))
    assert stored(service, first).done_units == 1
    second = claim(service, later=2 * LEASE)
    assert (second.name, second.attempt, second.done_units) == (first.name, first.attempt + 1, 1)

    # The first one wakes up and goes on from what it knew: nothing of that is committed.
    service.run_generation(first)
    assert len(made(service, first)) == 1
    assert stored(service, first).state is JobState.RUNNING

    service.run_generation(second)
    assert stored(service, second).state is JobState.SUCCEEDED
    assert [artwork.index for artwork in made(service, second)] == [0, 1, 2]


def test_a_job_that_is_cancelled_keeps_what_it_made(service: Service) -> None:
    submit(service)
    job = claim(service)
    after_one = iter([False, True])
    service.run_generation(job, lambda: next(after_one))
    service.operations.cancel(service.principal, job.name)
    service.run_generation(stored(service, job))
    assert stored(service, job).state is JobState.CANCELLED
    assert len(made(service, job)) == 1


def test_an_order_that_no_engine_makes_fails_with_its_reason(service: Service) -> None:
    submit(service, replace(ORDER, width=1))
    job = claim(service)
    service.run_generation(job)
    failed = stored(service, job)
    assert (failed.state, failed.error_reason) == (JobState.FAILED, Reason.INVALID_ARGUMENT)
    assert failed.error_message


def test_a_fault_that_may_pass_leaves_the_job_leased(service: Service) -> None:
    submit(service)
    job = claim(service)

    class Full:
        def put(self, *_: object) -> None:
            raise StorageError("The disk is full.")

    release = replace(service.generate.release, blobs=Full())  # type: ignore[arg-type] # refuses
    run = replace(service.run_generation, generate=replace(service.generate, release=release))
    with pytest.raises(StorageError):
        run(job)
    assert stored(service, job).state is JobState.RUNNING
    service.run_generation(job)
    assert stored(service, job).state is JobState.SUCCEEDED


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"count": 0}, "count"),
        ({"count": MAX_COUNT + 1}, "count"),
        ({"seed": -1}, "seed"),
        ({"seed": MAX_SEED}, "seed"),
    ],
)
def test_an_order_out_of_bounds_names_its_field(changes: dict[str, int], field: str) -> None:
    with pytest.raises(InputError) as refused:
        require_order(replace(ORDER, **changes))  # type: ignore[arg-type] # ints for ints
    assert refused.value.metadata["field"] == field


def test_a_drawn_seed_leaves_room_for_every_artwork() -> None:
    assert seeded(ORDER) == ORDER
    drawn = seeded(replace(ORDER, seed=None, count=MAX_COUNT))
    require_order(drawn)
    assert drawn.request(MAX_COUNT - 1).seed <= MAX_SEED
