"""Opening the catalogue: one way in for SQLite and PostgreSQL."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import IntEnum
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlmodel import Session, func, select

from raisonne.rights.errors import ConfigError, StorageError
from raisonne.storage.errors import LOCKED, map_errors

LOCK_TIMEOUT = timedelta(seconds=30)
"""How long a transaction waits for another one."""
_RETRY_SECONDS = 0.01
_WRITES = "raisonne_writes"
_LOCK_SPACE = 0x5241  # "RA": the first half of our advisory lock keys on PostgreSQL.


class Lock(IntEnum):
    """What only one transaction does at a time."""

    MIGRATION = 1
    CHANGE_LOG = 2
    SEQUENCER = 3
    RESERVATIONS = 4


class Database:
    """A catalogue that is open.

    Args:
        engine: Made by ``open_database``.
        lock_timeout: How long a transaction waits for another one.
    """

    def __init__(self, engine: Engine, lock_timeout: timedelta) -> None:
        self.engine = engine
        self._lock_timeout = lock_timeout
        self._writer = threading.Lock()
        self._writers = engine.execution_options(**{_WRITES: True})
        # SQLite's reads see one snapshot, so PostgreSQL's do.
        snapshot = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._readers = engine.execution_options(**({} if self.is_sqlite else snapshot))

    @property
    def is_sqlite(self) -> bool:
        """Whether one file holds everything and one writer works at a time."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Begin a transaction that sees one snapshot and cannot write.

        Raises:
            StorageError: If the database cannot serve.
        """
        with _no_pool_timeout(), Session(self._readers) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Begin a transaction that commits on a clean exit and rolls back on an exception.

        Raises:
            ConflictError: If it contradicts what is stored.
            StorageError: If the database cannot serve.
        """
        with (
            self._turn(),
            _no_pool_timeout(),
            Session(self._writers) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Begin a writing transaction below the session, for migrations."""
        with self._turn(), _no_pool_timeout(), self._writers.begin() as connection:
            yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Let this process's writers queue: SQLite would let them poll, some for a second."""
        if not self.is_sqlite:
            yield
            return
        if not self._writer.acquire(timeout=self._lock_timeout.total_seconds()):
            raise StorageError(LOCKED)
        try:
            yield
        finally:
            self._writer.release()

    def close(self) -> None:
        """Close all connections that are not in use."""
        self.engine.dispose()


def open_database(url: str, *, lock_timeout: timedelta = LOCK_TIMEOUT) -> Database:
    """Open a catalogue; ``raisonne.storage.migrate.upgrade`` then makes or updates its tables.

    Args:
        url: ``sqlite:////folder/file`` or ``postgresql+psycopg://user@host/database``.
        lock_timeout: How long a transaction waits for another one.

    Raises:
        ConfigError: If the URL is neither, or the driver for it is not installed.
        StorageError: If the folder of an SQLite file is missing or not accessible.
    """
    parsed = _parse(url)
    engine = (
        _open_sqlite(parsed, lock_timeout)
        if parsed.get_backend_name() == "sqlite"
        else _open_postgresql(parsed, lock_timeout)
    )
    map_errors(engine)
    return Database(engine, lock_timeout)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
        name = f"{parsed.get_backend_name()}+{parsed.get_driver_name()}"
    except (ArgumentError, NoSuchModuleError) as error:
        raise ConfigError("The database URL cannot be read.") from error
    if name == "sqlite+pysqlite" and parsed.database not in {None, "", ":memory:"}:
        return parsed
    if name == "postgresql+psycopg":
        return parsed
    raise ConfigError(
        "The database URL must begin with sqlite:/// and a path, or with postgresql+psycopg://."
    )


def _open_sqlite(url: URL, lock_timeout: timedelta) -> Engine:
    _create_private(Path(str(url.database)))
    engine = create_engine(
        url,
        # The driver starts no transactions of its own; _begin does.
        connect_args={"timeout": lock_timeout.total_seconds(), "isolation_level": None},
        max_overflow=-1,
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        _use_wal(connection, lock_timeout)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        # What is deleted or made shorter is overwritten with zeros.
        connection.execute("PRAGMA secure_delete = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, False)
        # Said only where it changes, as SQLite compiles every statement anew after a pragma.
        if connection.info.get(_WRITES) is not writes:
            connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
            connection.info[_WRITES] = writes
        # A deferred transaction that starts to write may fail at once; this one waits its turn.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _use_wal(connection: sqlite3.Connection, lock_timeout: timedelta) -> None:
    # Of processes that open a new file at once all but one are told at once that it is locked:
    # the driver's timeout does not cover this statement.
    deadline = time.monotonic() + lock_timeout.total_seconds()
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return


def _create_private(path: Path) -> None:
    # SQLite gives its -wal and -shm files the permissions of the database.
    try:
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR))
    except OSError as error:
        raise StorageError(
            "The catalogue's file cannot be created: its folder is missing or not accessible."
        ) from error


def _open_postgresql(url: URL, lock_timeout: timedelta) -> Engine:
    try:
        engine = create_engine(url, pool_pre_ping=True)
    except ImportError as error:
        raise ConfigError("PostgreSQL needs an extra: pip install 'raisonne[postgres]'.") from error
    milliseconds = round(lock_timeout.total_seconds() * 1_000)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.execute(f"SET lock_timeout = {milliseconds}")
        connection.execute("SET TIME ZONE 'UTC'")
        connection.commit()

    return engine


def take_lock(session: Session | Connection, lock: Lock) -> None:
    """Wait until no other transaction holds the lock, and hold it until the commit.

    On SQLite there is nothing to wait for: the writer is alone.
    """
    connection = session if isinstance(session, Connection) else session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK_SPACE, int(lock))))


@contextmanager
def _no_pool_timeout() -> Iterator[None]:
    try:
        yield
    except PoolTimeoutError as error:
        raise StorageError("All connections to the catalogue are in use.") from error
