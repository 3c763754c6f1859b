"""What a case is about, and artworks that were recalled after their release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
STATES = "state IN ('RELEASED', 'HELD', 'BLOCKED', 'RECALLED')"
STATES_BEFORE = "state IN ('RELEASED', 'HELD', 'BLOCKED')"


def upgrade() -> None:
    with op.batch_alter_table("review_case") as table:
        table.add_column(sa.Column("kind", TEXT, server_default="SCREENING", nullable=False))
        table.create_check_constraint(
            op.f("ck_review_case_kind"),
            "kind IN ('SCREENING', 'RETROACTIVE', 'NOTICE', 'APPEAL')",
        )
    with op.batch_alter_table("generation") as table:
        table.drop_constraint(op.f("ck_generation_state"), type_="check")
        table.create_check_constraint(op.f("ck_generation_state"), STATES)
    op.create_index(op.f("ix_generation_tenant_asset"), "generation", ["tenant", "asset"])


def downgrade() -> None:
    op.drop_index(op.f("ix_generation_tenant_asset"), "generation")
    op.execute("UPDATE generation SET state = 'BLOCKED' WHERE state = 'RECALLED'")
    with op.batch_alter_table("generation") as table:
        table.drop_constraint(op.f("ck_generation_state"), type_="check")
        table.create_check_constraint(op.f("ck_generation_state"), STATES_BEFORE)
    with op.batch_alter_table("review_case") as table:
        table.drop_constraint(op.f("ck_review_case_kind"), type_="check")
        table.drop_column("kind")
