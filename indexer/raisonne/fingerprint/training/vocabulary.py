"""Learns the vocabulary that local descriptors are written in.

Run as ``python -m raisonne.fingerprint.training.vocabulary FOLDER… OUT.npz``. Another vocabulary is
another algorithm: what ships is only ever replaced together with ``rootsift-v1``'s name.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from raisonne.fingerprint.decoding import DecodeLimits, decode_image
from raisonne.fingerprint.local import LocalFeatures, inverted, local_features, mirrored
from raisonne.fingerprint.vocabulary import PARTS, WORDS_PER_FORM

_POINTS = 900
_ROUNDS = 14
_SAMPLE = 250_000
_PART_ROUNDS = 20
_PICTURES = {".jpg", ".jpeg", ".png", ".webp"}

Descriptors = NDArray[np.float32]


def descriptors_of(paths: Iterable[Path]) -> Descriptors:
    """Return the descriptors of all pictures, shape (n, 128)."""
    found = [
        local_features(decode_image(path.read_bytes(), DecodeLimits()).pixels, _POINTS).descriptors
        for path in paths
    ]
    return np.concatenate(found).astype(np.float32)


def learn_words(descriptors: Descriptors, seed: int, count: int = WORDS_PER_FORM) -> Descriptors:
    """Cluster descriptors by k-means in which every word stands for its four forms.

    Args:
        descriptors: Shape (n, 128).
        seed: Of the words to start from.
        count: Words of each form.

    Returns:
        Shape (4 count, 128), closed under mirroring and inverting.
    """
    chance = np.random.default_rng(seed)
    words = descriptors[chance.choice(len(descriptors), count, replace=False)]
    for _ in range(_ROUNDS):
        index = faiss.IndexFlatL2(descriptors.shape[1])
        index.add(_all_forms(words))
        nearest = index.search(descriptors, 1)[1][:, 0]
        sums, sizes = np.zeros(words.shape), np.zeros(count)
        for form in range(4):
            members = nearest // count == form
            # Every change undoes itself, so a member is carried back by the change of its word.
            np.add.at(sums, nearest[members] % count, _form(descriptors[members], form))
            sizes += np.bincount(nearest[members] % count, minlength=count)
        spare = descriptors[chance.choice(len(descriptors), count)]
        words = np.where(sizes[:, None] > 0, sums / np.maximum(sizes, 1)[:, None], spare)
        words = words.astype(np.float32)
    return _all_forms(words)


def learn_parts(descriptors: Descriptors, seed: int) -> NDArray[np.float32]:
    """Cluster each of 32 parts of the descriptors into 256 codes, shape (32, 256, 4)."""
    cut = descriptors.reshape(len(descriptors), PARTS, -1).transpose(1, 0, 2)
    parts = []
    for values in cut:
        means = faiss.Kmeans(values.shape[1], 256, niter=_PART_ROUNDS, seed=seed)
        means.train(np.ascontiguousarray(values))
        parts.append(np.asarray(means.centroids))
    return np.stack(parts)


def _all_forms(words: Descriptors) -> Descriptors:
    return np.concatenate([_form(words, form) for form in range(4)]).astype(np.float32)


def _form(descriptors: Descriptors, form: int) -> Descriptors:
    """Mirror and invert descriptors as the number of a form says."""
    features = LocalFeatures(
        np.zeros((len(descriptors), 4), np.float32),
        descriptors,  # type: ignore[arg-type]  # the changes only reorder, whatever the type
        (1, 1),
    )
    if form & 1:
        features = mirrored(features)
    if form & 2:
        features = inverted(features)
    return np.asarray(features.descriptors, np.float32)


def main(arguments: list[str]) -> None:
    """Learn from folders and write the file."""
    *folders, out = arguments
    paths = sorted(
        path
        for folder in folders
        for path in Path(folder).rglob("*")
        if path.suffix.lower() in _PICTURES
    )
    descriptors = descriptors_of(paths)
    chance = np.random.default_rng(1)
    sample = descriptors[
        np.sort(chance.choice(len(descriptors), min(len(descriptors), _SAMPLE), replace=False))
    ]
    words, parts = learn_words(sample, seed=1), learn_parts(sample, seed=1)
    np.savez(out, words=_whole(words), parts=_whole(parts))


def _whole(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    return values.round().clip(0, 255).astype(np.uint8)


if __name__ == "__main__":
    main(sys.argv[1:])
