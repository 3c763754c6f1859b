"""Which works an allowed check matched, and the cases about a verdict."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "verdict_work",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("work", TEXT, nullable=False),
        sa.Column("verdict", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "verdict"],
            ["verdict.tenant", "verdict.name"],
            name=op.f("fk_verdict_work_tenant_verdict"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("tenant", "work", "verdict", name=op.f("pk_verdict_work")),
    )
    op.create_index(op.f("ix_review_case_tenant_verdict"), "review_case", ["tenant", "verdict"])


def downgrade() -> None:
    op.drop_index(op.f("ix_review_case_tenant_verdict"), "review_case")
    op.drop_table("verdict_work")
