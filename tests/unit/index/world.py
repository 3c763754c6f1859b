"""A catalogue in memory, a folder of index files, and what an index over both has to answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.unit.fingerprint.features import random_features, rooted
from tests.unit.index.memory_log import MemoryLog
from tests.unit.index.memory_segments import MemoryKeys, MemorySegmentList

from raisonne.fingerprint import local
from raisonne.fingerprint.vocabulary import nearest_words_of, pack
from raisonne.index import tenant_index, upkeep
from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.index.local_view import LocalView
from raisonne.index.segment_store import SegmentStore
from raisonne.index.spaces import Hit
from raisonne.index.view import IndexView
from raisonne.rights.fingerprint import (
    ChangeOperation,
    Fingerprint,
    FingerprintKind,
    WorkFingerprint,
)

DIGEST, HASH, VECTOR, LOCAL = "digest-v1", "hash-v1", "vector-v1", local.ALGORITHM
DIMENSIONS, POINTS = 16, 6
TENANT = "t"
ALGORITHMS = [DIGEST, HASH, VECTOR, LOCAL]
LUMA = np.zeros((64, 64), np.uint8)


@cache
def fingerprints(seed: int) -> tuple[Fingerprint, ...]:
    """One fingerprint of each kind, others for each seed."""
    chance = np.random.default_rng(seed)
    return (
        Fingerprint(FingerprintKind.EXACT, DIGEST, chance.bytes(32)),
        Fingerprint(FingerprintKind.PERCEPTUAL, HASH, chance.bytes(32), int(chance.integers(101))),
        Fingerprint(FingerprintKind.EMBEDDING, VECTOR, unit(chance, 1)[0].astype("<f2").tobytes()),
        Fingerprint(FingerprintKind.LOCAL, LOCAL, pack(random_features(seed, POINTS), LUMA), 80),
    )


def unit(chance: np.random.Generator, count: int) -> np.ndarray:
    vectors = chance.standard_normal((count, DIMENSIONS)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few dozen rows do what takes many thousands otherwise."""
    for module in (upkeep, tenant_index):
        monkeypatch.setattr(module, "SEAL_ROWS", 12)
    monkeypatch.setattr(tenant_index, "_WORTH_SEALING_ROWS", 8)
    monkeypatch.setattr(tenant_index, "_MOST_DELTA_ROWS", 40)
    monkeypatch.setattr(tenant_index, "_BATCH", 50)
    for kind in FingerprintKind:
        monkeypatch.setitem(upkeep.MOST_ROWS, kind, 60)


class World:
    """A catalogue with works of one tenant, and indexes that follow it.

    Attributes:
        works: Entries of each work, by number.
    """

    def __init__(self, folder: Path, *, sealed: bool = False) -> None:
        self.log = MemoryLog()
        self.listed: Any = MemorySegmentList()
        self.keys: Any = MemoryKeys()
        self.folder = folder
        self.sealed = sealed
        self.works: list[list[WorkFingerprint]] = []

    def store(self) -> SegmentStore:
        return SegmentStore(self.folder, self.listed, self.keys, sealed=self.sealed)

    def open(self) -> CatalogueIndex:
        """Open an index, as another process would."""
        return CatalogueIndex(self.log, self.store())

    def add(self, count: int = 1, tenant: str = TENANT) -> list[list[WorkFingerprint]]:
        """Register works."""
        first = len(self.works)
        new = [self.log.add(tenant, str(n), fingerprints(n)) for n in range(first, first + count)]
        self.works += new
        return new

    def withdraw(self, *numbers: int) -> None:
        for number in numbers:
            self.log.remove(self.works[number])

    def restore(self, *numbers: int, reserved: int = 0) -> None:
        """Put works in force, or change what they reserve; nothing that was erased returns."""
        held = {change.entry.id: change.entry for change in self.log.rows}
        for number in numbers:
            for entry in self.works[number]:
                if held[entry.id].fingerprint.value:
                    self.log.append(ChangeOperation.ADD, replace(entry, reserved=reserved))

    def files(self) -> list[Path]:
        return sorted(self.folder.glob("*.segment"))

    def file_of(self, algorithm: str, tenant: str = TENANT) -> Path:
        """The first listed file of an algorithm."""
        (checkpoint,) = [c for (_, whose), c in self.listed.checkpoints.items() if whose == tenant]
        names = [each.name for each in checkpoint.segments if each.algorithm == algorithm]
        return self.folder / names[0]

    def check(self, index: CatalogueIndex, tenant: str = TENANT) -> None:
        """Compare an index with one in memory, and let it compare itself."""
        with index.read(tenant) as one, CatalogueIndex(self.log).read(tenant) as other:
            assert_alike(one, other)
        assert index.verify(tenant) == []


def put(path: Path, data: bytes) -> None:
    """Replace a file; whoever has the old one open keeps it."""
    draft = path.with_name("draft")
    draft.write_bytes(data)
    draft.replace(path)


def flip(path: Path, place: float = 0.4) -> None:
    """Damage a file by one bit."""
    data = bytearray(path.read_bytes())
    data[int(place * len(data))] ^= 1
    put(path, bytes(data))


def no_more_than(path: Path, size: int) -> None:
    put(path, path.read_bytes()[:size])


def rubbish(world: World) -> set[str]:
    """Names of files that nobody lists."""
    names = {path.name for path in world.folder.iterdir()} - {"identity", "lock"}
    return names - world.listed.names(world.store().identity)


# --- Answers -------------------------------------------------------------------------------------


def assert_alike(one: IndexView, other: IndexView, seed: int = 0) -> None:
    """Compare all that two views answer."""
    assert one.revision == other.revision
    contents = one.contents()
    assert contents == other.contents()
    held = {name: count for name, count in other.counts().items() if count}
    assert {name: count for name, count in one.counts().items() if count} == held
    chance = np.random.default_rng(seed)
    for reserving in (0, 1, 6):
        assert binary(one, chance_of(seed), reserving) == binary(other, chance_of(seed), reserving)
        mine, theirs = (vectors(view, chance_of(seed), reserving) for view in (one, other))
        assert [hit[0] for hit in mine] == [hit[0] for hit in theirs]
        assert np.allclose([hit[1] for hit in mine], [hit[1] for hit in theirs], atol=1e-6)
        for number in chance.integers(0, 60, 4).tolist():
            value = fingerprints(number)[0].value
            found = one.search_exact(DIGEST, value, reserving=reserving)
            assert found == other.search_exact(DIGEST, value, reserving=reserving)
    for number in chance.integers(0, 60, 4).tolist():
        for algorithm in (DIGEST, LOCAL):
            asset = f"assets/{number}"
            assert one.of_asset(algorithm, asset) == other.of_asset(algorithm, asset)
    assert points(one.local(LOCAL), seed) == points(other.local(LOCAL), seed)
    mine, theirs = (
        np.sort(view.products(VECTOR, unit(chance_of(seed), 1)[0])) for view in (one, other)
    )
    assert mine.shape == theirs.shape
    assert np.allclose(mine, theirs, atol=1e-6)


def chance_of(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed + 7)


def binary(view: IndexView, chance: np.random.Generator, reserving: int) -> list[Any]:
    codes = np.frombuffer(chance.bytes(64), np.uint8).reshape(2, 32)
    every = view.search_binary(HASH, codes, 130, reserving=reserving)
    few = view.search_binary(HASH, codes, 256, most=5, reserving=reserving)
    return [told(hit) for hit in [*every, *few]]


def vectors(view: IndexView, chance: np.random.Generator, reserving: int) -> list[Any]:
    queries = unit(chance, 2)
    few = view.search_float(VECTOR, queries, 4, reserving=reserving)
    near = view.search_float_range(VECTOR, queries, 0.3, reserving=reserving)
    return [((hit.entry, hit.row), hit.measure) for hit in [*few, *near]]


def told(hit: Hit) -> tuple[WorkFingerprint, int, float]:
    return hit.entry, hit.row, hit.measure


def points(view: LocalView | None, seed: int) -> set[tuple[int, WorkFingerprint, float]]:
    """Which registered points lie near some, as many as there are in three lists of each."""
    if view is None:
        return set()
    queries = rooted(chance_of(seed), 8)
    lists = nearest_words_of(queries, 300)
    hits = view.search(queries.astype(np.float32), lists, 1_000)
    entries = {slot: view.entry(slot) for slot in np.unique(hits.slot).tolist()}
    return {
        (int(row), entries[int(slot)], round(float(distance)))
        for row, slot, distance in zip(hits.row, hits.slot, hits.distance, strict=True)
    }


def descriptors_open(folder: Path) -> Iterator[str]:
    """Names of files of a folder that this process has open, also of removed ones."""
    for link in Path("/proc/self/fd").iterdir():
        try:
            target = str(link.readlink())
        except OSError:
            continue
        if target.startswith(str(folder)):
            yield target


def ids(entries: Sequence[WorkFingerprint]) -> list[int]:
    return [entry.id for entry in entries]


def filled(world: World, works: int = 20) -> CatalogueIndex:
    """An index whose works all lie in files."""
    world.add(works)
    index = world.open()
    assert index.maintain(TENANT)
    assert {each.delta_rows for each in index.statistics(TENANT).spaces} == {0}
    return index


def found(index: CatalogueIndex, number: int, tenant: str = TENANT) -> set[str]:
    """The works that have a work's digest."""
    with index.read(tenant) as view:
        return {entry.work for entry in view.search_exact(DIGEST, fingerprints(number)[0].value)}
