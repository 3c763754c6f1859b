from __future__ import annotations

import hashlib

import numpy as np
from tests.unit.fingerprint.pictures import encoded, painting

from raisonne.fingerprint.decoding import DecodeLimits, decode_image
from raisonne.fingerprint.embedding import GistEmbedder
from raisonne.fingerprint.extract import Extractor
from raisonne.fingerprint.local import REGISTERED_POINTS
from raisonne.fingerprint.vocabulary import unpack
from raisonne.rights.fingerprint import FingerprintKind

DATA = encoded(painting(0, 800, 500), "JPEG")
SHA256 = hashlib.sha256(DATA).hexdigest()
IMAGE = decode_image(DATA, DecodeLimits())


def test_registration_keeps_one_value_of_each_algorithm():
    kept = Extractor(GistEmbedder()).register(IMAGE, SHA256)
    assert [(f.kind, f.algorithm, len(f.value)) for f in kept] == [
        (FingerprintKind.EXACT, "sha256-bytes-v1", 32),
        (FingerprintKind.EXACT, "sha256-pixels-v1", 40),
        (FingerprintKind.PERCEPTUAL, "pdq-256-v1", 32),
        (FingerprintKind.EMBEDDING, "gist-v1", 2 * GistEmbedder.dimensions),
        (FingerprintKind.LOCAL, "rootsift-v1", 6 + 64 * 64 + 40 * REGISTERED_POINTS),
    ]
    assert [f.quality for f in kept[:4]] == [None, None, 100, 100]
    assert kept[4].quality >= 70


def test_only_what_is_asked_for_is_computed_and_it_is_the_same():
    embedder = CountingEmbedder()
    extractor = Extractor(embedder)
    every = {f.algorithm: f for f in extractor.register(IMAGE, SHA256)}
    assert set(every) == extractor.algorithms
    assert embedder.asked == 1
    some = {"rootsift-v1", "pdq-256-v1", "unknown-v9"}
    found = extractor.register(IMAGE, SHA256, some)
    assert found == (every["pdq-256-v1"], every["rootsift-v1"])
    assert embedder.asked == 1
    for name, fingerprint in every.items():
        assert extractor.register(IMAGE, SHA256, [name]) == (fingerprint,)


def test_a_query_speaks_of_the_same_picture():
    query = Extractor(GistEmbedder()).query(IMAGE, SHA256)
    kept = Extractor(GistEmbedder()).register(IMAGE, SHA256)
    assert (query.sha256, query.width, query.height) == (SHA256, 800, 500)
    assert query.pixel_sha256 == IMAGE.pixel_sha256
    assert query.frames == IMAGE.frames == 1
    assert query.pdq_forms[0].code == kept[2].value
    assert query.embedding_algorithm == kept[3].algorithm
    assert np.abs(query.embedding - np.frombuffer(kept[3].value, "<f2")).max() < 1e-3
    stored = unpack(kept[4].value)
    assert query.local.forms[0].size == stored.size
    asked = query.local.forms[0].points[:, :2]
    away = np.linalg.norm(stored.points[:, None, :2] - asked, axis=2).min(axis=1)
    assert (away < 1 / 32).mean() > 0.9


def test_a_query_knows_its_hashes_as_bits():
    query = Extractor(GistEmbedder()).query(IMAGE, SHA256)
    assert query.codes.shape == (9, 32)
    assert [code.tobytes() for code in query.codes] == [form.code for form in query.pdq_forms]


class CountingEmbedder(GistEmbedder):
    """Counts how often it is asked."""

    asked = 0

    def embed(self, pixels):
        self.asked += 1
        return super().embed(pixels)


def test_what_takes_long_is_computed_when_asked_for_and_once():
    embedder = CountingEmbedder()
    query = Extractor(embedder).query(IMAGE, SHA256)
    assert embedder.asked == 0
    assert query.embedding is query.embedding
    assert embedder.asked == 1
    assert query.local is query.local
