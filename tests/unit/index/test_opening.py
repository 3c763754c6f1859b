"""What becomes of damaged files, whatever damaged them and whenever it is noticed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.index.memory_segments import MemoryKeys
from tests.unit.index.world import (
    ALGORITHMS,
    DIGEST,
    HASH,
    LOCAL,
    TENANT,
    VECTOR,
    World,
    filled,
    fingerprints,
    flip,
    no_more_than,
    put,
    rubbish,
    small_limits,
)

from raisonne.index import segment_file, tenant_index
from raisonne.index.block_file import DamagedSegmentError
from raisonne.index.segment_store import IndexBusyError
from raisonne.rights.errors import StorageError


@pytest.fixture(autouse=True)
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    small_limits(monkeypatch)


def missing(world: World, path: Path) -> None:
    path.unlink()


def empty(world: World, path: Path) -> None:
    no_more_than(path, 0)


def cut_short(world: World, path: Path) -> None:
    no_more_than(path, path.stat().st_size - 1)


def one_bit(world: World, path: Path) -> None:
    flip(path)


def last_byte(world: World, path: Path) -> None:
    flip(path, 0.99999)


def of_another_tenant(world: World, path: Path) -> None:
    put(path, world.file_of(HASH, "other").read_bytes())


def of_another_algorithm(world: World, path: Path) -> None:
    put(path, world.file_of(VECTOR).read_bytes())


def a_folder(world: World, path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    "damage",
    [missing, empty, cut_short, one_bit, last_byte, of_another_tenant, of_another_algorithm],
)
def test_a_file_that_is_damaged_when_it_is_opened_is_made_anew(
    world: World, damage: Callable[[World, Path], None]
) -> None:
    filled(world).maintain(TENANT)
    world.add(20, "other")
    world.open().maintain("other")
    path = world.file_of(HASH)
    damage(world, path)
    index = world.open()
    world.check(index)
    assert [path.name in sentence for sentence in index.repairs(TENANT)] == [True]
    assert not path.exists()
    assert index.repairs("other") == []
    world.check(world.open())


def test_all_files_may_be_lost_or_exchanged(world: World) -> None:
    filled(world)
    files = world.files()
    contents = [path.read_bytes() for path in files]
    for path, data in zip(files, [*contents[1:], contents[0]], strict=True):
        put(path, data)
    world.check(world.open())
    for path in world.files():
        path.unlink()
    world.check(world.open())
    assert rubbish(world) == set()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_damage_found_by_a_search_is_an_error_once_and_then_repaired(
    world: World, monkeypatch: pytest.MonkeyPatch, algorithm: str
) -> None:
    """Large files are verified where they are touched."""
    filled(world)
    monkeypatch.setattr(segment_file, "SMALL_BYTES", 0)
    world.withdraw(3)
    flip(world.file_of(algorithm), 0.9)
    index = world.open()
    errors = 0
    for _ in range(2):
        try:
            world.check(index)
        except DamagedSegmentError:
            errors += 1
    assert errors <= 1
    world.check(index)
    assert len(index.repairs(TENANT)) == 1
    world.check(world.open())


def test_verification_names_damage_that_no_search_has_touched(
    plain: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = filled(plain)
    path = plain.file_of(VECTOR)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    with path.open("r+b") as file:  # The very file that is open.
        file.write(data)
    (sentence,) = index.verify(TENANT)
    assert path.name in sentence
    assert index.verify(TENANT) == [sentence]
    plain.check(plain.open())


def test_damage_that_a_merge_meets_is_repaired_and_then_it_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(world)
    monkeypatch.setattr(segment_file, "SMALL_BYTES", 0)
    flip(world.file_of(LOCAL), 0.9)
    index = world.open()
    world.withdraw(5)
    assert index.compact(TENANT).values == 4
    assert len(index.repairs(TENANT)) == 1
    world.check(index)
    world.check(world.open())


@pytest.mark.parametrize("marks", [b"", b"rubbish", b"cut short", b"of another file"])
def test_damaged_marks_are_made_anew(world: World, marks: bytes) -> None:
    running = filled(world)
    world.withdraw(5)
    world.open().compact(TENANT)
    (key, checkpoint), *_ = world.listed.checkpoints.items()
    first, *rest = checkpoint.segments
    marks = first.marks[:-3] if marks == b"cut short" else marks
    segments = (replace(first, marks=marks), *rest)
    damaged = replace(checkpoint, generation=checkpoint.generation + 1, segments=segments)
    world.listed.checkpoints[key] = damaged
    index = world.open()
    world.check(index)
    assert "marks" in index.repairs(TENANT)[0]
    assert running.maintain(TENANT)
    world.check(running)


def test_a_repair_waits_for_whoever_makes_files(
    plain: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(plain)
    plain.file_of(HASH).unlink()
    monkeypatch.setattr(tenant_index, "_WAIT_SECONDS", 0.1)
    with plain.store().maintaining() as held:
        assert held
        with pytest.raises(IndexBusyError, match="damaged, and another process"):
            plain.open().refresh(TENANT)
        monkeypatch.setattr(tenant_index, "_WAIT_SECONDS", 60.0)
        index = plain.open()
        waiting = threading.Thread(target=index.refresh, args=(TENANT,))
        waiting.start()
        waiting.join(0.1)
        assert waiting.is_alive()
    waiting.join(30)
    assert not waiting.is_alive()
    plain.check(index)


def test_damage_in_what_another_process_made_waits_for_the_next_time(plain: World) -> None:
    index = filled(plain)
    other = plain.open()
    other.rebuild(TENANT)
    plain.file_of(HASH).unlink()
    with plain.store().maintaining() as held:
        assert held
        assert not index.maintain(TENANT)
        plain.check(index)
    assert index.maintain(TENANT)
    plain.check(index)
    assert len(index.repairs(TENANT)) == 1


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_file_that_is_made_anew_takes_no_rows_from_others(plain: World, lost: int) -> None:
    """Rows that returned after a merge lie between those of an older file."""
    index = filled(plain)
    plain.withdraw(5, 6, 7, 8, 9)
    index.maintain(TENANT)
    plain.restore(5, 6, 7)
    plain.add(10)
    index.maintain(TENANT)
    first, second = (plain.folder / name for name in digests_of(plain))
    for path in [[first], [second], [first, second]][lost]:
        path.unlink()
    index = plain.open()
    plain.check(index)
    assert index.state(TENANT)["entries"] == dict.fromkeys(ALGORITHMS, 28)
    assert len(digests_of(plain)) == 2


def digests_of(world: World) -> list[str]:
    (checkpoint,) = world.listed.checkpoints.values()
    return [each.name for each in checkpoint.segments if each.algorithm == DIGEST]


def test_a_sealed_file_whose_key_is_gone_is_an_error_that_names_it(tmp_path: Path) -> None:
    class Shredded(MemoryKeys):
        def open(self, tenant: str, name: str, wrapped: bytes) -> bytes:
            raise StorageError(f"The key of {name} was shredded.")

    world = World(tmp_path, sealed=True)
    filled(world)
    world.keys = Shredded()
    for _ in range(2):
        with pytest.raises(StorageError, match=r"[0-9a-f]{32}\.segment was shredded"):
            world.open().refresh(TENANT)
    world.keys = MemoryKeys()
    world.check(world.open())


def test_sealed_files_hold_no_value_and_no_name(tmp_path: Path) -> None:
    world = World(tmp_path, sealed=True)
    filled(world)
    everything = b"".join(path.read_bytes() for path in world.files())
    for fingerprint in fingerprints(7):
        assert fingerprint.value not in everything
    assert b"works/7" not in everything


# --- Verification and the past -------------------------------------------------------------------
