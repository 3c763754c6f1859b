from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.index.memory_log import MemoryLog
from tests.unit.index.world import DIGEST, TENANT, fingerprints, ids

from raisonne.index import rows
from raisonne.index.rows import LoggedRows, Values, merged
from raisonne.rights.fingerprint import WorkFingerprint


@pytest.fixture(autouse=True)
def pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "PAGE", 7)


def entry(number: int) -> WorkFingerprint:
    return WorkFingerprint(
        number, TENANT, f"works/{number}", f"assets/{number}", fingerprints(0)[0]
    )


class Part:
    """Rows that note what was asked for."""

    def __init__(self, held: list[int]) -> None:
        self.held = held

    def entries(self, positions: np.ndarray) -> list[WorkFingerprint]:
        return [entry(self.held[position]) for position in positions]


@given(st.lists(st.integers(0, 3), max_size=60), st.integers(1, 20))
def test_parts_are_merged_in_order_of_row_id(owners, most):
    parts = [
        Part([row for row, owner in enumerate(owners, start=1) if owner == part])
        for part in range(4)
    ]
    wanted = [[p for p in range(len(part.held)) if part.held[p] % 3] for part in parts]
    positions = [np.array(each, np.int64) for each in wanted]
    held = [
        np.array([part.held[p] for p in each], np.int64)
        for part, each in zip(parts, wanted, strict=True)
    ]
    rows_ = merged(parts, held, positions)
    expected = [row for row in range(1, len(owners) + 1) if row % 3]
    for _ in range(2):
        pages = list(rows_)
        assert [e.id for page in pages for e in page] == expected
        assert all(0 < len(page) <= rows.PAGE for page in pages)
    assert len(rows_) == len(expected)
    groups = [[e.id for page in group for e in page] for group in rows_.split(most)]
    assert [row for group in groups for row in group] == expected
    assert all(0 < len(group) <= most for group in groups)


def test_rows_of_the_log_come_page_by_page_within_their_limits():
    log = MemoryLog()
    entries = [log.add(TENANT, str(n), fingerprints(n)[:1])[0] for n in range(40)]
    log.remove(entries[10:12])
    revision = len(log.rows)
    log.remove(entries[:5])
    held = [e.id for e in entries if e not in entries[10:12]]

    def read(**limits: object) -> list[int]:
        found = LoggedRows(log, TENANT, DIGEST, revision, **limits)
        assert ids([e for page in found for e in page]) == ids([e for p in found for e in p])
        return ids([e for page in found for e in page])

    assert read() == held
    assert read(after=8, until=20) == [row for row in held if 8 < row <= 20]
    assert read(most=15) == held[:15]
    assert read(after=30, most=9) == [row for row in held if row > 30][:9]
    omitted = np.array([1, 2, 3, 9, 35])
    assert read(omitted=omitted) == [row for row in held if row not in omitted]
    assert read(after=40) == []


def test_values_come_as_arrays_each_time_anew():
    log = MemoryLog()
    for number in range(20):
        log.add(TENANT, str(number), fingerprints(number)[:1])
    values = Values(LoggedRows(log, TENANT, DIGEST, 20, omitted=np.arange(8, 15)), np.uint8)
    expected = [fingerprints(n)[0].value for n in range(20) if not 8 <= n + 1 < 15]
    for _ in range(2):
        assert [row.tobytes() for page in values for row in page] == expected
