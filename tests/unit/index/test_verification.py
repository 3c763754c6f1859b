"""What verification says while things go on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.index.memory_log import MemoryLog
from tests.unit.index.world import TENANT, World, filled, small_limits


@pytest.fixture(autouse=True)
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    small_limits(monkeypatch)


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
