from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.fingerprint.perceptual import BITS
from raisonne.matching.calibration import (
    EMBEDDINGS,
    PERCEPTUAL,
    PERCEPTUAL_RADIUS,
    UNMEASURED_EMBEDDING,
    Calibration,
    embedding_rule,
)

CURVES = [PERCEPTUAL, UNMEASURED_EMBEDDING.calibration] + [
    rule.calibration for rule in EMBEDDINGS.values()
]


@given(st.sampled_from(CURVES), st.floats(-1, 1), st.floats(-1, 1))
def test_scores_are_probabilities_that_grow_with_similarity(curve: Calibration, one, other):
    low, high = sorted((one, other))
    assert 0 <= curve.probability(low) <= curve.probability(high) <= 1


def test_what_is_reported_is_likely():
    assert PERCEPTUAL.probability(1 - PERCEPTUAL_RADIUS / BITS) > 0.9
    for rule in EMBEDDINGS.values():
        assert rule.calibration.probability(rule.threshold) > 0.9


def test_an_embedder_never_measured_may_ask_but_not_decide():
    rule = embedding_rule("open-clip-somebody-s-weights-v1")
    assert rule.calibration.probability(rule.threshold) == pytest.approx(0.5, abs=0.02)
    assert rule.calibration.probability(1) < 0.9
