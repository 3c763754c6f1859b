"""When files are made of what, and how many there are in the end."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import pytest
from tests.unit.index.world import DIGEST, TENANT, World, fingerprints, rubbish, small_limits

from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.index.statistics import SpaceStatistics
from raisonne.index.upkeep import MOST_ROWS, plan_for
from raisonne.rights.fingerprint import FingerprintKind

SEAL = 12


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    small_limits(monkeypatch)
    return World(tmp_path)


def grow(world: World, works: int) -> None:
    """Register works with nothing but a digest."""
    for _ in range(works):
        number = len(world.works)
        world.works.append(world.log.add(TENANT, str(number), fingerprints(number % 50)[:1]))


def digests(index: CatalogueIndex) -> SpaceStatistics:
    (space,) = index.statistics(TENANT).spaces
    assert space.algorithm == DIGEST
    return space


def test_few_rows_stay_in_memory(world: World) -> None:
    index = world.open()
    index.refresh(TENANT)
    for number in range(2):
        grow(world, SEAL - 1)
        index.maintain(TENANT)
        assert (digests(index).delta_rows, digests(index).segments) == (SEAL - 1, number)
        grow(world, 1)
        index.maintain(TENANT)
        assert (digests(index).delta_rows, digests(index).segments) == (0, number + 1)


def test_files_stay_few_and_rows_are_seldom_written_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MOST_ROWS, FingerprintKind.EXACT, 1 << 20)
    index, written = world.open(), []
    rounds = 40
    for _ in range(rounds):
        grow(world, SEAL)
        index.maintain(TENANT, progress=lambda done, total: written.append((done, total)))
        tiers = 1 + math.log(len(world.works) / SEAL, 4)
        assert digests(index).segments <= 3 * tiers + 1
    world.check(index)
    rows = sum(total for done, total in written if done == total)
    assert rows <= SEAL * rounds * (1 + math.log(rounds, 4))
    assert rubbish(world) == set()


def test_a_file_holds_no_more_rows_than_it_may(world: World) -> None:
    index = world.open()
    for _ in range(25):
        grow(world, 10)
        index.maintain(TENANT)
    for job in (index.compact, index.rebuild):
        job(TENANT)
        (checkpoint,) = world.listed.checkpoints.values()
        assert [record.rows for record in checkpoint.segments] == [60, 60, 60, 60, 10]
        ranges = [(record.first, record.last) for record in checkpoint.segments]
        assert all(last < first for (_, last), (first, _) in pairwise(ranges))
        world.check(index)


def test_a_file_of_which_much_is_withdrawn_is_written_again(world: World) -> None:
    index = world.open()
    grow(world, 50)
    index.maintain(TENANT)
    before = world.files()
    world.withdraw(*range(10))
    index.maintain(TENANT)
    assert world.files() == before
    assert digests(index).masked_rows == 10
    world.withdraw(10)
    index.maintain(TENANT)
    assert world.files() != before
    assert (digests(index).masked_rows, digests(index).rows) == (0, 39)
    world.withdraw(*range(50))
    index.maintain(TENANT)
    assert world.files() == []
    world.check(world.open())


def test_compaction_leaves_one_file_without_what_is_withdrawn(world: World) -> None:
    index = world.open()
    for _ in range(3):
        grow(world, 13)
        index.maintain(TENANT)
    world.withdraw(3, 20)
    grow(world, 2)
    progress: list[tuple[int, int]] = []
    index.compact(TENANT, progress=lambda *numbers: progress.append(numbers))
    space = digests(index)
    assert (space.rows, space.delta_rows, space.masked_rows, space.segments) == (39, 0, 0, 1)
    assert progress[-1] == (39, 39)
    before = world.files()
    index.compact(TENANT)
    assert world.files() == before
    world.check(index)
    world.check(world.open())


def test_nothing_to_do_is_no_plan(world: World) -> None:
    index = world.open()
    with index._of(TENANT).read() as state:
        assert plan_for(state) is None
        assert plan_for(state, compact=True) is None
    grow(world, 1)
    with index._of(TENANT).read() as state:
        assert plan_for(state) is None
        plan = plan_for(state, compact=True)
    assert plan is not None
    assert plan.rows == 1


def test_rebuilding_makes_all_files_anew_and_tells_how_far_it_is(world: World) -> None:
    index = world.open()
    grow(world, 100)
    index.maintain(TENANT)
    world.withdraw(*range(30))
    before = set(world.files())
    progress: list[tuple[int, int]] = []
    index.rebuild(TENANT, progress=lambda *numbers: progress.append(numbers))
    assert not before & set(world.files())
    assert digests(index).rows == 70
    assert digests(index).masked_rows == 0
    assert [done for done, _ in progress] == [60, 70]
    world.check(index)
    assert rubbish(world) == set()


def test_an_index_in_memory_has_nothing_to_keep_up(world: World) -> None:
    index = CatalogueIndex(world.log)
    world.add(3)
    world.withdraw(1)
    assert index.maintain(TENANT)
    index.rebuild(TENANT)
    assert index.compact(TENANT).values == 4
    world.check(index)
