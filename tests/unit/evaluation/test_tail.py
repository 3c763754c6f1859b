from __future__ import annotations

import math
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raisonne.evaluation.tail import Interval, TailEstimate


def estimate(*values: float) -> TailEstimate:
    """One query a picture."""
    return TailEstimate(np.array(values, np.float64)[:, np.newaxis])


def exponential(pictures: int, seed: int) -> TailEstimate:
    return estimate(*np.random.default_rng(seed).exponential(1, pictures))


def test_the_tail_is_fitted_to_the_nearest_tenth_by_hand() -> None:
    tail = estimate(*range(1, 21))
    assert (tail.tail.start, tail.tail.share, tail.tail.excesses) == (18, 0.1, 2)
    assert tail.tail.scale == pytest.approx((1 + 2) / 2)
    assert tail.rate_at(18).estimate == pytest.approx(0.1)
    assert tail.rate_at(18 + 1.5).estimate == pytest.approx(0.1 / math.e)
    assert tail.similarity_at(1e-4).estimate == pytest.approx(18 + 1.5 * math.log(1000))


def test_where_fewer_were_noticed_the_tail_starts_at_the_least_near() -> None:
    tail = estimate(*[-math.inf] * 97, 0.2, 0.5, 0.4).tail
    assert (tail.start, tail.excesses, tail.share) == (0.2, 2, 0.02)
    assert tail.scale == pytest.approx(0.25)


def test_where_nothing_was_noticed_nothing_is_expected() -> None:
    tail = estimate(*[-math.inf] * 50)
    assert tail.tail.excesses == 0
    assert tail.rate_at(0.3) == Interval(0, 0, 0)


def test_equal_values_are_no_excess() -> None:
    tail = estimate(*[0.5] * 90, *[0.7] * 10)
    assert (tail.tail.start, tail.tail.excesses) == (0.5, 10)
    assert estimate(*[0.5] * 100).tail.excesses == 0


@given(st.lists(st.floats(0, 100), min_size=20, max_size=80, unique=True), st.floats(1e-9, 0.02))
@settings(deadline=None, max_examples=20)
def test_rates_fall_and_similarities_are_their_inverse(values: list[float], rate: float) -> None:
    tail = estimate(*values)
    similarity = tail.similarity_at(rate).estimate
    assert tail.rate_at(similarity).estimate == pytest.approx(rate)
    assert tail.rate_at(similarity + 1).estimate <= tail.rate_at(similarity).estimate
    interval = tail.similarity_at(rate)
    assert interval.low <= interval.high


def test_the_same_sample_gives_the_same_intervals() -> None:
    assert exponential(200, 3).similarity_at(1e-6) == exponential(200, 3).similarity_at(1e-6)


def test_queries_of_one_picture_say_no_more_than_one() -> None:
    values = np.random.default_rng(5).exponential(1, (200, 1))
    one, four = TailEstimate(values), TailEstimate(np.repeat(values, 4, axis=1))
    assert astuple(four.similarity_at(1e-4)) == pytest.approx(astuple(one.similarity_at(1e-4)))
    other = np.random.default_rng(6).exponential(1, (200, 4))
    more = TailEstimate(other).similarity_at(1e-4)
    alone = one.similarity_at(1e-4)
    assert more.high - more.low < alone.high - alone.low


def test_the_upper_end_is_seldom_too_low() -> None:
    """The promises are kept by the upper end, so it has to hold what it says it holds."""
    true = -math.log(1e-6)
    held = [exponential(150, seed).similarity_at(1e-6).high >= true for seed in range(60)]
    assert sum(held) >= 0.88 * len(held)


def test_a_bounded_likeness_is_met_less_often_than_is_said() -> None:
    """The exponential says too much where values have an end."""
    chance = np.random.default_rng(8)
    tail = estimate(*chance.beta(2, 5, 2000))
    beyond = float((chance.beta(2, 5, 500_000) > tail.similarity_at(1e-4).estimate).mean())
    assert beyond <= 1e-4


def test_where_fewer_pictures_tell_something_of_their_own_less_is_certain() -> None:
    values = np.random.default_rng(5).exponential(1, (200, 1))
    all_, half = TailEstimate(values), TailEstimate(values, 100)
    assert half.tail == all_.tail
    narrow, wide = all_.similarity_at(1e-6), half.similarity_at(1e-6)
    assert wide.high - wide.low > 1.2 * (narrow.high - narrow.low)


def test_towards_an_end_the_logarithm_of_what_is_missing_is_fitted() -> None:
    missing = np.exp(-np.random.default_rng(9).exponential(0.5, 5000))
    tail = TailEstimate((1 - missing)[:, np.newaxis], ended=True)
    assert tail.tail.scale == pytest.approx(0.5, rel=0.1)
    found = tail.similarity_at(1e-4)
    assert 0 < found.low < found.estimate < found.high < 1
    assert tail.rate_at(found.estimate).estimate == pytest.approx(1e-4)
    # That a share of 1e-4 lies beyond is what the power law says: 1 - s = rate ** scale.
    assert 1 - found.estimate == pytest.approx(1e-4**0.5, rel=0.3)


def test_nothing_lies_beyond_an_end() -> None:
    values = np.linspace(0, 0.9, 200)[:, np.newaxis]
    assert TailEstimate(values, ended=True).rate_at(1.01) == Interval(0, 0, 0)


def test_equal_vectors_are_as_near_as_can_be_told() -> None:
    tail = TailEstimate(np.array([[0.1 + 0.01 * n] for n in range(40)] + [[1.0]]), ended=True)
    assert math.isfinite(tail.tail.scale)
    assert tail.similarity_at(1e-6).high <= 1
