"""PostgreSQL with pgvector as a vector engine: the step before a cluster of its own.

Each tenant and algorithm has a table of its own, so no query can reach another tenant's rows.
Small tables are scanned; large ones get an HNSW graph over half vectors, which pgvector goes on
walking until enough rows are found (https://github.com/pgvector/pgvector, "Iterative Index Scans").

Tried with PostgreSQL 18 and pgvector 0.8 on the same machine. A server elsewhere, replicas and
connection poolers were not tried.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import psycopg
import sqlalchemy as sql
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

from raisonne.index.candidate_engine import (
    NOTHING,
    CandidateEngineError,
    Candidates,
    ErasureReceipt,
    SpaceChange,
    space_changes,
)
from raisonne.index.ports import LogHead
from raisonne.rights.errors import InputError, StorageError
from raisonne.rights.fingerprint import FingerprintChange
from raisonne.vectors.pgvector_tables import (
    METADATA,
    MOST_DIMENSIONS,
    NUMBERS,
    SPACES,
    WATERMARKS,
    copy_rows,
    find_space,
    make_graph,
    near,
    read_watermark,
    vectors_table,
    write_watermark,
)

GRAPH_FROM = 20_000
"""Rows from which a table gets an HNSW graph; fewer are scanned in some tens of milliseconds.

The graph takes about a millisecond of processor time a row, when it is built and from then on.
"""

_LOCK_MILLISECONDS = 30_000
_ATTEMPTS = 3
_START_LOCK = (0x5256, 1)  # "RV"
_LOG = (
    "PostgreSQL's write-ahead log, and copies of it in archives, until its files are recycled and "
    "overwritten; nothing says when."
)
_COPIES = "Replicas until they have followed, and backups as long as they are kept."
_BLOCKS = "The disk's blocks of the table that was dropped, until the file system reuses them."
_PENDING = (_LOG, _COPIES, _BLOCKS)


class PgvectorEngine:
    """``CandidateEngine`` in PostgreSQL; rows and watermark are one transaction.

    Args:
        url: ``postgresql+psycopg://user@host/database``; may be the catalogue's own.
        graph_from: See ``GRAPH_FROM``.

    Raises:
        CandidateEngineError: If the server cannot be reached, or has no pgvector.
    """

    def __init__(self, url: str, *, graph_from: int = GRAPH_FROM) -> None:
        self._graph_from = graph_from
        self._engine = sql.create_engine(url, pool_pre_ping=True)
        self._readers = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

        @sql.event.listens_for(self._engine, "connect")
        def _configure(connection: Any, _record: Any) -> None:
            connection.execute(f"SET lock_timeout = {_LOCK_MILLISECONDS}")
            connection.commit()

        with _our_errors(), self._engine.begin() as connection:
            connection.execute(sql.select(sql.func.pg_advisory_xact_lock(*_START_LOCK)))
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS vector")
            METADATA.create_all(connection)

    def apply(
        self, tenant: str, after: int, changes: Sequence[FingerprintChange], reached: LogHead
    ) -> LogHead:
        """See ``CandidateEngine``."""
        spaces = space_changes(changes)
        with self._writing(tenant) as (connection, position):
            if position.sequence != after:
                return position
            for algorithm, change in spaces.items():
                self._change(connection, tenant, algorithm, change)
            write_watermark(connection, tenant, reached)
        return reached

    def candidates(
        self,
        tenant: str,
        algorithm: str,
        queries: NDArray[np.float32],
        k: int,
        minimum: float | None = None,
    ) -> Candidates:
        """See ``CandidateEngine``."""
        for _ in range(_ATTEMPTS - 1):
            with contextlib.suppress(_TableGoneError):
                return self._candidates(tenant, algorithm, queries, k, minimum)
        return self._candidates(tenant, algorithm, queries, k, minimum)

    def watermark(self, tenant: str) -> LogHead:
        """See ``CandidateEngine``."""
        with _our_errors(), self._readers.begin() as connection:
            return read_watermark(connection, tenant)

    def erase(self, tenant: str, algorithm: str, rows: Sequence[int]) -> ErasureReceipt:
        """See ``CandidateEngine``; all other rows are copied to a new table, and the old dropped.

        Rows that were removed earlier leave their bytes in a table too, and are gone after this.
        """
        with self._writing(tenant) as (connection, _):
            space = find_space(connection, tenant, algorithm)
            if space is None:
                return ErasureReceipt(0, pending=_PENDING)
            old, new = vectors_table(space.number, space.dimensions), _replace(connection, space)
            erased = old.c.id == sql.func.any(list(rows))
            held = connection.scalar(sql.select(sql.func.count()).where(erased)) or 0
            kept = sql.select(old.c.id, old.c.value).where(~erased)
            connection.execute(sql.insert(new).from_select(["id", "value"], kept))
            if space.indexed:
                make_graph(connection, new)
            old.drop(connection)
        return ErasureReceipt(held, rewritten=(old.name,), pending=_PENDING)

    def rebuild(self, tenant: str) -> None:
        """See ``CandidateEngine``."""
        mine = SPACES.c.tenant == tenant
        with self._writing(tenant) as (connection, _):
            for space in connection.execute(sql.select(SPACES).where(mine)).all():
                vectors_table(space.number, space.dimensions).drop(connection)
            connection.execute(sql.delete(SPACES).where(mine))
            write_watermark(connection, tenant, NOTHING)

    def close(self) -> None:
        """See ``CandidateEngine``."""
        self._engine.dispose()

    def _candidates(
        self,
        tenant: str,
        algorithm: str,
        queries: NDArray[np.float32],
        k: int,
        minimum: float | None,
    ) -> Candidates:
        with _our_errors(), self._readers.begin() as connection:
            # One snapshot, so that the rows are those of the watermark.
            position = read_watermark(connection, tenant)
            space = find_space(connection, tenant, algorithm)
            if space is None:
                return Candidates([np.empty(0, np.int64)] * len(queries), position)
            if queries.shape[1] != space.dimensions:
                raise InputError(
                    f"A query has {queries.shape[1]} components, {algorithm} {space.dimensions}."
                )
            return Candidates(near(connection, space, queries, k, minimum), position)

    @contextmanager
    def _writing(self, tenant: str) -> Iterator[tuple[Connection, LogHead]]:
        """Begin a transaction as the only one that changes a tenant's rows."""
        with _our_errors(), self._engine.begin() as connection:
            connection.execute(
                postgresql.insert(WATERMARKS)
                .values(tenant=tenant, sequence=NOTHING.sequence, mark=NOTHING.mark)
                .on_conflict_do_nothing()
            )
            yield connection, read_watermark(connection, tenant, lock=True)

    def _change(
        self, connection: Connection, tenant: str, algorithm: str, change: SpaceChange
    ) -> None:
        dimensions = change.vectors.shape[1]
        space = find_space(connection, tenant, algorithm)
        if space is None:
            if not len(change.added):
                return
            space = _new_space(connection, tenant, algorithm, dimensions)
        if len(change.added) and dimensions != space.dimensions:
            raise StorageError(
                f"Fingerprint {change.added[0]} ({algorithm}) has {dimensions} components "
                f"instead of {space.dimensions}."
            )
        table = vectors_table(space.number, space.dimensions)
        touched = np.concatenate([change.removed, change.added]).tolist()
        connection.execute(sql.delete(table).where(table.c.id == sql.func.any(touched)))
        if len(change.added):
            copy_rows(connection, table, change)
        if not space.indexed and space.dimensions <= MOST_DIMENSIONS:
            self._make_graph_if_large(connection, space, table)

    def _make_graph_if_large(self, connection: Connection, space: Row[Any], table: Table) -> None:
        count = connection.scalar(sql.select(sql.func.count()).select_from(table)) or 0
        if count >= self._graph_from:
            make_graph(connection, table)
            here = SPACES.c.number == space.number
            connection.execute(sql.update(SPACES).where(here).values(indexed=True))


class _TableGoneError(CandidateEngineError):
    """A table was dropped, by an erasure or a rebuilding, after the snapshot that names it."""


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, psycopg.Error) as error:
        undefined = psycopg.errors.UndefinedTable
        gone = isinstance(error, ProgrammingError) and isinstance(error.orig, undefined)
        # What the driver says may hold values or the password, so it is only the cause.
        kind = _TableGoneError if gone else CandidateEngineError
        raise kind(f"The vector engine in PostgreSQL failed ({type(error).__name__}).") from error


def _new_space(connection: Connection, tenant: str, algorithm: str, dimensions: int) -> Row[Any]:
    number = connection.scalar(NUMBERS)
    vectors_table(number, dimensions).create(connection)
    made = sql.insert(SPACES).values(
        tenant=tenant, algorithm=algorithm, number=number, dimensions=dimensions, indexed=False
    )
    return connection.execute(made.returning(*SPACES.c)).one()


def _replace(connection: Connection, space: Row[Any]) -> Table:
    """Put a new, empty table in the place of a space's old one."""
    number = connection.scalar(NUMBERS)
    table = vectors_table(number, space.dimensions)
    table.create(connection)
    here = SPACES.c.number == space.number
    connection.execute(sql.update(SPACES).where(here).values(number=number))
    return table
