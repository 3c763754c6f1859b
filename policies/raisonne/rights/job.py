"""Leased, resumable, cancellable long work (AIP-151 operations)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class JobKind(StrEnum):
    """What a worker does with the payload."""

    GENERATE = "generate"


class JobState(StrEnum):
    """Life of a job."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def done(self) -> bool:
        """Whether the job will not change any more."""
        return self in {JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED}


@dataclass(frozen=True, slots=True)
class Job:
    """One long-running operation.

    Attributes:
        name: ``operations/{id}``.
        tenant: Owner.
        actor: Principal id that asked.
        kind: What it does.
        state: Where it stands.
        payload: Sealed request, opaque here.
        request_id: Caller's idempotency key (AIP-155); empty where none.
        request_sha256: Digest of the canonical request, to tell a replay from a reuse.
        total: Units of work, for example artworks.
        done_units: Units committed.
        attempt: Fencing token; increases with each lease taken.
        tries: Leases taken since the job last made progress, but those given back.
        lease_until: When the present lease ends (UTC), if leased.
        cancel_requested: Whether somebody asked it to stop.
        error_reason: Reason code if failed.
        error_message: Sentence if failed.
        create_time: UTC.
        update_time: UTC.
    """

    name: str
    tenant: str
    actor: str
    kind: JobKind
    state: JobState
    payload: bytes
    request_id: str
    request_sha256: str
    total: int
    done_units: int
    attempt: int
    tries: int
    lease_until: datetime | None
    cancel_requested: bool
    error_reason: str
    error_message: str
    create_time: datetime
    update_time: datetime
