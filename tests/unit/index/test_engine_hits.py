from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.unit.index.memory_engine import MemoryEngine
from tests.unit.index.world import TENANT, VECTOR, World, small_limits, unit

from raisonne.index.candidate_engine import CandidateEngineError
from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.index.segment_store import SegmentStore
from raisonne.index.view import IndexView

QUERIES = unit(np.random.default_rng(5), 3)


@pytest.fixture(autouse=True)
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    small_limits(monkeypatch)


def answers(view: IndexView, reserving: int = 0) -> list[list[tuple[int, int, float]]]:
    found = (
        view.search_float(VECTOR, QUERIES, 7, reserving=reserving),
        view.search_float_range(VECTOR, QUERIES, 0.2, reserving=reserving),
    )
    return [[(hit.row, hit.entry.id, hit.measure) for hit in hits] for hits in found]


def assert_alike(world: World, index: CatalogueIndex) -> None:
    with index.read(TENANT) as one, CatalogueIndex(world.log).read(TENANT) as other:
        for reserving in (0, 2):
            assert answers(one, reserving) == answers(other, reserving)


def test_what_an_engine_proposes_is_answered_from_the_catalogue(tmp_path: Path) -> None:
    world, engine = World(tmp_path), MemoryEngine()
    index = CatalogueIndex(world.log, world.store(), engine)
    world.add(40)
    assert_alike(world, index)  # The engine has heard of nothing yet.
    assert index.maintain(TENANT)
    assert engine.watermark(TENANT) == world.log.head()
    world.withdraw(3, 4)
    world.add(5)
    world.restore(7, 8, 30, reserved=2)
    assert_alike(world, index)  # It lags behind.
    assert index.maintain(TENANT)
    assert_alike(world, index)
    assert index.verify(TENANT) == []


def test_a_compaction_says_what_the_engine_may_still_hold(tmp_path: Path) -> None:
    world, engine = World(tmp_path), MemoryEngine()
    index = CatalogueIndex(world.log, world.store(), engine)
    world.add(3)
    index.maintain(TENANT)
    world.withdraw(1)
    index.compact(TENANT)
    assert engine.watermark(TENANT) == world.log.head()
    with index.read(TENANT) as view:
        assert len(view.search_float(VECTOR, QUERIES[:1], 9)) == 2


def test_an_engine_that_fails_is_no_empty_answer(tmp_path: Path) -> None:
    class Broken(MemoryEngine):
        def candidates(self, *_args: object, **_options: object) -> object:
            raise OSError

    world = World(tmp_path)
    world.add(3)
    index = CatalogueIndex(world.log, world.store(), Broken())
    with index.read(TENANT) as view, pytest.raises(CandidateEngineError):
        view.search_float(VECTOR, QUERIES, 2)


def test_an_earlier_revision_is_looked_up_without_the_engine(tmp_path: Path) -> None:
    world, engine = World(tmp_path), MemoryEngine()
    world.add(20)
    index = CatalogueIndex(world.log, world.store(), engine)
    then = index.refresh(TENANT)
    index.maintain(TENANT)
    with index.read(TENANT) as view:
        before = answers(view)
    world.withdraw(*range(10))
    index.maintain(TENANT)
    with index.read(TENANT, then) as view:
        assert answers(view) == before


def test_a_device_gives_the_answers_of_the_host(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="NO TORCH: products on its devices are not tried")
    world = World(tmp_path)
    store = SegmentStore(world.folder, world.listed, world.keys, device="torch:cpu")
    index = CatalogueIndex(world.log, store)
    world.add(40)
    index.maintain(TENANT)
    world.withdraw(3, 20)
    world.restore(7, reserved=2)
    assert_alike(world, index)
