"""Background work of a serving process: jobs, leases and the ledger's sequencer."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from raisonne.app.generation_jobs import RunGeneration
from raisonne.app.ports import Clock, Ledger, Transactions
from raisonne.rights.errors import RaisonneError, Reason
from raisonne.rights.job import Job, JobKind, JobState

_IDLE_SECONDS = 0.2
"""How long an idle worker waits before it looks for a job again."""
_SEQUENCER_SECONDS = 0.25
"""Least time between two checkpoints: a greedy sequencer slows every writer."""
MAX_ATTEMPTS = 5
"""Leases without progress after which a job that keeps killing its worker is given up."""

_log = logging.getLogger(__name__)


@dataclass
class Workers:
    """Threads that claim and run jobs, and one that moves the outbox into the ledger."""

    run: RunGeneration
    transactions: Transactions
    ledger: Ledger
    clock: Clock
    lease: timedelta
    count: int
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Start the threads."""
        targets = [("sequencer", self._sequence)]
        targets += [(f"worker-{number}", self._work) for number in range(self.count)]
        for name, target in targets:
            thread = threading.Thread(target=target, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, timeout: float = 30.0) -> None:
        """Ask the threads to stop after the artwork in hand, and wait.

        Args:
            timeout: Seconds to wait for each; a lease that stays behind lapses by itself.
        """
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout)

    def _work(self) -> None:
        while not self._stop.is_set():
            job = self._claim()
            if job is None:
                self._stop.wait(_IDLE_SECONDS)
                continue
            try:
                with self._heartbeat(job):
                    self.run(job, self._stop.is_set)
            except Exception:  # noqa: BLE001 - logged; a worker outlives any job
                # The job's lease lapses and it is tried again, at most MAX_ATTEMPTS times.
                _log.exception("%s attempt %d stopped", job.name, job.attempt)
                self._stop.wait(_IDLE_SECONDS)

    def _claim(self) -> Job | None:
        try:
            with self.transactions.write() as transaction:
                job = transaction.jobs.claim([JobKind.GENERATE], self.clock.now(), self.lease)
                if job is None or job.tries <= MAX_ATTEMPTS:
                    return job
                transaction.jobs.finish(
                    job.name,
                    job.attempt,
                    JobState.FAILED,
                    self.clock.now(),
                    error_reason=Reason.INTERNAL.value,
                    error_message=f"Given up after {MAX_ATTEMPTS} attempts without progress.",
                )
        except RaisonneError:
            _log.exception("no job could be claimed")
        return None

    @contextmanager
    def _heartbeat(self, job: Job) -> Iterator[None]:
        """Renew the lease three times in its length while the job runs."""
        done = threading.Event()

        def beat() -> None:
            while not done.wait(self.lease.total_seconds() / 3):
                try:
                    with self.transactions.write() as transaction:
                        until = self.clock.now() + self.lease
                        if not transaction.jobs.renew(job.name, job.attempt, until):
                            return
                except RaisonneError:
                    _log.exception("the lease of %s could not be renewed", job.name)

        thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _sequence(self) -> None:
        while not self._stop.wait(_SEQUENCER_SECONDS):
            try:
                self.ledger.integrate()
            except RaisonneError:
                _log.exception("the ledger's sequencer failed")
