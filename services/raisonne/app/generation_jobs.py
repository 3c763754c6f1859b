"""Generation as a leased, resumable, cancellable job (AIP-151)."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta

from raisonne.app.check import require_prompt
from raisonne.app.generate import Generate, GenerationTerms
from raisonne.app.ids import new_name
from raisonne.app.ports import Clock, Transaction, Transactions
from raisonne.app.sealing import Envelope, SealContext, pack, unpack
from raisonne.app.territories import normal_territory
from raisonne.policy.access import authorise
from raisonne.policy.engine import Policies
from raisonne.rights.errors import (
    CancelledError,
    ConflictError,
    InputError,
    KeyUnavailableError,
    RaisonneError,
    Reason,
    StorageError,
)
from raisonne.rights.generation import GenerationRequest
from raisonne.rights.job import Job, JobKind, JobState
from raisonne.rights.principal import Permission, Principal, Role
from raisonne.rights.statement import WORLD

JOB_PURPOSE = "job"
"""Key purpose of job payloads; they hold prompts."""
MAX_COUNT = 256
"""Most artworks in one job."""
_CANCEL_AGE = timedelta(seconds=1)
"""How long a job goes on believing that nobody has cancelled it; it has 1,400 steps at 4096²."""
MAX_SEED = 2**53 - 1
"""Largest seed; every JSON reader holds it exactly."""


@dataclass(frozen=True, slots=True)
class GenerationOrder:
    """Several artworks from one prompt.

    Attributes:
        prompt: Words.
        width: Pixels.
        height: Pixels.
        count: How many, with seeds ``seed``, ``seed + 1``, …
        seed: First seed; None draws one.
        territory: ISO 3166-1 alpha-2, or ``*``.
    """

    prompt: str
    width: int
    height: int
    count: int = 1
    seed: int | None = None
    territory: str = WORLD

    def request(self, index: int) -> GenerationRequest:
        """Return the request of one artwork of the order."""
        seed = (self.seed or 0) + index
        return GenerationRequest(self.prompt, self.width, self.height, seed)


@dataclass(frozen=True, slots=True)
class SubmitGeneration:
    """Accept an order as a job."""

    envelope: Envelope
    transactions: Transactions
    policies: Policies
    clock: Clock

    def __call__(self, principal: Principal, order: GenerationOrder, request_id: str = "") -> Job:
        """Return the job for an order; the same ``request_id`` and order return the same job.

        Raises:
            AccessError: If the principal may not generate.
            InputError: If the order cannot be made.
            ConflictError: ``REQUEST_ID_REUSED`` if the id was used for another order.
        """
        authorise(self.policies, principal, Permission.GENERATION_CREATE, principal.tenant)
        require_order(order)
        digest = hashlib.sha256(_canonical(order)).hexdigest()
        earlier = self._earlier(principal.tenant, request_id, digest)
        if earlier is not None:
            return earlier
        job = self._job(principal, order, request_id, digest)
        try:
            with self.transactions.write() as transaction:
                transaction.jobs.add(job)
        except ConflictError:
            # Two callers with one request id raced; the first one's job is the answer.
            earlier = self._earlier(principal.tenant, request_id, digest)
            if earlier is None:
                raise
            return earlier
        return job

    def _earlier(self, tenant: str, request_id: str, digest: str) -> Job | None:
        if not request_id:
            return None
        with self.transactions.read() as transaction:
            job = transaction.jobs.find_request(tenant, request_id)
        if job is not None and job.request_sha256 != digest:
            raise ConflictError(
                "This request_id was used for another request.",
                reason=Reason.REQUEST_ID_REUSED,
                metadata={"request_id": request_id},
            )
        return job

    def _job(
        self, principal: Principal, order: GenerationOrder, request_id: str, digest: str
    ) -> Job:
        name, now = new_name("operations"), self.clock.now()
        context = SealContext(principal.tenant, JOB_PURPOSE, name)
        return Job(
            name=name,
            tenant=principal.tenant,
            actor=principal.id,
            kind=JobKind.GENERATE,
            state=JobState.PENDING,
            payload=pack(self.envelope.seal(context, _canonical(seeded(order)))),
            request_id=request_id,
            request_sha256=digest,
            total=order.count,
            done_units=0,
            attempt=0,
            tries=0,
            lease_until=None,
            cancel_requested=False,
            error_reason="",
            error_message="",
            create_time=now,
            update_time=now,
        )


@dataclass(frozen=True, slots=True)
class RunGeneration:
    """Run one leased generation job from where it stands."""

    generate: Generate
    envelope: Envelope
    transactions: Transactions
    clock: Clock
    lease: timedelta

    def __call__(self, job: Job, stopping: Callable[[], bool] = lambda: False) -> None:
        """Make the remaining artworks; each commits with its progress, so none is lost or doubled.

        Args:
            job: As claimed.
            stopping: Whether this process is shutting down; the lease is then given back, so
                that another worker goes on at once.

        Raises:
            StorageError: If the catalogue cannot serve now; the job stays leased.
            KeyUnavailableError: If a key cannot be used now; the job stays leased.
        """
        order = self._order(job)
        # The submitter was authorised when the job was accepted; the job acts in its name.
        principal = Principal(job.actor, job.tenant, frozenset({Role.OPERATOR}))
        try:
            for index in range(job.done_units, order.count):
                if stopping():
                    self._release(job)
                    return
                self._unit(principal, job, order, index)
        except CancelledError:
            self._finish(job, JobState.CANCELLED)
        except (StorageError, KeyUnavailableError):
            # It may pass: the lease lapses, and the job is tried again from where it stands.
            raise
        except RaisonneError as error:
            if error.reason is Reason.STATE_CONFLICT:
                return  # The lease was lost: another worker owns the job now.
            self._finish(job, JobState.FAILED, error)
        else:
            self._finish(job, JobState.SUCCEEDED)

    def _unit(self, principal: Principal, job: Job, order: GenerationOrder, index: int) -> None:
        cancelled = _CancelFlag(lambda: self._cancel_requested(job), self.clock)
        if cancelled():
            raise CancelledError(f"{job.name} was cancelled.")

        def progress(transaction: Transaction) -> None:
            if not transaction.jobs.progress(job.name, job.attempt, index + 1, self.clock.now()):
                raise ConflictError(f"The lease of {job.name} was lost.")

        terms = GenerationTerms(order.territory, job.name, index)
        self.generate(principal, order.request(index), terms, also=progress, cancelled=cancelled)

    def _cancel_requested(self, job: Job) -> bool:
        with self.transactions.read() as transaction:
            now = transaction.jobs.get(job.tenant, job.name)
        return now is None or now.cancel_requested

    def _order(self, job: Job) -> GenerationOrder:
        context = SealContext(job.tenant, JOB_PURPOSE, job.name)
        return GenerationOrder(**json.loads(self.envelope.open(context, unpack(job.payload))))

    def _release(self, job: Job) -> None:
        with self.transactions.write() as transaction:
            transaction.jobs.release(job.name, job.attempt, self.clock.now())

    def _finish(self, job: Job, state: JobState, error: RaisonneError | None = None) -> None:
        with self.transactions.write() as transaction:
            transaction.jobs.finish(
                job.name,
                job.attempt,
                state,
                self.clock.now(),
                error_reason=error.reason.value if error else "",
                error_message=error.message if error else "",
            )


@dataclass
class _CancelFlag:
    """Whether a job was cancelled, asked of the catalogue once a second and not at every step."""

    ask: Callable[[], bool]
    clock: Clock
    _asked: datetime | None = field(default=None, init=False)
    _answer: bool = field(default=False, init=False)

    def __call__(self) -> bool:
        now = self.clock.now()
        # A clock that was set back must not keep the old answer alive.
        if self._asked is None or abs(now - self._asked) >= _CANCEL_AGE:
            self._answer, self._asked = self.ask(), now
        return self._answer


def require_order(order: GenerationOrder) -> None:
    """Refuse orders that no engine should see.

    Raises:
        InputError: With the field concerned in ``metadata["field"]``.
    """
    require_prompt(order.prompt)
    normal_territory(order.territory)
    if not 1 <= order.count <= MAX_COUNT:
        raise InputError(
            f"count must be 1 to {MAX_COUNT}, not {order.count}.", metadata={"field": "count"}
        )
    if order.seed is not None and not 0 <= order.seed <= MAX_SEED - MAX_COUNT:
        raise InputError(
            f"seed must be 0 to {MAX_SEED - MAX_COUNT}, not {order.seed}.",
            metadata={"field": "seed"},
        )


def seeded(order: GenerationOrder) -> GenerationOrder:
    """Return the order with a seed drawn if it has none."""
    if order.seed is not None:
        return order
    return replace(order, seed=secrets.randbelow(MAX_SEED - MAX_COUNT))


def _canonical(order: GenerationOrder) -> bytes:
    return json.dumps(asdict(order), sort_keys=True, separators=(",", ":")).encode()
