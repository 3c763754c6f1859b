from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance
from tests.unit.fingerprint.pictures import painting

from raisonne.fingerprint.embedding import (
    GistEmbedder,
    embedder_from_uri,
    embedding_fingerprint,
)
from raisonne.rights.errors import ConfigError
from raisonne.rights.fingerprint import FingerprintKind


def embed(image: Image.Image) -> np.ndarray:
    return GistEmbedder().embed(np.asarray(image))


@given(st.integers(0, 50), st.integers(1, 300), st.integers(1, 300))
def test_vectors_have_length_one_whatever_the_size(seed, width, height):
    vector = embed(painting(seed, width, height))
    assert (vector.shape, vector.dtype) == ((GistEmbedder.dimensions,), np.float32)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_copies_lie_near_and_others_far():
    original = embed(painting())
    crop = painting().crop((4, 3, 236, 177))
    copies = [
        painting().resize((90, 70), Image.Resampling.LANCZOS),
        ImageEnhance.Brightness(painting()).enhance(1.15),
        crop,
    ]
    assert min(embed(copy) @ original for copy in copies) > 0.9
    assert max(embed(painting(seed)) @ original for seed in range(1, 20)) < 0.6


def test_a_picture_without_structure_is_near_nothing():
    assert not embed(Image.new("RGB", (40, 30), (128, 128, 128))).any()


def test_the_catalogue_keeps_half_precision_and_the_quality():
    kept = embedding_fingerprint(GistEmbedder(), np.asarray(painting()), 77)
    vector = np.frombuffer(kept.value, "<f2").astype(np.float32)
    assert (kept.kind, kept.algorithm, kept.quality) == (FingerprintKind.EMBEDDING, "gist-v1", 77)
    assert vector @ embed(painting()) == pytest.approx(1, abs=1e-3)


def test_the_built_in_embedder_has_a_uri():
    assert embedder_from_uri("gist:").algorithm == "gist-v1"


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "gist",
        "gist:v2",
        "clip:ViT-B-32",
        "open_clip:ViT-B-32",
        "open_clip:?weights=/a",
        "x:y",
        "torchscript:",
    ],
)
def test_other_uris_are_refused(uri):
    with pytest.raises(ConfigError):
        embedder_from_uri(uri)
