"""What works' files said about their rights when they were registered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
DIALECTS = (
    "dialect IN ('tdmrep', 'rsl', 'aipref', 'robots.txt', 'ai.txt', 'robots-meta', "
    "'plus-data-mining', 'cawg.training-mining', 'c2pa.training-mining', 'spdx', 'odrl')"
)


def upgrade() -> None:
    op.create_table(
        "work_signal",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("work", TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("dialect", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("seen_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.CheckConstraint(DIALECTS, name=op.f("ck_work_signal_dialect")),
        sa.CheckConstraint("state IN ('READ', 'UNREADABLE')", name=op.f("ck_work_signal_state")),
        sa.ForeignKeyConstraint(
            ["tenant", "work"],
            ["work.tenant", "work.name"],
            name=op.f("fk_work_signal_tenant_work"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("tenant", "work", "position", name=op.f("pk_work_signal")),
    )


def downgrade() -> None:
    op.drop_table("work_signal")
