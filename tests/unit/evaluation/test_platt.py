from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from raisonne.evaluation.platt import fit_curve, kept_promises, similarity_of
from raisonne.matching.calibration import Calibration

VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=40)


def probabilities(curve: Calibration, values: np.ndarray) -> np.ndarray:
    return np.array([curve.probability(value) for value in values])


def test_one_of_each_by_hand() -> None:
    # Targets are 2/3 and 1/3, which a line through their log odds meets.
    curve = fit_curve(np.array([1.0]), np.array([0.0]))
    assert curve.probability(1) == pytest.approx(2 / 3)
    assert curve.probability(0) == pytest.approx(1 / 3)


def test_a_known_curve_is_found_again() -> None:
    chance = np.random.default_rng(1)
    values = chance.uniform(0, 1, 20_000)
    is_copy = chance.random(20_000) < probabilities(Calibration(-5, 10), values)
    curve = fit_curve(values[is_copy], values[~is_copy])
    assert curve.intercept == pytest.approx(-5, abs=0.3)
    assert curve.slope == pytest.approx(10, abs=0.5)


def test_what_is_parted_cleanly_stays_finite() -> None:
    curve = fit_curve(np.linspace(20, 30, 500), np.linspace(0, 2, 500))
    assert curve.probability(25) == pytest.approx(1, abs=0.01)
    assert curve.probability(1) == pytest.approx(0, abs=0.01)


@given(VALUES, VALUES)
def test_the_mean_probability_is_that_of_the_targets(
    copies: list[float], strangers: list[float]
) -> None:
    """The first condition of every maximum likelihood fit with an intercept."""
    curve = fit_curve(np.array(copies), np.array(strangers))
    found = probabilities(curve, np.array([*copies, *strangers])).sum()
    a, b = len(copies), len(strangers)
    assert found == pytest.approx(a * (a + 1) / (a + 2) + b / (b + 2), abs=1e-3)


@given(
    st.floats(-50, 50), st.floats(0.1, 100), st.floats(0, 10), st.floats(0.01, 10), st.floats(0, 20)
)
def test_promises_are_kept_and_nothing_gets_laxer(
    intercept: float, slope: float, review: float, gap: float, beyond: float
) -> None:
    given_curve = Calibration(intercept, slope)
    assume(max(abs(intercept + slope * (review + gap + beyond)), abs(intercept)) < 500)
    kept = kept_promises(given_curve, review, review + gap)
    assert kept.slope > 0
    assert kept.probability(review) <= 0.5 + 1e-9
    assert kept.probability(review + gap) <= 0.9 + 1e-9
    similarity = review + beyond
    assert kept.probability(similarity) <= given_curve.probability(similarity) + 1e-9


def test_where_nothing_lies_between_a_review_and_a_block_the_curve_moves() -> None:
    kept = kept_promises(Calibration(0, 10), 1.0, 1.0)
    assert kept == Calibration(-10, 10)


def test_a_curve_that_keeps_its_promises_stays() -> None:
    curve = Calibration(-10, 10)
    kept = kept_promises(curve, 0.5, 1.0)
    assert kept.probability(0.5) == pytest.approx(curve.probability(0.5))
    assert kept.probability(1.0) == pytest.approx(curve.probability(1.0))


def test_a_curve_that_is_too_lax_passes_through_both_promises() -> None:
    kept = kept_promises(Calibration(0, 100), 0.7, 0.8)
    assert kept.probability(0.7) == pytest.approx(0.5)
    assert kept.probability(0.8) == pytest.approx(0.9)


@given(st.floats(-20, 20), st.floats(0.5, 50), st.floats(0.01, 0.99))
def test_a_similarity_has_its_score(intercept: float, slope: float, score: float) -> None:
    curve = Calibration(intercept, slope)
    assert curve.probability(similarity_of(curve, score)) == pytest.approx(score)
