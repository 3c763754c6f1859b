"""Verification of proofs; needs nothing but the proof and the roots.

The algorithms are those of RFC 9162 sections 2.1.3.2 (inclusion) and 2.1.4.2 (consistency).
"""

from __future__ import annotations

from collections.abc import Sequence

from raisonne.ledger.tree import HASH_SIZE, node_hash
from raisonne.rights.errors import LedgerError


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Return if the proof shows that the tree has this leaf at this position.

    Args:
        leaf: Leaf hash of the entry.
        index: Position of the entry, from 0.
        size: Number of entries of the tree.
        proof: Audit path, leaf to root.
        root: Root of the tree, from a verified checkpoint.

    Raises:
        LedgerError: If not.
    """
    _require(0 <= index < size, f"there is no entry {index} in a tree of {size}")
    _require_hashes(leaf, root, *proof)
    node, last, computed = index, size - 1, leaf
    for sibling in proof:
        _require(last > 0, "the proof is too long")
        if node & 1 or node == last:
            computed = node_hash(sibling, computed)
            node, last = _climb_while_even(node, last)
        else:
            computed = node_hash(computed, sibling)
        node, last = node >> 1, last >> 1
    _require(last == 0, "the proof is too short")
    _require(computed == root, "the computed root differs")


def verify_consistency(
    old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Return if the proof shows that the old tree is the beginning of the new one.

    Args:
        old_size: At least 1: nothing can be proved about an empty tree.
        new_size: Not below ``old_size``.
        old_root: Root at the old size, from a verified checkpoint.
        new_root: Root at the new size, from a verified checkpoint.
        proof: Consistency proof; empty exactly for equal sizes.

    Raises:
        LedgerError: If not.
    """
    _require(1 <= old_size <= new_size, f"there is no proof between {old_size} and {new_size}")
    if old_size == new_size:
        _require(not proof, "a proof between equal sizes is empty")
        _require(old_root == new_root, "the roots of one size differ")
        return
    _require(bool(proof), "the proof is empty")
    _require_hashes(old_root, new_root, *proof)
    # A power of two is a whole subtree, whose root the proof leaves out as it is the old root.
    first, *rest = proof if old_size & (old_size - 1) else (old_root, *proof)
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_computed = new_computed = first
    for sibling in rest:
        _require(last > 0, "the proof is too long")
        if node & 1 or node == last:
            old_computed = node_hash(sibling, old_computed)
            new_computed = node_hash(sibling, new_computed)
            node, last = _climb_while_even(node, last)
        else:
            new_computed = node_hash(new_computed, sibling)
        node, last = node >> 1, last >> 1
    _require(last == 0, "the proof is too short")
    _require(old_computed == old_root, "the computed old root differs")
    _require(new_computed == new_root, "the computed new root differs")


def _climb_while_even(node: int, last: int) -> tuple[int, int]:
    """Skip the levels where a rightmost node has no sibling."""
    while node and not node & 1:
        node, last = node >> 1, last >> 1
    return node, last


def _require_hashes(*hashes: bytes) -> None:
    _require(all(len(value) == HASH_SIZE for value in hashes), "a hash has the wrong length")


def _require(holds: bool, problem: str) -> None:  # noqa: FBT001 - reads as a sentence at each call
    if not holds:
        raise LedgerError(f"The proof does not verify: {problem}.")
