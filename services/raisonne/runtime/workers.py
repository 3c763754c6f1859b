"""Background work of a serving process: jobs, leases, the ledger, upkeep, looking back."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from raisonne.app.ports import Clock, Ledger, Transactions
from raisonne.rights.errors import Reason
from raisonne.rights.job import Job, JobKind, JobState

_IDLE_SECONDS = 0.2
"""How long an idle worker waits before it looks for a job again."""
_SEQUENCER_SECONDS = 0.25
"""Least time between two checkpoints: a greedy sequencer slows every writer."""
_UPKEEP_SECONDS = 2.0
"""Time between two looks at whether files of the index have to be made."""
_RETROACTIVE_SECONDS = 5.0
"""Time between two looks at which works are new or have changed."""
_POLICIES_SECONDS = 1.0
"""Time between two looks at whether the texts of the policies changed."""
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.05, 30.0
"""How long a loop waits after a fault; twice as long after each further one in a row."""
MAX_ATTEMPTS = 5
"""Leases without progress after which a job that keeps killing its worker is given up."""

_log = logging.getLogger(__name__)


@dataclass
class _Faults:
    """Faults of a loop, in a row: each is logged once, and each makes the next pause longer."""

    what: str
    _pause: float = 0.0
    _last: str = ""

    def pause(self, error: Exception) -> float:
        """Take note of a fault; return the seconds to wait before the next turn."""
        message = f"{type(error).__name__}: {error}"
        if message != self._last:
            _log.error("%s failed and is tried again", self.what, exc_info=error)
        self._last = message
        self._pause = min(max(2 * self._pause, _FIRST_PAUSE_SECONDS), _LONGEST_PAUSE_SECONDS)
        return self._pause

    def over(self) -> None:
        """Forget them: a turn went well."""
        self._pause, self._last = 0.0, ""


@dataclass
class Workers:
    """Threads that run jobs, and one each for the ledger, upkeep, policies and looking back.

    Attributes:
        run: Runs a leased job until it is done or the second argument says to stop.
        lease: How long a job is ours without a sign of life.
        count: Jobs at a time.
        upkeep: Keeps the files of the similarity index in order.
        retroactive: Judges again what was released, by what changed since.
        policies: Looks whether the texts of the policies changed.
    """

    run: Callable[[Job, Callable[[], bool]], None]
    transactions: Transactions
    ledger: Ledger
    clock: Clock
    lease: timedelta
    count: int
    upkeep: Callable[[], object]
    retroactive: Callable[[], object]
    policies: Callable[[], object] = lambda: None
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Start the threads."""
        targets = [
            ("sequencer", self._sequence),
            ("upkeep", self._keep_up),
            ("retroactive", self._look_back),
            ("policies", self._watch_policies),
        ]
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
        faults = _Faults("a worker")
        while not self._stop.is_set():
            try:
                pause = 0.0 if self._run_one() else _IDLE_SECONDS
                faults.over()
            except Exception as error:  # noqa: BLE001 - logged; a worker outlives any fault
                # The lease of a job in hand lapses; it is tried again, MAX_ATTEMPTS times in all.
                pause = faults.pause(error)
            self._stop.wait(pause)

    def _run_one(self) -> bool:
        job = self._claim()
        if job is None:
            return False
        with self._heartbeat(job):
            self.run(job, self._stop.is_set)
        return True

    def _claim(self) -> Job | None:
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
        return None

    @contextmanager
    def _heartbeat(self, job: Job) -> Iterator[None]:
        """Renew the lease three times in its length while the job runs."""
        done = threading.Event()

        def beat() -> None:
            faults = _Faults(f"the renewal of the lease of {job.name}")
            while not done.wait(self.lease.total_seconds() / 3):
                try:
                    with self.transactions.write() as transaction:
                        until = self.clock.now() + self.lease
                        if not transaction.jobs.renew(job.name, job.attempt, until):
                            return
                    faults.over()
                except Exception as error:  # noqa: BLE001 - logged; the next beat may succeed
                    faults.pause(error)

        thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _sequence(self) -> None:
        self._repeat("the ledger's sequencer", _SEQUENCER_SECONDS, self.ledger.integrate)

    def _keep_up(self) -> None:
        self._repeat("the upkeep of the index", _UPKEEP_SECONDS, self.upkeep)

    def _look_back(self) -> None:
        self._repeat("retroactive matching", _RETROACTIVE_SECONDS, self.retroactive)

    def _watch_policies(self) -> None:
        self._repeat("the look at the policies", _POLICIES_SECONDS, self.policies)

    def _repeat(self, what: str, seconds: float, work: Callable[[], object]) -> None:
        faults, pause = _Faults(what), seconds
        while not self._stop.wait(pause):
            try:
                work()
                faults.over()
                pause = seconds
            except Exception as error:  # noqa: BLE001 - logged; what is due waits until it works
                pause = max(faults.pause(error), seconds)
