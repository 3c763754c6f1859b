from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.congruence.builders import make_work

from raisonne.rights.work import WorkVersion, version_at

DAY = timedelta(days=1)
START = datetime(2026, 1, 1, tzinfo=UTC)


def version(revision: int, day: int, *, cancelled_by: int = 0) -> WorkVersion:
    work = replace(make_work(), revision=revision, title=f"revision {revision}")
    return WorkVersion(work, START + day * DAY, cancelled_by=cancelled_by)


@pytest.mark.parametrize(
    ("day", "revision"),
    [(-5, 1), (0, 1), (9, 1), (10, 3), (19, 3), (20, 2), (99, 2)],
)
def test_the_version_that_came_into_force_last_holds(day: int, revision: int) -> None:
    versions = [version(1, 0), version(2, 20), version(3, 10), version(4, 15, cancelled_by=5)]
    assert version_at(versions, START + day * DAY).work.revision == revision


def test_of_two_from_the_same_time_on_the_one_recorded_last_holds() -> None:
    for versions in ([version(1, 0), version(2, 0)], [version(2, 0), version(1, 0)]):
        assert version_at(versions, START).work.revision == 2
        assert version_at(versions, START - DAY).work.revision == 2


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=8), st.integers(-10, 10))
def test_what_comes_into_force_later_changes_nothing_before(days: list[int], at: int) -> None:
    versions = [version(number, day) for number, day in enumerate(days, 1)]
    later = version(len(days) + 1, max(at, min(days)) + 1)
    when = START + at * DAY
    assert version_at([*versions, later], when) == version_at(versions, when)


def test_what_was_all_taken_back_holds_nothing() -> None:
    with pytest.raises(ValueError, match="empty"):
        version_at([version(1, 0, cancelled_by=2)], START)
