"""Documents, contested titles, registrations with offices, and cases on contested titles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)
KINDS = "kind IN ('SCREENING', 'RETROACTIVE', 'NOTICE', 'APPEAL', 'TITLE_DISPUTE')"
KINDS_BEFORE = "kind IN ('SCREENING', 'RETROACTIVE', 'NOTICE', 'APPEAL')"
STATES = "state IN ('OPEN', 'UPHELD', 'REJECTED', 'WITHDRAWN')"
DUE = "remove_time IS NULL AND renewal_date IS NOT NULL"


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


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool) -> None:
    condition = sa.text(where)
    op.create_index(
        name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition
    )


def _documents() -> None:
    op.create_table(
        "document",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("file_name", TEXT, nullable=False),
        sa.Column("media_type", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("create_time", TIME, nullable=False),
        sa.Column("location", TEXT, nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("erase_time", TIME, nullable=True),
        sa.PrimaryKeyConstraint("tenant", "name", name=op.f("pk_document")),
        sa.UniqueConstraint("location", name=op.f("uq_document_location")),
    )
    _partial(
        "uq_document_kept", "document", ["tenant", "sha256"], "erase_time IS NULL", unique=True
    )
    op.create_table(
        "document_subject",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("document", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        _reference("document_subject", "document", "document"),
        sa.PrimaryKeyConstraint("tenant", "document", "subject", name=op.f("pk_document_subject")),
    )
    op.create_index(
        op.f("ix_document_subject_tenant_subject_document"),
        "document_subject",
        ["tenant", "subject", "document"],
    )


def _disputes() -> None:
    op.create_table(
        "title_dispute",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("work", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("create_time", TIME, nullable=False),
        sa.Column("case", TEXT, nullable=False),
        sa.Column("settle_time", TIME, nullable=True),
        sa.Column("settled_by", TEXT, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("effective_time", TIME, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(STATES, name=op.f("ck_title_dispute_state")),
        sa.CheckConstraint(
            "(state = 'OPEN') = (settle_time IS NULL)", name=op.f("ck_title_dispute_settled")
        ),
        sa.CheckConstraint(
            "(state = 'UPHELD') = (version > 0)", name=op.f("ck_title_dispute_transfer")
        ),
        _reference("title_dispute", "work", "work"),
        sa.PrimaryKeyConstraint("tenant", "name", name=op.f("pk_title_dispute")),
    )
    for column in ("work", "state"):
        op.create_index(
            op.f(f"ix_title_dispute_tenant_{column}_name"),
            "title_dispute",
            ["tenant", column, "name"],
        )


def _registrations() -> None:
    op.create_table(
        "office_registration",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("work", TEXT, nullable=False),
        sa.Column("office", TEXT, nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("grant_date", sa.Date(), nullable=True),
        sa.Column("renewal_date", sa.Date(), nullable=True),
        sa.Column("document", TEXT, nullable=True),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("record_time", TIME, nullable=False),
        sa.Column("remove_time", TIME, nullable=True),
        sa.Column("removed_by", TEXT, nullable=False),
        _reference("office_registration", "work", "work"),
        sa.PrimaryKeyConstraint("tenant", "name", name=op.f("pk_office_registration")),
    )
    op.create_index(
        op.f("ix_office_registration_tenant_work_name"),
        "office_registration",
        ["tenant", "work", "name"],
    )
    _partial(
        "uq_office_registration_number",
        "office_registration",
        ["tenant", "work", "office", "number"],
        "remove_time IS NULL",
        unique=True,
    )
    _partial(
        "ix_office_registration_due",
        "office_registration",
        ["tenant", "renewal_date", "name"],
        DUE,
        unique=False,
    )


def upgrade() -> None:
    _settle()
    _documents()
    _disputes()
    _registrations()
    with op.batch_alter_table("review_case") as table:
        table.drop_constraint(op.f("ck_review_case_kind"), type_="check")
        table.create_check_constraint(op.f("ck_review_case_kind"), KINDS)
        table.add_column(sa.Column("dispute", TEXT, nullable=True))
        table.create_foreign_key(
            op.f("fk_review_case_tenant_dispute"),
            "title_dispute",
            ["tenant", "dispute"],
            ["tenant", "name"],
            initially="DEFERRED",
            deferrable=True,
        )


def downgrade() -> None:
    # A case on a contested title cannot be kept where there are none.
    op.execute("DELETE FROM review_case WHERE kind = 'TITLE_DISPUTE'")
    _settle()
    with op.batch_alter_table("review_case") as table:
        table.drop_constraint(op.f("fk_review_case_tenant_dispute"), type_="foreignkey")
        table.drop_column("dispute")
        table.drop_constraint(op.f("ck_review_case_kind"), type_="check")
        table.create_check_constraint(op.f("ck_review_case_kind"), KINDS_BEFORE)
    op.drop_table("office_registration")
    op.drop_table("title_dispute")
    op.drop_table("document_subject")
    op.drop_table("document")
