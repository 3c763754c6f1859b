"""Local features for the tests, drawn by chance."""

from __future__ import annotations

import numpy as np

from raisonne.fingerprint.local import LocalFeatures


def rooted(chance: np.random.Generator, count: int) -> np.ndarray:
    """Descriptors as they occur: square roots of shares of 512, in whole numbers."""
    shares = chance.dirichlet(np.full(128, 0.3), count)
    return (512 * np.sqrt(shares)).round().clip(0, 255).astype(np.uint8)


def random_features(seed: int, count: int, size: tuple[int, int] = (640, 480)) -> LocalFeatures:
    chance = np.random.default_rng(seed)
    points = np.stack(
        [
            chance.uniform(-0.5, size[0] - 0.5, count),
            chance.uniform(-0.5, size[1] - 0.5, count),
            np.exp2(chance.uniform(0, 9, count)),
            chance.uniform(0, 360, count),
        ],
        axis=1,
    )
    return LocalFeatures(points.astype(np.float32), rooted(chance, count), size)
