"""Terms that prompts are screened for, and a mark of their changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "screening_term",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("term", TEXT, nullable=False),
        sa.Column("category", TEXT, nullable=False),
        sa.Column("severity", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("appeal", TEXT, nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("create_time", TIME, nullable=False),
        sa.CheckConstraint(
            "category IN ('artist', 'mark', 'character', 'banned', 'tenant')",
            name=op.f("ck_screening_term_category"),
        ),
        sa.CheckConstraint(
            "severity IN ('INFO', 'REVIEW', 'BLOCK')", name=op.f("ck_screening_term_severity")
        ),
        sa.PrimaryKeyConstraint("tenant", "name", name=op.f("pk_screening_term")),
        sa.UniqueConstraint(
            "tenant", "category", "term", name=op.f("uq_screening_term_tenant_category_term")
        ),
    )
    op.create_table(
        "screening_mark",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_screening_mark")),
    )


def downgrade() -> None:
    op.drop_table("screening_mark")
    op.drop_table("screening_term")
