"""Vectors to measure a search with: of 48 latent dimensions, in clusters of Zipf's sizes.

They are as hard to find as descriptors of real pictures. Of 30,768 vectors of 492 dimensions in 702
lists 153 have to be probed; of as many descriptors (``gist``) of parts of 1,282 photographs and
paintings 104; of vectors that are spread evenly 667.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LATENT, _CLUSTERS = 48, 2000
_MIXED = 192
"""Width of the hidden layer between latent dimensions and vectors."""
_SPREAD = 0.7
"""Of a cluster, beside a distance of one between clusters, in each latent dimension."""
_NOISE = 0.075
"""Of each component of a vector of 512 before it is made of length one."""


class LatentVectors:
    """A world in which vectors lie, the same each time.

    Args:
        dimensions: Of the vectors.
    """

    def __init__(self, dimensions: int) -> None:
        world = np.random.default_rng(1234)
        self._first = world.standard_normal((_LATENT, _MIXED), np.float32) / _LATENT**0.5
        self._second = world.standard_normal((_MIXED, dimensions), np.float32) / _MIXED**0.5
        self._centres = world.standard_normal((_CLUSTERS, _LATENT), np.float32)

    def draw(self, count: int, rng: np.random.Generator) -> NDArray[np.float16]:
        """Return vectors of length one, shape (count, dimensions).

        Args:
            count: How many.
            rng: Draws them.
        """
        latent = self._centres[rng.zipf(1.3, count) % _CLUSTERS]
        latent = latent + _SPREAD * rng.standard_normal(latent.shape, np.float32)
        vectors = np.tanh(latent @ self._first) @ self._second
        vectors += _NOISE * rng.standard_normal(vectors.shape, np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors, np.float16)
