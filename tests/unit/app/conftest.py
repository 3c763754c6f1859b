"""The product, wired as ever, on a temporary home.

Tests of a module marked ``engines`` run on SQLite and again on PostgreSQL: what is decided about
rights must not depend on where they are stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.postgres import PostgresServer

from raisonne.runtime.settings import Settings
from raisonne.runtime.wiring import Service, open_service

ENGINES = ("sqlite", "postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames:
        both = metafunc.definition.get_closest_marker("engines")
        metafunc.parametrize("engine", ENGINES if both else ENGINES[:1], scope="session")


@pytest.fixture(scope="session")
def service(
    engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Service]:
    home = tmp_path_factory.mktemp("home")
    with (
        _database(engine, request) as url,
        open_service(Settings(home=home, database=url)) as opened,
    ):
        yield opened


@pytest.fixture
def database(engine: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a database with tables and no rows; empty for SQLite inside a home."""
    with _database(engine, request) as url:
        yield url


@pytest.fixture
def ledger_size(service: Service) -> int:
    """Entries before the test."""
    service.ledger.integrate()
    head = service.ledger.head()
    return head.size if head else 0


@contextmanager
def _database(engine: str, request: pytest.FixtureRequest) -> Iterator[str]:
    if engine == "sqlite":
        yield ""
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.database("migrated") as url:
        yield url
