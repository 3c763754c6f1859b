from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.ledger.tree import (
    EMPTY_ROOT,
    HASH_SIZE,
    TileReader,
    Tree,
    edge_tiles,
    leaf_hash,
    tile_path,
)
from raisonne.rights.errors import InputError, LedgerError

Tiles = dict[tuple[int, int], bytes]
Grow = Callable[[int, int], tuple[Tree, Tiles]]


class Naive(Protocol):
    def root(self, leaves: Sequence[bytes]) -> bytes: ...
    def path(self, m: int, leaves: Sequence[bytes]) -> tuple[bytes, ...]: ...
    def proof(self, m: int, leaves: Sequence[bytes]) -> tuple[bytes, ...]: ...


# The Certificate Transparency reference tree: its leaves, and the roots of its beginnings.
REFERENCE_LEAVES = (
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)
REFERENCE_ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
SIZES = [0, 1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 66_000, 70_000]


def test_reference_roots() -> None:
    tree = Tree()
    roots = [tree.root().hex()]
    for data in REFERENCE_LEAVES:
        tree.append(leaf_hash(bytes.fromhex(data)))
        roots.append(tree.root().hex())
    assert tuple(roots) == REFERENCE_ROOTS
    assert EMPTY_ROOT.hex() == REFERENCE_ROOTS[0]


def test_every_size_has_the_defined_root_and_can_be_restored(
    naive: Naive, leaves: list[bytes]
) -> None:
    tree, tiles = Tree(), Tiles()
    for size in range(1, 601):
        tree.append(leaves[size - 1])
        tiles.update({(tile.level, tile.index): tile.data for tile in tree.take()})
        root = naive.root(leaves[:size])
        assert tree.root() == root
        assert TileReader(lambda level, index: tiles[level, index]).root(size) == root
        tree = Tree.restore(size, lambda level, index: tiles[level, index])
        assert (tree.size, tree.root()) == (size, root)
        assert tree.take() == ()


@pytest.mark.parametrize("size", SIZES)
def test_large_trees_across_tile_borders(
    size: int, grow: Grow, naive: Naive, leaves: list[bytes]
) -> None:
    tree, tiles = grow(size, 1_000)
    root = naive.root(leaves[:size])
    assert tree.root() == root
    assert TileReader(lambda level, index: tiles[level, index]).root(size) == root
    restored = Tree.restore(size, lambda level, index: tiles[level, index])
    for leaf in leaves[:300]:
        restored.append(leaf)
    assert restored.root() == naive.root(leaves[:size] + leaves[:300])


def test_tiles_are_those_of_the_specification(grow: Grow, leaves: list[bytes]) -> None:
    # The example of C2SP tlog-tiles: 273 full and one partial tile, and so on.
    _, tiles = grow(70_000, 1)
    widths = {place: len(data) // HASH_SIZE for place, data in tiles.items()}
    assert widths == {(0, n): 256 for n in range(273)} | {
        (0, 273): 112,
        (1, 0): 256,
        (1, 1): 17,
        (2, 0): 1,
    }
    assert b"".join(tiles[0, n] for n in range(274)) == b"".join(leaves)
    assert list(edge_tiles(70_000)) == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    assert list(edge_tiles(256)) == [(0, 1, 0), (1, 0, 1)]
    assert list(edge_tiles(0)) == []


@given(st.lists(st.integers(1, 400), max_size=6))
def test_tiles_do_not_depend_on_the_batches(batches: list[int]) -> None:
    one_by_one, tree = Tree(), Tree()
    expected, tiles = Tiles(), Tiles()
    for number, batch in enumerate(batches):
        for position in range(batch):
            leaf = leaf_hash(bytes([number, position % 256]))
            tree.append(leaf)
            one_by_one.append(leaf)
            expected.update({(t.level, t.index): t.data for t in one_by_one.take()})
        tiles.update({(t.level, t.index): t.data for t in tree.take()})
        assert tree.take() == ()
    assert tiles == expected


def test_only_changed_tiles_are_taken(leaves: list[bytes]) -> None:
    tree = Tree()
    for leaf in leaves[:300]:
        tree.append(leaf)
    assert [(t.level, t.index) for t in tree.take()] == [(0, 0), (0, 1), (1, 0)]
    tree.append(leaves[300])
    assert [(t.level, t.index, len(t.data)) for t in tree.take()] == [(0, 1, 45 * HASH_SIZE)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 255, 256, 257, 300, 513, 600])
def test_proofs_are_the_defined_ones(
    size: int, grow: Grow, naive: Naive, leaves: list[bytes]
) -> None:
    _, tiles = grow(600, 600)  # as at a later size
    reader = TileReader(lambda level, index: tiles[level, index])
    chosen = {0, 1, size // 3, size // 2, 255, 256, size - 2, size - 1} & set(range(size))
    for index in chosen:
        assert reader.inclusion(index, size) == naive.path(index, leaves[:size])
        assert reader.consistency(index + 1, size) == naive.proof(index + 1, leaves[:size])


def test_a_proof_reads_each_tile_once(grow: Grow) -> None:
    _, tiles = grow(70_000, 70_000)
    read: list[tuple[int, int]] = []

    def get(level: int, index: int) -> bytes:
        read.append((level, index))
        return tiles[level, index]

    assert len(TileReader(get).inclusion(12_345, 70_000)) == 17
    assert len(read) == len(set(read)) <= 5


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0)])
def test_there_is_no_path_to_an_entry_outside(index: int, size: int) -> None:
    with pytest.raises(InputError):
        TileReader(lambda *_: b"").inclusion(index, size)


@pytest.mark.parametrize(("old", "new"), [(0, 5), (6, 5), (-1, 5), (0, 0)])
def test_there_is_no_proof_from_nothing_or_backwards(old: int, new: int) -> None:
    with pytest.raises(InputError):
        TileReader(lambda *_: b"").consistency(old, new)


def test_missing_hashes_are_noticed(grow: Grow) -> None:
    _, tiles = grow(300, 300)
    short = tiles | {(0, 1): tiles[0, 1][:-1]}
    for read in (
        lambda: Tree.restore(300, lambda level, index: short[level, index]),
        lambda: TileReader(lambda level, index: short[level, index]).root(300),
        lambda: TileReader(lambda level, index: short[level, index]).inclusion(0, 300),
    ):
        with pytest.raises(LedgerError) as noticed:
            read()
        assert noticed.value.metadata == {"tile": "tile/0/001"}


def test_a_leaf_is_a_hash() -> None:
    with pytest.raises(InputError):
        Tree().append(b"entry")


@pytest.mark.parametrize(
    ("level", "index", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 1_234_067, 256, "tile/0/x001/x234/067"),
        (2, 1_000, 17, "tile/2/x001/000.p/17"),
        (63, 999, 1, "tile/63/999.p/1"),
    ],
)
def test_tile_paths(level: int, index: int, width: int, path: str) -> None:
    assert tile_path(level, index, width) == path


@pytest.mark.parametrize(
    ("level", "index", "width"), [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)]
)
def test_there_are_no_other_tiles(level: int, index: int, width: int) -> None:
    with pytest.raises(InputError):
        tile_path(level, index, width)
