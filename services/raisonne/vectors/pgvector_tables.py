"""The tables of vectors in PostgreSQL, and the statements that read and fill them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import sqlalchemy as sql
from numpy.typing import NDArray
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import Column, Connection, Row, Table

from raisonne.index.candidate_engine import NOTHING, SpaceChange
from raisonne.index.ports import LogHead

MOST_DIMENSIONS = 4000
"""Of half vectors in an HNSW graph."""
_MOST_WALKED = 1000  # pgvector's largest ``hnsw.ef_search``; more neighbours are found by a scan.
_LEAST_WALKED = 200

METADATA = sql.MetaData()
NUMBERS = sql.Sequence("raisonne_vectors_number", metadata=METADATA)
WATERMARKS = Table(
    "raisonne_vectors_watermark",
    METADATA,
    Column("tenant", sql.Text, primary_key=True),
    Column("sequence", sql.BigInteger, nullable=False),
    Column("mark", sql.BigInteger, nullable=False),
)
SPACES = Table(
    "raisonne_vectors_space",
    METADATA,
    Column("tenant", sql.Text, primary_key=True),
    Column("algorithm", sql.Text, primary_key=True),
    Column("number", sql.BigInteger, nullable=False, unique=True),
    Column("dimensions", sql.Integer, nullable=False),
    Column("indexed", sql.Boolean, nullable=False),
)
"""Which table holds the vectors of a tenant and an algorithm; see ``vectors_table``."""


@lru_cache(maxsize=1024)
def vectors_table(number: int, dimensions: int) -> Table:
    """Return the table of a space's vectors, which need not exist yet."""
    return Table(
        f"raisonne_vectors_{number}",
        sql.MetaData(),
        Column("id", sql.BigInteger, primary_key=True, autoincrement=False),
        Column("value", HALFVEC(dimensions), nullable=False),
    )


def read_watermark(connection: Connection, tenant: str, *, lock: bool = False) -> LogHead:
    """Return a tenant's position, and hold its row until the commit if asked to."""
    found = sql.select(WATERMARKS).where(WATERMARKS.c.tenant == tenant)
    row = connection.execute(found.with_for_update() if lock else found).one_or_none()
    return NOTHING if row is None else LogHead(row.sequence, row.mark)


def write_watermark(connection: Connection, tenant: str, position: LogHead) -> None:
    """Set the position of a tenant that has one."""
    connection.execute(
        sql.update(WATERMARKS)
        .where(WATERMARKS.c.tenant == tenant)
        .values(sequence=position.sequence, mark=position.mark)
    )


def find_space(connection: Connection, tenant: str, algorithm: str) -> Row[Any] | None:
    """Return the row of ``SPACES``, or None."""
    found = sql.select(SPACES).where(SPACES.c.tenant == tenant, SPACES.c.algorithm == algorithm)
    return connection.execute(found).one_or_none()


def near(
    connection: Connection,
    space: Row[Any],
    queries: NDArray[np.float32],
    k: int,
    minimum: float | None,
) -> list[NDArray[np.int64]]:
    """Return the nearest rows of a space; see ``CandidateEngine.candidates``."""
    walks = space.indexed and k <= _MOST_WALKED
    if walks:
        _walk_far(connection, k)
    table = vectors_table(space.number, space.dimensions)
    return [_near(connection, table, query, k, minimum, walks=walks) for query in queries]


def _near(
    connection: Connection,
    table: Table,
    query: NDArray[np.float32],
    k: int,
    minimum: float | None,
    *,
    walks: bool,
) -> NDArray[np.int64]:
    # The operator gives the negative inner product, because PostgreSQL's indexes ascend.
    distance = table.c.value.max_inner_product(query)
    if walks:
        nearest = sql.select(table.c.id, distance).order_by(distance).limit(k)
        walked = connection.execute(nearest).all()
        if len(walked) == k:
            enough = [row for row, away in walked if minimum is None or -away >= minimum]
            return np.array(enough, np.int64)
    statement = sql.select(table.c.id)
    if minimum is not None:
        statement = statement.where(distance <= -minimum)
    # What is added hides the graph from the planner: that it was walked to its end without finding
    # enough is no proof that there is no more.
    found = connection.scalars(statement.order_by(distance + 0.0).limit(k))
    return np.array(found.all(), np.int64)


def _walk_far(connection: Connection, k: int) -> None:
    breadth = min(_MOST_WALKED, max(_LEAST_WALKED, 2 * k))
    setting, local = sql.func.set_config, sql.true()
    connection.execute(
        sql.select(
            setting("hnsw.ef_search", str(breadth), local),
            setting("hnsw.iterative_scan", "strict_order", local),
        )
    )


def make_graph(connection: Connection, table: Table) -> None:
    """Build an HNSW graph over a table.

    A graph that outgrows its memory is built many times slower. Several workers would build it in
    shared memory, of which containers have little.
    """
    setting, local = sql.func.set_config, sql.true()
    connection.execute(
        sql.select(
            setting("maintenance_work_mem", "1GB", local),
            setting("max_parallel_maintenance_workers", "0", local),
        )
    )
    connection.exec_driver_sql(f"CREATE INDEX ON {table.name} USING hnsw (value halfvec_ip_ops)")


def copy_rows(connection: Connection, table: Table, change: SpaceChange) -> None:
    """Write rows as PostgreSQL reads them fastest: counts and lengths before values, big-endian.

    https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"; a half vector is its
    dimensions, a number that is 0, and its components (pgvector, ``halfvec_send``).
    """
    count, dimensions = change.vectors.shape
    layout = [
        ("fields", ">i2"),
        ("id_bytes", ">i4"),
        ("id", ">i8"),
        ("value_bytes", ">i4"),
        ("dimensions", ">i2"),
        ("unused", ">i2"),
        ("value", ">f2", (dimensions,)),
    ]
    rows = np.zeros(count, np.dtype(layout))
    rows["fields"], rows["id_bytes"], rows["id"] = 2, 8, change.added
    rows["value_bytes"], rows["dimensions"] = 4 + 2 * dimensions, dimensions
    rows["value"] = change.vectors
    statement = f"COPY {table.name} (id, value) FROM STDIN (FORMAT BINARY)"
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
        copy.write(rows.tobytes())
        copy.write(b"\xff\xff")
