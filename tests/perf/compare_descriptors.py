"""Compare global descriptors as candidate generators, on pictures that none was trained on.

``python -m tests.perf.compare_descriptors FOLDER...`` takes the pictures whose digests the training
holds out, registers two thirds of them, attacks these in every way of the detection benchmark, and
asks for the attacked copies and for the other third, clean and attacked. All other pictures are the
background for score normalisation.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from raisonne.evaluation.attacks.all_attacks import ATTACKS
from raisonne.evaluation.engines import encode, sample_of
from raisonne.evaluation.pictures import Picture, read_pictures
from raisonne.fingerprint.copy_embedder import CopyEmbedder
from raisonne.fingerprint.embedding import Embedder, GistEmbedder
from raisonne.fingerprint.perceptual import pdq_forms
from raisonne.fingerprint.training.pictures import is_held_out
from raisonne.fingerprint.training.validation import figures, normalised

Describe = Callable[[np.ndarray], np.ndarray]
"""Maps a picture to a vector for each form of it, shape (forms, d), the plain one first."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--held-out", type=float, default=0.35, help="as the training was told")
    parser.add_argument("--each", type=int, default=12, help="copies by every attack")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    pictures = [picture for folder in options.folders for picture in read_pictures(folder)]
    held_out, background = [], []
    for picture in pictures:
        digest = hashlib.sha256(picture.path.read_bytes()).hexdigest()
        (held_out if is_held_out(digest, options.held_out) else background).append(picture)
    order = np.random.default_rng(5).permutation(len(held_out))
    shuffled = [held_out[place] for place in order]
    count = round(len(shuffled) * 2 / 3)
    compare(shuffled[:count], shuffled[count:], background, options.each)
    return 0


def compare(
    works: Sequence[Picture], strangers: Sequence[Picture], background: Sequence[Picture], each: int
) -> None:
    descriptors = {
        "pdq, 8 forms": pdq,
        "gist-v1": plain(GistEmbedder()),
        "copy-v1": plain(CopyEmbedder()),
        "copy-v1, mirrored too": mirrored(CopyEmbedder()),
        "copy-v1, 8 forms": dihedral(CopyEmbedder()),
    }
    spent: dict[str, float] = defaultdict(float)
    registered = described(descriptors, (work.load() for work in works), {})
    others = described(descriptors, (picture.load() for picture in background), {})
    copies = list(attacked(works, strangers, each))
    label = np.array([place for place, _ in copies])
    asked = described(descriptors, (draw() for _, draw in copies), spent)
    print(f"{len(works)} works, {(label >= 0).sum()} copies, {(label < 0).sum()} other queries")
    for name in descriptors:
        known = np.stack([forms[0] for forms in registered[name]])
        ground = np.stack([forms[0] for forms in others[name]])
        similarity = np.stack([(forms @ known.T).max(axis=0) for forms in asked[name]])
        level = np.stack([(forms @ ground.T).max(axis=0) for forms in asked[name]])
        raw = figures(similarity, label)
        fair = figures(normalised(similarity, level), label)
        print(
            f"{name:22} recall@1 {raw.recall_at_1:.3f} recall@10 {raw.recall_at_10:.3f} "
            f"uAP {raw.micro_ap:.3f} normalised {fair.micro_ap:.3f} "
            f"{1e3 * spent[name] / len(label):.1f} ms"
        )


def attacked(
    works: Sequence[Picture], strangers: Sequence[Picture], each: int
) -> Iterator[tuple[int, Callable[[], Image.Image]]]:
    """Yield each query as the place of its work, or -1, and how to make it."""
    turn = 0
    for attack in ATTACKS:
        for number in range(each):
            place = turn % len(works)
            turn += 1
            chance = np.random.default_rng([7, zlib.crc32(f"{attack.name}/{number}".encode())])

            def copy(attack=attack, place=place, chance=chance):
                other = strangers[int(chance.integers(len(strangers)))]
                return attack.apply(works[place].load(), other.load(), chance)

            yield place, copy
    for place, stranger in enumerate(strangers):
        yield -1, stranger.load
        for number in range(3):
            attack = ATTACKS[(3 * place + number) % len(ATTACKS)]
            other = strangers[(place + 1 + number) % len(strangers)]
            chance = np.random.default_rng([8, place, number])

            def changed(attack=attack, stranger=stranger, other=other, chance=chance):
                return attack.apply(stranger.load(), other.load(), chance)

            yield -1, changed


def described(
    descriptors: Mapping[str, Describe], images: Iterator[Image.Image], spent: dict[str, float]
) -> dict[str, list[np.ndarray]]:
    vectors: dict[str, list[np.ndarray]] = {name: [] for name in descriptors}
    for image in images:
        pixels = sample_of(encode(image)).image.pixels
        for name, describe in descriptors.items():
            began = time.perf_counter()
            vectors[name].append(describe(pixels))
            spent[name] = spent.get(name, 0.0) + time.perf_counter() - began
    return vectors


def pdq(pixels: np.ndarray) -> np.ndarray:
    forms = [form for form in pdq_forms(pixels)[0] if not form.inverted]
    bits = [np.unpackbits(np.frombuffer(form.code, np.uint8)) for form in forms]
    return (np.stack(bits).astype(np.float32) * 2 - 1) / 16


def plain(embedder: Embedder) -> Describe:
    return lambda pixels: embedder.embed(pixels)[None]


def mirrored(embedder: Embedder) -> Describe:
    return lambda pixels: np.stack([embedder.embed(form) for form in (pixels, pixels[:, ::-1])])


def dihedral(embedder: Embedder) -> Describe:
    def describe(pixels: np.ndarray) -> np.ndarray:
        turned = [np.rot90(form, k) for form in (pixels, pixels[:, ::-1]) for k in range(4)]
        return np.stack([embedder.embed(np.ascontiguousarray(form)) for form in turned])

    return describe


if __name__ == "__main__":
    sys.exit(main())
