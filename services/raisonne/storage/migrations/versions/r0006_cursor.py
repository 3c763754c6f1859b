"""How far changes of works were followed, and the cases of an artwork."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "cursor",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "name", name=op.f("pk_cursor")),
    )
    op.create_index(
        op.f("ix_review_case_tenant_generation"), "review_case", ["tenant", "generation"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_review_case_tenant_generation"), "review_case")
    op.drop_table("cursor")
