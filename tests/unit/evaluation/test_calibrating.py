from __future__ import annotations

import math
from dataclasses import replace

import pytest
from tests.unit.evaluation.observations import drawn

from raisonne.evaluation.calibrating import (
    BLOCK_RATE,
    GROWTH,
    LEAST_PICTURES,
    LISTED,
    REVIEW_RATE,
    calibrate,
    nearest,
)
from raisonne.evaluation.platt import similarity_of
from raisonne.fingerprint.perceptual import BITS
from raisonne.matching.calibration import BLOCK, REVIEW, SHIPPED
from raisonne.matching.rules_document import named, rules_fields, rules_from_fields
from raisonne.rights.errors import InputError
from raisonne.rights.match import Mechanism

GIST = "gist-v1"
FIT = calibrate(drawn(300), SHIPPED, GIST, works=300)


@pytest.mark.parametrize("mechanism", [Mechanism.PERCEPTUAL, Mechanism.GEOMETRY])
@pytest.mark.parametrize(("score", "rate"), [(REVIEW, REVIEW_RATE), (BLOCK, BLOCK_RATE)])
def test_what_is_promised_of_a_score_is_kept_with_room_to_grow(
    mechanism: Mechanism, score: float, rate: float
) -> None:
    found = FIT.mechanisms[mechanism]
    similarity = similarity_of(found.curve, score)
    assert found.strangers.rate_at(similarity).high <= 1.001 * rate / (3 * GROWTH)
    # The strangers were drawn from a tail that is known.
    start, scale = (0.6, 0.01) if mechanism is Mechanism.PERCEPTUAL else (1, 0.3)
    assert math.exp(-(similarity - start) / scale) <= rate / (3 * GROWTH)


@pytest.mark.parametrize("mechanism", [Mechanism.PERCEPTUAL, Mechanism.GEOMETRY])
def test_the_new_curve_is_nowhere_laxer_than_the_likeliest(mechanism: Mechanism) -> None:
    found = FIT.mechanisms[mechanism]
    assert found.likely is not None
    review = similarity_of(found.curve, REVIEW)
    for step in range(20):
        similarity = review + 0.2 * step
        assert found.curve.probability(similarity) <= (found.likely.probability(similarity) + 1e-6)


def test_what_is_reported_begins_well_before_a_review() -> None:
    rules = FIT.rules
    listed = rules.perceptual.calibration.probability(1 - rules.perceptual.radius / BITS)
    assert LISTED[Mechanism.PERCEPTUAL] <= listed < REVIEW
    listed = rules.geometry.calibration.probability(rules.geometry.threshold)
    assert listed == pytest.approx(LISTED[Mechanism.GEOMETRY])


def test_what_too_few_strangers_came_near_to_stays_and_says_why() -> None:
    found = FIT.mechanisms[Mechanism.EMBEDDING]
    assert "0 strangers" in found.kept
    assert FIT.rules.embedding(GIST) == SHIPPED.embedding(GIST)


def test_what_copies_are_no_more_like_than_strangers_stays() -> None:
    turned = [
        [
            replace(each, own={Mechanism.GEOMETRY: 0.5}) if each.altered else each
            for each in together
        ]
        for together in drawn(150)
    ]
    found = calibrate(turned, SHIPPED, GIST, works=150).mechanisms[Mechanism.GEOMETRY]
    assert "no more like" in found.kept
    assert found.curve == SHIPPED.geometry.calibration


def test_a_likeness_below_what_is_reported_has_no_score() -> None:
    threshold = FIT.rules.geometry.threshold
    assert FIT.score(Mechanism.GEOMETRY, threshold - 0.01) == 0
    assert FIT.score(Mechanism.GEOMETRY, threshold + 0.01) > LISTED[Mechanism.GEOMETRY]
    observation = drawn(1)[0][1]
    assert FIT.highest_own(observation) > BLOCK
    assert FIT.highest_other(observation) < REVIEW


def test_too_few_pictures_are_refused() -> None:
    with pytest.raises(InputError, match="Register more works") as refused:
        calibrate(drawn(LEAST_PICTURES - 1), SHIPPED, GIST, works=99)
    assert refused.value.metadata == {"pictures": "99", "least": "100"}


def test_rules_bear_the_name_of_their_content_and_say_how_far_they_reach() -> None:
    rules = FIT.rules
    assert rules.works == GROWTH * 300
    assert rules.version.startswith("calibration-")
    assert rules == named(replace(rules, version="anything"))
    assert rules.version != named(replace(rules, works=1)).version
    assert rules_from_fields(rules_fields(rules)) == rules
    assert calibrate(drawn(300), SHIPPED, GIST, works=300).rules == rules


def test_the_nearest_are_told_by_picture_and_query() -> None:
    observations = drawn(5)
    values = nearest(observations, Mechanism.GEOMETRY)
    assert values.shape == (5, 3)
    assert values[2, 1] == observations[2][1].other[Mechanism.GEOMETRY].value
    assert (nearest(observations, Mechanism.EMBEDDING) == -math.inf).all()


def test_a_measured_embedder_gets_a_rule_of_its_own() -> None:
    copies = [
        [
            replace(each, own={**each.own, Mechanism.EMBEDDING: 0.8 + 0.01 * (number % 20)})
            for each in together
        ]
        for number, together in enumerate(drawn(200, embedding=True))
    ]
    rules = calibrate(copies, SHIPPED, "somebody-s-v1", works=200).rules
    assert rules.embedding("gist-v1") == SHIPPED.embedding("gist-v1")
    rule = rules.embedding("somebody-s-v1")
    assert rule.agreement_bits is None
    assert 0.3 < rule.threshold < 0.8


def test_two_works_that_are_each_other_s_nearest_tell_it_once() -> None:
    observations = drawn(200)
    mutual = [
        [
            replace(
                each,
                other={
                    mechanism: replace(found, work=f"works/{number ^ 1}")
                    for mechanism, found in observations[number - number % 2][turn].other.items()
                },
            )
            for turn, each in enumerate(together)
        ]
        for number, together in enumerate(observations)
    ]
    once, twice = (
        calibrate(sample, SHIPPED, GIST, works=200).mechanisms[Mechanism.GEOMETRY].strangers
        for sample in (observations, mutual)
    )
    apart, pairs = once.similarity_at(1e-6), twice.similarity_at(1e-6)
    assert pairs.high - pairs.low > apart.high - apart.low


def test_rules_that_are_to_hold_for_more_works_are_stricter() -> None:
    larger = calibrate(drawn(300), SHIPPED, GIST, works=300, up_to=100_000)
    assert larger.rules.works == 100_000
    for mechanism in (Mechanism.PERCEPTUAL, Mechanism.GEOMETRY):
        strict, usual = (fit.mechanisms[mechanism].curve for fit in (larger, FIT))
        assert similarity_of(strict, REVIEW) > similarity_of(usual, REVIEW)
    with pytest.raises(InputError, match="300 works already"):
        calibrate(drawn(300), SHIPPED, GIST, works=300, up_to=299)


def test_a_work_that_many_pictures_come_near_to_is_one_story() -> None:
    observations = drawn(200)
    hub = [
        [
            replace(
                each,
                other={by: replace(found, work="works/hub") for by, found in each.other.items()},
            )
            for each in together
        ]
        for together in observations
    ]
    apart, one = (
        calibrate(sample, SHIPPED, GIST, works=200).mechanisms[Mechanism.GEOMETRY].strangers
        for sample in (observations, hub)
    )
    wide, narrow = one.similarity_at(1e-6), apart.similarity_at(1e-6)
    assert wide.estimate == narrow.estimate
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)
