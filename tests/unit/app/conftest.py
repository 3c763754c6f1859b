"""The product, wired as ever, on a temporary home.

Tests of a module marked ``engines`` run on SQLite and again on PostgreSQL: what is decided about
rights must not depend on where they are stored.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.unit.app.house import database_on, home_on

from raisonne.runtime.wiring import Service

ENGINES = ("sqlite", "postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames:
        both = metafunc.definition.get_closest_marker("engines")
        metafunc.parametrize("engine", ENGINES if both else ENGINES[:1], scope="session")


@pytest.fixture(scope="session")
def service(
    engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Service]:
    with home_on(engine, tmp_path_factory.mktemp("home"), request) as opened:
        yield opened


@pytest.fixture
def database(engine: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a database with tables and no rows; empty for SQLite inside a home."""
    with database_on(engine, request) as url:
        yield url


@pytest.fixture
def ledger_size(service: Service) -> int:
    """Entries before the test."""
    service.ledger.integrate()
    head = service.ledger.head()
    return head.size if head else 0
