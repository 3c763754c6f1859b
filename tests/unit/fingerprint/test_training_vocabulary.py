from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from raisonne.fingerprint.local import LocalFeatures, inverted, mirrored
from raisonne.fingerprint.training.vocabulary import learn_parts, learn_words


def test_words_stand_for_the_descriptors_in_all_four_forms():
    chance = np.random.default_rng(0)
    centres = chance.integers(0, 255, (6, 128))
    descriptors = np.repeat(centres, 50, axis=0) + chance.normal(0, 3, (300, 128))
    words = learn_words(descriptors.astype(np.float32), seed=3, count=24)
    plain, mirror, inverse, both = (as_features(part) for part in words.reshape(4, 24, 128))
    assert np.array_equal(mirrored(plain).descriptors, mirror.descriptors)
    assert np.array_equal(inverted(plain).descriptors, inverse.descriptors)
    assert np.array_equal(inverted(mirror).descriptors, both.descriptors)
    away = np.linalg.norm(words[:, None] - centres, axis=2).min(axis=0)
    assert np.median(away) < 60


def test_every_part_has_its_own_codes():
    descriptors = np.random.default_rng(1).integers(0, 255, (2000, 128)).astype(np.float32)
    parts = learn_parts(descriptors, seed=1)
    assert parts.shape == (32, 256, 4)
    assert not np.array_equal(parts[0], parts[1])


def as_features(words: NDArray[np.float32]) -> LocalFeatures:
    return LocalFeatures(np.zeros((len(words), 4), np.float32), words, (1, 1))
