"""What all tests share: a PostgreSQL where one is asked for, and an order that ends early."""

from __future__ import annotations

import pytest
from tests.postgres import postgres_server

__all__ = ["postgres_server"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let files with slow tests begin, so that no process waits at the end for one that is left."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
