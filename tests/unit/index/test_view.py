"""Answers about works of which some lie in files and some in memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.unit.index.world import (
    DIGEST,
    HASH,
    LOCAL,
    TENANT,
    VECTOR,
    World,
    fingerprints,
    small_limits,
    unit,
)

from raisonne.index import view as module
from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.rights.fingerprint import Fingerprint


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    small_limits(monkeypatch)
    return World(tmp_path)


def spread(world: World, values: list[Fingerprint]) -> CatalogueIndex:
    """An index with a third of the works in each of two files and a third in memory."""
    index = world.open()
    index.refresh(TENANT)
    for start in range(0, len(values), -(-len(values) // 3)):
        for value in values[start : start + -(-len(values) // 3)]:
            number = len(world.works)
            world.works.append(world.log.add(TENANT, str(number), [value]))
        if len(world.works) < len(values):
            index.maintain(TENANT)
    (space,) = index.statistics(TENANT).spaces
    assert space.segments == 2
    assert 0 < space.delta_rows < space.rows
    return index


def code(bits: int) -> Fingerprint:
    """A hash with so many of its lowest bits set."""
    value = ((1 << bits) - 1).to_bytes(32, "little")
    return replace(fingerprints(0)[1], value=value)


NONE = np.zeros((1, 32), np.uint8)


def test_of_equally_near_codes_those_with_the_lowest_rows_are_taken(world: World) -> None:
    bits = [9, 3, 3, 9, 3, 5, 7, 7, 3, 3, 1, 3, 5, 5, 5] * 3
    index = spread(world, [code(each) for each in bits])
    order = sorted(range(len(bits)), key=lambda place: (bits[place], place))
    with index.read(TENANT) as view:
        for most in (1, 2, 3, 5, 14, 44, 45, 46):
            hits = view.search_binary(HASH, NONE, 256, most=most)
            assert [hit.entry.id - 1 for hit in hits] == order[:most]
            assert [hit.measure for hit in hits] == [bits[place] for place in order[:most]]
        for most, sure in ((1, 0), (1, 2), (5, 2), (1, 4), (50, 4)):
            hits = view.search_binary(HASH, NONE, 256, most=most, sure=sure)
            near = sum(bits[place] <= sure for place in order)
            assert [hit.entry.id - 1 for hit in hits] == order[: max(most, near)]
        assert [h.measure for h in view.search_binary(HASH, NONE, 3, most=100)] == [1] * 3 + [
            3
        ] * 18
        assert view.search_binary(HASH, NONE, 0) == []
        assert len(view.search_binary(HASH, NONE, 256)) == 45


def test_the_nearest_of_several_codes_come_first(world: World) -> None:
    index = spread(world, [code(each) for each in range(45)])
    queries = np.stack([np.frombuffer(code(each).value, np.uint8) for each in (10, 40)])
    with index.read(TENANT) as view:
        hits = view.search_binary(HASH, queries, 2)
    assert [(hit.measure, hit.entry.id - 1, hit.row) for hit in hits] == sorted(
        (abs(bits - query), bits, row)
        for row, query in enumerate((10, 40))
        for bits in range(45)
        if abs(bits - query) <= 2
    )


def test_of_equal_vectors_those_with_the_lowest_rows_come_first(world: World) -> None:
    values = [fingerprints(number % 5)[2] for number in range(45)]
    index = spread(world, values)
    query = np.frombuffer(values[3].value, "<f2").astype(np.float32)[None]
    with index.read(TENANT) as view:
        every = view.search_float(VECTOR, query, 100)
        assert [hit.entry.id - 1 for hit in every[:9]] == list(range(3, 45, 5))
        assert len(every) == 45
        near = view.search_float_range(VECTOR, query, 0.99)
        assert [hit.entry.id for hit in near] == [hit.entry.id for hit in every[:9]]


def test_only_works_that_reserve_one_of_these_count(world: World) -> None:
    index = spread(world, [fingerprints(number)[2] for number in range(45)])
    for number in range(45):
        if number % 8:
            world.restore(number, reserved=number % 8)
    query = unit(np.random.default_rng(5), 1)
    for reserving in (1, 2, 4, 6):
        with index.read(TENANT) as view:
            hits = view.search_float(VECTOR, query, 7, reserving=reserving)
            every = view.search_float(VECTOR, query, 45)
        expected = [hit for hit in every if hit.entry.reserved & reserving]
        assert [hit.entry for hit in hits] == [hit.entry for hit in expected[:7]]


def test_products_are_those_of_what_is_in_force(world: World) -> None:
    index = spread(world, [fingerprints(number)[2] for number in range(45)])
    world.withdraw(*range(0, 45, 4))
    query = unit(np.random.default_rng(6), 1)
    with index.read(TENANT) as view:
        products = view.products(VECTOR, query[0])
        hits = view.search_float(VECTOR, query, 45)
    assert len(hits) == 33
    assert np.allclose(np.sort(products)[::-1], [hit.measure for hit in hits], atol=1e-6)


def test_of_many_products_an_even_sample_is_taken(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SAMPLE", 15)
    index = spread(world, [fingerprints(number)[2] for number in range(45)])
    query = unit(np.random.default_rng(6), 1)
    with index.read(TENANT) as view:
        products = view.products(VECTOR, query[0])
        every = [hit.measure for hit in view.search_float(VECTOR, query, 45)]
    assert len(products) == 15
    assert all(np.isclose(every, product, atol=1e-6).any() for product in products)


def test_what_nobody_registered_is_not_there(world: World) -> None:
    for index in (world.open(), CatalogueIndex(world.log)):
        with index.read(TENANT) as view:
            assert view.search_exact(DIGEST, b"any") == ()
            assert view.search_binary(HASH, NONE, 256) == []
            assert view.search_float(VECTOR, unit(np.random.default_rng(0), 1), 5) == []
            assert view.products(VECTOR, unit(np.random.default_rng(0), 1)[0]).shape == (0,)
            assert view.local(LOCAL) is None
            assert view.of_asset(HASH, "assets/0") is None
            assert (view.counts(), view.count(HASH), view.contents()) == ({}, 0, {})


def test_an_algorithm_of_another_kind_is_not_searched(world: World) -> None:
    world.add(20)
    index = world.open()
    index.maintain(TENANT)
    with index.read(TENANT) as view:
        assert view.search_exact(HASH, fingerprints(1)[1].value) == ()
        assert view.search_binary(DIGEST, NONE, 256) == []
        assert view.local(HASH) is None
