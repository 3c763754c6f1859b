"""Tables of what people decide, and of the notices that ask them to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, false, text
from sqlmodel import Field

from raisonne.rights.case import CaseKind, CaseState, Ruling
from raisonne.rights.notice import NoticeBasis, NoticeState
from raisonne.storage.columns import Characters, Key, Row, Str, one_of, partial, reference

CASE_HAS_NOTICE = text("notice IS NOT NULL")
CASE_HAS_WORK = text("work IS NOT NULL")
CASE_HAS_APPEALED = text("appeals IS NOT NULL")


class CaseRow(Row, table=True):
    """What a person has to decide, and the decision."""

    __tablename__ = "review_case"
    __table_args__ = (
        one_of("kind", CaseKind),
        one_of("state", CaseState),
        one_of("ruling", Ruling),
        CheckConstraint(
            "(state <> 'OPEN') = (ruling IS NOT NULL AND decide_time IS NOT NULL)",
            name="decision",
        ),
        CheckConstraint("(verdict IS NULL) = (unjudged IS NOT NULL)", name="judged"),
        reference("verdict", "verdict"),
        reference("generation", "generation"),
        reference("notice", "notice"),
        reference("work", "work"),
        reference("stay_down", "work"),
        reference("appeals", "review_case"),
        reference("dispute", "title_dispute"),
        Index(None, "tenant", "state", "name"),
        partial("ix_review_case_notice", "tenant", "notice", "name", where=CASE_HAS_NOTICE),
        partial("ix_review_case_work", "tenant", "work", "name", where=CASE_HAS_WORK),
        Index(None, "tenant", "generation"),
        Index(None, "tenant", "verdict"),
        partial("ix_review_case_appeals", "tenant", "appeals", "name", where=CASE_HAS_APPEALED),
    )

    tenant: Key
    name: Key
    kind: str = Field(
        sa_type=Characters, sa_column_kwargs={"server_default": CaseKind.SCREENING.value}
    )
    verdict: str | None = Field(sa_type=Characters)
    generation: str | None = Field(sa_type=Characters)
    state: Str
    ruling: str | None = Field(sa_type=Characters)
    reason: str | None = Field(sa_type=Characters)
    note: str | None = Field(sa_type=Characters)
    decided_by: str | None = Field(sa_type=Characters)
    decide_time: datetime | None
    create_time: datetime
    notice: str | None = Field(sa_type=Characters)
    work: str | None = Field(sa_type=Characters)
    # The work that its ruling registered, so that what was taken down stays down.
    stay_down: str | None = Field(sa_type=Characters)
    # The decided case that this one contests.
    appeals: str | None = Field(sa_type=Characters)
    # Why it contests that one, sealed.
    grounds: bytes | None
    # When what it took down was restored.
    restore_time: datetime | None
    leased_to: str | None = Field(sa_type=Characters)
    lease_until: datetime | None
    confirmed_by: str | None = Field(sa_type=Characters)
    confirm_time: datetime | None
    wants_stay_down: bool = Field(sa_column_kwargs={"server_default": false()})
    # Why there is no verdict.
    unjudged: str | None = Field(sa_type=Characters)
    dispute: str | None = Field(sa_type=Characters)


class NoticeRow(Row, table=True):
    """A notice; what its notifier wrote is sealed in the payload."""

    __tablename__ = "notice"
    __table_args__ = (
        one_of("state", NoticeState),
        one_of("basis", NoticeBasis),
        reference("work", "work"),
    )

    tenant: Key
    name: Key
    state: Str
    basis: Str
    territory: Str
    targets: list[str] = Field(sa_type=JSON)
    work: str | None = Field(sa_type=Characters)
    missing: dict[str, Any] = Field(sa_type=JSON)
    payload: bytes
    sha256: Str
    receive_time: datetime
    filed_by: Str
    retract_time: datetime | None
    court_action_time: datetime | None


class CounterNoticeRow(Row, table=True):
    """A counter-notice with the times that follow from it; its words are sealed as well."""

    __tablename__ = "counter_notice"
    __table_args__ = (
        reference("case", "review_case"),
        reference("notice", "notice"),
        UniqueConstraint("tenant", "case"),
    )

    tenant: Key
    name: Key
    case: Str
    notice: Str
    payload: bytes
    sha256: Str
    receive_time: datetime
    restore_from: datetime
    restore_until: datetime
    filed_by: Str
