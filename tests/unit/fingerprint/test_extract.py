from __future__ import annotations

import hashlib

import numpy as np
from tests.unit.fingerprint.pictures import encoded, painting

from raisonne.fingerprint.decoding import DecodeLimits, decode_image
from raisonne.fingerprint.embedding import GistEmbedder
from raisonne.fingerprint.extract import Extractor
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
    ]
    assert [f.quality for f in kept] == [None, None, 100, 100]


def test_a_query_speaks_of_the_same_picture():
    query = Extractor(GistEmbedder()).query(IMAGE, SHA256)
    kept = Extractor(GistEmbedder()).register(IMAGE, SHA256)
    assert (query.sha256, query.width, query.height) == (SHA256, 800, 500)
    assert query.pixel_sha256 == IMAGE.pixel_sha256
    assert query.frames == IMAGE.frames == 1
    assert query.pdq_forms[0].code == kept[2].value
    assert query.embedding_algorithm == kept[3].algorithm
    assert np.abs(query.embedding - np.frombuffer(kept[3].value, "<f2")).max() < 1e-3
