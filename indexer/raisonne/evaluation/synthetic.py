"""Works by the million to measure a search with: fingerprints of real shapes and random values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from raisonne.evaluation.latent import LatentVectors
from raisonne.fingerprint.local import REGISTERED_POINTS, LocalFeatures
from raisonne.fingerprint.vocabulary import THUMBNAIL_SIDE, pack, rewritten, unpack, vocabulary
from raisonne.rights.fingerprint import Fingerprint, FingerprintKind

SIDE = 640
"""Of the canonical pictures, in pixels."""
_PATTERNS = 40
_NOISE_BYTES = 1 << 24
_FROM_WORD = 18.0
"""Deviation of each component from its word, with which points are as far from it as real ones."""

_OWN_PARTS = 0.15
"""Share of a code that is a work's own, so that no two works have a point in common."""


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Distinctive points to choose from.

    Attributes:
        values: Packed local fingerprints, whose places, sizes, angles and thumbnails are used.
        words: uint16, shape (n,).
        codes: uint8, shape (n, parts).
        noise: uint8, shape (m,): numbers to change codes by.
    """

    values: Sequence[bytes]
    words: NDArray[np.uint16]
    codes: NDArray[np.uint8]
    noise: NDArray[np.uint8]


def random_like(shape: Fingerprint, points: Points, generator: np.random.Generator) -> Fingerprint:
    """Return a fingerprint of the same algorithm with a random value."""
    if shape.kind is FingerprintKind.EMBEDDING:
        vectors = _world(len(shape.value) // 2).draw(1, generator)
        value = vectors.astype("<f2").tobytes()
    elif shape.kind is FingerprintKind.LOCAL:
        value = _random_points(points, generator)
    else:
        value = generator.bytes(len(shape.value))
    return Fingerprint(shape.kind, shape.algorithm, value, shape.quality)


@cache
def _world(dimensions: int) -> LatentVectors:
    return LatentVectors(dimensions)


def synthetic_points(generator: np.random.Generator) -> Points:
    """Draw points around the words of the vocabulary, as near as those of pictures are."""
    values = [pack(_features(generator), _thumbnail(generator)) for _ in range(_PATTERNS)]
    kept = [unpack(value) for value in values]
    return Points(
        values=values,
        words=np.concatenate([features.words for features in kept]),
        codes=np.concatenate([features.codes for features in kept]),
        noise=generator.integers(0, 256, _NOISE_BYTES, dtype=np.uint8),
    )


def _features(generator: np.random.Generator) -> LocalFeatures:
    count = REGISTERED_POINTS
    words = vocabulary().words
    around = words[generator.integers(len(words), size=count)]
    descriptors = around + generator.normal(0, _FROM_WORD, around.shape)
    points = np.column_stack(
        [
            generator.uniform(0, SIDE, (count, 2)),
            np.exp2(generator.normal(1.7, 0.8, count)),
            generator.uniform(0, 360, count),
        ]
    )
    rounded = descriptors.round().clip(0, 255).astype(np.uint8)
    return LocalFeatures(points.astype(np.float32), rounded, (SIDE, SIDE))


def _thumbnail(generator: np.random.Generator) -> NDArray[np.uint8]:
    return generator.integers(0, 256, (THUMBNAIL_SIDE, THUMBNAIL_SIDE), dtype=np.uint8)


def _random_points(points: Points, generator: np.random.Generator) -> bytes:
    """Choose a work's points from all and give each something of its own."""
    chosen = generator.integers(len(points.words), size=REGISTERED_POINTS)
    codes = points.codes[chosen]
    # Two stretches of drawn numbers: drawing them anew would take most of the time.
    first, second = generator.integers(len(points.noise) - codes.size, size=2)
    own = points.noise[first : first + codes.size].reshape(codes.shape) < _OWN_PARTS * 256
    np.copyto(codes, points.noise[second : second + codes.size].reshape(codes.shape), where=own)
    value = points.values[int(generator.integers(len(points.values)))]
    return rewritten(value, points.words[chosen], codes)
