"""Rights holders, what they reserve for all their works, and the key of works' holders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from raisonne.rights.holder import holder_key

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _works()
    _holders()
    _reservations()


def _works() -> None:
    blank = sa.text("''")
    op.add_column("work", sa.Column("holder_key", TEXT, server_default=blank, nullable=False))
    op.create_index(
        op.f("ix_work_tenant_holder_key_name"), "work", ["tenant", "holder_key", "name"]
    )
    op.create_index(
        op.f("ix_work_tenant_collection_name"), "work", ["tenant", "collection", "name"]
    )
    work = sa.table("work", sa.column("holder", TEXT), sa.column("holder_key", TEXT))
    connection = op.get_bind()
    # Few names have many works, so it is done by name. They fit into memory: there are fewer of
    # them than works, and nothing else is read.
    holders = connection.execute(sa.select(work.c.holder).where(work.c.holder != "").distinct())
    keys = [{"was": holder, "key": holder_key(holder)} for holder in holders.scalars().all()]
    if keys:
        op.create_index("ix_work_migrating", "work", ["holder"])
        connection.execute(
            sa.update(work)
            .where(work.c.holder == sa.bindparam("was"))
            .values(holder_key=sa.bindparam("key")),
            keys,
        )
        op.drop_index("ix_work_migrating", "work")


def _holders() -> None:
    op.create_table(
        "holder",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("display_name", TEXT, nullable=False),
        sa.Column("identifiers", sa.JSON(), nullable=False),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.Column("contact_sha256", TEXT, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("create_time", TIME, nullable=False),
        sa.Column("update_time", TIME, nullable=False),
        sa.CheckConstraint("revision > 0", name=op.f("ck_holder_revision")),
        sa.PrimaryKeyConstraint("tenant", "name", name=op.f("pk_holder")),
    )
    op.create_table(
        "holder_name",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("holder", TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("spelling", TEXT, nullable=False),
        _of_holder("holder_name"),
        sa.PrimaryKeyConstraint("tenant", "key", name=op.f("pk_holder_name")),
    )
    op.create_index(
        op.f("ix_holder_name_tenant_holder_position"),
        "holder_name",
        ["tenant", "holder", "position"],
    )
    op.create_table(
        "holder_version",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("holder", TEXT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("record_time", TIME, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.CheckConstraint("revision > 0", name=op.f("ck_holder_version_revision")),
        _of_holder("holder_version"),
        sa.PrimaryKeyConstraint("tenant", "holder", "revision", name=op.f("pk_holder_version")),
    )


def _of_holder(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant", "holder"],
        ["holder.tenant", "holder.name"],
        name=op.f(f"fk_{table}_tenant_holder"),
        initially="DEFERRED",
        deferrable=True,
    )


def _reservations() -> None:
    op.create_table(
        "reservation",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("called", TEXT, nullable=False),
        sa.Column("kinds", sa.Integer(), nullable=False),
        sa.Column("effective_time", TIME, nullable=False),
        sa.Column("end_time", TIME, nullable=True),
        sa.Column("create_time", TIME, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("evidence_sha256", TEXT, nullable=False),
        sa.Column("withdraw_time", TIME, nullable=True),
        sa.Column("withdrawn_by", TEXT, nullable=False),
        sa.Column("withdraw_note", TEXT, nullable=False),
        sa.CheckConstraint("kinds BETWEEN 1 AND 15", name=op.f("ck_reservation_kinds")),
        sa.PrimaryKeyConstraint("tenant", "name", name=op.f("pk_reservation")),
    )
    op.create_index(
        "ix_reservation_subject",
        "reservation",
        ["tenant", "subject", "kinds", "effective_time", "end_time"],
    )
    op.create_table(
        "reservation_follow_up",
        sa.Column("sequence", SERIAL, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("due_time", TIME, nullable=False),
        sa.Column("position", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_reservation_follow_up")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_reservation_follow_up_tenant_due_time_sequence"),
        "reservation_follow_up",
        ["tenant", "due_time", "sequence"],
    )


def downgrade() -> None:
    op.drop_table("reservation_follow_up")
    op.drop_table("reservation")
    op.drop_table("holder_version")
    op.drop_table("holder_name")
    op.drop_table("holder")
    op.drop_index(op.f("ix_work_tenant_collection_name"), "work")
    op.drop_index(op.f("ix_work_tenant_holder_key_name"), "work")
    op.drop_column("work", "holder_key")
