from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.ledger.proof import verify_consistency, verify_inclusion
from raisonne.ledger.tree import EMPTY_ROOT, TileReader, Tree, leaf_hash
from raisonne.rights.errors import LedgerError, Reason

LARGEST = 600
LEAVES = [leaf_hash(bytes([n % 256, n // 256])) for n in range(LARGEST)]


def _log() -> tuple[TileReader, list[bytes]]:
    tree = Tree()
    tiles: dict[tuple[int, int], bytes] = {}
    roots = [tree.root()]
    for leaf in LEAVES:
        tree.append(leaf)
        roots.append(tree.root())
    tiles.update({(tile.level, tile.index): tile.data for tile in tree.take()})
    return TileReader(lambda level, index: tiles[level, index]), roots


READER, ROOTS = _log()
Proof = list[bytes]


@pytest.mark.parametrize(
    "sizes", [range(1, 201), range(201, 401), range(401, LARGEST + 1)], ids=str
)
def test_proofs_of_every_size_verify(sizes: range) -> None:
    for size in sizes:
        for index in {0, size // 3, size & (size - 1), size - 1} - {size}:
            proof = READER.inclusion(index, size)
            verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])
            old = index + 1
            proof = READER.consistency(old, size)
            verify_consistency(old, size, ROOTS[old], ROOTS[size], proof)


def _flip(data: bytes) -> bytes:
    return bytes([data[0] ^ 1]) + data[1:]


TAMPERINGS: list[Callable[[Proof, int], Proof]] = [
    lambda proof, at: [*proof[:at], _flip(proof[at]), *proof[at + 1 :]],
    lambda proof, at: proof[:at] + proof[at + 1 :],
    lambda proof, at: [*proof[:at], proof[at], *proof[at:]],
    lambda proof, at: [*proof[:at], proof[at][:-1], *proof[at + 1 :]],
    lambda proof, at: [*proof, proof[at]],
    lambda proof, at: [proof[at], *proof],
]


@given(st.data(), st.sampled_from(TAMPERINGS))
def test_altered_inclusion_proofs_are_refused(
    data: st.DataObject, tamper: Callable[[Proof, int], Proof]
) -> None:
    size = data.draw(st.integers(2, LARGEST))
    index = data.draw(st.integers(0, size - 1))
    proof = list(READER.inclusion(index, size))
    at = data.draw(st.integers(0, len(proof) - 1))
    with pytest.raises(LedgerError) as refused:
        verify_inclusion(LEAVES[index], index, size, tamper(proof, at), ROOTS[size])
    assert refused.value.reason is Reason.LEDGER_INCONSISTENT


@given(st.data(), st.sampled_from(TAMPERINGS))
def test_altered_consistency_proofs_are_refused(
    data: st.DataObject, tamper: Callable[[Proof, int], Proof]
) -> None:
    new = data.draw(st.integers(2, LARGEST))
    old = data.draw(st.integers(1, new - 1))
    proof = list(READER.consistency(old, new))
    at = data.draw(st.integers(0, len(proof) - 1))
    with pytest.raises(LedgerError):
        verify_consistency(old, new, ROOTS[old], ROOTS[new], tamper(proof, at))


@given(st.data())
def test_proofs_hold_for_nothing_else(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, LARGEST))
    index = data.draw(st.integers(0, size - 1))
    proof = READER.inclusion(index, size)
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index))
    for leaf, position, claimed, root in (
        (LEAVES[other], index, size, ROOTS[size]),
        (LEAVES[index], other, size, ROOTS[size]),
        (LEAVES[index], index, size, ROOTS[size - 1]),
        (LEAVES[index], size, size, ROOTS[size]),
        (LEAVES[index], -1, size, ROOTS[size]),
        (LEAVES[index][:-1], index, size, ROOTS[size]),
    ):
        with pytest.raises(LedgerError):
            verify_inclusion(leaf, position, claimed, proof, root)


@given(st.data())
def test_a_rewritten_log_is_not_consistent(data: st.DataObject) -> None:
    old = data.draw(st.integers(1, LARGEST - 1))
    new = data.draw(st.integers(old + 1, LARGEST))
    proof = READER.consistency(old, new)
    for old_root, new_root in (
        (_flip(ROOTS[old]), ROOTS[new]),
        (ROOTS[old], _flip(ROOTS[new])),
        (ROOTS[old - 1], ROOTS[new]),
        (ROOTS[old], ROOTS[new - 1]),
        (ROOTS[old][:-1], ROOTS[new]),
    ):
        with pytest.raises(LedgerError):
            verify_consistency(old, new, old_root, new_root, proof)


def test_a_tree_is_consistent_with_itself_only() -> None:
    verify_consistency(7, 7, ROOTS[7], ROOTS[7], [])
    with pytest.raises(LedgerError):
        verify_consistency(7, 7, ROOTS[7], ROOTS[8], [])
    with pytest.raises(LedgerError):
        verify_consistency(7, 7, ROOTS[7], ROOTS[7], [ROOTS[7]])


@pytest.mark.parametrize(("old", "new"), [(0, 5), (5, 4), (-1, 5), (0, 0)])
def test_sizes_that_prove_nothing_are_refused(old: int, new: int) -> None:
    with pytest.raises(LedgerError):
        verify_consistency(old, new, EMPTY_ROOT, ROOTS[5], [])
