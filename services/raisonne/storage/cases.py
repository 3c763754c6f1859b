"""Rows of what people have to decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, update
from sqlmodel import Session, col, select

from raisonne.rights.case import Case, CaseKind, CaseState, Decision, Ruling
from raisonne.rights.errors import ConflictError, NotFoundError
from raisonne.storage.case_tables import (
    CASE_HAS_APPEALED,
    CASE_HAS_NOTICE,
    CASE_HAS_WORK,
    CaseRow,
)
from raisonne.storage.columns import insert_rows
from raisonne.storage.tables import VerdictRow


@dataclass(frozen=True, slots=True)
class SqlCases:
    """``CaseStore`` within one transaction."""

    session: Session

    def add(self, case: Case, grounds: bytes | None = None) -> None:
        """Insert an open case; an appeal with its sealed grounds.

        Raises:
            ConflictError: ``ALREADY_EXISTS``.
        """
        row = {
            "tenant": case.tenant,
            "name": case.name,
            "kind": case.kind.value,
            "verdict": case.verdict or None,
            "generation": case.generation or None,
            "state": CaseState.OPEN.value,
            "create_time": case.create_time,
            "notice": case.notice or None,
            "work": case.work or None,
            "unjudged": case.unjudged or None,
            "appeals": case.appeals or None,
            "grounds": grounds,
            "dispute": case.dispute or None,
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

    def of_notice(self, tenant: str, notice: str) -> Sequence[Case]:
        """Return the cases that a notice opened, ordered by name."""
        statement = (
            select(CaseRow)
            .where(col(CaseRow.tenant) == tenant, col(CaseRow.notice) == notice, CASE_HAS_NOTICE)
            .order_by(col(CaseRow.name))
        )
        return tuple(_case(row) for row in self.session.exec(statement))

    def of_generation(self, tenant: str, generation: str) -> Sequence[Case]:
        """Return the cases about an artwork, in order of opening."""
        rows = self.session.exec(
            select(CaseRow)
            .where(col(CaseRow.tenant) == tenant, col(CaseRow.generation) == generation)
            .order_by(col(CaseRow.name))
        )
        return tuple(_case(row) for row in rows)

    def of_work(self, tenant: str, work: str) -> Sequence[Case]:
        """Return the cases of notices against a work, in order of opening."""
        rows = self.session.exec(
            select(CaseRow)
            .where(col(CaseRow.tenant) == tenant, col(CaseRow.work) == work, CASE_HAS_WORK)
            .order_by(col(CaseRow.name))
        )
        return tuple(_case(row) for row in rows)

    def appeals_of(self, tenant: str, case: str) -> Sequence[Case]:
        """Return the cases that contest a ruling, ordered by name."""
        statement = select(CaseRow).where(
            col(CaseRow.tenant) == tenant, col(CaseRow.appeals) == case, CASE_HAS_APPEALED
        )
        rows = self.session.exec(statement.order_by(col(CaseRow.name)))
        return tuple(_case(row) for row in rows)

    def grounds(self, tenant: str, name: str) -> bytes | None:
        """Return the sealed grounds of an appeal, or None."""
        statement = select(CaseRow.grounds).where(
            col(CaseRow.tenant) == tenant, col(CaseRow.name) == name
        )
        return self.session.exec(statement).one_or_none()

    def restored(self, tenant: str, name: str, when: datetime) -> None:
        """Write that what a ruling took down was restored.

        Raises:
            ConflictError: If the case took nothing down, or it was restored before.
        """
        updated = self.session.exec(
            update(CaseRow)
            .where(
                col(CaseRow.tenant) == tenant,
                col(CaseRow.name) == name,
                col(CaseRow.ruling) == Ruling.REFUSE.value,
                col(CaseRow.restore_time).is_(None),
            )
            .values(restore_time=when)
        )
        if updated.rowcount != 1:
            raise ConflictError(f"{name} has nothing to restore.", metadata={"name": name})

    def waits(self, tenant: str, sha256: str) -> bool:
        """Return whether an open case that no notice opened is about exactly these bytes."""
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
                # What a notice asks is not what a check asks.
                col(CaseRow.notice).is_(None),
            )
            .limit(1)
        )
        return self.session.exec(statement).first() is not None

    def of_bytes(self, tenant: str, sha256: str) -> Sequence[Case]:
        """Return the cases that checks of exactly these bytes opened, in order of opening."""
        statement = (
            select(CaseRow)
            .join(
                VerdictRow,
                and_(
                    col(VerdictRow.tenant) == col(CaseRow.tenant),
                    col(VerdictRow.name) == col(CaseRow.verdict),
                ),
            )
            .where(
                col(VerdictRow.tenant) == tenant,
                col(VerdictRow.sha256) == sha256,
                col(CaseRow.notice).is_(None),
                col(CaseRow.generation).is_(None),
            )
            .order_by(col(CaseRow.name))
        )
        return tuple(_case(row) for row in self.session.exec(statement))

    def decide(
        self,
        tenant: str,
        decision: Decision,
        stay_down: str = "",
        *,
        proposed: bool = False,
        wants_stay_down: bool = False,
    ) -> None:
        """Write the decision of an open case that nobody else works on.

        Args:
            tenant: Owner.
            decision: What is ruled.
            stay_down: ``works/{id}`` that the ruling registers, if it does.
            proposed: Whether a second person has to agree first.
            wants_stay_down: Whether the ruling that is proposed registers something.

        Raises:
            ConflictError: If the case is decided already, is about another verdict, or is leased
                to somebody else.
            NotFoundError: If there is no such case.
        """
        state = CaseState.PENDING_SECOND if proposed else CaseState.DECIDED
        decided = self.session.exec(
            update(CaseRow)
            .where(
                *_named(tenant, decision.case),
                col(CaseRow.verdict).is_not_distinct_from(decision.verdict or None),
                col(CaseRow.state) == CaseState.OPEN.value,
                _free_for(decision.decided_by, decision.decide_time),
            )
            .values(
                state=state.value,
                ruling=decision.ruling.value,
                reason=decision.reason,
                note=decision.note,
                decided_by=decision.decided_by,
                decide_time=decision.decide_time,
                stay_down=stay_down or None,
                wants_stay_down=wants_stay_down,
                leased_to=None,
                lease_until=None,
            )
        )
        self._require_changed(decided.rowcount, tenant, decision.case, "is decided already")

    def confirm(self, tenant: str, name: str, by: str, when: datetime, stay_down: str = "") -> None:
        """Write that a second person agreed with what another proposed.

        Raises:
            ConflictError: If nothing is proposed any more.
            NotFoundError: If there is no such case.
        """
        confirmed = self.session.exec(
            update(CaseRow)
            .where(
                *_named(tenant, name),
                col(CaseRow.state) == CaseState.PENDING_SECOND.value,
                col(CaseRow.decided_by) != by,
            )
            .values(
                state=CaseState.DECIDED.value,
                confirmed_by=by,
                confirm_time=when,
                stay_down=stay_down or None,
            )
        )
        self._require_changed(confirmed.rowcount, tenant, name, "waits for no second person")

    def reopen(self, tenant: str, name: str, was: CaseState) -> None:
        """Take a decision or a proposal back; the ledger keeps it.

        Raises:
            ConflictError: If the case is in another state than it was.
            NotFoundError: If there is no such case.
        """
        nothing = dict.fromkeys(_OF_DECISIONS)
        reopened = self.session.exec(
            update(CaseRow)
            .where(*_named(tenant, name), col(CaseRow.state) == was.value)
            .values(state=CaseState.OPEN.value, wants_stay_down=False, **nothing)
        )
        self._require_changed(reopened.rowcount, tenant, name, f"is not {was} any more")

    def claim(self, tenant: str, name: str, by: str, now: datetime, until: datetime) -> None:
        """Lease an open case, or extend one's lease.

        Raises:
            ConflictError: If it is not open, or leased to somebody else.
            NotFoundError: If there is no such case.
        """
        claimed = self.session.exec(
            update(CaseRow)
            .where(
                *_named(tenant, name),
                col(CaseRow.state) == CaseState.OPEN.value,
                _free_for(by, now),
            )
            .values(leased_to=by, lease_until=until)
        )
        self._require_changed(claimed.rowcount, tenant, name, "is not open")

    def release(self, tenant: str, name: str, by: str) -> None:
        """End one's lease of a case.

        Raises:
            ConflictError: If it is not leased to them.
            NotFoundError: If there is no such case.
        """
        released = self.session.exec(
            update(CaseRow)
            .where(*_named(tenant, name), col(CaseRow.leased_to) == by)
            .values(leased_to=None, lease_until=None)
        )
        self._require_changed(released.rowcount, tenant, name, f"is not leased to {by}")

    def _require_changed(self, rows: int, tenant: str, name: str, why: str) -> None:
        if rows == 1:
            return
        metadata, case = {"name": name}, self.get(tenant, name)
        if case is None:
            raise NotFoundError(f"There is no case {name!r}.", metadata=metadata)
        if case.state is CaseState.OPEN and case.leased_to:
            why = f"is leased to {case.leased_to} until {case.lease_until:%Y-%m-%d %H:%M}Z"
        raise ConflictError(f"{name} {why}.", metadata=metadata)


_OF_DECISIONS = (
    *("ruling", "reason", "note", "decided_by", "decide_time", "confirmed_by", "confirm_time"),
    *("stay_down", "restore_time", "leased_to", "lease_until"),
)


def _named(tenant: str, name: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(CaseRow.tenant) == tenant, col(CaseRow.name) == name


def _free_for(principal: str, now: datetime) -> ColumnElement[bool]:
    return or_(
        col(CaseRow.lease_until).is_(None),
        col(CaseRow.lease_until) <= now,
        col(CaseRow.leased_to) == principal,
    )


def _case(row: CaseRow) -> Case:
    return Case(
        name=row.name,
        tenant=row.tenant,
        verdict=row.verdict or "",
        generation=row.generation or "",
        state=CaseState(row.state),
        decision=_decision(row),
        create_time=row.create_time,
        kind=CaseKind(row.kind),
        notice=row.notice or "",
        work=row.work or "",
        unjudged=row.unjudged or "",
        stay_down=row.stay_down or "",
        appeals=row.appeals or "",
        restore_time=row.restore_time,
        leased_to=row.leased_to or "",
        lease_until=row.lease_until,
        confirmed_by=row.confirmed_by or "",
        confirm_time=row.confirm_time,
        wants_stay_down=row.wants_stay_down,
        dispute=row.dispute or "",
    )


def _decision(row: CaseRow) -> Decision | None:
    if row.ruling is None or row.decide_time is None:
        return None
    return Decision(
        case=row.name,
        verdict=row.verdict or "",
        ruling=Ruling(row.ruling),
        reason=row.reason or "",
        note=row.note or "",
        decided_by=row.decided_by or "",
        decide_time=row.decide_time,
    )
