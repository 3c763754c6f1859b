"""What an index on disk needs: marks in the change log, reservations as bits, a list of its files.

Columns are added with a default, so that no engine writes a large table anew.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from raisonne.rights.statement import ReservationKind, reservation_bits

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BATCH = 1_000

WORK = sa.table(
    "work",
    sa.column("tenant", TEXT),
    sa.column("name", TEXT),
    sa.column("rights", sa.JSON()),
    sa.column("reserved", sa.Integer()),
)


def upgrade() -> None:
    op.add_column(
        "fingerprint_change",
        sa.Column("mark", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.drop_index("ix_fingerprint_change_tenant_fingerprint", "fingerprint_change")
    op.create_index(
        "ix_fingerprint_change_last",
        "fingerprint_change",
        ["fingerprint", "sequence", "operation"],
    )
    op.create_index(
        op.f("ix_fingerprint_change_tenant_sequence"), "fingerprint_change", ["tenant", "sequence"]
    )
    op.create_index(
        "ix_fingerprint_change_removed",
        "fingerprint_change",
        ["tenant", "sequence"],
        sqlite_where=sa.text("operation = 'REMOVE'"),
        postgresql_where=sa.text("operation = 'REMOVE'"),
    )
    op.create_index(
        op.f("ix_fingerprint_tenant_algorithm_id"), "fingerprint", ["tenant", "algorithm", "id"]
    )
    op.add_column(
        "work", sa.Column("reserved", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    _compute_reserved(op.get_bind())
    op.create_table(
        "index_segment",
        sa.Column("store", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("algorithm", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("marks", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('exact', 'perceptual', 'embedding', 'local')",
            name=op.f("ck_index_segment_kind"),
        ),
        sa.PrimaryKeyConstraint("store", "name", name=op.f("pk_index_segment")),
    )
    op.create_index(op.f("ix_index_segment_store_tenant"), "index_segment", ["store", "tenant"])
    op.create_table(
        "index_checkpoint",
        sa.Column("store", TEXT, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store", "tenant", name=op.f("pk_index_checkpoint")),
    )


def downgrade() -> None:
    op.drop_table("index_checkpoint")
    op.drop_table("index_segment")
    op.drop_column("work", "reserved")
    op.drop_index("ix_fingerprint_tenant_algorithm_id", "fingerprint")
    op.drop_index("ix_fingerprint_change_removed", "fingerprint_change")
    op.drop_index("ix_fingerprint_change_tenant_sequence", "fingerprint_change")
    op.drop_index("ix_fingerprint_change_last", "fingerprint_change")
    op.drop_column("fingerprint_change", "mark")
    op.create_index(
        op.f("ix_fingerprint_change_tenant_fingerprint"),
        "fingerprint_change",
        ["tenant", "fingerprint"],
    )


def _compute_reserved(connection: sa.Connection) -> None:
    change = (
        sa.update(WORK)
        .where(WORK.c.tenant == sa.bindparam("of_tenant"), WORK.c.name == sa.bindparam("of_name"))
        .values(reserved=sa.bindparam("bits"))
    )
    after: tuple[str, str] = ("", "")
    while page := _page(connection, after):
        changes = [
            {"of_tenant": tenant, "of_name": name, "bits": bits}
            for tenant, name, rights in page
            if (bits := _bits(rights))
        ]
        if changes:
            connection.execute(change, changes)
        after = page[-1][0], page[-1][1]


def _page(connection: sa.Connection, after: tuple[str, str]) -> list[tuple[str, str, Any]]:
    key = sa.tuple_(WORK.c.tenant, WORK.c.name)
    rows = connection.execute(
        sa.select(WORK.c.tenant, WORK.c.name, WORK.c.rights)
        .where(key > after)
        .order_by(WORK.c.tenant, WORK.c.name)
        .limit(BATCH)
    )
    return [(tenant, name, rights) for tenant, name, rights in rows]


def _bits(rights: dict[str, Any]) -> int:
    return reservation_bits(ReservationKind(kind) for kind in rights["reservations"])
