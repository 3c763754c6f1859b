"""Calibrations of registries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "calibration",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("index_revision", sa.BigInteger(), nullable=False),
        sa.Column("works", sa.Integer(), nullable=False),
        sa.Column("document", TEXT, nullable=False),
        sa.Column("create_time", TIME, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "name", name=op.f("pk_calibration")),
    )


def downgrade() -> None:
    op.drop_table("calibration")
