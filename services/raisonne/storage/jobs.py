"""Rows of leased jobs; the row is the operation that callers see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, or_, true, update
from sqlmodel import Session, col, select

from raisonne.rights.errors import ConflictError, Reason
from raisonne.rights.job import Job, JobKind, JobState
from raisonne.storage.columns import insert_rows
from raisonne.storage.tables import JOB_HAS_REQUEST, JOB_IS_OPEN, JobRow

_PENDING, _RUNNING = JobState.PENDING.value, JobState.RUNNING.value


@dataclass(frozen=True, slots=True)
class SqlJobs:
    """``JobStore`` within one transaction."""

    session: Session

    def add(self, job: Job) -> None:
        """Insert a PENDING job.

        Raises:
            ConflictError: ``REQUEST_ID_REUSED`` if the tenant used the request id before.
        """
        values = {field: getattr(job, field) for field in JobRow.model_fields}
        values |= {"kind": job.kind.value, "state": job.state.value}
        try:
            with self.session.begin_nested():
                insert_rows(self.session, JobRow, values)
        except ConflictError as error:
            if job.request_id and self.find_request(job.tenant, job.request_id):
                raise ConflictError(
                    "This request_id was used before.",
                    reason=Reason.REQUEST_ID_REUSED,
                    metadata={"request_id": job.request_id},
                ) from error
            raise

    def get(self, tenant: str, name: str) -> Job | None:
        """Return the job, or None."""
        row = self.session.exec(
            select(JobRow).where(col(JobRow.tenant) == tenant, col(JobRow.name) == name)
        ).one_or_none()
        return None if row is None else _job(row)

    def find_request(self, tenant: str, request_id: str) -> Job | None:
        """Return the job that an idempotency key made, or None."""
        row = self.session.exec(
            select(JobRow).where(
                col(JobRow.tenant) == tenant,
                col(JobRow.request_id) == request_id,
                JOB_HAS_REQUEST,
            )
        ).one_or_none()
        return None if row is None else _job(row)

    def list(self, tenant: str, *, limit: int, after: str = "") -> Sequence[Job]:
        """Return jobs ordered by name."""
        rows = self.session.exec(
            select(JobRow)
            .where(col(JobRow.tenant) == tenant, col(JobRow.name) > after)
            .order_by(col(JobRow.name))
            .limit(limit)
        )
        return tuple(_job(row) for row in rows)

    def claim(self, kinds: Sequence[JobKind], now: datetime, lease: timedelta) -> Job | None:
        """Lease the oldest job that is PENDING, or RUNNING with a lapsed lease; or None."""
        oldest = (
            select(JobRow.name)
            .where(
                JOB_IS_OPEN,
                col(JobRow.kind).in_([kind.value for kind in kinds]),
                or_(col(JobRow.state) == _PENDING, col(JobRow.lease_until) <= now),
            )
            .order_by(col(JobRow.create_time), col(JobRow.name))
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = self.session.exec(
            update(JobRow)
            .where(col(JobRow.name) == oldest.scalar_subquery())
            .values(
                state=_RUNNING,
                attempt=col(JobRow.attempt) + 1,
                tries=col(JobRow.tries) + 1,
                lease_until=now + lease,
                update_time=now,
            )
            .returning(JobRow)
        ).one_or_none()
        return None if row is None else _job(row[0])

    def renew(self, name: str, attempt: int, until: datetime) -> bool:
        """Extend the lease; False if another worker holds the job or it ended."""
        return self._write(name, attempt, lease_until=until)

    def progress(self, name: str, attempt: int, done_units: int, now: datetime) -> bool:
        """Record committed units and forget the tries; False if the lease was lost or it ended."""
        return self._write(name, attempt, done_units=done_units, tries=0, update_time=now)

    def release(self, name: str, attempt: int, now: datetime) -> bool:
        """Give the lease back, so that anyone can go on at once, as if it had not been taken.

        False if another worker holds the job or it ended.
        """
        # Zero where the job made progress meanwhile.
        before = case((col(JobRow.tries) > 0, col(JobRow.tries) - 1), else_=0)
        return self._write(
            name, attempt, state=_PENDING, lease_until=None, tries=before, update_time=now
        )

    def finish(
        self,
        name: str,
        attempt: int,
        state: JobState,
        now: datetime,
        *,
        error_reason: str = "",
        error_message: str = "",
    ) -> bool:
        """Record the end; False if another worker holds the job or it ended."""
        return self._write(
            name,
            attempt,
            state=state.value,
            lease_until=None,
            error_reason=error_reason,
            error_message=error_message,
            update_time=now,
        )

    def request_cancel(self, tenant: str, name: str, now: datetime) -> Job | None:
        """Mark for cancellation (a PENDING job becomes CANCELLED at once); return the job."""
        ended = case(
            (col(JobRow.state) == _PENDING, JobState.CANCELLED.value), else_=col(JobRow.state)
        )
        self.session.exec(
            update(JobRow)
            .where(col(JobRow.tenant) == tenant, col(JobRow.name) == name, JOB_IS_OPEN)
            .values(cancel_requested=true(), state=ended, update_time=now)
        )
        return self.get(tenant, name)

    def _write(self, name: str, attempt: int, **values: Any) -> bool:
        held = and_(
            col(JobRow.name) == name,
            col(JobRow.attempt) == attempt,
            col(JobRow.state) == _RUNNING,
        )
        return self.session.exec(update(JobRow).where(held).values(**values)).rowcount == 1


def _job(row: JobRow) -> Job:
    return Job(
        name=row.name,
        tenant=row.tenant,
        actor=row.actor,
        kind=JobKind(row.kind),
        state=JobState(row.state),
        payload=row.payload,
        request_id=row.request_id,
        request_sha256=row.request_sha256,
        total=row.total,
        done_units=row.done_units,
        attempt=row.attempt,
        tries=row.tries,
        lease_until=row.lease_until,
        cancel_requested=row.cancel_requested,
        error_reason=row.error_reason,
        error_message=row.error_message,
        create_time=row.create_time,
        update_time=row.update_time,
    )
