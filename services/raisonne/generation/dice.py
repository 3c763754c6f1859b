"""Seeded chance: the only source of randomness in a picture."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence

from raisonne.generation.exact import FloatArray

T = TypeVar("T")
Span: TypeAlias = tuple[int, int]


class Dice:
    """Chance from PCG64, turned into numbers by correctly rounded arithmetic only.

    ``Generator.random`` is 53 bits of the raw stream times 2**-53; everything else is built on it
    here, because other distributions of numpy may change between its versions.

    Args:
        seed: Non-negative seed.
        label: Text that is mixed into the seed, for example the prompt's words.
    """

    def __init__(self, seed: int, label: str = "") -> None:
        digest = hashlib.sha256(f"{seed}\n{label}".encode()).digest()
        entropy = [int.from_bytes(digest[i : i + 4], "big") for i in range(0, 32, 4)]
        self._seed = seed
        self._label = label
        self._generator = Generator(PCG64(SeedSequence(entropy)))

    def fork(self, label: str) -> Dice:
        """Return an independent stream, so that one part's appetite does not move another's."""
        return Dice(self._seed, f"{self._label}\n{label}")

    def unit(self) -> float:
        """Return a number in [0, 1)."""
        return float(self._generator.random())

    def units(self, *shape: int) -> FloatArray:
        """Return numbers in [0, 1) of the given shape."""
        return self._generator.random(shape)

    def between(self, low: float, high: float) -> float:
        """Return a number in [low, high)."""
        return low + (high - low) * self.unit()

    def near(self, centre: float, spread: float) -> float:
        """Return a number within ``spread`` of ``centre``, more often close to it."""
        return centre + spread * (self.unit() + self.unit() + self.unit() - 1.5) / 1.5

    def whole(self, low: int, high: int) -> int:
        """Return an integer in [low, high]."""
        return low + int(self.unit() * (high - low + 1))

    def within(self, span: Span) -> int:
        """Return an integer in the closed span."""
        return self.whole(*span)

    def chance(self, probability: float) -> bool:
        """Return True with this probability."""
        return self.unit() < probability

    def sign(self) -> float:
        """Return -1.0 or 1.0."""
        return -1.0 if self.chance(0.5) else 1.0

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        return options[self.whole(0, len(options) - 1)]

    def weighted(self, options: Sequence[tuple[T, int]]) -> T:
        """Return one of the options by whole weight."""
        mark = self.whole(1, sum(weight for _, weight in options))
        for option, weight in options:
            mark -= weight
            if mark <= 0:
                return option
        return options[-1][0]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """Return the options in random order (Fisher-Yates)."""
        cards = list(options)
        for last in range(len(cards) - 1, 0, -1):
            other = self.whole(0, last)
            cards[last], cards[other] = cards[other], cards[last]
        return cards

    def lattice(self, side: int) -> FloatArray:
        """Return a (side, side) field of numbers in [-1, 1) for smooth noise."""
        return np.asarray(self.units(side, side) * 2.0 - 1.0)
