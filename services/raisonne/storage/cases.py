"""Rows of what people have to decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, update
from sqlmodel import Session, col, select

from raisonne.rights.case import Case, CaseKind, CaseState, Decision, Ruling
from raisonne.rights.errors import ConflictError, NotFoundError
from raisonne.storage.columns import insert_rows
from raisonne.storage.tables import CaseRow, VerdictRow


@dataclass(frozen=True, slots=True)
class SqlCases:
    """``CaseStore`` within one transaction."""

    session: Session

    def add(self, case: Case) -> None:
        """Insert an open case.

        Raises:
            ConflictError: ``ALREADY_EXISTS``.
        """
        row = {
            "tenant": case.tenant,
            "name": case.name,
            "kind": case.kind.value,
            "verdict": case.verdict,
            "generation": case.generation or None,
            "state": CaseState.OPEN.value,
            "create_time": case.create_time,
        }
        insert_rows(self.session, CaseRow, row)

    def get(self, tenant: str, name: str) -> Case | None:
        """Return the case, or None."""
        row = self.session.exec(
            select(CaseRow).where(col(CaseRow.tenant) == tenant, col(CaseRow.name) == name)
        ).one_or_none()
        return None if row is None else _case(row)

    def list(
        self, tenant: str, *, limit: int, after: str = "", state: CaseState | None = None
    ) -> Sequence[Case]:
        """Return cases ordered by name, at most ``limit``, after the given name."""
        statement = select(CaseRow).where(col(CaseRow.tenant) == tenant, col(CaseRow.name) > after)
        if state is not None:
            statement = statement.where(col(CaseRow.state) == state.value)
        rows = self.session.exec(statement.order_by(col(CaseRow.name)).limit(limit))
        return tuple(_case(row) for row in rows)

    def of_generation(self, tenant: str, generation: str) -> Sequence[Case]:
        """Return the cases about an artwork, in order of opening."""
        rows = self.session.exec(
            select(CaseRow)
            .where(col(CaseRow.tenant) == tenant, col(CaseRow.generation) == generation)
            .order_by(col(CaseRow.name))
        )
        return tuple(_case(row) for row in rows)

    def waits(self, tenant: str, sha256: str) -> bool:
        """Return whether an open case is about exactly these bytes."""
        verdict_is_theirs = (
            col(VerdictRow.tenant) == col(CaseRow.tenant),
            col(VerdictRow.name) == col(CaseRow.verdict),
        )
        statement = (
            select(CaseRow.name)
            .join(VerdictRow, and_(*verdict_is_theirs))
            .where(
                col(VerdictRow.tenant) == tenant,
                col(VerdictRow.sha256) == sha256,
                col(CaseRow.state) == CaseState.OPEN.value,
            )
            .limit(1)
        )
        return self.session.exec(statement).first() is not None

    def decide(self, tenant: str, decision: Decision) -> None:
        """Write the decision of an open case.

        Raises:
            ConflictError: If the case is decided already, or is about another verdict.
            NotFoundError: If there is no such case.
        """
        decided = self.session.exec(
            update(CaseRow)
            .where(
                col(CaseRow.tenant) == tenant,
                col(CaseRow.name) == decision.case,
                col(CaseRow.verdict) == decision.verdict,
                col(CaseRow.state) == CaseState.OPEN.value,
            )
            .values(
                state=CaseState.DECIDED.value,
                ruling=decision.ruling.value,
                reason=decision.reason,
                note=decision.note,
                decided_by=decision.decided_by,
                decide_time=decision.decide_time,
            )
        )
        if decided.rowcount == 1:
            return
        metadata = {"name": decision.case}
        if self.get(tenant, decision.case) is None:
            raise NotFoundError(f"There is no case {decision.case!r}.", metadata=metadata)
        raise ConflictError(f"{decision.case} is decided already.", metadata=metadata)


def _case(row: CaseRow) -> Case:
    return Case(
        name=row.name,
        tenant=row.tenant,
        verdict=row.verdict,
        generation=row.generation or "",
        state=CaseState(row.state),
        decision=_decision(row),
        create_time=row.create_time,
        kind=CaseKind(row.kind),
    )


def _decision(row: CaseRow) -> Decision | None:
    if row.ruling is None or row.decide_time is None:
        return None
    return Decision(
        case=row.name,
        verdict=row.verdict,
        ruling=Ruling(row.ruling),
        reason=row.reason or "",
        note=row.note or "",
        decided_by=row.decided_by or "",
        decide_time=row.decide_time,
    )
