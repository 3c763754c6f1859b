"""Licences that were negotiated for works, and a mark of the works that have any."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)
ENDS = sa.text("end_time IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "licence",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("work", TEXT, nullable=False),
        sa.Column("identifier", TEXT, nullable=False),
        sa.Column("licensor", TEXT, nullable=False),
        sa.Column("licensee", TEXT, nullable=False),
        sa.Column("document", TEXT, nullable=False),
        sa.Column("document_sha256", TEXT, nullable=False),
        sa.Column("uses", sa.JSON(), nullable=False),
        sa.Column("territories", sa.JSON(), nullable=False),
        sa.Column("valid_from", TIME, nullable=True),
        sa.Column("valid_until", TIME, nullable=True),
        sa.Column("attribution", sa.Boolean(), nullable=False),
        sa.Column("fee", sa.Boolean(), nullable=False),
        sa.Column("releases", sa.JSON(), nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("create_time", TIME, nullable=False),
        sa.Column("effective_time", TIME, nullable=False),
        sa.Column("end_time", TIME, nullable=True),
        sa.Column("revoke_time", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant", "work"],
            ["work.tenant", "work.name"],
            name=op.f("fk_licence_tenant_work"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("tenant", "name", name=op.f("pk_licence")),
    )
    op.create_index(op.f("ix_licence_tenant_work"), "licence", ["tenant", "work"])
    op.create_index(
        op.f("ix_licence_tenant_valid_until_name"), "licence", ["tenant", "valid_until", "name"]
    )
    op.create_index(
        "ix_licence_end",
        "licence",
        ["tenant", "end_time"],
        sqlite_where=ENDS,
        postgresql_where=ENDS,
    )
    op.add_column(
        "work", sa.Column("licensed", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("work", "licensed")
    op.drop_table("licence")
