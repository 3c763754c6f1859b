from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image, ImageFilter, ImageOps
from tests.unit.fingerprint.pictures import encoded, painting

from raisonne.fingerprint.copy_embedder import EXACT, TOP, CopyEmbedder, shipped_weights
from raisonne.fingerprint.decoding import DecodeLimits, decode_image
from raisonne.fingerprint.embedding import embedder_from_uri

# SHA-256 of the float16 vector of ``drawn()``: another value is another algorithm.
DRAWN = "acac5b565a0434c12f45f2358e53a0506069420041ac35c5fd5030c3bd1d6581"

MODULE = "tests.unit.fingerprint.test_copy_embedder"
PRINT_DIGEST = f"from {MODULE} import digest_of_drawn; print(digest_of_drawn())"


def drawn():
    """A picture by integer arithmetic alone, shape (150, 230, 3)."""
    y, x = np.mgrid[0:150, 0:230]
    return np.stack([(x * x + 3 * y * y) // 61, (x * y) // 17, (7 * x + 5 * y) // 3], -1).astype(
        "u1"
    )


def digest_of_drawn():
    return hashlib.sha256(CopyEmbedder().embed(drawn()).astype("<f2").tobytes()).hexdigest()


@pytest.fixture(scope="module")
def embedder():
    return embedder_from_uri("copy:")


def test_it_is_built_in(embedder):
    vector = embedder.embed(np.asarray(painting()))
    assert (embedder.algorithm, embedder.dimensions) == ("copy-v1", 256)
    assert (vector.shape, vector.dtype) == ((256,), np.float32)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_the_vector_is_the_shipped_one():
    assert digest_of_drawn() == DRAWN


@pytest.mark.parametrize(
    "machine",
    [
        {"OPENBLAS_NUM_THREADS": "1"},
        {"OPENBLAS_NUM_THREADS": "3"},
        {"OPENBLAS_CORETYPE": "Prescott"},
    ],
    ids=str,
)
def test_the_vector_is_the_same_for_other_thread_counts_and_processors(machine):
    done = subprocess.run(
        [sys.executable, "-c", PRINT_DIGEST],
        env={**os.environ, **machine},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == DRAWN


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 640, 3), (640, 3, 3), (112, 112, 3)])
def test_every_shape_is_described(embedder, shape):
    pixels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    assert np.isfinite(embedder.embed(pixels)).all()


def test_a_flat_picture_has_no_direction(embedder):
    assert not embedder.embed(np.full((30, 40, 3), 90, np.uint8)).any()


COPIES = {
    "jpeg": lambda p: decode_image(encoded(p, "JPEG", quality=15), DecodeLimits()).pixels,
    "blurred": lambda p: p.filter(ImageFilter.GaussianBlur(3)),
    "cropped": lambda p: p.crop((30, 20, 220, 170)),
    "grey": lambda p: ImageOps.grayscale(p).convert("RGB"),
    "inverted": ImageOps.invert,
    "turned": lambda p: p.rotate(8, Image.Resampling.BICUBIC, expand=True),
}


@pytest.mark.parametrize("name", COPIES)
def test_copies_are_nearer_than_other_pictures(embedder, name):
    paintings = [painting(seed) for seed in range(8)]
    known = np.stack([embedder.embed(np.asarray(p)) for p in paintings])
    copies = np.stack([embedder.embed(np.asarray(COPIES[name](p))) for p in paintings])
    assert ((copies @ known.T).argmax(axis=1) == np.arange(8)).all()


def test_no_sum_of_products_can_leave_the_exact_range():
    for name, weight in shipped_weights().items():
        if weight.dtype == np.int8:
            reach = 128 if name == "stem.0.weight" else TOP
            sums = np.abs(weight.astype(int)).reshape(-1, weight.shape[-1]).sum(axis=0)
            assert sums.max() * reach < EXACT, name
