"""Notices, counter-notices, cases on what notices are against, and files that were erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)
STATES = "state IN ('INCOMPLETE', 'COMPLETE', 'RETRACTED')"
REFERENCES = ("notice", "work", "stay_down", "appeals")
INDEXED = ("notice", "work", "appeals")
CASE_STATES = "state IN ('OPEN', 'PENDING_SECOND', 'DECIDED')"
CASE_STATES_BEFORE = "state IN ('OPEN', 'DECIDED')"
DECISION = "(state <> 'OPEN') = (ruling IS NOT NULL AND decide_time IS NOT NULL)"
DECISION_BEFORE = "(state = 'DECIDED') = (ruling IS NOT NULL AND decide_time IS NOT NULL)"
ADDED = (
    *("unjudged", "restore_time", "grounds", "leased_to", "lease_until"),
    *("confirmed_by", "confirm_time", "wants_stay_down"),
)
BASES = "basis IN ('COPYRIGHT', 'TRADEMARK', 'PERSONALITY_RIGHT', 'OTHER')"


def _reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant", column],
        [f"{other}.tenant", f"{other}.name"],
        name=op.f(f"fk_{table}_tenant_{column}"),
        initially="DEFERRED",
        deferrable=True,
    )


def _settle() -> None:
    # PostgreSQL alters no table on which a check waits for the end of the transaction.
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")


def upgrade() -> None:
    _settle()
    op.create_table(
        "notice",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("basis", TEXT, nullable=False),
        sa.Column("territory", TEXT, nullable=False),
        sa.Column("targets", sa.JSON(), nullable=False),
        sa.Column("work", TEXT, nullable=True),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("receive_time", TIME, nullable=False),
        sa.Column("filed_by", TEXT, nullable=False),
        sa.Column("retract_time", TIME, nullable=True),
        sa.Column("court_action_time", TIME, nullable=True),
        sa.CheckConstraint(STATES, name=op.f("ck_notice_state")),
        sa.CheckConstraint(BASES, name=op.f("ck_notice_basis")),
        _reference("notice", "work", "work"),
        sa.PrimaryKeyConstraint("tenant", "name", name=op.f("pk_notice")),
    )
    op.create_table(
        "counter_notice",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("case", TEXT, nullable=False),
        sa.Column("notice", TEXT, nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("receive_time", TIME, nullable=False),
        sa.Column("restore_from", TIME, nullable=False),
        sa.Column("restore_until", TIME, nullable=False),
        sa.Column("filed_by", TEXT, nullable=False),
        _reference("counter_notice", "case", "review_case"),
        _reference("counter_notice", "notice", "notice"),
        sa.PrimaryKeyConstraint("tenant", "name", name=op.f("pk_counter_notice")),
        sa.UniqueConstraint("tenant", "case", name=op.f("uq_counter_notice_tenant_case")),
    )
    with op.batch_alter_table("review_case") as table:
        table.alter_column("verdict", existing_type=TEXT, nullable=True)
        table.add_column(sa.Column("notice", TEXT, nullable=True))
        table.add_column(sa.Column("work", TEXT, nullable=True))
        table.add_column(sa.Column("stay_down", TEXT, nullable=True))
        table.add_column(sa.Column("appeals", TEXT, nullable=True))
        table.add_column(sa.Column("grounds", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("restore_time", TIME, nullable=True))
        table.add_column(sa.Column("leased_to", TEXT, nullable=True))
        table.add_column(sa.Column("lease_until", TIME, nullable=True))
        table.add_column(sa.Column("confirmed_by", TEXT, nullable=True))
        table.add_column(sa.Column("confirm_time", TIME, nullable=True))
        table.add_column(
            sa.Column("wants_stay_down", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        table.add_column(sa.Column("unjudged", TEXT, nullable=True))
        table.create_foreign_key(
            op.f("fk_review_case_tenant_notice"),
            "notice",
            ["tenant", "notice"],
            ["tenant", "name"],
            initially="DEFERRED",
            deferrable=True,
        )
        for column in ("work", "stay_down"):
            table.create_foreign_key(
                op.f(f"fk_review_case_tenant_{column}"),
                "work",
                ["tenant", column],
                ["tenant", "name"],
                initially="DEFERRED",
                deferrable=True,
            )
        table.create_foreign_key(
            op.f("fk_review_case_tenant_appeals"),
            "review_case",
            ["tenant", "appeals"],
            ["tenant", "name"],
            initially="DEFERRED",
            deferrable=True,
        )
        table.drop_constraint(op.f("ck_review_case_state"), type_="check")
        table.create_check_constraint(op.f("ck_review_case_state"), CASE_STATES)
        table.drop_constraint(op.f("ck_review_case_decision"), type_="check")
        table.create_check_constraint(op.f("ck_review_case_decision"), DECISION)
        table.create_check_constraint(
            op.f("ck_review_case_judged"), "(verdict IS NULL) = (unjudged IS NOT NULL)"
        )
    for column in INDEXED:
        op.create_index(
            f"ix_review_case_{column}",
            "review_case",
            ["tenant", column, "name"],
            sqlite_where=sa.text(f"{column} IS NOT NULL"),
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )
    op.create_index(
        "ix_work_withdrawn",
        "work",
        ["tenant", "asset"],
        sqlite_where=sa.text("state = 'WITHDRAWN'"),
        postgresql_where=sa.text("state = 'WITHDRAWN'"),
    )
    op.add_column("asset", sa.Column("erase_time", TIME, nullable=True))


def downgrade() -> None:
    op.drop_column("asset", "erase_time")
    op.drop_index("ix_work_withdrawn", "work")
    for column in INDEXED:
        op.drop_index(f"ix_review_case_{column}", "review_case")
    op.drop_table("counter_notice")
    # Cases that no verdict opened cannot be kept where each case has one.
    op.execute("UPDATE review_case SET appeals = NULL")
    op.execute(
        "UPDATE review_case SET state = 'OPEN', ruling = NULL, decide_time = NULL "
        "WHERE state = 'PENDING_SECOND'"
    )
    op.execute("DELETE FROM review_case WHERE verdict IS NULL")
    _settle()
    with op.batch_alter_table("review_case") as table:
        table.drop_constraint(op.f("ck_review_case_judged"), type_="check")
        table.drop_constraint(op.f("ck_review_case_state"), type_="check")
        table.create_check_constraint(op.f("ck_review_case_state"), CASE_STATES_BEFORE)
        table.drop_constraint(op.f("ck_review_case_decision"), type_="check")
        table.create_check_constraint(op.f("ck_review_case_decision"), DECISION_BEFORE)
        for column in REFERENCES:
            table.drop_constraint(op.f(f"fk_review_case_tenant_{column}"), type_="foreignkey")
        for column in (*ADDED, *REFERENCES):
            table.drop_column(column)
        table.alter_column("verdict", existing_type=TEXT, nullable=False)
    op.drop_table("notice")
