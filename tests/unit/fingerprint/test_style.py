from __future__ import annotations

import hashlib
from importlib.util import find_spec

import numpy as np
import pytest
from tests.unit.fingerprint.pictures import encoded, painting
from tests.unit.fingerprint.style_weights import style_uri

from raisonne.fingerprint.decoding import DecodeLimits, decode_image
from raisonne.fingerprint.embedding import GistEmbedder, embedder_from_uri
from raisonne.fingerprint.extract import Extractor
from raisonne.fingerprint.style import style_from_uri
from raisonne.rights.errors import ConfigError
from raisonne.rights.fingerprint import FingerprintKind

DATA = encoded(painting(0, 200, 160))
SHA256 = hashlib.sha256(DATA).hexdigest()
IMAGE = decode_image(DATA, DecodeLimits())

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="needs the models extra")


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> str:
    return style_uri(tmp_path_factory.mktemp("style"))


def test_style_is_off_unless_configured():
    assert style_from_uri("") is None
    extractor = Extractor(GistEmbedder())
    query = extractor.query(IMAGE, SHA256)
    assert (query.style_algorithm, query.style.size) == ("", 0)
    assert len(extractor.algorithms) == 5


@pytest.mark.parametrize("uri", ["gist:", "nonsense:", "style:gist", "open_clip:", "torchscript:"])
def test_only_weights_of_the_operator_tell_style(uri):
    with pytest.raises(ConfigError):
        style_from_uri(uri)


@needs_torch
def test_the_same_weights_are_another_algorithm_for_style(weights):
    embedder, style = embedder_from_uri(weights), style_from_uri(weights)
    assert style.algorithm == f"style:{embedder.algorithm}"
    assert style.dimensions == embedder.dimensions == 8
    extractor = Extractor(embedder, style)
    kept = {each.algorithm: each for each in extractor.register(IMAGE, SHA256)}
    assert set(kept) == extractor.algorithms
    assert len(kept) == 6
    fingerprint = kept[style.algorithm]
    assert (fingerprint.kind, fingerprint.quality) == (FingerprintKind.EMBEDDING, 100)
    assert fingerprint.value == kept[embedder.algorithm].value
    query = extractor.query(IMAGE, SHA256)
    assert query.style_algorithm == style.algorithm
    assert np.abs(query.style - np.frombuffer(fingerprint.value, "<f2")).max() < 1e-3


@needs_torch
def test_a_query_computes_its_style_when_asked_and_once(weights):
    class Counting:
        asked = 0

        def __init__(self, style):
            self.algorithm, self.dimensions, self._style = (
                style.algorithm,
                style.dimensions,
                style,
            )

        def embed(self, pixels):
            self.asked += 1
            return self._style.embed(pixels)

    style = Counting(style_from_uri(weights))
    query = Extractor(GistEmbedder(), style).query(IMAGE, SHA256)
    assert style.asked == 0
    assert query.style is query.style
    assert style.asked == 1
