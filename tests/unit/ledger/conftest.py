"""RFC 6962 section 2.1, written down as it is defined there, to compare with."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from raisonne.ledger.tree import Tree, leaf_hash


@dataclass(frozen=True)
class Naive:
    """The definitions, over leaf hashes."""

    def root(self, leaves: Sequence[bytes]) -> bytes:
        if not leaves:
            return hashlib.sha256(b"").digest()
        if len(leaves) == 1:
            return leaves[0]
        k = self._split(len(leaves))
        return hashlib.sha256(b"\1" + self.root(leaves[:k]) + self.root(leaves[k:])).digest()

    def path(self, m: int, leaves: Sequence[bytes]) -> tuple[bytes, ...]:
        if len(leaves) == 1:
            return ()
        k = self._split(len(leaves))
        if m < k:
            return (*self.path(m, leaves[:k]), self.root(leaves[k:]))
        return (*self.path(m - k, leaves[k:]), self.root(leaves[:k]))

    def proof(self, m: int, leaves: Sequence[bytes], *, whole: bool = True) -> tuple[bytes, ...]:
        if m == len(leaves):
            return () if whole else (self.root(leaves),)
        k = self._split(len(leaves))
        if m <= k:
            return (*self.proof(m, leaves[:k], whole=whole), self.root(leaves[k:]))
        return (*self.proof(m - k, leaves[k:], whole=False), self.root(leaves[:k]))

    @staticmethod
    def _split(size: int) -> int:
        k = 1
        while k * 2 < size:
            k *= 2
        return k


Tiles = dict[tuple[int, int], bytes]


@pytest.fixture(scope="session")
def naive() -> Naive:
    return Naive()


@pytest.fixture(scope="session")
def leaves() -> list[bytes]:
    return [leaf_hash(f"entry {n}".encode()) for n in range(70_000)]


@pytest.fixture(scope="session")
def grow(leaves: list[bytes]) -> Callable[[int, int], tuple[Tree, Tiles]]:
    """Grow a tree to a size in batches; return it with the tiles that were handed out."""

    def build(size: int, batch: int) -> tuple[Tree, Tiles]:
        tree, tiles = Tree(), Tiles()
        for start in range(0, size, batch):
            for leaf in leaves[start : min(start + batch, size)]:
                tree.append(leaf)
            tiles.update({(tile.level, tile.index): tile.data for tile in tree.take()})
        return tree, tiles

    return build
