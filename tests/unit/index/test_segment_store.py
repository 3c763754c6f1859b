from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.unit.index.memory_log import MemoryLog
from tests.unit.index.memory_segments import MemoryKeys, MemorySegmentList
from tests.unit.index.world import DIGEST, TENANT, World, fingerprints

from raisonne.index.block_file import DamagedSegmentError
from raisonne.index.ports import Checkpoint
from raisonne.index.rows import LoggedRows
from raisonne.index.segment_store import IndexBusyError, SegmentStore
from raisonne.rights.errors import StorageError
from raisonne.rights.fingerprint import FingerprintKind


def store(folder: Path, listed: MemorySegmentList | None = None) -> SegmentStore:
    return SegmentStore(folder, listed or MemorySegmentList(), MemoryKeys())


def test_a_folder_keeps_its_identity_and_is_its_owners_alone(tmp_path: Path) -> None:
    first = store(tmp_path / "deep" / "index")
    assert store(first.folder).identity == first.identity
    assert store(tmp_path / "other").identity != first.identity
    assert first.folder.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in first.folder.iterdir()} == {"identity"}


def test_those_who_make_a_folder_at_once_agree_on_its_identity(tmp_path: Path) -> None:
    together = threading.Barrier(8)

    def make(_: int) -> str:
        together.wait()
        return store(tmp_path / "index").identity

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(make, range(8)))) == 1
    assert [path.name for path in (tmp_path / "index").iterdir()] == ["identity"]


@pytest.mark.parametrize("content", [b"", b"rubbish", b"\xff" * 32, b"0" * 31, b"G" * 32])
def test_a_damaged_identity_is_an_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "identity").write_bytes(content)
    with pytest.raises(StorageError, match=str(tmp_path)):
        store(tmp_path)


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StorageError, match="cannot be used: "):
        store(tmp_path / "file" / "index")


def test_one_maintains_at_a_time_and_may_do_so_again(tmp_path: Path) -> None:
    one, other = store(tmp_path), store(tmp_path)
    with one.maintaining() as held:
        assert held
        with one.maintaining() as again:
            assert again
        with other.maintaining() as also:
            assert not also
        with ThreadPoolExecutor(1) as thread:
            assert not thread.submit(lambda: _held(one)).result()
    assert _held(other)
    assert _held(one)


def _held(store: SegmentStore, wait_seconds: float = 0.0) -> bool:
    with store.maintaining(wait_seconds) as held:
        return held


@pytest.mark.parametrize("same", [True, False])
def test_who_waits_gets_its_turn(tmp_path: Path, *, same: bool) -> None:
    one = store(tmp_path)
    other = one if same else store(tmp_path)
    with ThreadPoolExecutor(1) as thread:
        with one.maintaining():
            waiting = thread.submit(_held, other, 30.0)
            time.sleep(0.05)
            assert not waiting.done()
        assert waiting.result()
    begun = time.monotonic()
    with one.maintaining(), ThreadPoolExecutor(1) as thread:
        assert not thread.submit(_held, other, 0.1).result()
    assert time.monotonic() - begun >= 0.1


HOLD = """
import fcntl, sys, time
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


def test_a_process_that_dies_gives_the_folder_back(tmp_path: Path) -> None:
    one = store(tmp_path)
    command = [sys.executable, "-c", HOLD, str(tmp_path / "lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        assert not _held(one)
        other.kill()
        other.wait()
    assert _held(one)


def test_the_holder_is_named(tmp_path: Path) -> None:
    one = store(tmp_path)
    assert one.holder() == ""
    with one.maintaining():
        assert one.holder().startswith("Process ")


def test_files_that_are_not_listed_are_swept_and_others_stay(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.add(3)
    one = world.store()
    rows = LoggedRows(world.log, TENANT, DIGEST, len(world.log.rows))
    with one.maintaining():
        record = one.write(TENANT, FingerprintKind.EXACT, DIGEST, rows)
        other = one.write(TENANT, FingerprintKind.EXACT, DIGEST, rows)
    assert record is not None
    assert other is not None
    assert one.commit(TENANT, Checkpoint(9, 1, (record,)))
    (tmp_path / "note.txt").write_text("somebody's")
    (tmp_path / "x.segment.tmp").write_text("half")
    assert one.sweep() == 2
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {record.name, "identity", "lock", "note.txt"}


def test_a_file_opens_as_it_was_written(tmp_path: Path) -> None:
    world = World(tmp_path, sealed=True)
    world.add(5)
    one = world.store()
    rows = LoggedRows(world.log, TENANT, DIGEST, len(world.log.rows))
    record = one.write(TENANT, FingerprintKind.EXACT, DIGEST, rows)
    assert record is not None
    assert (record.rows, record.first, record.last) == (5, 1, 17)
    assert record.size_bytes == (tmp_path / record.name).stat().st_size
    assert (tmp_path / record.name).stat().st_mode & 0o777 == 0o600
    segment = one.open(TENANT, record)
    assert segment.entries(segment.in_force()) == [entries[0] for entries in world.works]
    assert segment.of_asset("assets/3") == world.works[3][0]
    (tmp_path / record.name).unlink()
    with pytest.raises(DamagedSegmentError, match="missing"):
        one.open(TENANT, record)


def test_no_rows_make_no_file(tmp_path: Path) -> None:
    one = store(tmp_path)
    assert one.write(TENANT, FingerprintKind.EXACT, DIGEST, ()) is None
    assert {path.name for path in tmp_path.iterdir()} == {"identity"}


def test_values_of_different_lengths_make_no_file(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.add(1)
    short = fingerprints(5)[0]
    world.log.add(TENANT, "b", [type(short)(short.kind, DIGEST, short.value[:-1])])
    rows = LoggedRows(world.log, TENANT, DIGEST, len(world.log.rows))
    with pytest.raises(StorageError, match="differ in length"):
        world.store().write(TENANT, FingerprintKind.EXACT, DIGEST, rows)
    assert world.files() == []


def test_rows_that_go_while_a_file_is_made_of_them_are_told(tmp_path: Path) -> None:
    class Dwindling:
        """Rows of which another machine erases one after they were read for the first time."""

        def __init__(self) -> None:
            self.page = MemoryLog().add("t", "a", [fingerprints(1)[1]] * 3)

        def __iter__(self):
            yield self.page
            self.page = self.page[:2]

    world = World(tmp_path)
    store = world.store()
    with store.maintaining(), pytest.raises(IndexBusyError, match="erased"):
        store.write("t", FingerprintKind.PERCEPTUAL, "hash-v1", Dwindling())
    assert world.files() == []
