"""Rows of notices and counter-notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import update
from sqlmodel import Session, col, select

from raisonne.rights.errors import ConflictError
from raisonne.rights.notice import CounterNotice, Notice, NoticeBasis, NoticeState, Regime
from raisonne.storage.case_tables import CounterNoticeRow, NoticeRow
from raisonne.storage.columns import insert_rows


@dataclass(frozen=True, slots=True)
class SqlNotices:
    """``NoticeStore`` within one transaction."""

    session: Session

    def add(self, notice: Notice, payload: bytes) -> None:
        """Insert a notice with its sealed words.

        Raises:
            ConflictError: ``ALREADY_EXISTS``.
        """
        row = {
            "tenant": notice.tenant,
            "name": notice.name,
            "state": notice.state.value,
            "basis": notice.basis.value,
            "territory": notice.territory,
            "targets": list(notice.targets),
            "work": notice.work or None,
            "missing": {regime.value: list(each) for regime, each in notice.missing.items()},
            "payload": payload,
            "sha256": notice.sha256,
            "receive_time": notice.receive_time,
            "filed_by": notice.filed_by,
            "retract_time": notice.retract_time,
            "court_action_time": notice.court_action_time,
        }
        insert_rows(self.session, NoticeRow, row)

    def get(self, tenant: str, name: str) -> Notice | None:
        """Return the notice, or None."""
        row = self._row(tenant, name)
        return None if row is None else _notice(row)

    def payload(self, tenant: str, name: str) -> bytes | None:
        """Return the sealed words of a notice, or None."""
        row = self._row(tenant, name)
        return None if row is None else row.payload

    def list(
        self, tenant: str, *, limit: int, after: str = "", state: NoticeState | None = None
    ) -> Sequence[Notice]:
        """Return notices ordered by name, at most ``limit``, after the given name."""
        statement = select(NoticeRow).where(
            col(NoticeRow.tenant) == tenant, col(NoticeRow.name) > after
        )
        if state is not None:
            statement = statement.where(col(NoticeRow.state) == state.value)
        rows = self.session.exec(statement.order_by(col(NoticeRow.name)).limit(limit))
        return tuple(_notice(row) for row in rows)

    def update(self, notice: Notice, was: Notice) -> None:
        """Write what became known of a notice: its state and the times of it.

        Raises:
            ConflictError: If the stored notice is not what it was.
        """
        updated = self.session.exec(
            update(NoticeRow)
            .where(
                col(NoticeRow.tenant) == notice.tenant,
                col(NoticeRow.name) == notice.name,
                col(NoticeRow.state) == was.state.value,
                col(NoticeRow.retract_time).is_not_distinct_from(was.retract_time),
                col(NoticeRow.court_action_time).is_not_distinct_from(was.court_action_time),
            )
            .values(
                state=notice.state.value,
                retract_time=notice.retract_time,
                court_action_time=notice.court_action_time,
            )
        )
        if updated.rowcount != 1:
            raise ConflictError(
                f"{notice.name} was changed meanwhile.", metadata={"name": notice.name}
            )

    def _row(self, tenant: str, name: str) -> NoticeRow | None:
        return self.session.exec(
            select(NoticeRow).where(col(NoticeRow.tenant) == tenant, col(NoticeRow.name) == name)
        ).one_or_none()


@dataclass(frozen=True, slots=True)
class SqlCounterNotices:
    """``CounterNoticeStore`` within one transaction."""

    session: Session

    def add(self, counter: CounterNotice, payload: bytes) -> None:
        """Insert a counter-notice with its sealed words.

        Raises:
            ConflictError: ``ALREADY_EXISTS``; also if its case has one.
        """
        row = {
            "tenant": counter.tenant,
            "name": counter.name,
            "case": counter.case,
            "notice": counter.notice,
            "payload": payload,
            "sha256": counter.sha256,
            "receive_time": counter.receive_time,
            "restore_from": counter.restore_from,
            "restore_until": counter.restore_until,
            "filed_by": counter.filed_by,
        }
        insert_rows(self.session, CounterNoticeRow, row)

    def of_case(self, tenant: str, case: str) -> CounterNotice | None:
        """Return the counter-notice that contests a case, or None."""
        row = self._row(tenant, case)
        return None if row is None else _counter(row)

    def payload(self, tenant: str, case: str) -> bytes | None:
        """Return its sealed words, or None."""
        row = self._row(tenant, case)
        return None if row is None else row.payload

    def _row(self, tenant: str, case: str) -> CounterNoticeRow | None:
        return self.session.exec(
            select(CounterNoticeRow).where(
                col(CounterNoticeRow.tenant) == tenant, col(CounterNoticeRow.case) == case
            )
        ).one_or_none()


def _notice(row: NoticeRow) -> Notice:
    missing = {Regime(regime): tuple(fields) for regime, fields in row.missing.items()}
    return Notice(
        name=row.name,
        tenant=row.tenant,
        state=NoticeState(row.state),
        basis=NoticeBasis(row.basis),
        territory=row.territory,
        targets=tuple(row.targets),
        work=row.work or "",
        missing=missing,
        sha256=row.sha256,
        receive_time=row.receive_time,
        filed_by=row.filed_by,
        retract_time=row.retract_time,
        court_action_time=row.court_action_time,
    )


def _counter(row: CounterNoticeRow) -> CounterNotice:
    return CounterNotice(
        name=row.name,
        tenant=row.tenant,
        case=row.case,
        notice=row.notice,
        sha256=row.sha256,
        receive_time=row.receive_time,
        restore_from=row.restore_from,
        restore_until=row.restore_until,
        filed_by=row.filed_by,
    )
