"""Any history, whatever files it is kept in, is answered as from memory."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.unit.index.memory_log import MemoryLog
from tests.unit.index.world import (
    TENANT,
    World,
    assert_alike,
    flip,
    no_more_than,
    put,
    small_limits,
)

from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.rights.fingerprint import ChangeOperation

STEPS, WORKS = 40, 150


@pytest.fixture(autouse=True)
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    small_limits(monkeypatch)


@pytest.mark.parametrize("seed", range(2))
def test_two_indexes_over_one_folder_answer_like_one_in_memory(seed: int, tmp_path: Path) -> None:
    """They are as two processes: one makes files of what the other has open."""
    chance = random.Random(seed)
    world = World(tmp_path / "index", sealed=bool(seed % 2))
    indexes = [world.open(), world.open()]
    for step in range(STEPS):
        change(world, chance)
        keep_up(world, indexes, chance)
        if step % 8 == 7:
            for index in indexes:
                world.check(index)
            compare_with_the_past(world, indexes, chance)
    for _ in range(3):
        damage(world, chance)
        indexes[1] = world.open()
        for index in indexes:
            world.check(index)
        change(world, chance)
    assert all(index.maintain(TENANT) for index in indexes)
    assert {path.name for path in world.files()} == world.listed.names(world.store().identity)


def change(world: World, chance: random.Random) -> None:
    what = chance.random()
    numbers = chance.sample(range(len(world.works)), min(len(world.works), chance.randint(1, 4)))
    if what < 0.45 and len(world.works) < WORKS:
        world.add(chance.randint(1, 9))
    elif what < 0.7:
        world.withdraw(*numbers)
    else:
        world.restore(*numbers, reserved=chance.randrange(8))


def keep_up(world: World, indexes: list[CatalogueIndex], chance: random.Random) -> None:
    what, index = chance.random(), chance.choice(indexes)
    if what < 0.35:
        index.maintain(TENANT)
    elif what < 0.45:
        index.compact(TENANT)
    elif what < 0.5:
        index.rebuild(TENANT)
    elif what < 0.6:
        indexes[chance.randrange(2)] = world.open()
    elif what < 0.8:
        index.refresh(TENANT)


def compare_with_the_past(
    world: World, indexes: list[CatalogueIndex], chance: random.Random
) -> None:
    """An index of today at a revision knows what one knew that followed no further."""
    revision = chance.randint(0, len(world.log.rows))
    then = MemoryLog()
    then.rows = world.log.rows[:revision]
    latest = {each.entry.id: each for each in then.rows}
    erased = {
        row
        for row, each in latest.items()
        if each.operation is ChangeOperation.ADD and not each.entry.fingerprint.value
    }
    with CatalogueIndex(then).read(TENANT) as expected:
        wanted = {(name, row) for name, rows in expected.contents().items() for row in rows.items()}
    for index in indexes:
        with index.read(TENANT, revision) as view:
            found = {(name, row) for name, rows in view.contents().items() for row in rows.items()}
            # Files that another process has not given up yet may hold values that are erased.
            more = {row for _, (row, _) in found - wanted}
            assert found >= wanted
            assert more <= erased
            assert view.erased == len(erased - more)
            assert view.revision == revision


def damage(world: World, chance: random.Random) -> None:
    files = world.files()
    for path in chance.sample(files, min(len(files), chance.randint(1, 3))):
        match chance.randrange(4):
            case 0:
                flip(path, chance.random())
            case 1:
                no_more_than(path, chance.randrange(path.stat().st_size))
            case 2:
                put(path, chance.choice(files).read_bytes())
            case _:
                path.unlink(missing_ok=True)
        files = world.files()
        if not files:
            return


def test_views_of_the_past_answer_every_question(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.add(30)
    index = world.open()
    index.maintain(TENANT)
    revision = len(world.log.rows)
    world.withdraw(1, 2, 25)
    world.add(10)
    index.maintain(TENANT)
    then = MemoryLog()
    then.rows = world.log.rows[:revision]
    for opened in (index, world.open()):
        with opened.read(TENANT, revision) as one, CatalogueIndex(then).read(TENANT) as other:
            assert_alike(one, other)
