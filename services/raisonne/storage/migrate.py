"""Making and updating the tables of a catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from raisonne.rights.errors import StorageError
from raisonne.storage.engine import Database, Lock, take_lock

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0013"
"""The schema revision that this version reads and writes."""


def upgrade(database: Database) -> None:
    """Bring a catalogue to this version's schema; an empty one is made.

    Processes that start at once do it one after the other, each in one transaction.

    Raises:
        StorageError: If a newer version has written the catalogue, or it cannot serve.
    """
    with database.read() as session:
        if _revision(session.connection()) == HEAD:
            return
    _migrate(database, HEAD)


def downgrade(database: Database) -> None:
    """Remove all tables and everything in them.

    Raises:
        StorageError: If the catalogue cannot serve.
    """
    _migrate(database, None)


def _migrate(database: Database, target: str | None) -> None:
    # Alembic costs every command of the command line 80 ms, so only those that need it pay.
    from alembic import command  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = _config()
    with database.connect() as connection:
        take_lock(connection, Lock.MIGRATION)
        revision = _revision(connection)
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if revision is not None and revision not in known:
            raise StorageError(
                "The catalogue was written by a newer version of Raisonné; update this one.",
                metadata={"schema": revision, "newest_known": HEAD},
            )
        config.attributes["connection"] = connection
        if target is None:
            command.downgrade(config, "base")
        else:
            command.upgrade(config, target)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _config() -> Config:
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "raisonne.storage:migrations")
    return config
