"""The first schema: catalogue, jobs, audit outbox and Merkle log."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)

# Whoever can write the database can drop these; the Merkle log then shows what was changed.
APPEND_ONLY_SQLITE = """
CREATE TRIGGER audit_entry_{event} BEFORE {event} ON audit_entry
BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END
"""
APPEND_ONLY_POSTGRESQL = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    catalogue = op.create_table(
        "catalogue",
        sa.Column("id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue")),
    )
    # Drawn once; folders of blobs bear it, so that no other catalogue's sweep empties them.
    op.bulk_insert(catalogue, [{"id": secrets.token_hex(16)}])
    op.create_table(
        "asset",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("pixel_sha256", TEXT, nullable=False),
        sa.Column("media_type", TEXT, nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("create_time", TIME, nullable=False),
        sa.Column("location", TEXT, nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "origin IN ('REGISTERED', 'GENERATED', 'UPLOADED')", name=op.f("ck_asset_origin")
        ),
        sa.PrimaryKeyConstraint("tenant", "name", name=op.f("pk_asset")),
        sa.UniqueConstraint("location", name=op.f("uq_asset_location")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("position", SERIAL, autoincrement=False, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_entry_event_id")),
    )
    op.create_index(
        op.f("ix_audit_entry_tenant_position"), "audit_entry", ["tenant", "position"], unique=False
    )
    op.create_table(
        "audit_outbox",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_outbox")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_outbox_event_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "job",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("request_id", TEXT, nullable=False),
        sa.Column("request_sha256", TEXT, nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done_units", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("error_reason", TEXT, nullable=False),
        sa.Column("error_message", TEXT, nullable=False),
        sa.Column("create_time", TIME, nullable=False),
        sa.Column("update_time", TIME, nullable=False),
        sa.CheckConstraint("kind IN ('generate')", name=op.f("ck_job_kind")),
        sa.CheckConstraint(
            "state IN ('PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')",
            name=op.f("ck_job_state"),
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job")),
    )
    op.create_index(
        "ix_job_open",
        "job",
        ["create_time", "name"],
        unique=False,
        sqlite_where=sa.text("state IN ('PENDING', 'RUNNING')"),
        postgresql_where=sa.text("state IN ('PENDING', 'RUNNING')"),
    )
    op.create_index(op.f("ix_job_tenant_name"), "job", ["tenant", "name"], unique=False)
    op.create_index(
        "uq_job_request",
        "job",
        ["tenant", "request_id"],
        unique=True,
        sqlite_where=sa.text("request_id <> ''"),
        postgresql_where=sa.text("request_id <> ''"),
    )
    op.create_table(
        "kek",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("purpose", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "purpose", "version", name=op.f("pk_kek")),
    )
    op.create_table(
        "tlog_checkpoint",
        sa.Column("size", SERIAL, autoincrement=False, nullable=False),
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_tlog_checkpoint")),
    )
    op.create_table(
        "tlog_tile",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "number", name=op.f("pk_tlog_tile")),
    )
    op.create_table(
        "verdict",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("judge_time", TIME, nullable=False),
        sa.Column("document", TEXT, nullable=False),
        sa.CheckConstraint(
            "outcome IN ('ALLOW', 'REVIEW', 'BLOCK')", name=op.f("ck_verdict_outcome")
        ),
        sa.CheckConstraint(
            "subject IN ('prompt', 'reference', 'upload', 'output', 'dataset-item')",
            name=op.f("ck_verdict_subject"),
        ),
        sa.PrimaryKeyConstraint("tenant", "name", name=op.f("pk_verdict")),
    )
    op.create_index(op.f("ix_verdict_tenant_sha256"), "verdict", ["tenant", "sha256"], unique=False)
    op.create_table(
        "generation",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("operation", TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("prompt_sha256", TEXT, nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("engine_uri", TEXT, nullable=False),
        sa.Column("engine_name", TEXT, nullable=False),
        sa.Column("engine_version", TEXT, nullable=False),
        sa.Column("digital_source_type", TEXT, nullable=False),
        sa.Column("understood_words", sa.JSON(), nullable=False),
        sa.Column("ignored_words", sa.JSON(), nullable=False),
        sa.Column("asset", TEXT, nullable=True),
        sa.Column("verdict", TEXT, nullable=False),
        sa.Column("manifest_label", TEXT, nullable=False),
        sa.Column("ledger_event", TEXT, nullable=False),
        sa.Column("create_time", TIME, nullable=False),
        sa.CheckConstraint(
            "state IN ('RELEASED', 'HELD', 'BLOCKED')", name=op.f("ck_generation_state")
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "asset"],
            ["asset.tenant", "asset.name"],
            name=op.f("fk_generation_tenant_asset"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "verdict"],
            ["verdict.tenant", "verdict.name"],
            name=op.f("fk_generation_tenant_verdict"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("tenant", "name", name=op.f("pk_generation")),
    )
    op.create_index(
        "uq_generation_operation",
        "generation",
        ["tenant", "operation", "position"],
        unique=True,
        sqlite_where=sa.text("operation <> ''"),
        postgresql_where=sa.text("operation <> ''"),
    )
    op.create_table(
        "manifest",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("asset", TEXT, nullable=False),
        sa.Column("manifest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "asset"],
            ["asset.tenant", "asset.name"],
            name=op.f("fk_manifest_tenant_asset"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("tenant", "label", name=op.f("pk_manifest")),
        sa.UniqueConstraint("tenant", "asset", name=op.f("uq_manifest_tenant_asset")),
    )
    op.create_table(
        "work",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("holder", TEXT, nullable=False),
        sa.Column("collection", TEXT, nullable=False),
        sa.Column("external_id", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("asset", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("rights", sa.JSON(), nullable=False),
        sa.Column("reserves_generation", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("create_time", TIME, nullable=False),
        sa.Column("update_time", TIME, nullable=False),
        sa.CheckConstraint("state IN ('REGISTERED', 'WITHDRAWN')", name=op.f("ck_work_state")),
        sa.CheckConstraint("revision > 0", name=op.f("ck_work_revision")),
        sa.ForeignKeyConstraint(
            ["tenant", "asset"],
            ["asset.tenant", "asset.name"],
            name=op.f("fk_work_tenant_asset"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("tenant", "name", name=op.f("pk_work")),
    )
    op.create_index(
        "ix_work_reserved_holder",
        "work",
        ["tenant", "holder", "name"],
        unique=False,
        sqlite_where=sa.text("state = 'REGISTERED' AND reserves_generation AND holder <> ''"),
        postgresql_where=sa.text("state = 'REGISTERED' AND reserves_generation AND holder <> ''"),
    )
    op.create_index(
        "uq_work_registered",
        "work",
        ["tenant", "sha256"],
        unique=True,
        sqlite_where=sa.text("state = 'REGISTERED'"),
        postgresql_where=sa.text("state = 'REGISTERED'"),
    )
    op.create_table(
        "fingerprint",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("work", TEXT, nullable=False),
        sa.Column("asset", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("algorithm", TEXT, nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("quality", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('exact', 'perceptual', 'embedding', 'local')",
            name=op.f("ck_fingerprint_kind"),
        ),
        sa.CheckConstraint("quality BETWEEN 0 AND 100", name=op.f("ck_fingerprint_quality")),
        sa.ForeignKeyConstraint(
            ["tenant", "work"],
            ["work.tenant", "work.name"],
            name=op.f("fk_fingerprint_tenant_work"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fingerprint")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_fingerprint_tenant_work"), "fingerprint", ["tenant", "work"], unique=False
    )
    op.create_table(
        "review_case",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("verdict", TEXT, nullable=False),
        sa.Column("generation", TEXT, nullable=True),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("ruling", TEXT, nullable=True),
        sa.Column("reason", TEXT, nullable=True),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("decided_by", TEXT, nullable=True),
        sa.Column("decide_time", TIME, nullable=True),
        sa.Column("create_time", TIME, nullable=False),
        sa.CheckConstraint(
            "(state = 'DECIDED') = (ruling IS NOT NULL AND decide_time IS NOT NULL)",
            name=op.f("ck_review_case_decision"),
        ),
        sa.CheckConstraint("ruling IN ('CLEAR', 'REFUSE')", name=op.f("ck_review_case_ruling")),
        sa.CheckConstraint("state IN ('OPEN', 'DECIDED')", name=op.f("ck_review_case_state")),
        sa.ForeignKeyConstraint(
            ["tenant", "generation"],
            ["generation.tenant", "generation.name"],
            name=op.f("fk_review_case_tenant_generation"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "verdict"],
            ["verdict.tenant", "verdict.name"],
            name=op.f("fk_review_case_tenant_verdict"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("tenant", "name", name=op.f("pk_review_case")),
    )
    op.create_index(
        op.f("ix_review_case_tenant_state_name"),
        "review_case",
        ["tenant", "state", "name"],
        unique=False,
    )
    op.create_table(
        "fingerprint_change",
        sa.Column("sequence", SERIAL, nullable=False),
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("operation", TEXT, nullable=False),
        sa.Column("fingerprint", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "operation IN ('ADD', 'REMOVE')", name=op.f("ck_fingerprint_change_operation")
        ),
        sa.ForeignKeyConstraint(
            ["fingerprint"], ["fingerprint.id"], name=op.f("fk_fingerprint_change_fingerprint")
        ),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_fingerprint_change")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_fingerprint_change_tenant_fingerprint"),
        "fingerprint_change",
        ["tenant", "fingerprint"],
        unique=False,
    )

    if op.get_bind().dialect.name == "sqlite":
        op.execute(APPEND_ONLY_SQLITE.format(event="UPDATE"))
        op.execute(APPEND_ONLY_SQLITE.format(event="DELETE"))
    else:
        op.execute(APPEND_ONLY_POSTGRESQL)


def downgrade() -> None:
    op.drop_table("review_case")
    op.drop_table("fingerprint_change")
    op.drop_table("fingerprint")
    op.drop_table("work")
    op.drop_table("manifest")
    op.drop_table("generation")
    op.drop_table("verdict")
    op.drop_table("tlog_tile")
    op.drop_table("tlog_checkpoint")
    op.drop_table("kek")
    op.drop_table("job")
    op.drop_table("audit_outbox")
    op.drop_table("audit_entry")
    op.drop_table("asset")
    op.drop_table("catalogue")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")
