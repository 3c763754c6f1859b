from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.index.world import World


@pytest.fixture(params=["plain", "sealed"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    return World(tmp_path / "index", sealed=request.param == "sealed")


@pytest.fixture
def plain(tmp_path: Path) -> World:
    return World(tmp_path / "index")
