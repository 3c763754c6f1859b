"""Rows of disputes over titles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import update
from sqlmodel import Session, col, select

from raisonne.rights.dispute import DisputeState, TitleDispute
from raisonne.rights.errors import ConflictError
from raisonne.storage.columns import insert_rows
from raisonne.storage.document_tables import TitleDisputeRow


@dataclass(frozen=True, slots=True)
class SqlDisputes:
    """``DisputeStore`` within one transaction."""

    session: Session

    def add(self, dispute: TitleDispute, payload: bytes) -> None:
        """Insert a dispute with its sealed words.

        Raises:
            ConflictError: ``ALREADY_EXISTS``.
        """
        row = {
            "tenant": dispute.tenant,
            "name": dispute.name,
            "work": dispute.work,
            "state": dispute.state.value,
            "documents": list(dispute.documents),
            "payload": payload,
            "sha256": dispute.sha256,
            "actor": dispute.actor,
            "create_time": dispute.create_time,
            "case": dispute.case,
            "settle_time": dispute.settle_time,
            "settled_by": dispute.settled_by,
            "note": dispute.note,
            "effective_time": dispute.effective_time,
            "version": dispute.version,
        }
        insert_rows(self.session, TitleDisputeRow, row)

    def get(self, tenant: str, name: str) -> TitleDispute | None:
        """Return the dispute, or None."""
        row = self._row(tenant, name)
        return None if row is None else _dispute(row)

    def payload(self, tenant: str, name: str) -> bytes | None:
        """Return the sealed words of a dispute, or None."""
        row = self._row(tenant, name)
        return None if row is None else row.payload

    def list(
        self,
        tenant: str,
        *,
        limit: int,
        after: str = "",
        state: DisputeState | None = None,
        work: str = "",
    ) -> Sequence[TitleDispute]:
        """Return disputes ordered by name: over one work, if it is named, else all."""
        statement = select(TitleDisputeRow).where(
            col(TitleDisputeRow.tenant) == tenant, col(TitleDisputeRow.name) > after
        )
        if state is not None:
            statement = statement.where(col(TitleDisputeRow.state) == state.value)
        if work:
            statement = statement.where(col(TitleDisputeRow.work) == work)
        rows = self.session.exec(statement.order_by(col(TitleDisputeRow.name)).limit(limit))
        return tuple(_dispute(row) for row in rows)

    def update(self, dispute: TitleDispute) -> None:
        """Write what was proposed for or ruled of an open dispute.

        Raises:
            ConflictError: If the stored one is not open any more.
        """
        updated = self.session.exec(
            update(TitleDisputeRow)
            .where(
                col(TitleDisputeRow.tenant) == dispute.tenant,
                col(TitleDisputeRow.name) == dispute.name,
                col(TitleDisputeRow.state) == DisputeState.OPEN.value,
            )
            .values(
                state=dispute.state.value,
                settle_time=dispute.settle_time,
                settled_by=dispute.settled_by,
                note=dispute.note,
                effective_time=dispute.effective_time,
                version=dispute.version,
            )
        )
        if updated.rowcount != 1:
            raise ConflictError(
                f"{dispute.name} is settled already.", metadata={"name": dispute.name}
            )

    def _row(self, tenant: str, name: str) -> TitleDisputeRow | None:
        return self.session.exec(
            select(TitleDisputeRow).where(
                col(TitleDisputeRow.tenant) == tenant, col(TitleDisputeRow.name) == name
            )
        ).one_or_none()


def _dispute(row: TitleDisputeRow) -> TitleDispute:
    return TitleDispute(
        name=row.name,
        tenant=row.tenant,
        work=row.work,
        state=DisputeState(row.state),
        documents=tuple(row.documents),
        sha256=row.sha256,
        actor=row.actor,
        create_time=row.create_time,
        case=row.case,
        settle_time=row.settle_time,
        settled_by=row.settled_by,
        note=row.note,
        effective_time=row.effective_time,
        version=row.version,
    )
