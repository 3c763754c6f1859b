"""What an index promises while the catalogue, its files and other processes change around it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.index.memory_log import MemoryLog
from tests.unit.index.memory_segments import MemoryKeys, MemorySegmentList
from tests.unit.index.world import (
    ALGORITHMS,
    DIGEST,
    TENANT,
    World,
    descriptors_open,
    filled,
    fingerprints,
    found,
    rubbish,
    small_limits,
)

from raisonne.index.block_file import DamagedSegmentError
from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.index.ports import Checkpoint, LogHead
from raisonne.index.segment_store import IndexBusyError, SegmentStore
from raisonne.rights.errors import StorageError
from raisonne.rights.fingerprint import Fingerprint


@pytest.fixture(autouse=True)
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    small_limits(monkeypatch)


# --- Files and memory ----------------------------------------------------------------------------


def test_what_lies_in_files_is_read_from_them_and_not_from_the_log(world: World) -> None:
    filled(world)
    asked: list[int] = []

    class Log(MemoryLog):
        def changes(self, tenant: str, after: int, limit: int) -> Any:
            asked.append(after)
            return super().changes(tenant, after, limit)

    log = Log()
    log.rows = world.log.rows
    world.log = log
    index = world.open()
    index.refresh(TENANT)
    assert asked == []
    world.check(index)
    assert index.statistics(TENANT).sealed == len(log.rows)


def test_tenants_have_files_of_their_own(world: World) -> None:
    index = filled(world)
    world.add(20, "other")
    index.maintain("other")
    names = {
        whose: {each.name for each in checkpoint.segments}
        for (_, whose), checkpoint in world.listed.checkpoints.items()
    }
    assert names[TENANT]
    assert names["other"]
    assert not names[TENANT] & names["other"]
    for opened in (index, world.open()):
        world.check(opened)
        world.check(opened, "other")
        assert found(opened, 25) == set()
        assert found(opened, 25, "other") == {"works/25"}
        assert found(opened, 5, "other") == set()
        assert opened.state("third") == {"revision": len(world.log.rows), "entries": {}}
    index.compact("other")
    world.check(world.open())


def test_a_view_counts_what_is_in_force_in_files_and_in_memory(plain: World) -> None:
    index = filled(plain)
    plain.withdraw(0, 1)
    plain.add(2)
    assert index.state(TENANT)["entries"] == dict.fromkeys(ALGORITHMS, 20)
    statistics = {each.algorithm: each for each in index.statistics(TENANT).spaces}
    for algorithm in ALGORITHMS:
        space = statistics[algorithm]
        assert (space.rows, space.delta_rows, space.masked_rows, space.segments) == (20, 2, 2, 1)
        assert space.masked_share == 0.1
        assert space.size_bytes == plain.file_of(algorithm).stat().st_size


def test_an_index_that_falls_far_behind_makes_files_by_itself(plain: World) -> None:
    index = plain.open()
    index.refresh(TENANT)
    plain.add(200)
    plain.check(index)
    assert max(each.delta_rows for each in index.statistics(TENANT).spaces) < 40
    assert rubbish(plain) == set()


@pytest.mark.parametrize("number", range(4))
def test_a_value_of_the_wrong_length_is_refused_also_beside_files(
    plain: World, number: int
) -> None:
    index = filled(plain)
    whole = fingerprints(99)[number]
    plain.log.add(TENANT, "b", [replace(whole, value=whole.value[:-2])])
    for opened in (index, plain.open()):
        with pytest.raises(StorageError, match="Fingerprint 81"):
            opened.refresh(TENANT)


# --- Two processes -------------------------------------------------------------------------------


def test_one_compacts_while_the_other_reads_and_then_adopts(world: World) -> None:
    one, other = filled(world), world.open()
    other.refresh(TENANT)
    old = set(world.files())
    world.withdraw(*range(5))
    with other.read(TENANT) as view:
        one.compact(TENANT)
        assert not old & set(world.files())
        assert view.search_exact(DIGEST, fingerprints(7)[0].value)
        assert view.search_exact(DIGEST, fingerprints(2)[0].value) == ()
    world.check(other)
    assert other.statistics(TENANT).spaces[0].masked_rows == 5
    assert other.maintain(TENANT)
    assert {each.masked_rows for each in other.statistics(TENANT).spaces} == {0}
    world.check(other)
    one = CatalogueIndex(world.log)
    del view
    assert not [name for name in descriptors_open(world.folder) if "deleted" in name]


def test_a_commit_that_another_process_was_faster_with_changes_nothing(plain: World) -> None:
    """Nobody who holds the lock can be outrun, so this takes a lock that is none."""
    index = filled(plain)
    hook = plain.listed = Hooked(plain.listed)
    late = plain.open()
    late.refresh(TENANT)
    plain.add(15)
    hook.before_commit = lambda: index.compact(TENANT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(late._store, "maintaining", index._store.maintaining)
        assert not late.maintain(TENANT)
    plain.check(late)
    assert late.maintain(TENANT)
    plain.check(late)
    plain.check(plain.open())
    assert rubbish(plain) == set()


def test_a_compaction_that_was_outrun_is_tried_again_before_anything_is_erased(
    plain: World,
) -> None:
    index = filled(plain)
    hook = plain.listed = Hooked(plain.listed)
    late = plain.open()
    plain.withdraw(3, 4)
    hook.before_commit = lambda: index.rebuild(TENANT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(late._store, "maintaining", index._store.maintaining)
        assert late.compact(TENANT).values == 8
    assert {each.masked_rows for each in late.statistics(TENANT).spaces} == {0}
    plain.check(late)
    plain.check(plain.open())


def test_what_was_only_ever_in_memory_is_erased_by_compaction_too(world: World) -> None:
    index = filled(world)
    world.add(3)
    world.withdraw(20, 21)
    assert index.compact(TENANT).values == 8
    assert index.compact(TENANT).values == 0
    world.withdraw(22)
    world.restore(22)
    world.withdraw(22)
    assert world.open().compact(TENANT).values == 4
    assert {c.entry.work for c in world.log.rows if not c.entry.fingerprint.value} == {
        f"works/{number}" for number in (20, 21, 22)
    }
    world.check(index)
    world.check(world.open())


def test_only_one_makes_files_at_a_time(plain: World) -> None:
    index = filled(plain)
    plain.add(15)
    with plain.store().maintaining() as held:
        assert held
        assert not index.maintain(TENANT)
        for job in (index.compact, index.rebuild):
            with pytest.raises(IndexBusyError, match="is making files"):
                job(TENANT)
        plain.check(index)
    assert index.maintain(TENANT, wait_seconds=5)


# --- Changes while files are written -------------------------------------------------------------


class Hooked:
    """A list of files that calls back once, before a commit or before a key is made."""

    def __init__(self, listed: MemorySegmentList) -> None:
        self._listed = listed
        self.before_commit: Callable[[], object] | None = None

    def commit(self, store: str, tenant: str, checkpoint: Checkpoint) -> bool:
        hook, self.before_commit = self.before_commit, None
        if hook is not None:
            hook()
        return self._listed.commit(store, tenant, checkpoint)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._listed, name)


class Keys(MemoryKeys):
    """Keys that call back once, when the first file of a plan is begun."""

    def __init__(self) -> None:
        self.when_asked: Callable[[], object] | None = None

    def new(self, tenant: str, name: str) -> tuple[bytes, bytes]:
        hook, self.when_asked = self.when_asked, None
        if hook is not None:
            hook()
        return super().new(tenant, name)


def changes_of(world: World) -> None:
    world.withdraw(0, 21, 8)
    world.restore(8)
    world.restore(1, 2, 22)  # Dropped from the merge, because they were out of force.
    world.withdraw(2)
    world.restore(3, 23, reserved=5)
    world.add(5)
    world.withdraw(30)


@pytest.mark.parametrize("follow", [True, False])
@pytest.mark.parametrize("compact", [True, False])
def test_changes_while_files_are_written_are_carried_over(
    tmp_path: Path, *, compact: bool, follow: bool
) -> None:
    world = World(tmp_path, sealed=True)
    keys = world.keys = Keys()
    index = filled(world)
    world.withdraw(1, 2, 3, 4, 5)  # So many that their file is written again.
    world.add(15)
    world.withdraw(22)

    def change() -> None:
        changes_of(world)
        if follow:
            world.check(index)

    keys.when_asked = change
    generation = index.statistics(TENANT).generation
    if compact:
        index.compact(TENANT)
    else:
        index.maintain(TENANT)
    assert index.statistics(TENANT).generation > generation
    assert keys.when_asked is None
    world.check(index)
    world.check(world.open())
    assert rubbish(world) == set()


def test_damage_that_is_met_while_files_are_written_has_them_written_again(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, sealed=True)
    keys = world.keys = Keys()
    index = filled(world)
    world.add(5)

    def meet_damage() -> None:
        with pytest.raises(DamagedSegmentError), index.read(TENANT):
            raise DamagedSegmentError(tmp_path, "was damaged when it was read")
        index.refresh(TENANT)

    keys.when_asked = meet_damage
    index.compact(TENANT)
    world.check(index)
    assert max(each.delta_rows for each in index.statistics(TENANT).spaces) == 0
    assert rubbish(world) == set()


def test_a_catalogue_restored_while_files_are_written_does_not_list_them(tmp_path: Path) -> None:
    """Also if it has grown past the old head, and lists as many generations as before."""
    world = World(tmp_path, sealed=True)
    keys, log = Keys(), MarkedLog()
    world.keys, world.log = keys, log
    index = filled(world)
    copy = list(world.log.rows)
    world.add(15)

    def restore() -> None:
        log.restore(copy)
        del world.works[20:]
        world.withdraw(4)
        world.works += [log.add(TENANT, f"new {n}", fingerprints(50 + n)) for n in range(16)]

    keys.when_asked = restore
    index.maintain(TENANT)
    world.check(index)
    world.check(world.open())


# --- Restored catalogues -------------------------------------------------------------------------


class MarkedLog(MemoryLog):
    """A log whose marks say which copy of the catalogue a row was written to."""

    def __init__(self) -> None:
        super().__init__()
        self._copies: list[tuple[int, int]] = [(0, 0)]

    def restore(self, rows: list[Any]) -> None:
        self.rows = list(rows)
        self._copies.append((len(rows), len(self._copies)))

    def mark(self, sequence: int) -> int | None:
        found = super().mark(sequence)
        copy = max(number for length, number in self._copies if length < sequence or not number)
        return None if found is None else found + 1000 * copy

    def head(self) -> LogHead:
        return LogHead(len(self.rows), self.mark(len(self.rows)) or 0)


@pytest.mark.parametrize(("more", "listed"), [(0, "as then"), (40, "as then"), (0, "as now")])
def test_a_restored_catalogue_is_read_anew(tmp_path: Path, more: int, listed: str) -> None:
    """Its list of files is as old as it is; without that it may list files of the future."""
    world = World(tmp_path)
    log = MarkedLog()
    world.log = log
    index = filled(world)
    copy, checkpoints = list(log.rows), dict(world.listed.checkpoints)
    world.add(15)
    world.withdraw(0, 1, 2, 3, 4, 5)
    index.maintain(TENANT)
    world.check(index)
    log.restore(copy)
    if listed == "as then":
        world.listed.checkpoints = checkpoints
    log.add(TENANT, "new", fingerprints(90))
    world.works += [log.add(TENANT, f"more {n}", fingerprints(50 + n)) for n in range(more)]
    for opened in (index, world.open()):
        world.check(opened)
        assert opened.maintain(TENANT)
        world.check(opened)


# --- A full disk ---------------------------------------------------------------------------------


class FullStore(SegmentStore):
    """A folder on a disk that is full after some files."""

    left = 0

    def write(self, *arguments: Any) -> Any:
        if self.left <= 0:
            (self.folder / "half.segment.tmp").write_bytes(b"half")
            raise StorageError("No space left on device.")
        self.left -= 1
        return super().write(*arguments)


@pytest.mark.parametrize("left", [0, 2])
def test_a_full_disk_leaves_the_index_as_it_was(plain: World, left: int) -> None:
    filled(plain)
    plain.add(15)
    plain.withdraw(1)
    store = FullStore(plain.folder, plain.listed, plain.keys)
    index = CatalogueIndex(plain.log, store)
    plain.check(index)
    for job in (index.maintain, index.compact, index.rebuild):
        store.left = left
        with pytest.raises(StorageError, match="No space"):
            job(TENANT)
        plain.check(index)
    assert rubbish(plain)
    store.left = 100
    assert index.maintain(TENANT)
    assert rubbish(plain) == set()
    plain.check(index)
    plain.check(plain.open())


def test_searches_go_on_while_the_disk_is_full_and_much_lies_in_memory(plain: World) -> None:
    plain.add(100)
    index = CatalogueIndex(plain.log, FullStore(plain.folder, plain.listed, plain.keys))
    plain.check(index)
    plain.add(100)
    plain.check(index)
    with pytest.raises(StorageError, match="No space"):
        index.maintain(TENANT)


# --- Damage --------------------------------------------------------------------------------------


def test_readers_see_whole_revisions_while_everything_changes(plain: World) -> None:
    """Threads of one process: some search, one changes, one makes files."""
    index = filled(plain, 10)
    stop = threading.Event()
    faults: list[BaseException] = []

    def search() -> None:
        while not stop.is_set():
            try:
                assert found(index, 7) == {"works/7"}
                assert found(index, 3) == set()
            except BaseException as error:  # noqa: BLE001
                faults.append(error)
                return

    def keep_up() -> None:
        while not stop.is_set():
            index.maintain(TENANT)
            index.compact(TENANT)

    plain.withdraw(3)
    threads = [threading.Thread(target=search) for _ in range(2)]
    threads.append(threading.Thread(target=keep_up))
    for thread in threads:
        thread.start()
    for _ in range(30):
        (new,) = plain.add(1)
        number = int(new[0].work.removeprefix("works/"))
        assert found(index, number) == {new[0].work}
        plain.withdraw(number)
        assert found(index, number) == set()
    stop.set()
    for thread in threads:
        thread.join(60)
    assert faults == []
    plain.check(index)
    plain.check(plain.open())


def test_a_new_kind_of_fingerprint_joins_the_others(plain: World) -> None:
    index = filled(plain)
    value = Fingerprint(fingerprints(3)[1].kind, "hash-v2", bytes(16))
    plain.log.add(TENANT, "new", [value])
    assert index.state(TENANT)["entries"]["hash-v2"] == 1
    index.compact(TENANT)
    plain.check(index)
    plain.check(plain.open())
