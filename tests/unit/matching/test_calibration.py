from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.fingerprint.perceptual import BITS
from raisonne.matching.calibration import (
    BLOCK,
    REVIEW,
    SHIPPED,
    UNMEASURED_EMBEDDING,
    Calibration,
    tempered,
)
from raisonne.matching.rules_document import named

CURVES = [
    SHIPPED.perceptual.calibration,
    SHIPPED.geometry.calibration,
    UNMEASURED_EMBEDDING.calibration,
] + [rule.calibration for rule in SHIPPED.embeddings.values()]
SCORES = st.floats(0, 1)


@given(st.sampled_from(CURVES), st.floats(-1, 40), st.floats(-1, 40))
def test_scores_are_probabilities_that_grow_with_similarity(curve: Calibration, one, other):
    low, high = sorted((one, other))
    assert 0 <= curve.probability(low) <= curve.probability(high) <= 1


def test_nothing_that_deserves_a_look_goes_unreported():
    rule = SHIPPED.perceptual
    assert rule.calibration.probability(1 - (rule.radius + 1) / BITS) < REVIEW
    assert SHIPPED.geometry.calibration.probability(SHIPPED.geometry.threshold) <= REVIEW
    for embedding in SHIPPED.embeddings.values():
        assert embedding.calibration.probability(embedding.threshold) <= REVIEW


def test_points_and_places_that_agree_well_can_decide():
    assert SHIPPED.geometry.calibration.probability(12) > BLOCK
    assert SHIPPED.geometry.calibration.probability(0) < 0.01


def test_an_embedder_never_measured_may_ask_but_not_decide():
    rule = SHIPPED.embedding("open-clip-somebody-s-weights-v1")
    assert rule is UNMEASURED_EMBEDDING
    assert rule.calibration.probability(rule.threshold) == pytest.approx(0.5, abs=0.02)
    assert rule.calibration.probability(1) < BLOCK


def test_a_measured_embedder_has_its_own_rule():
    assert SHIPPED.embedding("gist-v1") is SHIPPED.embeddings["gist-v1"]


@given(SCORES, SCORES)
def test_what_is_not_assured_never_decides_and_keeps_its_order(one, other):
    low, high = sorted((one, other))
    assert 0 <= tempered(low) <= tempered(high) < BLOCK


@given(SCORES)
def test_tempering_neither_raises_a_score_nor_takes_it_out_of_review(score):
    assert tempered(score) <= score
    assert (tempered(score) >= REVIEW) == (score >= REVIEW)


def test_the_shipped_rules_bear_the_name_of_what_they_say():
    assert named(SHIPPED) == SHIPPED


def test_a_descriptor_of_the_whole_picture_never_decides_alone():
    for rule in SHIPPED.embeddings.values():
        assert rule.calibration.probability(1) < BLOCK
