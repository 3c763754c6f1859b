"""The product, wired as ever, on a temporary home."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from raisonne.runtime.settings import Settings
from raisonne.runtime.wiring import Service, open_service


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with open_service(Settings(home=tmp_path_factory.mktemp("home"))) as opened:
        yield opened


@pytest.fixture
def ledger_size(service: Service) -> int:
    """Entries before the test."""
    service.ledger.integrate()
    head = service.ledger.head()
    return head.size if head else 0
