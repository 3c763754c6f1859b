"""Words that are one edit away from others, found without comparing them with each.

Two words are at most one insertion, deletion, substitution or transposition apart only if they
share a word that comes from each by deleting at most one letter (the symmetric deletion of
SymSpell). Those are kept as sorted hashes, behind a table that says for most words at once that
there is none: some 100 bytes a word.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

import numpy as np

SHORTEST = 4
"""Letters from which on a word is told with one of them wrong."""
_LONGEST = 40
_SLOTS_PER_KEY = 8


class NearWords:
    """Words to be found with one mistake in them; immutable.

    Args:
        words: Each once; shorter or longer ones than can be told are passed over.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._words = [word for word in words if SHORTEST <= len(word) <= _LONGEST]
        hashes: list[int] = []
        for word in self._words:
            hashes.extend(_deletions(word))
        owners = np.repeat(
            np.arange(len(self._words), dtype=np.int32), [len(word) + 1 for word in self._words]
        )
        keys = np.array(hashes, dtype=np.int64)
        order = np.argsort(keys)
        self._keys, self._owners = keys[order], owners[order]
        slots = 1 << (max(len(keys), 1) * _SLOTS_PER_KEY - 1).bit_length()
        table = np.zeros(slots, dtype=np.uint8)
        self._mask = slots - 1
        table[keys & self._mask] = 1
        self._table = table.tobytes()

    def find(self, word: str) -> Iterator[str]:
        """Yield the words that are exactly one edit away, each once."""
        if not SHORTEST - 1 <= len(word) <= _LONGEST + 1 or not self._words:
            return
        table, mask = self._table, self._mask
        seen: set[int] = set()
        for key in _deletions(word):
            if table[key & mask]:
                seen.update(self._owned(key))
        for owner in sorted(seen):
            other = self._words[owner]
            if other != word and _one_edit(word, other):
                yield other

    def _owned(self, key: int) -> Iterator[int]:
        place = bisect_left(self._keys, key)
        while place < len(self._keys) and self._keys[place] == key:
            yield int(self._owners[place])
            place += 1


def _deletions(word: str) -> list[int]:
    """Return the hashes of a word and of what is left of it without one letter."""
    return [hash(word), *[hash(word[:at] + word[at + 1 :]) for at in range(len(word))]]


def _one_edit(one: str, other: str) -> bool:
    """Whether two different words are one edit apart, a transposition counting as one."""
    if abs(len(one) - len(other)) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if at is None:
        return True
    if len(one) > len(other):
        return one[at + 1 :] == other[at:]
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    if one[at + 1 :] == other[at + 1 :]:
        return True
    swapped = one[at : at + 2] == other[at : at + 2][::-1]
    return swapped and one[at + 2 :] == other[at + 2 :]
