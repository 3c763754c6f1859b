"""The Merkle tree of the audit log, kept as tiles.

Hashing follows RFC 6962 section 2.1 (the same as RFC 9162 section 2.1.1) with SHA-256. Storage
follows C2SP tlog-tiles: a tile at level 0 holds 256 consecutive leaf hashes, a tile at a higher
level holds the roots of 256 full tiles of the level below, and the last tile of a level is partial
or missing. ``Tree`` grows a tree; ``TileReader`` makes proofs from stored tiles.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Self

from raisonne.rights.errors import InputError, LedgerError

HASH_SIZE = 32
TILE_WIDTH = 256
MAX_LEVEL = 63
_TILE_HEIGHT = 8

EMPTY_ROOT = hashlib.sha256().digest()
"""Root of a tree without entries."""

GetTile = Callable[[int, int], bytes]
"""Returns the stored tile at (level, index); it may be wider than the tree in question needs."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of an entry."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile, to be stored in place of any narrower one at its level and index.

    Attributes:
        level: From 0.
        index: Position within the level, from 0.
        data: 1 to 256 hashes of 32 bytes.
    """

    level: int
    index: int
    data: bytes


class Tree:
    """The growing side: the size, and the partial tile at the right edge of each level."""

    def __init__(self) -> None:
        self._size = 0
        self._edges: list[list[bytes]] = []
        self._full: list[Tile] = []
        self._changed: set[int] = set()

    @classmethod
    def restore(cls, size: int, get: GetTile) -> Self:
        """Rebuild the tree of ``size`` entries from the partial tiles at its right edge.

        Raises:
            LedgerError: If a tile is narrower than this size needs.
        """
        tree = cls()
        tree._size = size
        for level, index, width in edge_tiles(size):
            tree._edges.append(_hashes(get, level, index * TILE_WIDTH, width) if width else [])
        return tree

    @property
    def size(self) -> int:
        """Number of entries."""
        return self._size

    def append(self, leaf: bytes) -> None:
        """Add the hash of an entry (32 bytes, see ``leaf_hash``)."""
        if len(leaf) != HASH_SIZE:
            raise InputError(f"A leaf hash has {HASH_SIZE} bytes, not {len(leaf)}.")
        self._size += 1
        self._push(0, leaf)

    def _push(self, level: int, value: bytes) -> None:
        if level == len(self._edges):
            self._edges.append([])
        edge = self._edges[level]
        edge.append(value)
        self._changed.add(level)
        if len(edge) == TILE_WIDTH:
            index = (self._size >> _TILE_HEIGHT * (level + 1)) - 1
            self._full.append(Tile(level, index, b"".join(edge)))
            self._edges[level] = []
            self._push(level + 1, _perfect_root(edge))

    def take(self) -> tuple[Tile, ...]:
        """Return the tiles that changed since the last call: filled ones, then partial ones."""
        partial = (
            Tile(level, index, b"".join(self._edges[level]))
            for level, index, width in edge_tiles(self._size)
            if width and level in self._changed
        )
        tiles = (*self._full, *partial)
        self._full.clear()
        self._changed.clear()
        return tiles

    def root(self) -> bytes:
        """Return the Merkle tree hash."""
        root = b""
        for edge in self._edges:
            end = len(edge)
            while end:  # the perfect subtrees of this level, from right to left
                start = end & (end - 1)
                left = _perfect_root(edge[start:end])
                root = node_hash(left, root) if root else left
                end = start
        return root or EMPTY_ROOT


class TileReader:
    """The proving side: computes roots and proofs for any size whose tiles are stored.

    Args:
        get: Reads a stored tile; called at most once a tile and proof.
    """

    def __init__(self, get: GetTile) -> None:
        self._get = get

    def root(self, size: int) -> bytes:
        """Return the root of the first ``size`` entries.

        Raises:
            LedgerError: If a tile is too narrow for this size.
        """
        return _subtree_root(cache(self._get), 0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """Return the audit path of an entry, leaf to root (RFC 9162 section 2.1.3.1).

        Raises:
            InputError: If there is no such entry in a tree of this size.
            LedgerError: If a tile is too narrow for this size.
        """
        if not 0 <= index < size:
            raise InputError(f"There is no entry {index} in a tree of {size}.")
        get = cache(self._get)
        path: list[bytes] = []
        low, high = 0, size
        while high - low > 1:
            middle = _split(low, high)
            if index < middle:
                path.append(_subtree_root(get, middle, high))
                high = middle
            else:
                path.append(_subtree_root(get, low, middle))
                low = middle
        return tuple(reversed(path))

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """Return the proof that a tree is the beginning of another (RFC 9162 section 2.1.4.1).

        Raises:
            InputError: Unless ``1 <= old <= new``: nothing can be proved about an empty tree.
            LedgerError: If a tile is too narrow for this size.
        """
        if not 1 <= old <= new:
            raise InputError(f"There is no proof between trees of {old} and {new}.")
        get = cache(self._get)
        path: list[bytes] = []
        low, high = 0, new
        while high != old:
            middle = _split(low, high)
            if old <= middle:
                path.append(_subtree_root(get, middle, high))
                high = middle
            else:
                path.append(_subtree_root(get, low, middle))
                low = middle
        if low:  # the verifier knows the old root itself only if it is a whole subtree
            path.append(_subtree_root(get, low, high))
        return tuple(reversed(path))


def edge_tiles(size: int) -> Iterator[tuple[int, int, int]]:
    """Yield level, index and width of the last tile of each level of a tree.

    The width is 0 where all tiles of the level are full, so that nothing is stored there.
    """
    level = 0
    while size >> _TILE_HEIGHT * level:
        index, width = divmod(size >> _TILE_HEIGHT * level, TILE_WIDTH)
        yield level, index, width
        level += 1


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """Return where C2SP tlog-tiles serves a tile, for example ``tile/0/x001/234.p/5``.

    Raises:
        InputError: If there can be no such tile.
    """
    if not (0 <= level <= MAX_LEVEL and index >= 0 and 1 <= width <= TILE_WIDTH):
        raise InputError(f"There is no tile {index} of width {width} at level {level}.")
    rest, last = divmod(index, 1_000)
    path = f"{last:03d}"
    while rest:
        rest, last = divmod(rest, 1_000)
        path = f"x{last:03d}/{path}"
    return f"tile/{level}/{path}" + (f".p/{width}" if width < TILE_WIDTH else "")


def _split(low: int, high: int) -> int:
    """Return where RFC 6962 splits a range: after the largest power of two smaller than it."""
    return low + (1 << (high - low - 1).bit_length() - 1)


def _subtree_root(get: GetTile, low: int, high: int) -> bytes:
    size = high - low
    if size & (size - 1):
        middle = _split(low, high)
        return node_hash(_subtree_root(get, low, middle), _subtree_root(get, middle, high))
    level, height = divmod(size.bit_length() - 1, _TILE_HEIGHT)
    return _perfect_root(_hashes(get, level, low >> _TILE_HEIGHT * level, 1 << height))


def _hashes(get: GetTile, level: int, start: int, count: int) -> list[bytes]:
    """Return ``count`` hashes of a level, all within one tile."""
    index, first = divmod(start, TILE_WIDTH)
    end = (first + count) * HASH_SIZE
    data = get(level, index)
    if len(data) < end:
        raise LedgerError(
            f"Tile {tile_path(level, index)} has {len(data)} bytes where {end} are needed.",
            metadata={"tile": tile_path(level, index)},
        )
    return [data[at : at + HASH_SIZE] for at in range(first * HASH_SIZE, end, HASH_SIZE)]


def _perfect_root(hashes: list[bytes]) -> bytes:
    """Return the root over a power of two of hashes."""
    while len(hashes) > 1:
        pairs = zip(hashes[::2], hashes[1::2], strict=True)
        hashes = [node_hash(left, right) for left, right in pairs]
    return hashes[0]
