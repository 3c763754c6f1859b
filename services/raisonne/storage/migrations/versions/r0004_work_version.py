"""Versions of works' records, each from the time on from which it holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)

# Until now only a withdrawal changed a record, so what it was before is known as well.
FIRST = """
INSERT INTO work_version (
    tenant, work, revision, effective_time, record_time, actor, note, cancelled_by, state,
    title, holder, collection, external_id, source, rights
)
SELECT tenant, name, 1, create_time, create_time, '', '', 0, 'REGISTERED',
    title, holder, collection, external_id, source, rights FROM work
"""
CHANGED = """
INSERT INTO work_version (
    tenant, work, revision, effective_time, record_time, actor, note, cancelled_by, state,
    title, holder, collection, external_id, source, rights
)
SELECT tenant, name, revision, update_time, update_time, '', '', 0, state,
    title, holder, collection, external_id, source, rights FROM work WHERE revision > 1
"""


def upgrade() -> None:
    op.create_table(
        "work_version",
        sa.Column("sequence", SERIAL, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("work", TEXT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("effective_time", TIME, nullable=False),
        sa.Column("record_time", TIME, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("cancelled_by", sa.Integer(), nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("holder", TEXT, nullable=False),
        sa.Column("collection", TEXT, nullable=False),
        sa.Column("external_id", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("rights", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "state IN ('REGISTERED', 'WITHDRAWN')", name=op.f("ck_work_version_state")
        ),
        sa.CheckConstraint("revision > 0", name=op.f("ck_work_version_revision")),
        sa.ForeignKeyConstraint(
            ["tenant", "work"],
            ["work.tenant", "work.name"],
            name=op.f("fk_work_version_tenant_work"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_work_version")),
        sa.UniqueConstraint(
            "tenant", "work", "revision", name=op.f("uq_work_version_tenant_work_revision")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_work_version_tenant_sequence"), "work_version", ["tenant", "sequence"])
    op.add_column(
        "work", sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("work", sa.Column("effective_time", TIME, nullable=True))
    op.add_column("work", sa.Column("next_time", TIME, nullable=True))
    op.create_index(
        "ix_work_scheduled",
        "work",
        ["tenant", "next_time"],
        sqlite_where=sa.text("next_time IS NOT NULL"),
        postgresql_where=sa.text("next_time IS NOT NULL"),
    )
    op.execute(FIRST)
    op.execute(CHANGED)
    op.execute(
        "UPDATE work SET version = revision, effective_time = create_time WHERE revision = 1"
    )
    op.execute(
        "UPDATE work SET version = revision, effective_time = update_time WHERE revision > 1"
    )


def downgrade() -> None:
    op.drop_index("ix_work_scheduled", "work")
    op.drop_column("work", "next_time")
    op.drop_column("work", "effective_time")
    op.drop_column("work", "version")
    op.drop_table("work_version")
