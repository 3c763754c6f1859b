"""Observations as a registry of unrelated pictures would give them."""

from __future__ import annotations

import numpy as np

from raisonne.evaluation.observing import Likeness, Observation
from raisonne.rights.match import Mechanism

KINDS = ("painting", "photo")


def drawn(pictures: int, seed: int = 1, *, embedding: bool = False) -> list[list[Observation]]:
    """Draw observations of pictures, each as it is and altered twice.

    Strangers come near with exponential tails, of scale 0.01 from 0.6 for the hash and 0.3 from 1.0
    for geometry; copies lie far beyond.
    """
    chance = np.random.default_rng(seed)
    return [
        [_observation(chance, number, pictures, turn, embedding) for turn in range(3)]
        for number in range(pictures)
    ]


def _observation(
    chance: np.random.Generator, number: int, pictures: int, turn: int, embedding: bool
) -> Observation:
    return Observation(
        picture=f"works/{number}",
        work=f"works/{number}",
        kind=KINDS[number % 2],
        altered=turn > 0,
        own={
            Mechanism.PERCEPTUAL: 1 - 0.2 * float(chance.random()),
            Mechanism.GEOMETRY: 6 + 12 * float(chance.random()),
        },
        other=_strangers(chance, f"works/{(number + 1) % pictures}", embedding),
    )


def _strangers(
    chance: np.random.Generator, work: str, embedding: bool
) -> dict[Mechanism, Likeness]:
    bits = 0.6 * 128 + 1.28 * float(chance.exponential())
    found = {
        # Distances of such hashes are even.
        Mechanism.PERCEPTUAL: Likeness(int(bits) / 128, work),
        Mechanism.GEOMETRY: Likeness(1 + 0.3 * float(chance.exponential()), work),
    }
    if embedding:
        found[Mechanism.EMBEDDING] = Likeness(0.3 + 0.03 * float(chance.exponential()), work)
    return found
