"""What verification says while things go on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.index.memory_log import MemoryLog
from tests.unit.index.world import (
    TENANT,
    World,
    small_limits,
)

from raisonne.index.catalogue_index import CatalogueIndex


@pytest.fixture(autouse=True)
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    small_limits(monkeypatch)


@pytest.fixture
def plain(tmp_path: Path) -> World:
    return World(tmp_path / "index")


def filled(world: World, works: int = 20) -> CatalogueIndex:
    """An index whose works all lie in files."""
    world.add(works)
    index = world.open()
    assert index.maintain(TENANT)
    assert {each.delta_rows for each in index.statistics(TENANT).spaces} == {0}
    return index


def test_reservations_that_change_during_verification_are_no_difference(plain: World) -> None:
    index = filled(plain)

    class Log(MemoryLog):
        def in_force(self, *arguments: Any, **limits: Any) -> Any:
            plain.restore(4, reserved=3)
            plain.withdraw(5)
            page = super().in_force(*arguments, **limits)
            # As a database tells it: what is reserved now.
            return [replace(e, reserved=3 if e.work == "works/4" else e.reserved) for e in page]

    log = Log()
    log.rows = plain.log.rows
    plain.log = index._log = log
    plain.restore(4, 5, 6, reserved=2)
    assert index.verify(TENANT) == []
